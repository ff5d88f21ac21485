//! What every answer of the pages carries; and that looking changes nothing.

use flagstaff::domain::role::Role;

use super::browser::Pages;
use crate::support::Answer;
use crate::support::fingerprint;

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
    let large = vec![b'a'; 300 * 1024];
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let answer = admin.send("POST", "/theme", &form, Some(&large));
    assert_eq!(answer.status, 413);
    assert_hardened(&answer, "413");
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
fn looking_at_pages_changes_nothing() {
    let pages = Pages::with_people();
    let admin = pages.signed_in(Role::Admin);
    let mut connection = pages.database.connection();
    let before = fingerprint(&mut connection);
    for row in flagstaff::routes::pages().iter().filter(|row| row.method() == "GET") {
        let path = row.path().replace("{project}", "default");
        let path = path.replace("{environment}", "production");
        for method in ["GET", "HEAD"] {
            admin.send(method, &path, &[], None);
        }
    }
    assert_eq!(fingerprint(&mut connection), before);
}
