//! Versions are compared, looked at and edited from, as a browser without script does it.

use flagstaff::domain::role::Role;
use serde_json::{Value as Json, json};

use super::{
    browser::{Browser, Pages},
    typed_form::TypedForm,
};
use crate::support::story::{Story, content};

const FLAG: &str = "/p/default/production/flags/automatic-playlist";

/// A flag with three versions, of which 2 is live: 2 has another percentage for Miami, and 3 says
/// all that a version can say.
fn begin() -> (Pages, Story) {
    let pages = Pages::with_people();
    let story = Story::begin_on(&pages.database.url());
    story.publish(story.save(1, &content(20.0, 50.0)));
    story.save(2, &full());
    (pages, story)
}

fn full() -> Json {
    let mut json = content(20.0, 50.0);
    json["variants"] = json!([
        {"name": "a", "description": "The <b>new</b> one", "values": {"auto_playlist": true}, "payload": {"color": "red"}},
        {"name": "b"}
    ]);
    json["rows"][0]["serve"] =
        json!({"split": [{"variant": "a", "weight": 1}, {"variant": "b", "weight": 3}]});
    json["rows"].as_array_mut().unwrap().push(json!({"audience": {"everyone": true}, "rollout": 5,
        "serve": {"variant": "a"}}));
    json["test_users"] = json!([{"user_id": "qa-7", "serve": {"variant": "b"}}]);
    json["bucket_by"] = json!("company");
    json
}

fn shows(browser: &Browser, address: &str, texts: &[&str]) -> String {
    let page = browser.get(address);
    assert_eq!(page.status, 200, "{address}: {}", page.text);
    for text in texts {
        assert!(page.text.contains(text), "{text} at {address}: {}", page.text);
    }
    page.text
}

#[test]
fn two_versions_are_compared_as_a_table_part_by_part() {
    let (pages, _story) = begin();
    let viewer = pages.signed_in(Role::Viewer);
    let page = shows(
        &viewer,
        &format!("{FLAG}/compare/2...3"),
        &[
            "<title>Compare 2 and 3 · Automatic playlist",
            "<h1>Compare versions</h1>",
            ">Targeting</th>",
            ">Variants</th>",
            ">Test users</th>",
            ">Advanced</th>",
            "auto_playlist = true",
            "a split of a (25 %), b (75 %)",
            "variant a to 5 %",
            "payload {&#34;color&#34;:&#34;red&#34;}",
            "Test user qa-7",
            "<td>user_id</td><td>company</td>",
            "2 · Live",
            "3 · Draft",
        ],
    );
    assert!(!page.contains("iPhone users in Miami") && !page.contains("<b>new"));
    assert!(!page.contains("Publish version"), "a viewer is offered nothing");
    let same = shows(&viewer, &format!("{FLAG}/compare/2...3?same=1"), &["iPhone users in Miami"]);
    assert!(same.contains("the same") && same.contains("/compare/3...2?same=1"));
}

#[test]
fn two_versions_are_compared_in_words_and_as_json() {
    let (pages, _story) = begin();
    let viewer = pages.signed_in(Role::Viewer);
    let words = shows(
        &viewer,
        &format!("{FLAG}/compare/1...2?as=words"),
        &[
            "1 change.",
            "Row 2, iPhone users in Miami: 30 % → 50 %.",
            "aria-current=\"page\">In words",
        ],
    );
    assert!(!words.contains("<table"));
    let json = shows(&viewer, &format!("{FLAG}/compare/1...2?as=json"), &["rows[1].rollout"]);
    let json = json.split_once("<code id=\"json\">").unwrap().1.split_once("</code>").unwrap().0;
    let json: Json = serde_json::from_str(&json.replace("&#34;", "\"")).unwrap();
    assert_eq!((&json["before"], &json["changes"][0]["after"]), (&json!(1), &json!(50)));
    shows(&viewer, &format!("{FLAG}/compare/2...2"), &["Nothing differs: both say the same."]);
}

