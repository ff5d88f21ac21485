//! The versions of a flag, beside it.

use flagstaff::domain::role::Role;

use super::browser::Pages;
use crate::support::story::{Story, content};

const FLAG: &str = "/p/default/production/flags/automatic-playlist";

/// A flag with three versions: 2 is live, 1 was before it, 3 is a draft.
fn begin() -> (Pages, Story) {
    let pages = Pages::with_people();
    let story = Story::begin_on(&pages.database.url());
    story.publish(story.save(1, &content(20.0, 50.0)));
    story.save(2, &content(25.0, 50.0));
    (pages, story)
}

/// The item of a version.
fn item(page: &str, version: i32) -> &str {
    let (_, rest) = page.split_once(&format!(">Version {version}</a>")).expect("a version");
    rest.split_once("</li>").unwrap().0
}

#[test]
fn versions_say_what_changed_who_saved_them_and_where_they_are_served() {
    let (pages, story) = begin();
    story.publish_in("staging", 1);
    let page = pages.signed_in(Role::Viewer).get(&format!("{FLAG}/versions")).text;
    let draft = item(&page, 3);
    assert!(draft.contains("Draft") && draft.contains("iPhone users in New York 20 % to 25 %"));
    let live = item(&page, 2);
    assert!(live.contains("Live") && live.contains("iPhone users in Miami 30 % to 50 %"));
    assert!(live.contains("command line") && live.contains("since "));
    let first = item(&page, 1);
    assert!(first.contains("First version") && first.contains("Staging: live since"));
    assert!(!first.contains("data-s=\"live\""));
    story.switch(false);
    let page = pages.signed_in(Role::Viewer).get(&format!("{FLAG}/versions")).text;
    assert!(item(&page, 2).contains("Off"));
}

#[test]
fn an_older_version_is_shown_as_text_with_a_way_back_and_a_way_to_publish_it() {
    let (pages, _story) = begin();
    let page = pages.signed_in(Role::ProductManager).get(&format!("{FLAG}/versions/1")).text;
    for shown in [
        "You are looking at version 1, ",
        "Back to live",
        "Publish version 1",
        "iPhone users in New York",
        "<td class=\"c-pct num\">20 %</td>",
        "<span class=\"val\">true</span>",
        "Everyone else",
        "the default",
        "<title>Version 1 · Automatic playlist",
    ] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    assert!(!page.contains("<select") && !page.contains("type=\"number\""));
    let live = pages.signed_in(Role::ProductManager).get(&format!("{FLAG}/versions/2")).text;
    assert!(!live.contains("Publish version 2"));
    for nothing in ["/versions/4", "/versions/0", "/versions/x"] {
        let answer = pages.signed_in(Role::Viewer).get(&format!("{FLAG}{nothing}"));
        assert_eq!(answer.status, 404, "{nothing}");
    }
}

#[test]
fn only_who_may_publish_there_is_offered_it() {
    let (pages, story) = begin();
    for role in [Role::Viewer, Role::Developer] {
        let page = pages.signed_in(role).get(&format!("{FLAG}/versions/1")).text;
        assert!(!page.contains("Publish version"), "{role:?}");
    }
    story.publish_in("staging", 2);
    let staging = FLAG.replace("production", "staging");
    let page = pages.signed_in(Role::Developer).get(&format!("{staging}/versions/1")).text;
    assert!(page.contains("Publish version 1"));
}

#[test]
fn what_does_not_fit_is_one_step_further_back() {
    let (pages, story) = begin();
    for version in 3..16 {
        story.save(version, &content(f64::from(version), 50.0));
    }
    let viewer = pages.signed_in(Role::Viewer);
    let page = viewer.get(&format!("{FLAG}/versions")).text;
    assert!(page.contains(">Version 16</a>") && page.contains(">Version 5</a>"));
    assert!(!page.contains(">Version 4</a>"));
    assert!(page.contains("Show 4 older"));
    let more = viewer.get_with(&format!("{FLAG}/_versions?below=5"), &[("hx-request", "true")]);
    assert!(more.text.contains(">Version 4</a>") && more.text.contains(">Version 1</a>"));
    assert!(!more.text.contains("<html") && !more.text.contains("older"));
    let page = viewer.get(&format!("{FLAG}/versions?below=5")).text;
    assert!(page.contains(">Version 1</a>") && page.contains("<h1>Versions</h1>"));
}

#[test]
fn nobody_elses_versions_are_shown() {
    let (pages, _story) = begin();
    let nowhere = pages.signed_in(Role::Viewer).get("/p/other/production/flags/x/versions");
    assert_eq!(nowhere.status, 404);
    assert_eq!(pages.browser().get(&format!("{FLAG}/versions")).status, 303);
}
