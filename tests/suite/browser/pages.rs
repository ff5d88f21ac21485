//! Every page, by the table of routes: a page that is new there has to be named here.

use flagstaff::{dashboard::Admission, routes};

/// Below the addresses of a project in an environment.
const PLACE: &str = "/p/{project}/{environment}";
const PRODUCTION: &str = "/p/default/production";

/// A way in to a page: where it is, and whether one is signed in there.
#[derive(Debug, Clone)]
pub struct Address {
    pub path: String,
    pub is_of_everybody: bool,
}

/// The addresses at which a page has something to show, in a house with the story in it; nothing
/// for what is no page. `None` where this list does not know the page.
fn ways_to(page: &str) -> Option<&'static [&'static str]> {
    Some(match page {
        "/static/{name}" | "/setup" | "/" => &[],
        "/login" => &["/login"],
        PLACE => &["", "/nothing-here"],
        "/p/{project}" => &[],
        "/flags" => &["/flags", "/flags?q=nothing+like+this", "/flags?status=archived"],
        "/flags/new" => &["/flags/new"],
        "/flags/{slug}" => &["/flags/automatic-playlist"],
        "/flags/{slug}/clone" => &["/flags/automatic-playlist/clone"],
        "/flags/{slug}/archive" => &["/flags/automatic-playlist/archive"],
        "/flags/{slug}/publish" => &[
            "/flags/automatic-playlist/publish?version=2",
            "/flags/automatic-playlist/publish?from=production&to=staging",
        ],
        "/flags/{slug}/versions" => &["/flags/automatic-playlist/versions"],
        "/flags/{slug}/versions/{number}" => &[
            "/flags/automatic-playlist/versions/1",
            "/flags/automatic-playlist/versions/1?as=json",
        ],
        "/flags/{slug}/versions/{number}/edit" => &["/flags/automatic-playlist/versions/1/edit"],
        "/flags/{slug}/code" => {
            &["/flags/automatic-playlist/code", "/flags/automatic-playlist/code?lang=swift"]
        }
        "/flags/{slug}/activity" => &["/flags/automatic-playlist/activity"],
        "/flags/{slug}/compare" => &[],
        "/flags/{slug}/compare/{versions}" => &[
            "/flags/automatic-playlist/compare/1...1?same=1",
            "/flags/automatic-playlist/compare/1...1?as=words&same=1",
            "/flags/automatic-playlist/compare/1...1?as=json",
        ],
        "/keys" => &["/keys", "/keys?q=nothing+like+this"],
        "/keys/new" => &["/keys/new"],
        "/keys/{key}/edit" => &["/keys/auto_playlist/edit"],
        "/keys/{key}/users" => &["/keys/auto_playlist/users"],
        "/keys/{key}/code" => &["/keys/auto_playlist/code"],
        "/keys/{key}/archive" => &["/keys/auto_playlist/archive"],
        "/playground" => &[
            "/playground",
            "/playground?user=nobody&flag=automatic-playlist",
            "/playground?user=nobody&a=eyJwbGF0Zm9ybSI6ImlQaG9uZSJ9&as=json&by=moment&at=2026-01-01T00:00",
        ],
        "/search" => &["/search", "/search?q=auto", "/search?q=nothing+like+this"],
        "/segments" => &["/segments", "/segments?q=nothing+like+this"],
        "/segments/new" => &["/segments/new", "/segments/new?example=premium"],
        "/segments/new/list" => &["/segments/new/list"],
        "/segments/{slug}" => &["/segments/iphone-users-in-miami", "/segments/vip"],
        "/segments/{slug}/members" => &[],
        "/segments/{slug}/revisions" => {
            &["/segments/iphone-users-in-miami/revisions", "/segments/vip/revisions"]
        }
        "/segments/{slug}/revisions/{number}" => {
            &["/segments/iphone-users-in-miami/revisions/1", "/segments/vip/revisions/1"]
        }
        "/segments/{slug}/clone" => &["/segments/iphone-users-in-miami/clone"],
        "/segments/{slug}/archive" => &["/segments/iphone-users-in-miami/archive"],
        "/users" => &["/users", "/users?q=nothing+like+this"],
        "/users/{user_id}" => &["/users/ada%2F1", "/users/nobody"],
        "/users/{user_id}/delete" => &["/users/ada%2F1/delete"],
        _ => return None,
    })
}

/// Every page that a browser can go to.
pub fn all() -> Vec<Address> {
    let mut addresses = Vec::new();
    for row in routes::pages().iter().filter(|row| row.method().as_str() == "GET") {
        let place = row.path().strip_prefix(PLACE).filter(|rest| !rest.is_empty());
        // Parts of pages are seen with their pages.
        if place.is_some_and(|rest| rest.contains("/_")) {
            continue;
        }
        let page = place.unwrap_or(row.path());
        // Both kinds have the same pages; the config of the story is called Theme.
        let of_flags = page.replacen("/configs", "/flags", 1);
        let is_config = of_flags != page;
        let ways = ways_to(&of_flags).unwrap_or_else(|| {
            panic!("{page} is a page: name its addresses in tests/suite/browser/pages.rs")
        });
        let start = if row.path().starts_with(PLACE) { PRODUCTION } else { "" };
        let way_of = |way: &str| match is_config {
            true => way
                .replacen("/flags", "/configs", 1)
                .replace("automatic-playlist", "theme")
                // Its only version is live in production already.
                .replace("/theme/publish?version=2", "/theme/publish?version=1&to=staging"),
            false => way.to_owned(),
        };
        addresses.extend(ways.iter().map(|way| Address {
            path: format!("{start}{}", way_of(way)),
            is_of_everybody: row.admission() == Admission::Anybody,
        }));
    }
    addresses
}
