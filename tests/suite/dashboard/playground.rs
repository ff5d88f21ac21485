//! The playground: a user looked up, attributes as they are typed, and every key with the reason.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use flagstaff::{
    domain::{event::Event, role::Role},
    store::{
        environments,
        profiles::{self, Reporter},
        projects,
    },
};

use super::browser::{Browser, Pages, unescaped};
use crate::support::story::Story;

const PLAYGROUND: &str = "/p/default/production/playground";
const NEW_YORK: &str = r#"{"city":"New York","platform":"iPhone"}"#;

fn begin() -> (Pages, Story, Browser) {
    let pages = Pages::with_people();
    let story = Story::begin_on(&pages.database.url());
    let viewer = pages.signed_in(Role::Viewer);
    (pages, story, viewer)
}

fn encoded(json: &str) -> String {
    URL_SAFE_NO_PAD.encode(json)
}

/// The page as a person reads it.
fn read(page: &str) -> String {
    let plain = regex::Regex::new("<[^>]*>").unwrap().replace_all(page, " ").into_owned();
    let entities = plain.replace("&quot;", "\"").replace("&amp;", "&");
    unescaped(&entities).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn query(fields: &[(&str, &str)]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(fields);
    format!("{PLAYGROUND}?{}", query.finish())
}

#[test]
fn whoever_may_look_asks_why_somebody_gets_a_value() {
    let (_pages, _story, viewer) = begin();
    let page = viewer.get(PLAYGROUND);
    assert_eq!(page.status, 200);
    assert!(page.text.contains("aria-current=\"page\"") && page.text.contains("/playground\""));
    assert!(!page.text.contains("All keys"));
    let address = format!("{PLAYGROUND}?user=u_9&a={}", encoded(NEW_YORK));
    let page = read(&viewer.get(&address).text);
    for shown in [
        "Nobody called u_9 was seen in Production. The answer below uses only the attributes you wrote.",
        "auto_playlist = false Copy link",
        "On Automatic playlist is on in Production, version 1",
        "Match Row 1, iPhone users in New York: matches",
        "Yes platform is “iPhone” · platform is iPhone",
        "their place is ",
        "Used attributes: city New York (request) · platform iPhone (request)",
        "All keys",
    ] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    assert!(page.contains("not looked at"));
}

#[test]
fn what_is_typed_becomes_an_address_that_can_be_sent_around() {
    let (_pages, _story, viewer) = begin();
    let typed = query(&[
        ("user", " u_9 "),
        ("name", "platform"),
        ("value", "iPhone"),
        ("name", ""),
        ("value", ""),
        ("name", "city"),
        ("value", "New York"),
        ("by", "live"),
        ("flag", ""),
        ("version", ""),
        ("at", ""),
    ]);
    let answer = viewer.get(&typed);
    assert_eq!(answer.status, 303);
    let address = answer.header("location").unwrap();
    assert_eq!(address, format!("{PLAYGROUND}?user=u_9&a={}", encoded(NEW_YORK)));
    let page = viewer.get(address).text;
    assert!(page.contains("value=\"New York\""), "the rows are filled");
    let href = format!("href=\"{}\" data-copy-address", address.replace('&', "&#38;"));
    assert!(page.contains(&href), "{href}");
    let json = query(&[("user", "u_9"), ("json", NEW_YORK)]);
    let same = viewer.get(&json).header("location").unwrap().to_owned();
    assert_eq!(same, format!("{address}&as=json"));
    let turned = query(&[("user", "u_9"), ("json", NEW_YORK), ("as", "rows")]);
    let rows = format!("{address}&as=rows");
    assert_eq!(viewer.get(&turned).header("location"), Some(rows.as_str()));
    let open = "<details class=\"stack\" open>";
    let more = query(&[("user", "u_9"), ("name", ""), ("value", ""), ("as", "rows")]);
    let more = viewer.get(&more).header("location").unwrap().to_owned();
    assert!(viewer.get(&more).text.contains(open));
    assert!(!viewer.get(&format!("{PLAYGROUND}?user=u_9")).text.contains(open));
}

#[test]
fn what_is_typed_wrongly_is_said_and_kept() {
    let (_pages, _story, viewer) = begin();
    let links = regex::Regex::new("<li><a href=\"#([^\"]*)\"").unwrap();
    for (fields, said) in [
        (
            &[("json", "{\n \"city\" 1}"), ("as", "json")][..],
            "Line 2, column 9: a colon is missing",
        ),
        (&[("json", "[]"), ("as", "json")], "write an object"),
        (&[("name", ""), ("value", "kept")], "Say which attribute this is."),
        (&[("name", "a"), ("value", "1"), ("name", "a"), ("value", "kept")], "“a” is there twice."),
        (&[("by", "version"), ("version", "kept"), ("flag", "")], "Choose the flag or config."),
        (
            &[("by", "version"), ("version", "9"), ("flag", "automatic-playlist")],
            "has the versions 1 to 1",
        ),
        (&[("by", "moment"), ("at", "")], "Choose a day and a time."),
        (&[("by", "moment"), ("at", "2999-01-01T00:00")], "This moment is yet to come."),
        (&[("a", "eyJh")], "The attributes of this link can’t be read."),
    ] {
        let fields = [&[("user", "u_kept")], fields].concat();
        let answer = viewer.get(&query(&fields));
        let page = read(&answer.text);
        assert_eq!(answer.status, 422, "{said}: {page}");
        assert!(page.contains(said), "{said}: {page}");
        assert!(page.contains("There is a problem"));
        assert!(answer.text.contains("value=\"u_kept\""));
        for (name, value) in
            fields.iter().filter(|(name, _)| ["json", "value", "version"].contains(name))
        {
            assert!(unescaped(&answer.text).contains(value), "{name} is kept: {value}");
        }
        for link in links.captures_iter(&answer.text) {
            assert!(answer.text.contains(&format!("id=\"{}\"", &link[1])), "{}", &link[1]);
        }
    }
    for (name, value) in [
        ("user", "a\0b"),
        ("json", "\0"),
        ("key", "a\0"),
        ("flag", "\0"),
        ("q", "\0"),
        ("version", "\0"),
        ("at", "\0"),
    ] {
        let answer = viewer.get(&query(&[("user", "u"), (name, value)]));
        assert!([200, 303, 422].contains(&answer.status), "{name}: {}", answer.status);
    }
    let long = "x".repeat(1_025);
    let answer = viewer.get(&query(&[("user", &long)]));
    assert!(answer.text.contains("id=\"user-error\""), "{}", answer.status);
}

#[test]
fn attributes_that_are_too_long_for_a_link_are_explained_all_the_same() {
    let (_pages, _story, viewer) = begin();
    let json = format!(r#"{{"a": "{0}", "b": "{0}", "c": "{0}"}}"#, "x".repeat(900));
    let answer = viewer.get(&query(&[("user", "u_9"), ("json", &json), ("as", "json")]));
    assert_eq!(answer.status, 200);
    assert!(answer.text.contains("Too many attributes for a link"));
    assert!(!answer.text.contains("data-copy-address"));
}

#[test]
fn the_list_of_keys_is_narrowed_and_opens_one() {
    let (_pages, _story, viewer) = begin();
    let all = viewer.get(&format!("{PLAYGROUND}?user=u_9")).text;
    let opened = format!("{PLAYGROUND}?user=u_9&#38;key=auto_playlist");
    assert!(all.contains(&opened), "{all}");
    let page = viewer.get(&format!("{PLAYGROUND}?user=u_9&q=AUTO_play")).text;
    assert!(page.contains("<code>auto_playlist</code></a>"));
    let page = viewer.get(&format!("{PLAYGROUND}?user=u_9&q=nothing+like+this")).text;
    assert!(page.contains("Nothing matches “nothing like this”."));
    assert!(page.contains("id=\"opened\""), "the opened key stays");
    let shown =
        [("hx-request", "true"), ("hx-current-url", &format!("http://h{PLAYGROUND}?user=u_9"))];
    let typed = viewer.get_with(&format!("{PLAYGROUND}?user=u_9&q=auto"), &shown);
    let address = format!("{PLAYGROUND}?user=u_9&q=auto");
    assert_eq!(typed.header("hx-replace-url"), Some(address.as_str()));
    let page = read(&viewer.get(&format!("{PLAYGROUND}?user=u_9&key=gone")).text);
    assert!(page.contains("There is no key gone, or it is archived."));
}

#[test]
fn what_is_stored_is_used_and_can_be_left_aside() {
    let (pages, _story, viewer) = begin();
    let report = serde_json::json!({"id": "1", "user_id": "u_9",
        "set": {"platform": "iPhone", "city": "New York"}});
    let taken = pages.store.write(|conn| {
        let project = projects::find_by_key(conn, "default")?.unwrap();
        let place = environments::find_by_key(conn, project.id, "production")?.unwrap().id;
        let now = chrono::Utc::now();
        let event = Event::read(&report, now).unwrap();
        profiles::take(conn, place, Reporter::Server, &[event], now)
    });
    taken.unwrap();
    let page = read(&viewer.get(&format!("{PLAYGROUND}?user=u_9")).text);
    assert!(page.contains("city New York (profile) · platform iPhone (profile)"), "{page}");
    let page = read(&viewer.get(&format!("{PLAYGROUND}?user=u_9&bare=1")).text);
    assert!(page.contains("city (not set) · platform (not set)"), "{page}");
    let rome = encoded(r#"{"city":"Rome"}"#);
    let page = read(&viewer.get(&format!("{PLAYGROUND}?user=u_9&a={rome}")).text);
    assert!(page.contains("city Rome (request) · platform iPhone (profile)"), "{page}");
}

#[test]
fn a_flag_leads_to_the_playground_with_itself_and_its_version_chosen() {
    let (_pages, _story, viewer) = begin();
    let flag = "/p/default/production/flags/automatic-playlist";
    let link = format!("{PLAYGROUND}?flag=automatic-playlist");
    assert!(viewer.get(flag).text.contains(&format!("href=\"{link}\"")));
    let of_version = format!("{link}&by=version&version=1");
    let page = viewer.get(&format!("{flag}/versions/1")).text;
    assert!(page.contains(&of_version.replace('&', "&#38;")), "{page}");
    let page = viewer.get(&of_version).text;
    assert!(page.contains("value=\"automatic-playlist\" selected"));
    assert!(page.contains("value=\"version\" checked"));
    assert!(page.contains("name=\"version\" value=\"1\""));
    let page = read(&viewer.get(&format!("{of_version}&user=u_9")).text);
    assert!(page.contains("Automatic playlist is on in Production, version 1"));
    let staging = of_version.replace("production", "staging") + "&user=u_9";
    let page = read(&viewer.get(&staging).text);
    assert!(page.contains("Automatic playlist is on in Staging, version 1"), "{page}");
}

#[test]
fn the_past_shows_that_nothing_was_there_yet() {
    let (_pages, _story, viewer) = begin();
    let page =
        read(&viewer.get(&format!("{PLAYGROUND}?user=u_9&by=moment&at=2020-01-01T00:00")).text);
    assert!(page.contains("There were no keys here."), "{page}");
    let later = viewer.get(&format!("{PLAYGROUND}?user=u_9&by=moment&at=2020-01-01T00:00:01")).text;
    assert!(later.contains("value=\"2020-01-01T00:00:01\""));
}
