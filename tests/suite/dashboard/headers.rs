//! What every answer of the pages carries; and that looking changes nothing.

use diesel::{RunQueryDsl, sql_query};
use flagstaff::domain::role::Role;
use serde_json::json;

use super::browser::{PASSWORD, Pages};
use crate::support::{Answer, TestFolder, TestServer, fingerprint, story::Story};

fn assert_hardened(answer: &Answer, what: &str) {
    let policy = answer.header("content-security-policy").unwrap_or_else(|| panic!("{what}"));
    for part in ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"] {
        assert!(policy.contains(part), "{what}: {policy}");
    }
    assert!(!policy.contains("unsafe"), "{what}");
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("x-frame-options", "DENY"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
    ] {
        assert_eq!(answer.header(name), Some(value), "{what}: {name}");
    }
    assert!(answer.header("permissions-policy").is_some(), "{what}");
    assert!(answer.header("x-request-id").is_some(), "{what}");
    assert!(answer.header("server").is_none(), "{what}");
}

#[test]
fn every_answer_of_whatever_status_is_hardened_and_kept_by_nobody() {
    let pages = Pages::with_people();
    let (admin, stranger) = (pages.signed_in(Role::Admin), pages.browser());
    let html = [("accept", "text/html")];
    for (status, answer) in [
        (200, admin.get("/p/default/production/flags")),
        (200, stranger.get("/login")),
        (303, stranger.get("/p/default/production")),
        (303, admin.get("/")),
        (401, stranger.get_with("/p/default/production", &[("hx-request", "true")])),
        (403, stranger.post_with("/login", &[], &[])),
        (404, admin.get("/p/default/production/nothing")),
        (404, admin.get("/p/nothing/production")),
        (404, admin.get("/p/default/nothing")),
        (404, stranger.get("/setup")),
        (404, stranger.get_with("/nothing", &html)),
        (405, admin.send("DELETE", "/p/default/production", &[], None)),
        (422, stranger.log_in("nobody@example.com", "wrong", "")),
    ] {
        assert_eq!(answer.status, status, "{}", answer.text);
        assert_hardened(&answer, &status.to_string());
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{status}");
        let vary = answer.header("vary").unwrap_or_default();
        assert!(vary.contains("HX-Request"), "{status}: {vary}");
        if !answer.text.is_empty() {
            assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"));
        }
    }
    let large = vec![b'a'; 2_000_000];
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let text = [("content-type", "text/plain")];
    let lost = "alter table audit_log rename to lost";
    sql_query(lost).execute(&mut pages.database.connection()).unwrap();
    let mut attempts = (0..8).map(|_| stranger.log_in("viewer@example.com", "wrong", ""));
    let throttled = attempts.find(|answer| answer.status == 429).expect("429");
    for (status, answer) in [
        (413, admin.send("POST", "/theme", &form, Some(&large))),
        (415, admin.send("POST", "/theme", &text, Some(b"a=b"))),
        (429, throttled),
        (500, admin.get("/p/default/production")),
        (500, admin.get_with("/p/default/production", &[("hx-request", "true")])),
        (400, admin.send("GET", "/p/%ff/production", &[], None)),
    ] {
        assert!(answer.status == status || answer.status == 404, "{status}: {}", answer.status);
        assert_hardened(&answer, &status.to_string());
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{status}");
    }
}

#[test]
fn with_postgres_away_answers_are_hardened_too() {
    let folder = TestFolder::new();
    let nowhere = "postgresql://127.0.0.1:1/nothing?connect_timeout=1";
    let server = TestServer::start_on(nowhere, &folder);
    let client = server.client().with_header("cookie", "sid=anything");
    for path in ["/", "/login", "/p/a/b"] {
        let answer = client.get(path);
        assert_eq!(answer.status, 503);
        assert_hardened(&answer, path);
    }
}

