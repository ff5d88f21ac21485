//! How an app reads the keys of an experience, whether it has, and what was done to one.

use flagstaff::domain::{experience::Kind, role::Role, value::ValueType};
use serde_json::json;

use super::browser::{Browser, Pages};
use crate::support::story::{Story, content};

const FLAG: &str = "/p/default/production/flags/automatic-playlist";

fn begin() -> (Pages, Story) {
    let pages = Pages::with_people();
    let story = Story::begin_on(&pages.database.url());
    (pages, story)
}

fn code(browser: &Browser, language: &str) -> String {
    let page = browser.get(&format!("{FLAG}/code?lang={language}"));
    assert_eq!(page.status, 200, "{}", page.text);
    page.text.replace("&#34;", "\"").replace("&#39;", "'")
}

#[test]
fn every_language_reads_the_key_by_its_name_with_the_environments_key() {
    let (pages, story) = begin();
    let viewer = pages.signed_in(Role::Viewer);
    for (language, read) in [
        ("javascript", "const value = client.getBooleanValue('auto_playlist', false);"),
        ("node", "const value = await client.getBooleanValue('auto_playlist', false, user);"),
        ("python", "value = client.get_boolean_value(\"auto_playlist\", False, user)"),
        (
            "swift",
            "let value = client.getBooleanValue(key: \"auto_playlist\", defaultValue: false)",
        ),
        ("kotlin", "val value = client.getBooleanValue(\"auto_playlist\", false)"),
        (
            "go",
            "value, err := client.BooleanValue(context.Background(), \"auto_playlist\", false, user)",
        ),
        ("java", "var value = client.getBooleanValue(\"auto_playlist\", false, user);"),
        (
            "dotnet",
            "var value = await client.GetBooleanValueAsync(\"auto_playlist\", false, user);",
        ),
        ("ruby", "client.fetch_boolean_value(flag_key: \"auto_playlist\", default_value: false"),
        ("curl", "/api/v1/feature-flags/auto_playlist/evaluate"),
    ] {
        let page = code(&viewer, language);
        assert!(page.contains(read), "{language}: {page}");
        assert!(page.contains(&story.client_key), "{language}");
        assert!(page.contains("Listening…") && page.contains("data-copy"), "{language}");
    }
    assert!(code(&viewer, "cobol").contains("@openfeature/web-sdk"), "unknown is the first");
}

#[test]
fn several_keys_are_read_by_the_methods_of_their_types() {
    let (pages, story) = begin();
    story.typed_key("dark-mode", ValueType::Integer, &json!(3));
    story.typed_key("class", ValueType::String, &json!("say \"$hi\" #{now}"));
    story.typed_key("ratio", ValueType::Decimal, &json!(1.0));
    story.typed_key("home", ValueType::Json, &json!({"a": 1}));
    let definition = json!({"keys": ["dark-mode", "class", "ratio", "home"]});
    let config = story.experience_of(Kind::ProductConfig, "Look", &definition);
    let viewer = pages.signed_in(Role::Viewer);
    let page = |language: &str| {
        let page =
            viewer.get(&format!("/p/default/production/configs/{config}/code?lang={language}"));
        page.text.replace("&#34;", "\"").replace("&#39;", "'").replace("&#60;", "<")
    };
    for (language, read) in [
        ("javascript", "const darkMode = client.getNumberValue('dark-mode', 3);"),
        (
            "javascript",
            "const classValue = client.getStringValue('class', \"say \\\"$hi\\\" #{now}\");",
        ),
        ("javascript", "const ratio = client.getNumberValue('ratio', 1.0);"),
        ("javascript", "const home = client.getObjectValue('home', {\"a\":1});"),
        ("python", "dark_mode = client.get_integer_value(\"dark-mode\", 3, user)"),
        ("python", "ratio = client.get_float_value(\"ratio\", 1.0, user)"),
        ("kotlin", "client.getStringValue(\"class\", \"say \\\"\\$hi\\\" #{now}\")"),
        ("ruby", "default_value: \"say \\\"$hi\\\" \\#{now}\""),
        ("curl", "/api/v1/evaluate"),
        ("curl", "\"keys\":[\"dark-mode\",\"class\",\"ratio\",\"home\"]"),
    ] {
        assert!(page(language).contains(read), "{language} {read}: {}", page(language));
    }
}

#[test]
fn a_place_without_a_client_key_says_how_to_make_one() {
    let (pages, _story) = begin();
    let page = pages.signed_in(Role::Viewer).get(&FLAG.replace("production", "staging")).text;
    assert!(page.contains("/p/default/staging/flags/automatic-playlist/code"));
    let page = pages.signed_in(Role::Viewer);
    let page = page.get(&format!("{}/code", FLAG.replace("production", "staging"))).text;
    assert!(page.contains("Staging has no client key yet.") && page.contains("YOUR_CLIENT_KEY"));
    assert!(page.contains("flagstaff sdk-key create --project default --environment staging"));
}

#[test]
fn it_listens_until_the_first_request_arrives() {
    let (pages, story) = begin();
    let viewer = pages.signed_in(Role::Viewer);
    let page = viewer.get(&format!("{FLAG}/code")).text;
    let (_, rest) = page.split_once("id=\"listening\"").unwrap();
    let address = rest.split_once("hx-get=\"").unwrap().1.split_once('"').unwrap().0;
    let address = address.replace("&#38;", "&").replace("&amp;", "&");
    let ask = || viewer.get_with(&address, &[("hx-request", "true")]);
    assert_eq!(ask().status, 204, "{address}");
    story.deliver(3);
    let got = ask();
    assert_eq!(got.status, 200);
    assert!(got.text.contains("Got one") && !got.text.contains("hx-trigger"));
    let again = viewer.get(&format!("{FLAG}/code")).text;
    assert!(again.contains("Delivered 3 times in the last 7 days"), "{again}");
}

#[test]
fn what_was_done_is_told_in_words_the_newest_first() {
    let (pages, story) = begin();
    story.publish(story.save(1, &content(1.0, 2.0)));
    story.switch(false);
    let page = pages.signed_in(Role::Viewer).get(&format!("{FLAG}/activity")).text;
    let told = [
        "turned it off in Production",
        "published version 2 in Production",
        "saved version 2",
        "created it",
    ];
    let places: Vec<Option<usize>> = told.iter().map(|words| page.find(words)).collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{places:?}: {page}");
    let nowhere = pages.signed_in(Role::Viewer).get("/p/default/production/flags/x/activity");
    assert_eq!(nowhere.status, 404);
}
