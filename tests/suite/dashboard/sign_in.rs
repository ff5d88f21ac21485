//! Logging in.

use flagstaff::domain::role::Role;

use super::browser::{PASSWORD, Pages, field};

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
    assert!(refused.text.contains("Too many attempts. Try again in "), "{}", refused.text);
    let seconds: u64 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!(refused.text.contains(&format!("in {seconds} second")) && seconds <= 61);
    assert!(refused.text.contains("value=\"viewer@example.com\""));
    let dialog = browser.post_with(
        "/login",
        &[("hx-request", "true"), ("sec-fetch-site", "same-origin")],
        &[("email", "viewer@example.com"), ("password", "wrong"), ("csrf", &browser.token())],
    );
    assert_eq!(dialog.status, 422, "what the dialog shows");
    assert!(dialog.text.contains("Too many attempts. Try again in "));
}

#[test]
fn after_a_login_one_is_where_one_wanted_to_go_and_never_elsewhere() {
    let pages = Pages::with_people();
    let asked = pages.browser().get("/p/default/staging/flags?q=a");
    let login = asked.header("location").unwrap();
    assert_eq!(login, "/login?next=%2Fp%2Fdefault%2Fstaging%2Fflags%3Fq%3Da");
    assert!(pages.browser().get(login).text.contains("value=\"/p/default/staging/flags?q=a\""));
    for next in ["/p/default/staging/flags?q=a", "/p/default/staging/flags?q=http://a.example/b"] {
        let answer = pages.browser().log_in("viewer@example.com", PASSWORD, next);
        assert_eq!(answer.header("location"), Some(next));
    }
}

/// What browsers are known to read as another site, or as a script.
fn corpus() -> Vec<String> {
    let hosts =
        ["evil.example", "evil.example/p/default", "user@evil.example", "[::1]", "evil.example:80"];
    let starts = [
        "//",
        "///",
        "////",
        "/\\",
        "\\/",
        "\\\\",
        "\\",
        "/\t/",
        "/\n/",
        "/\r/",
        "\t//",
        "\n//",
        " //",
        "/ /",
        "http://",
        "https://",
        "HTTPS://",
        "https:",
        "https:/",
        "http:///",
        "ftp://",
        "/.//",
        "/a//",
        "／／",
        "/／",
        "/\u{2028}/",
        "/\u{85}/",
        "//\u{1}",
        "@",
        ".",
        "?//",
        "#//",
        "javascript://",
        "\u{feff}//",
    ];
    let mut all: Vec<String> =
        starts.iter().flat_map(|start| hosts.map(|host| format!("{start}{host}"))).collect();
    let others = [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\tscript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        "mailto:a@b",
        "//e%2f",
        "",
        "p/default",
        "//",
    ];
    all.extend(others.map(str::to_owned));
    all.push(format!("/{}", "a".repeat(3_000)));
    all
}

#[test]
fn no_address_that_is_handed_to_us_leads_to_another_site() {
    let pages = Pages::with_people();
    let viewer = pages.signed_in(Role::Viewer);
    let all = corpus();
    assert!(all.len() > 120);
    for next in &all {
        let answer = viewer.post("/theme", &[("theme", "dark"), ("back", next)]);
        assert_eq!(answer.header("location"), Some("/"), "{next:?}");
        let encoded: String = form_urlencoded::byte_serialize(next.as_bytes()).collect();
        let page = pages.browser().get(&format!("/login?next={encoded}"));
        let carried = field(&page.text, "next").unwrap();
        assert!(carried.is_empty() || carried == "/", "{next:?}: {carried}");
        let entered = viewer.get(&format!("/p/default?to={encoded}"));
        assert_eq!(entered.header("location"), Some("/p/default/production"), "{next:?}");
    }
    for next in all.iter().step_by(9) {
        let answer = pages.browser().log_in("viewer@example.com", PASSWORD, next);
        assert_eq!((answer.status, answer.header("location")), (303, Some("/")), "{next:?}");
        let answer = pages.signed_in(Role::Developer).post("/logout", &[("next", next)]);
        assert_eq!(answer.header("location"), Some("/login"), "{next:?}");
    }
    // Stays here: nothing decodes it on the way.
    for inside in ["/%2f%2fevil.example", "/%09/evil.example", "/%5cevil.example", "/@evil.example"]
    {
        let answer = viewer.post("/theme", &[("theme", "dark"), ("back", inside)]);
        assert_eq!(answer.header("location"), Some(inside));
    }
}
