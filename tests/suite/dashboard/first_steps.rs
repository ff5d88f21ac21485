//! The rail, the switchers and the overview: what there is to do, and nothing that one may not do.

use flagstaff::{
    domain::role::Role,
    operations::{Actor, projects},
};

use super::browser::Pages;
use crate::support::{eventually, story::Story};

const HOME: &str = "/p/default/production";

fn ticked(page: &str, words: &str) -> bool {
    page.contains(&format!("{words}<span class=\"vh\">, done</span>"))
}

#[test]
fn the_steps_to_the_first_flag_tick_themselves_and_can_be_put_away() {
    let pages = Pages::with_people();
    let developer = pages.signed_in(Role::Developer);
    let steps = ["Create a key", "Create a segment", "Create a feature flag"];
    let page = developer.get(HOME).text;
    assert!(page.contains("Get to your first flag"));
    assert!(steps.iter().all(|step| page.contains(step) && !ticked(&page, step)));
    let story = Story::begin_on(&pages.database.url());
    let page = developer.get(HOME).text;
    assert!(steps.iter().all(|step| ticked(&page, step)), "{page}");
    assert!(!ticked(&page, "Connect your app") && !ticked(&page, "See a value delivered"));

    let app = pages.server.app(&story.client_key);
    eventually("the value is delivered", || {
        let question = serde_json::json!({"user_id": "u"});
        let answer = app.post("/api/v1/feature-flags/auto_playlist/evaluate", &question);
        (answer.status == 200).then_some(())
    });
    eventually("all is done", || {
        (!developer.get(HOME).text.contains("Get to your first flag")).then_some(())
    });
}

#[test]
fn steps_that_were_put_away_stay_away_in_this_project() {
    let pages = Pages::with_people();
    let developer = pages.signed_in(Role::Developer);
    let answer = developer.post(&format!("{HOME}/hide-first-steps"), &[]);
    assert_eq!((answer.status, answer.header("location")), (303, Some(HOME)));
    assert!(!developer.get(HOME).text.contains("Get to your first flag"));
    assert!(pages.signed_in(Role::Developer).get(HOME).text.contains("Get to your first flag"));
    assert!(!pages.signed_in(Role::Viewer).get(HOME).text.contains("Get to your first flag"));
}

#[test]
fn the_switchers_keep_the_page() {
    let pages = Pages::with_people();
    pages
        .store
        .write(|conn| projects::create(conn, &Actor::command_line(), "radio", "Radio").map(drop))
        .unwrap();
    let admin = pages.signed_in(Role::Admin);
    let page = admin.get("/p/default/staging/flags?q=auto").text;
    assert!(page.contains("href=\"/p/default/production/flags?q=auto\""), "{page}");
    assert!(page.contains("href=\"/p/radio?to=/flags\""));
    let goes = |path: &str| admin.get(path).header("location").map(str::to_owned);
    assert_eq!(goes("/p/radio?to=/flags").as_deref(), Some("/p/radio/staging/flags"));
    assert_eq!(goes("/p/radio?to=//evil.example").as_deref(), Some("/p/radio/staging"));
    assert_eq!(goes("/").as_deref(), Some("/p/default/staging"));
    admin.get("/p/radio/production");
    assert_eq!(goes("/").as_deref(), Some("/p/radio/production"));
    let viewer = pages.signed_in(Role::Viewer);
    assert_eq!(viewer.get("/p/radio").status, 404);
    assert!(!viewer.get(HOME).text.contains("Radio"));
}

#[test]
fn the_theme_is_kept_and_one_stays_where_one_is() {
    let pages = Pages::with_people();
    let viewer = pages.signed_in(Role::Viewer);
    let list = "/p/default/production/flags?q=a";
    for (theme, shown) in [
        ("dark", Some("data-theme=\"dark\"")),
        ("light", Some("data-theme=\"light\"")),
        ("system", None),
        ("pink", None),
    ] {
        let answer = viewer.post("/theme", &[("theme", theme), ("back", list)]);
        assert_eq!((answer.status, answer.header("location")), (303, Some(list)));
        let page = viewer.get(list).text;
        match shown {
            Some(shown) => assert!(page.contains(shown), "{theme}"),
            None => assert!(!page.contains("data-theme"), "{theme}"),
        }
    }
    let page = viewer.get(list).text;
    for item in ["System theme", "Light theme", "Dark theme", "Log out"] {
        assert!(page.contains(item), "{item}");
    }
}

#[test]
fn a_page_that_came_as_the_answer_to_a_form_leads_back_to_where_the_form_was() {
    let pages = Pages::with_people();
    let viewer = pages.signed_in(Role::Viewer);
    let referer = format!("{}/p/default/staging/flags?q=a", pages.server.address);
    let headers = [("referer", referer.as_str()), ("sec-fetch-site", "same-origin")];
    let page = viewer.post_with("/p/default/staging/hide-first-steps", &headers, &[]).text;
    assert!(page.contains("value=\"/p/default/staging/flags?q=a\""), "the theme: {page}");
    assert!(page.contains("href=\"/p/default/production/flags?q=a\""), "the environment");
    let foreign = [("referer", "http://evil.example/p/x"), ("sec-fetch-site", "same-origin")];
    let page = viewer.post_with("/p/default/staging/hide-first-steps", &foreign, &[]).text;
    assert!(!page.contains("/p/x\""));
}
