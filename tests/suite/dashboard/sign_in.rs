//! Logging in.

use super::browser::{PASSWORD, Pages};

#[test]
fn a_wrong_password_and_an_unknown_person_read_alike() {
    let pages = Pages::with_people();
    let wrong = pages.browser().log_in("viewer@example.com", "wrong", "");
    let unknown = pages.browser().log_in("nobody@example.com", "wrong", "");
    assert_eq!((wrong.status, unknown.status), (422, 422));
    for answer in [&wrong, &unknown] {
        assert!(answer.text.contains("Email or password is not right."));
        assert!(answer.text.contains("<title>Error: Log in"));
        assert!(!answer.text.contains("value=\"wrong\""));
    }
    assert!(wrong.text.contains("value=\"viewer@example.com\""));
}

#[test]
fn after_some_attempts_the_next_one_has_to_wait() {
    let pages = Pages::with_people();
    let browser = pages.browser();
    let mut attempts = (0..8).map(|_| browser.log_in("viewer@example.com", "wrong", ""));
    let refused = attempts.find(|answer| answer.status == 429).expect("429");
    assert!(refused.text.contains("Too many attempts"));
}

#[test]
fn after_a_login_one_is_where_one_wanted_to_go_and_never_elsewhere() {
    let pages = Pages::with_people();
    let asked = pages.browser().get("/p/default/staging/flags?q=a");
    let login = asked.header("location").unwrap();
    assert_eq!(login, "/login?next=%2Fp%2Fdefault%2Fstaging%2Fflags%3Fq%3Da");
    assert!(pages.browser().get(login).text.contains("value=\"/p/default/staging/flags?q=a\""));
    for (next, goes) in [
        ("/p/default/staging/flags?q=a", "/p/default/staging/flags?q=a"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example", "/"),
        ("https:evil.example", "/"),
        ("\t//evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/a//evil.example", "/"),
    ] {
        let answer = pages.browser().log_in("viewer@example.com", PASSWORD, next);
        assert_eq!(answer.header("location"), Some(goes), "{next:?}");
    }
}
