//! What a proxy says of a request is believed where the settings name the proxy, and nowhere else.

use diesel::{QueryableByName, RunQueryDsl, sql_query, sql_types::Text};
use flagstaff::settings::Options;

use super::browser::{PASSWORD, Pages};

#[derive(QueryableByName)]
struct Address {
    #[diesel(sql_type = Text)]
    ip: String,
}

fn behind_a_proxy(options: &mut Options) {
    options.trusted_proxies = Some("127.0.0.1, 10.0.0.0/8".to_owned());
}

/// The address that the session of somebody is noted with who logs in with these headers.
fn noted(pages: &Pages, headers: &[(&str, &str)]) -> String {
    let mut browser = pages.browser();
    for (name, value) in headers {
        browser.client = browser.client.with_header(name, value);
    }
    let answer = browser.log_in("viewer@example.com", PASSWORD, "");
    assert_eq!(answer.status, 303, "{headers:?}");
    let newest = "select ip from sessions order by created_at desc limit 1";
    sql_query(newest).get_result::<Address>(&mut pages.database.connection()).unwrap().ip
}

#[test]
fn the_address_of_a_visitor_is_the_nearest_that_no_trusted_proxy_has() {
    let pages = Pages::with_people_and(behind_a_proxy);
    let cases: &[(&[(&str, &str)], &str)] = &[
        (&[], "127.0.0.1"),
        (&[("x-forwarded-for", "203.0.113.7")], "203.0.113.7"),
        // What the visitor has written there before stands to the left.
        (&[("x-forwarded-for", "198.51.100.1, 203.0.113.7")], "203.0.113.7"),
        (&[("x-forwarded-for", "198.51.100.1, 203.0.113.7, 10.1.2.3")], "203.0.113.7"),
        (&[("x-forwarded-for", "203.0.113.7:4711, 10.1.2.3:80")], "203.0.113.7"),
        (&[("x-forwarded-for", "10.9.9.9")], "10.9.9.9"),
        (&[("x-forwarded-for", "198.51.100.1, unknown, 10.1.2.3")], "10.1.2.3"),
        (&[("x-forwarded-for", "nonsense")], "127.0.0.1"),
        (&[("x-forwarded-for", "[2001:db8::7]:4711")], "2001:db8::7"),
        (&[("forwarded", "for=198.51.100.1, For=\"[2001:db8::7]\";proto=https")], "2001:db8::7"),
        (&[("forwarded", "for=203.0.113.7;by=10.0.0.1")], "203.0.113.7"),
        // One of the two is the visitor's own; nobody knows which.
        (&[("forwarded", "for=198.51.100.1"), ("x-forwarded-for", "203.0.113.7")], "127.0.0.1"),
        (&[("forwarded", "for=203.0.113.7"), ("x-forwarded-for", "203.0.113.7")], "203.0.113.7"),
        (&[("x-real-ip", "198.51.100.1")], "127.0.0.1"),
    ];
    for (headers, address) in cases {
        assert_eq!(&noted(&pages, headers), address, "{headers:?}");
    }
}

#[test]
fn what_anybody_else_says_of_a_request_is_not_believed() {
    for trusted in [None, Some("10.0.0.0/8".to_owned())] {
        let pages = Pages::with_people_and(|options| options.trusted_proxies = trusted);
        let forged = [
            ("x-forwarded-for", "203.0.113.7"),
            ("x-forwarded-proto", "https"),
            ("x-forwarded-host", "evil.example"),
        ];
        assert_eq!(noted(&pages, &forged), "127.0.0.1");
        assert_eq!(noted(&pages, &[("forwarded", "for=203.0.113.7;proto=https")]), "127.0.0.1");
        let answer = pages.browser().get_with("/login", &forged);
        let cookie = answer.header("set-cookie").unwrap();
        assert!(cookie.starts_with("visit=") && !cookie.contains("Secure"), "{cookie}");
        assert!(answer.header("strict-transport-security").is_none());
        let browser = pages.browser();
        let own = [("x-forwarded-host", "evil.example"), ("origin", "http://evil.example")];
        let token = browser.token();
        assert_eq!(browser.post_with("/theme", &own, &[("csrf", &token)]).status, 403);
    }
}

#[test]
fn visitors_behind_one_proxy_do_not_wait_for_each_other() {
    let pages = Pages::with_people_and(behind_a_proxy);
    let try_from = |address: &str, number: usize| {
        let mut browser = pages.browser();
        browser.client = browser.client.with_header("x-forwarded-for", address);
        browser.log_in(&format!("{number}@example.com"), "wrong", "").status
    };
    assert!((0..40).any(|number| try_from("203.0.113.7", number) == 429));
    assert_eq!(try_from("198.51.100.9", 100), 422);
}

#[test]
fn behind_a_proxy_that_speaks_https_cookies_are_for_https_alone() {
    let pages = Pages::with_people_and(behind_a_proxy);
    for headers in [
        vec![("x-forwarded-proto", "https"), ("x-forwarded-host", "flags.example.com")],
        vec![("forwarded", "for=203.0.113.7;proto=https;host=flags.example.com")],
    ] {
        let mut browser = pages.browser();
        for (name, value) in &headers {
            browser.client = browser.client.with_header(name, value);
        }
        let answer = browser.log_in("viewer@example.com", PASSWORD, "");
        let cookies = answer.headers.get_all("set-cookie").iter();
        let mut cookies = cookies.map(|cookie| cookie.to_str().unwrap());
        let session = cookies.find(|cookie| cookie.starts_with("__Host-sid=")).unwrap();
        assert!(session.contains("; Secure"), "{session}");
        assert!(answer.header("strict-transport-security").is_some());
        let token = browser.token();
        for (origin, status) in [
            ("https://flags.example.com", 303),
            ("http://flags.example.com", 403),
            ("https://evil.example", 403),
        ] {
            let answer = browser.post_with("/theme", &[("origin", origin)], &[("csrf", &token)]);
            assert_eq!(answer.status, status, "{origin}");
        }
    }
}
