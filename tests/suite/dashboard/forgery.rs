//! Requests that somebody else's page makes a browser send.

use flagstaff::domain::role::Role;

use super::browser::Pages;

const OWN: &str = "own";
const SITES: [Option<&str>; 5] =
    [None, Some("same-origin"), Some("none"), Some("same-site"), Some("cross-site")];
const ORIGINS: [Option<&str>; 5] =
    [None, Some(OWN), Some("null"), Some("http://evil.example"), Some("http://127.0.0.1:1")];

/// What the rule says: the browser's own word first, else the origin; and always the token.
fn may_pass(site: Option<&str>, origin: Option<&str>, good_token: bool) -> bool {
    let source = match (site, origin) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => origin == OWN,
        (None, None) => true,
    };
    source && good_token
}

#[test]
fn a_form_passes_only_from_our_own_pages_and_with_its_token() {
    let pages = Pages::with_people();
    let (signed_in, stranger) = (pages.signed_in(Role::Admin), pages.browser());
    let foreign = pages.signed_in(Role::Viewer).token();
    for browser in [&signed_in, &stranger] {
        let token = browser.token();
        for site in SITES {
            for origin in ORIGINS {
                for sent in [Some(token.as_str()), Some(foreign.as_str()), None] {
                    let own = pages.server.address.as_str();
                    let mut headers = Vec::new();
                    headers.extend(site.map(|site| ("sec-fetch-site", site)));
                    headers.extend(origin.map(|o| ("origin", if o == OWN { own } else { o })));
                    let mut fields = vec![("theme", "dark"), ("back", "/")];
                    fields.extend(sent.map(|sent| ("csrf", sent)));
                    let passes = may_pass(site, origin, sent == Some(token.as_str()));
                    let answer = browser.post_with("/theme", &headers, &fields);
                    let expected = if passes { 303 } else { 403 };
                    assert_eq!(answer.status, expected, "{site:?} {origin:?} {sent:?}");
                }
            }
        }
    }
}

#[test]
fn logging_in_and_out_and_setting_up_are_guarded_like_everything_else() {
    let pages = Pages::with_people();
    let browser = pages.signed_in(Role::Admin);
    for path in flagstaff::routes::pages().iter().filter(|row| row.method() != "GET") {
        let path = path.path().replace("{project}", "default");
        let path = path.replace("{environment}", "production");
        let token = browser.token();
        let elsewhere = [("sec-fetch-site", "cross-site")];
        let answer = browser.post_with(&path, &elsewhere, &[("csrf", &token)]);
        assert_eq!(answer.status, 403, "{path}");
        let answer = browser.post_with(&path, &[], &[]);
        assert_eq!(answer.status, 403, "{path} without a token");
        let json = [("sec-fetch-site", "same-origin"), ("content-type", "text/plain")];
        let answer = browser.send("POST", &path, &json, Some(b"{\"csrf\":1}"));
        assert_eq!(answer.status, 415, "{path} as text");
    }
    assert_eq!(browser.get("/p/default/production").status, 200);
}