#[test]
fn every_route_is_hardened_whoever_asks_and_by_whatever_method() {
    let pages = Pages::with_people();
    let (admin, stranger) = (pages.signed_in(Role::Admin), pages.browser());
    for row in flagstaff::routes::pages() {
        let path = filled(row.path());
        for method in ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"] {
            for browser in [&admin, &stranger] {
                let answer = browser.send(method, &path, &[], None);
                assert_hardened(&answer, &format!("{method} {path}: {}", answer.status));
            }
        }
    }
    for row in flagstaff::routes::all() {
        let path = filled(&row.path());
        for method in ["GET", "POST", "DELETE"] {
            let answer = pages.server.client().send(method, &path, None);
            assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{method} {path}");
            assert!(answer.header("server").is_none(), "{method} {path}");
        }
    }
}

#[test]
fn head_answers_as_get_does_without_the_page() {
    let pages = Pages::with_people();
    let (admin, stranger) = (pages.signed_in(Role::Admin), pages.browser());
    for path in ["/login", "/p/default/production", "/p/default/production/flags", "/", "/setup"] {
        for browser in [&admin, &stranger] {
            let (get, head) = (browser.get(path), browser.send("HEAD", path, &[], None));
            assert_eq!(get.status, head.status, "{path}");
            assert_eq!(get.header("location"), head.header("location"), "{path}");
            assert_eq!(head.text, "", "{path}");
        }
    }
}

/// A path with something in each of its places.
fn filled(path: &str) -> String {
    let path = path.replace("{project}", "default").replace("{environment}", "production");
    let parts: Vec<&str> = path.split('/').collect();
    let parts = parts.iter().map(|part| if part.starts_with('{') { "1" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

#[test]
fn an_error_is_a_page_for_people_and_a_sentence_for_htmx() {
    let pages = Pages::with_people();
    let admin = pages.signed_in(Role::Admin);
    let page = admin.get("/p/default/production/nothing");
    assert!(page.text.contains("This page does not exist"), "{}", page.text);
    let part = admin.get_with("/p/default/nothing/flags", &[("hx-request", "true")]);
    assert_eq!((part.status, part.text.as_str()), (404, ""));
    assert!(part.header("x-reason").unwrap().contains("renamed"));
    assert_eq!(part.header("hx-reswap"), Some("none"));
}

#[test]
fn looking_at_whatever_there_is_changes_nothing() {
    let pages = Pages::with_people();
    let story = Story::begin_on(&pages.database.url());
    let admin = pages.signed_in(Role::Admin);
    let token = sign_in_by_api(&pages);
    let mut connection = pages.database.connection();
    let before = fingerprint(&mut connection);
    let fill = |path: &str, slug: &str| {
        filled(&path.replace("{slug}", slug).replace("{key}", "auto_playlist"))
    };
    for slug in ["automatic-playlist", "iphone-users-in-miami"] {
        let pages_there_are = flagstaff::routes::pages();
        for row in pages_there_are.iter().filter(|row| row.method() == "GET") {
            let path = fill(row.path(), slug);
            for (method, headers) in
                [("GET", [("a", "b")]), ("HEAD", [("a", "b")]), ("GET", [("hx-request", "true")])]
            {
                let answer = admin.send(method, &path, &headers, None);
                assert!(answer.status < 500, "{method} {path}: {}", answer.status);
            }
        }
        let routes = flagstaff::routes::all();
        for row in routes.iter().filter(|row| row.method() == "GET") {
            let path = fill(&row.path(), slug);
            let client = pages.server.client().with_bearer(&token);
            let answer = client.send("GET", &path, None);
            assert!(answer.status < 500, "{path}: {}", answer.status);
        }
    }
    assert_eq!(fingerprint(&mut connection), before);
    drop(story);
}

fn sign_in_by_api(pages: &Pages) -> String {
    let login = json!({"username": "admin@example.com", "password": PASSWORD});
    let answer = pages.server.client().post("/api/v1/auth/login", &login).expect(200);
    answer["access_token"].as_str().unwrap().to_owned()
}
