//! Sessions: how long they last, and that they end.

use diesel::{RunQueryDsl, sql_query};
use flagstaff::{
    domain::role::Role,
    operations::{Actor, access::people as persons},
    store::people,
};

use super::browser::{PASSWORD, Pages};
use crate::support::{TestFolder, TestServer};

const HOME: &str = "/p/default/production";

#[test]
fn a_session_is_new_with_every_login_and_the_old_one_is_worth_nothing() {
    let pages = Pages::with_people();
    let browser = pages.browser();
    browser.cookies.borrow_mut().insert("sid".to_owned(), "planted".to_owned());
    browser.log_in("viewer@example.com", PASSWORD, "");
    let first = browser.session().unwrap();
    assert_ne!(first, "planted");
    assert!(first.len() >= 43);
    browser.log_in("viewer@example.com", PASSWORD, "");
    assert_ne!(browser.session().unwrap(), first);
    assert_eq!(browser.get(HOME).status, 200);
    browser.cookies.borrow_mut().insert("sid".to_owned(), first);
    assert_eq!(browser.get(HOME).status, 303);
}

#[test]
fn the_cookie_is_for_this_site_alone_and_no_script_sees_it() {
    let pages = Pages::with_people();
    let answer = pages.browser().log_in("viewer@example.com", PASSWORD, "");
    let cookies = answer.headers.get_all("set-cookie").iter();
    let cookie = cookies.map(|c| c.to_str().unwrap()).find(|c| c.starts_with("sid=")).unwrap();
    for part in ["Path=/", "HttpOnly", "SameSite=Lax"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains("Domain") && !cookie.contains("Max-Age"), "{cookie}");
}

#[test]
fn a_session_ends_when_it_rests_or_lasts_too_long() {
    let pages = Pages::with_people();
    for (stay, column, good, over) in [
        ("", "last_seen_at", "59 minutes", "61 minutes"),
        ("1", "last_seen_at", "6 days 23 hours", "7 days 1 minute"),
    ] {
        let browser = pages.browser();
        let fields = [("email", "viewer@example.com"), ("password", PASSWORD), ("stay", stay)];
        browser.post("/login", if stay.is_empty() { &fields[..2] } else { &fields });
        for (age, status) in [(good, 200), (over, 303)] {
            let sql = format!("update sessions set {column} = now() - interval '{age}'");
            sql_query(sql).execute(&mut pages.database.connection()).unwrap();
            assert_eq!(browser.get(HOME).status, status, "{age}");
        }
    }
    let browser = pages.signed_in(Role::Viewer);
    let sql = "update sessions set expires_at = now() - interval '1 second'";
    sql_query(sql).execute(&mut pages.database.connection()).unwrap();
    assert_eq!(browser.get(HOME).status, 303);
    let part = browser.get_with(HOME, &[("hx-request", "true")]);
    assert_eq!((part.status, part.header("hx-trigger")), (401, Some("login:needed")));
}

#[test]
fn a_session_that_ended_is_refused_by_every_replica() {
    let pages = Pages::with_people();
    let folder = TestFolder::new();
    let replica = TestServer::start(&pages.database, &folder);
    let browser = pages.signed_in(Role::Viewer);
    let session = browser.session().unwrap();
    let elsewhere = || {
        let client = replica.client().with_header("cookie", &format!("sid={session}"));
        client.get(HOME).status
    };
    assert_eq!(elsewhere(), 200);
    let answer = browser.post("/logout", &[]);
    assert_eq!(answer.header("clear-site-data"), Some("\"cache\", \"storage\""));
    assert_eq!(elsewhere(), 303);
}

#[test]
fn whoever_is_disabled_is_out_at_once() {
    let pages = Pages::with_people();
    let browser = pages.signed_in(Role::Developer);
    let disabled = pages.store.write(|conn| {
        let person = people::find_by_email(conn, "developer@example.com")?.unwrap();
        persons::set_disabled(conn, &Actor::command_line(), person.id, true)
    });
    disabled.unwrap();
    assert_eq!(browser.get(HOME).status, 303);
}

#[test]
fn a_person_has_at_most_ten_browsers() {
    let pages = Pages::with_people();
    let browsers: Vec<_> = (0..11).map(|_| pages.signed_in(Role::Viewer)).collect();
    assert_eq!(browsers[0].get(HOME).status, 303);
    assert!(browsers[1..].iter().all(|browser| browser.get(HOME).status == 200));
}

#[test]
fn a_login_over_a_page_gives_its_forms_the_new_token() {
    let pages = Pages::with_people();
    let browser = pages.browser();
    let dialog = browser.get_with("/login", &[("hx-request", "true")]);
    assert!(dialog.text.contains("your changes are still on this page"));
    let token = browser.token();
    let answer = browser.post_with(
        "/login",
        &[("hx-request", "true"), ("sec-fetch-site", "same-origin")],
        &[("email", "viewer@example.com"), ("password", PASSWORD), ("csrf", &token)],
    );
    assert_eq!(answer.status, 204);
    assert!(answer.header("hx-trigger").unwrap().contains(&browser.token()));
}
