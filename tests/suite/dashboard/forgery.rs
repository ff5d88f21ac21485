//! Requests that somebody else's page makes a browser send.

use flagstaff::domain::role::Role;

use super::browser::{Browser, Pages};
use crate::support::fingerprint;

const OWN: &str = "own";
const SITES: [Option<&str>; 5] =
    [None, Some("same-origin"), Some("none"), Some("same-site"), Some("cross-site")];
const ORIGINS: [Option<&str>; 5] =
    [None, Some(OWN), Some("null"), Some("http://evil.example"), Some("http://127.0.0.1:1")];

/// What a request says of itself.
#[derive(Debug, Clone, Copy)]
struct Cell<'a> {
    site: Option<&'a str>,
    origin: Option<&'a str>,
    token: Option<&'a str>,
}

impl Cell<'_> {
    /// What the rule says: the browser's own word first, else the origin; and always the token.
    fn may_pass(self, good: &str) -> bool {
        let source = match (self.site, self.origin) {
            (Some(site), _) => matches!(site, "same-origin" | "none"),
            (None, Some(origin)) => origin == OWN,
            (None, None) => true,
        };
        source && self.token == Some(good)
    }

    fn send(self, browser: &Browser, own: &str, path: &str) -> u16 {
        let mut headers = Vec::new();
        headers.extend(self.site.map(|site| ("sec-fetch-site", site)));
        headers
            .extend(self.origin.map(|origin| ("origin", if origin == OWN { own } else { origin })));
        let mut fields = vec![("theme", "dark"), ("back", "/")];
        fields.extend(self.token.map(|token| ("csrf", token)));
        browser.post_with(path, &headers, &fields).status
    }
}

fn cells<'a>(good: &'a str, foreign: &'a str) -> Vec<Cell<'a>> {
    let mut cells = Vec::new();
    for site in SITES {
        for origin in ORIGINS {
            for token in [Some(good), Some(foreign), None] {
                cells.push(Cell { site, origin, token });
            }
        }
    }
    cells
}

/// Every address that changes something; of things that do not exist.
fn mutating() -> Vec<String> {
    let rows = flagstaff::routes::pages();
    let rows = rows.iter().filter(|row| row.method() != "GET");
    rows.map(|row| {
        assert_eq!(row.method(), "POST", "forms know no other method");
        let path = row.path().replace("{project}", "default");
        let path = path.replace("{environment}", "production");
        let parts: Vec<&str> = path.split('/').collect();
        let parts = parts.iter().map(|part| if part.starts_with('{') { "999" } else { part });
        parts.collect::<Vec<_>>().join("/")
    })
    .collect()
}

#[test]
fn a_form_passes_only_from_our_own_pages_and_with_its_token() {
    let pages = Pages::with_people();
    let (signed_in, stranger) = (pages.signed_in(Role::Admin), pages.browser());
    let foreign = pages.signed_in(Role::Viewer).token();
    let own = pages.server.address.as_str();
    for browser in [&signed_in, &stranger] {
        let token = browser.token();
        for cell in cells(&token, &foreign) {
            let expected = if cell.may_pass(&token) { 303 } else { 403 };
            assert_eq!(cell.send(browser, own, "/theme"), expected, "{cell:?}");
        }
    }
}

#[test]
fn the_same_holds_for_every_address_that_changes_something() {
    let pages = Pages::with_people();
    let foreign = pages.signed_in(Role::Viewer).token();
    let own = pages.server.address.as_str();
    let mut connection = pages.database.connection();
    let mut browser = pages.signed_in(Role::Admin);
    for path in mutating() {
        let token = browser.token();
        let before = fingerprint(&mut connection);
        let (passing, refused): (Vec<_>, Vec<_>) =
            cells(&token, &foreign).into_iter().partition(|cell| cell.may_pass(&token));
        for cell in refused {
            assert_eq!(cell.send(&browser, own, &path), 403, "{path} {cell:?}");
        }
        assert_eq!(fingerprint(&mut connection), before, "{path}");
        let [first, ..] = passing.as_slice() else { panic!("nothing passes") };
        assert_ne!(first.send(&browser, own, &path), 403, "{path}");
        if browser.get("/p/default/production").status != 200 {
            browser = pages.signed_in(Role::Admin);
        }
    }
}

/// Whether that address takes a form with a file.
fn takes_a_file(path: &str) -> bool {
    path.ends_with("/members") || path.ends_with("/new/list")
}

#[test]
fn what_is_no_form_is_refused_everywhere() {
    let pages = Pages::with_people();
    let browser = pages.signed_in(Role::Admin);
    for path in mutating() {
        for media_type in ["text/plain", "application/json", "multipart/form-data; boundary=x"] {
            let headers = [("sec-fetch-site", "same-origin"), ("content-type", media_type)];
            let answer = browser.send("POST", &path, &headers, Some(b"{\"csrf\":1}"));
            let broken_form = takes_a_file(&path) && media_type.starts_with("multipart");
            let expected = if broken_form { 400 } else { 415 };
            assert_eq!(answer.status, expected, "{path} as {media_type}");
        }
    }
    assert_eq!(browser.get("/p/default/production").status, 200);
}