#[test]
fn the_form_leads_to_the_versions_that_were_chosen() {
    let (pages, _story) = begin();
    let viewer = pages.signed_in(Role::Viewer);
    let to = |query: &str| viewer.get(&format!("{FLAG}/compare?{query}"));
    let chosen = to("a=3&b=1&as=words&same=1");
    assert_eq!(chosen.status, 303);
    assert_eq!(chosen.headers["location"], format!("{FLAG}/compare/3...1?as=words&same=1"));
    for nothing in ["a=1", "a=x&b=2", ""] {
        assert_eq!(to(nothing).status, 404, "{nothing}");
    }
    for nothing in ["1...9", "0...1", "1..2", "a...b", "1...2...3", "99999999999...1"] {
        assert_eq!(viewer.get(&format!("{FLAG}/compare/{nothing}")).status, 404, "{nothing}");
    }
}

#[test]
fn an_older_version_leads_back_to_what_is_live_and_is_shown_as_json() {
    let (pages, _story) = begin();
    let manager = pages.signed_in(Role::ProductManager);
    let staging = "/p/default/staging/flags/automatic-playlist/publish?version=1";
    for shown in [
        "You are looking at version 1, ".to_owned(),
        format!("href=\"{FLAG}?version=2\">Back to live</a>"),
        format!("href=\"{FLAG}/compare/1...2\">Compare</a>"),
        format!("href=\"{FLAG}/versions/1/edit\">Edit from here</a>"),
        format!("href=\"{staging}\">Publish to Staging…</a>"),
        format!("href=\"{FLAG}/versions/1?as=json\" data-copy-json>Copy JSON</a>"),
    ] {
        shows(&manager, &format!("{FLAG}/versions/1"), &[&shown]);
    }
    shows(
        &manager,
        &format!("{FLAG}?version=2"),
        &["You are looking at version 2, live since", "Back to version 3"],
    );
    let json = shows(&manager, &format!("{FLAG}/versions/3?as=json"), &["<code id=\"json\">"]);
    let json = json.split_once("<code id=\"json\">").unwrap().1.split_once("</code>").unwrap().0;
    let json = json.replace("&#34;", "\"").replace("&#60;", "<").replace("&#62;", ">");
    let json: Json = serde_json::from_str(&json).unwrap();
    assert_eq!(json["variants"][0]["payload"], json!({"color": "red"}));
    let text = shows(&manager, &format!("{FLAG}/versions/3"), &["a 25 %", "b 75 %", "qa-7 gets"]);
    assert!(text.contains("a: auto_playlist = true; payload {&#34;color&#34;:&#34;red&#34;}"));
}

#[test]
fn an_editor_starts_from_an_older_version_and_saves_it_as_the_next() {
    let (pages, story) = begin();
    let developer = pages.signed_in(Role::Developer);
    let address = format!("{FLAG}/versions/1/edit");
    let page = shows(&developer, &address, &["Version 1 is in the editor", "data-dirty"]);
    let form = TypedForm::find(&page, "id=\"editor\"");
    assert_eq!((form.get("base"), form.get("rows.r2.percent")), ("3", "30"));
    assert_eq!(form.press_at(&developer, FLAG, "save", &[]).status, 303);
    let page = shows(&developer, &format!("{FLAG}/compare/1...4"), &["Nothing differs"]);
    assert!(page.contains("4 · Draft"));
    assert_eq!(story.live_version(), Some(2));
    let viewer = pages.signed_in(Role::Viewer);
    assert_eq!(viewer.get(&address).status, 403);
    assert_eq!(developer.get(&format!("{FLAG}/versions/9/edit")).status, 404);
}

#[test]
fn nobody_elses_versions_are_compared() {
    let (pages, _story) = begin();
    let viewer = pages.signed_in(Role::Viewer);
    for nowhere in ["flags/x/compare/1...2", "configs/automatic-playlist/compare/1...2"] {
        assert_eq!(viewer.get(&format!("/p/default/production/{nowhere}")).status, 404);
    }
    assert_eq!(pages.browser().get(&format!("{FLAG}/compare/1...2")).status, 303);
}
