//! Sessions: how long they last, and that they end.

use std::{
    collections::HashSet,
    net::{IpAddr, Ipv4Addr},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::Utc;
use diesel::{RunQueryDsl, sql_query};
use flagstaff::{
    domain::role::Role,
    operations::{
        Actor,
        access::{
            Password, PasswordHasher,
            browser_sessions::{self, Browser, Opened, Stay},
            people as persons,
        },
    },
    store::{people, projects},
};

use super::browser::{PASSWORD, Pages};
use crate::support::{Answer, TestFolder, TestServer};

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
fn behind_https_every_cookie_is_for_https_and_for_this_host_alone() {
    let pages = Pages::with_people_and(|options| {
        options.public_url = Some("https://flags.example.com".to_owned());
    });
    let browser = pages.browser();
    let before = browser.get("/login");
    let login = browser.log_in("viewer@example.com", PASSWORD, "");
    let home = browser.get(HOME);
    assert_eq!(home.status, 200);
    let names = |answer: &Answer| {
        let cookies = answer.headers.get_all("set-cookie").iter().map(|c| c.to_str().unwrap());
        let cookies: Vec<&str> = cookies.collect();
        for cookie in &cookies {
            for part in ["; Secure", "; HttpOnly", "; SameSite=Lax", "; Path=/"] {
                assert!(cookie.contains(part), "{cookie}");
            }
            assert!(!cookie.contains("Domain"), "{cookie}");
        }
        cookies.iter().map(|cookie| cookie.split('=').next().unwrap().to_owned()).collect()
    };
    let (before, login, home): (Vec<_>, Vec<_>, Vec<_>) =
        (names(&before), names(&login), names(&home));
    assert_eq!(before, ["__Host-visit"]);
    assert_eq!(login, ["__Host-sid", "__Host-visit"]);
    assert_eq!(home, ["place"]);
    let policy = browser.get(HOME).header("content-security-policy").unwrap().to_owned();
    assert!(policy.contains("upgrade-insecure-requests"));
}

#[test]
fn a_change_of_password_or_role_ends_what_was_there_before() {
    let pages = Pages::with_people();
    let id = |email: &str| {
        let found = pages.store.read(|conn| people::find_by_email(conn, email));
        found.map(|person| person.unwrap().id).unwrap()
    };
    let actor = Actor::command_line();
    let (viewer, developer) = (pages.signed_in(Role::Viewer), pages.signed_in(Role::Developer));
    let (other, bystander) = (pages.signed_in(Role::Viewer), pages.signed_in(Role::Admin));
    let hash = PasswordHasher::new().unwrap();
    let hash = hash.hash(&Password::parse("another fine password").unwrap()).unwrap();
    let viewers = id("viewer@example.com");
    let changed =
        pages.store.write(|conn| persons::reset_password(conn, &actor, viewers, &hash).map(drop));
    changed.unwrap();
    let developers = id("developer@example.com");
    let promoted = pages.store.write(|conn| {
        let project = projects::find_by_key(conn, "default")?.unwrap();
        persons::set_role(conn, &actor, developers, &project, Role::ProductManager)
    });
    promoted.unwrap();
    for ended in [&viewer, &other, &developer] {
        assert_eq!(ended.get(HOME).status, 303);
    }
    assert_eq!(bystander.get(HOME).status, 200);
    let again = viewer.log_in("viewer@example.com", "another fine password", "");
    assert_eq!(again.status, 303);
}

#[test]
fn secrets_of_sessions_never_repeat_and_no_byte_of_them_is_likelier_than_another() {
    let pages = Pages::with_people();
    let from = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let browser = Browser { user_agent: None, session: None, stay: Stay::ForTheDay };
    let mut secrets = HashSet::new();
    let mut counts = [0_u32; 256];
    for _ in 0..1_000 {
        let opened = pages.store.write(|conn| {
            let viewer = people::find_by_email(conn, "viewer@example.com")?.unwrap();
            browser_sessions::open(conn, viewer, from, browser, Utc::now())
        });
        let opened: Opened = opened.unwrap();
        let bytes = URL_SAFE_NO_PAD.decode(&opened.secret).unwrap();
        assert_eq!(bytes.len(), 32);
        bytes.iter().for_each(|byte| counts[usize::from(*byte)] += 1);
        assert!(secrets.insert(opened.secret));
    }
    let expected = 32.0 * 1_000.0 / 256.0;
    let chi_square: f64 =
        counts.iter().map(|count| (f64::from(*count) - expected).powi(2) / expected).sum();
    // 255 degrees of freedom: one run in ten million lies outside.
    assert!((150.0..390.0).contains(&chi_square), "{chi_square}");
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
    let told: serde_json::Value =
        serde_json::from_str(answer.header("hx-trigger").unwrap()).unwrap();
    let renewed = told["login:done"]["csrf"].as_str().unwrap();
    let dark = browser.post_with("/theme", &[], &[("theme", "dark"), ("csrf", renewed)]);
    assert_eq!(dark.status, 303);
}
