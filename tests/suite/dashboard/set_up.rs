//! The first run.

use std::thread;

use flagstaff::{
    settings::Options,
    store::{StoreError, people, projects},
};

use super::browser::{Browser, PASSWORD, Pages};
use crate::support::Answer;

fn set_up(browser: &Browser, email: &str, password: &str) -> Answer {
    set_up_with(browser, email, password, "")
}

fn set_up_with(browser: &Browser, email: &str, password: &str, code: &str) -> Answer {
    browser.post(
        "/setup",
        &[
            ("code", code),
            ("name", "Ada"),
            ("email", email),
            ("password", password),
            ("project_name", "Playlist TV"),
            ("project_key", "playlist-tv"),
            ("start_with", "example"),
        ],
    )
}

#[test]
fn the_first_person_names_the_project_and_is_in() {
    let pages = Pages::untouched();
    let browser = pages.browser();
    assert_eq!(browser.get("/login").header("location"), Some("/setup"));
    assert_eq!(set_up(&browser, "ada@example.com", PASSWORD).status, 303);
    let home = browser.get("/");
    assert_eq!(home.header("location"), Some("/p/playlist-tv/production"));
    assert!(browser.get("/p/playlist-tv/production/flags").text.contains("auto_playlist"));
    let late = pages.browser().get("/setup");
    assert_eq!(late.status, 404);
    assert!(late.text.contains("Flagstaff is set up already"));
    assert_eq!(set_up(&browser, "eve@example.com", PASSWORD).status, 404);
}

#[test]
fn what_is_wrong_is_said_and_what_was_typed_stays() {
    let pages = Pages::untouched();
    let answer = set_up(&pages.browser(), "ada@example.com", "admin");
    assert_eq!(answer.status, 422);
    assert!(answer.text.contains("The password is too short"));
    assert!(answer.text.contains("value=\"ada@example.com\""));
    let answer = set_up(&pages.browser(), "no email", PASSWORD);
    assert!(answer.text.contains("This is not an email address"));
}

#[test]
fn what_everybody_would_try_is_no_password_and_nobody_is_there_before_the_first_run() {
    let pages = Pages::untouched();
    for (email, password) in [
        ("admin", "admin"),
        ("admin@example.com", "adminadmin123"),
        ("admin@example.com", "password1234"),
        ("admin@example.com", "ADMIN@example.com"),
        ("admin@example.com", "            "),
        ("admin@example.com", ""),
    ] {
        let answer = pages.browser().post("/login", &[("email", email), ("password", password)]);
        assert_eq!(answer.status, 422, "{password}");
        let answer = set_up(&pages.browser(), "admin@example.com", password);
        assert_eq!(answer.status, 422, "{password}");
        let said = &answer.text;
        assert!(said.contains("too easy to guess") || said.contains("too short"), "{said}");
    }
    assert!(pages.store.read(people::list).unwrap().is_empty());
}

#[test]
fn where_others_could_come_first_it_takes_the_code_that_was_printed() {
    for change in [
        (|options: &mut Options| {
            options.listen = "0.0.0.0:0".to_owned();
            options.allow_insecure_http = "true".to_owned();
        }) as fn(&mut Options),
        |options| options.public_url = Some("https://flags.example.com".to_owned()),
    ] {
        let pages = Pages::untouched_with(change);
        let browser = pages.browser();
        assert!(browser.get("/setup").text.contains("One-time code"));
        for code in ["", "0000", "null"] {
            let answer = set_up_with(&browser, "eve@example.com", PASSWORD, code);
            assert_eq!(answer.status, 422);
            assert!(answer.text.contains("This is not the code"), "{}", answer.text);
        }
        assert!(pages.store.read(people::list).unwrap().is_empty());
        let code = pages.server.setup_code().unwrap().to_owned();
        assert!(code.len() >= 20);
        assert_eq!(set_up_with(&browser, "ada@example.com", PASSWORD, &code).status, 303);
    }
    assert_eq!(Pages::untouched().server.setup_code(), None);
}

#[test]
fn of_two_who_come_together_one_is_admin() {
    let pages = Pages::untouched();
    let statuses: Vec<u16> = thread::scope(|scope| {
        let threads: Vec<_> = (0..4)
            .map(|number| {
                let browser = pages.browser();
                let token = browser.token();
                assert!(!token.is_empty());
                scope.spawn(move || {
                    let answer = set_up(&browser, &format!("{number}@example.com"), PASSWORD);
                    let clear = answer.text.contains("Flagstaff is set up already");
                    assert!(answer.status == 303 || clear, "{}", answer.text);
                    answer.status
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(statuses.iter().filter(|status| **status == 303).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 404).count(), 3, "{statuses:?}");
    let people = pages.store.read(people::list).unwrap();
    assert_eq!(people.len(), 1);
    let found: Result<_, StoreError> =
        pages.store.read(|conn| projects::find_by_key(conn, "playlist-tv"));
    assert!(found.unwrap().is_some());
}
