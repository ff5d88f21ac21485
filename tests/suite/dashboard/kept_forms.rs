//! What was typed is not lost when the session has ended meanwhile, and goes out again only when
//! its person says so.

use flagstaff::domain::role::Role;

use super::browser::{Browser, PASSWORD, Pages, field};
use crate::support::{Answer, fingerprint};

/// A form of somebody who is signed in.
const FORM: &str = "/p/default/production/hide-first-steps";
const OWN: &[(&str, &str)] = &[("sec-fetch-site", "same-origin")];
const TYPED: &[(&str, &str)] =
    &[("name", "A & \"B\" <c>"), ("note", "two\nlines"), ("note", "again"), ("password", "hidden")];

fn typed_with_token(token: &str) -> Vec<(&str, &str)> {
    TYPED.iter().copied().chain([("csrf", token)]).collect()
}

fn log_in_again(browser: &Browser, page: &Answer, password: &str) -> Answer {
    let text = |name| field(&page.text, name).unwrap_or_default();
    let (token, address, fields) = (text("csrf"), text("kept_address"), text("kept_fields"));
    browser.post_with(
        "/login",
        OWN,
        &[
            ("email", "developer@example.com"),
            ("password", password),
            ("csrf", &token),
            ("kept_address", &address),
            ("kept_fields", &fields),
        ],
    )
}

#[test]
fn a_form_that_comes_after_the_session_is_kept_over_the_login_and_sent_by_its_person() {
    let pages = Pages::with_people();
    let browser = pages.signed_in(Role::Developer);
    let token = browser.token();
    browser.let_session_end(&pages);
    let asked = browser.post_with(FORM, OWN, &typed_with_token(&token));
    assert_eq!(asked.status, 401);
    assert!(asked.text.contains("You were logged out"), "{}", asked.text);
    assert!(asked.text.contains("What you entered is kept."));
    assert!(!asked.text.contains("=hidden") && !asked.text.contains("password="));

    let wrong = log_in_again(&browser, &asked, "a wrong password");
    assert_eq!(wrong.status, 422);
    let mut connection = pages.database.connection();
    let shown = log_in_again(&browser, &wrong, PASSWORD);
    let before = fingerprint(&mut connection);
    assert_eq!(shown.status, 200);
    assert!(shown.text.contains("You are logged in again"));
    assert!(shown.text.contains("Nothing was lost."));
    assert!(shown.text.contains(&format!("action=\"{FORM}\"")));
    assert!(!browser.cookies.borrow().contains_key("hidden_steps"), "it was sent by itself");

    let fields = [("name", "A & \"B\" <c>"), ("note", "two\nlines")];
    for (name, value) in fields {
        assert_eq!(field(&shown.text, name).as_deref(), Some(value));
    }
    let token = field(&shown.text, "csrf").unwrap();
    let sent = browser.post_with(FORM, OWN, &[fields[0], fields[1], ("csrf", &token)]);
    assert_eq!(sent.status, 303);
    assert!(browser.cookies.borrow().contains_key("hidden_steps"));
    assert_eq!(fingerprint(&mut connection), before);
}

#[test]
fn a_form_that_may_come_from_elsewhere_or_is_too_large_is_not_kept() {
    let pages = Pages::with_people();
    let browser = pages.signed_in(Role::Developer);
    let token = browser.token();
    browser.let_session_end(&pages);
    for silent in [&[] as &[(&str, &str)], &[("sec-fetch-site", "none")]] {
        let asked = browser.post_with(FORM, silent, &typed_with_token(&token));
        assert_eq!(asked.status, 401);
        assert!(!asked.text.contains("kept_fields"), "{silent:?}");
        assert!(asked.text.contains("What you sent was not saved"));
    }
    for foreign in [("sec-fetch-site", "cross-site"), ("origin", "http://evil.example")] {
        let asked = browser.post_with(FORM, &[foreign], &typed_with_token(&token));
        assert_eq!(asked.status, 403);
        assert!(!asked.text.contains("kept_fields") && !asked.text.contains("two\nlines"));
    }
    let own = pages.server.address.clone();
    let asked = browser.post_with(FORM, &[("origin", &own)], &typed_with_token(&token));
    assert!(asked.text.contains("kept_fields"), "the origin is ours");
    let large = "x".repeat(70_000);
    let asked = browser.post_with(FORM, OWN, &[("name", &large), ("csrf", &token)]);
    assert_eq!(asked.status, 401);
    assert!(asked.text.contains("What you sent was not saved"));
}

#[test]
fn what_a_login_carries_along_leads_nowhere_else() {
    let pages = Pages::with_people();
    for address in ["//evil.example/p", "https://evil.example", "/\\evil.example", "/login", ""] {
        let browser = pages.browser();
        let answer = browser.post(
            "/login",
            &[
                ("email", "viewer@example.com"),
                ("password", PASSWORD),
                ("kept_address", address),
                ("kept_fields", "a=b"),
            ],
        );
        assert_eq!((answer.status, answer.header("location")), (303, Some("/")), "{address}");
    }
}

#[test]
fn a_form_that_is_older_than_the_login_comes_back_with_the_new_token() {
    let pages = Pages::with_people();
    let browser = pages.signed_in(Role::Developer);
    let old = browser.token();
    browser.log_in("developer@example.com", PASSWORD, "");
    let shown = browser.post_with(FORM, OWN, &typed_with_token(&old));
    assert_eq!(shown.status, 403);
    assert!(shown.text.contains("This was not sent yet"), "{}", shown.text);
    assert_eq!(field(&shown.text, "name").as_deref(), Some("A & \"B\" <c>"));
    assert!(!browser.cookies.borrow().contains_key("hidden_steps"));
    let renewed = field(&shown.text, "csrf").unwrap();
    assert_eq!(browser.post_with(FORM, OWN, &typed_with_token(&renewed)).status, 303);

    let silent = browser.post_with(FORM, &[], &typed_with_token(&old));
    assert_eq!(silent.status, 403);
    assert!(!silent.text.contains("two\nlines"));
}

#[test]
fn a_page_that_is_older_than_the_login_gets_the_new_token_by_htmx() {
    let pages = Pages::with_people();
    let browser = pages.signed_in(Role::Developer);
    let old = browser.token();
    browser.log_in("developer@example.com", PASSWORD, "");
    let htmx = [("hx-request", "true"), ("sec-fetch-site", "same-origin")];
    let answer = browser.post_with(FORM, &htmx, &typed_with_token(&old));
    assert_eq!((answer.status, answer.text.as_str()), (403, ""));
    let renewed = answer.header("hx-trigger").unwrap();
    let renewed: serde_json::Value = serde_json::from_str(renewed).unwrap();
    let token = renewed["csrf:renewed"]["csrf"].as_str().unwrap();
    assert_eq!(browser.post_with(FORM, OWN, &typed_with_token(token)).status, 303);
    assert!(answer.header("x-reason").unwrap().contains("Try%20once%20more"));
    let silent = browser.post_with(FORM, &[("hx-request", "true")], &typed_with_token(&old));
    assert_eq!((silent.status, silent.header("hx-trigger")), (403, None));

    browser.let_session_end(&pages);
    let answer = browser.post_with(FORM, &htmx, &typed_with_token(&browser.token()));
    assert_eq!((answer.status, answer.header("hx-trigger")), (401, Some("login:needed")));
    assert_eq!(answer.text, "");
}
