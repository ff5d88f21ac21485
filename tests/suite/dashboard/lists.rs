//! The list of feature flags.

use flagstaff::domain::role::Role;

use super::browser::Pages;
use crate::support::story::Story;

const FLAGS: &str = "/p/default/production/flags";

#[test]
fn an_empty_list_says_what_it_is_for_and_offers_the_first_step() {
    let pages = Pages::with_people();
    let page = pages.signed_in(Role::Developer).get(FLAGS).text;
    assert!(page.contains("No feature flags yet"));
    assert!(page.contains("Create feature flag"));
}

#[test]
fn a_viewer_is_offered_nothing_that_they_may_not_do() {
    let pages = Pages::with_people();
    let viewer = pages.signed_in(Role::Viewer);
    assert!(!viewer.get(FLAGS).text.contains("Create feature flag"));
    assert!(!viewer.get("/p/default/production").text.contains("Get to your first flag"));
}

#[test]
fn a_flag_shows_its_key_its_status_and_who_gets_it() {
    let pages = Pages::with_people();
    Story::begin_on(&pages.database.url());
    let page = pages.signed_in(Role::Viewer).get(FLAGS).text;
    for shown in ["Automatic playlist", "auto_playlist", "Live", "2 segments · 20 % to 30 %"] {
        assert!(page.contains(shown), "{shown}");
    }
    let staging = pages.signed_in(Role::Viewer).get("/p/default/staging/flags").text;
    assert!(staging.contains("Not published"));
}

#[test]
fn the_address_says_what_is_listed() {
    let pages = Pages::with_people();
    Story::begin_on(&pages.database.url());
    let viewer = pages.signed_in(Role::Viewer);
    let shows = |query: &str| viewer.get(&format!("{FLAGS}?{query}")).text.contains("row-link");
    assert!(shows("q=AUTO_"));
    assert!(shows("status=live&sort=name"));
    assert!(shows("status=unknown&page=x"));
    assert!(!shows("status=draft"));
    assert!(!shows("q=nothing"));
    assert!(!shows("page=2"));
    let page = viewer.get(&format!("{FLAGS}?q=%3Cscript%3Ealert(1)%3C/script%3E")).text;
    assert!(!page.contains("<script>alert"));
}

#[test]
fn htmx_gets_the_page_without_the_shell() {
    let pages = Pages::with_people();
    let viewer = pages.signed_in(Role::Viewer);
    let part = viewer.get_with(FLAGS, &[("hx-request", "true")]).text;
    assert!(part.contains("<title>Feature flags") && part.contains("id=\"main\""));
    assert!(!part.contains("<html") && !part.contains("<nav class=\"rail\""));
    let back = [("hx-request", "true"), ("hx-history-restore-request", "true")];
    assert!(viewer.get_with(FLAGS, &back).text.contains("<html"));
}
