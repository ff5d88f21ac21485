//! The first run.

use std::thread;

use flagstaff::store::{StoreError, people, projects};

use super::browser::{Browser, PASSWORD, Pages};
use crate::support::Answer;

fn set_up(browser: &Browser, email: &str, password: &str) -> Answer {
    browser.post(
        "/setup",
        &[
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
    assert_eq!(pages.browser().get("/setup").status, 404);
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
fn of_two_who_come_together_one_is_admin() {
    let pages = Pages::untouched();
    let statuses: Vec<u16> = thread::scope(|scope| {
        let threads: Vec<_> = (0..4)
            .map(|number| {
                let browser = pages.browser();
                let token = browser.token();
                assert!(!token.is_empty());
                scope.spawn(move || {
                    set_up(&browser, &format!("{number}@example.com"), PASSWORD).status
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(statuses.iter().filter(|status| **status == 303).count(), 1, "{statuses:?}");
    let people = pages.store.read(people::list).unwrap();
    assert_eq!(people.len(), 1);
    let found: Result<_, StoreError> =
        pages.store.read(|conn| projects::find_by_key(conn, "playlist-tv"));
    assert!(found.unwrap().is_some());
}
