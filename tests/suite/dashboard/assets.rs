//! Styles and scripts, and how much of them and of pages goes over the wire.

use flagstaff::{
    dashboard::assets::{ALL, APP_CSS, APP_JS, Asset, HTMX_JS, IDIOMORPH_JS},
    domain::role::Role,
};

use super::browser::Pages;

fn asset(address: &str) -> &'static Asset {
    ALL.iter().find(|asset| asset.address == address).unwrap()
}

#[test]
fn every_asset_comes_compressed_and_may_be_kept_for_good() {
    let pages = Pages::untouched();
    for asset in ALL {
        let client = pages.server.client().with_header("accept-encoding", "gzip, br");
        let (answer, body) = client.get_bytes(asset.address);
        assert_eq!(answer.status, 200, "{}", asset.address);
        assert_eq!(body, asset.brotli);
        assert_eq!(answer.header("content-encoding"), Some("br"));
        assert_eq!(answer.header("cache-control"), Some("public, max-age=31536000, immutable"));
        assert_eq!(answer.header("content-type"), Some(asset.media_type));
        let etag = answer.header("etag").unwrap().to_owned();
        let again = client.with_header("if-none-match", &etag).get(asset.address);
        assert_eq!((again.status, again.text.as_str()), (304, ""));
    }
}

#[test]
fn a_browser_without_brotli_gets_the_same_and_an_old_address_gets_nothing() {
    let pages = Pages::untouched();
    let plain = pages.server.client().with_header("accept-encoding", "gzip, br;q=0").get(APP_CSS);
    assert!(plain.header("content-encoding").is_none());
    assert_eq!(plain.text.as_bytes(), asset(APP_CSS).plain);
    assert_eq!(pages.server.client().get("/static/app.000000000000.css").status, 404);
    assert_eq!(pages.server.client().get("/static/..%2f..%2fCargo.toml").status, 404);
}

#[test]
fn styles_scripts_and_pages_keep_to_their_budgets() {
    assert!(asset(APP_CSS).plain.len() <= 50_000, "{}", asset(APP_CSS).plain.len());
    assert!(asset(APP_CSS).brotli.len() <= 10_000, "{}", asset(APP_CSS).brotli.len());
    let scripts: usize =
        [APP_JS, HTMX_JS, IDIOMORPH_JS].iter().map(|script| asset(script).brotli.len()).sum();
    assert!(scripts <= 30_000, "{scripts}");
    let pages = Pages::with_people();
    let page = pages.signed_in(Role::Admin).get("/p/default/production/flags").text;
    assert!(page.len() + asset(APP_CSS).brotli.len() + scripts <= 60_000, "{}", page.len());
    assert!(!page.contains("style=") && !page.contains("<style") && !page.contains(" onclick"));
}

#[test]
fn pages_come_compressed_unless_another_site_has_asked_for_them() {
    let pages = Pages::with_people();
    let admin = pages.signed_in(Role::Admin);
    let coding = |from: &str| {
        let headers = [("accept-encoding", "gzip, br"), ("sec-fetch-site", from)];
        let cookie = format!("sid={}", admin.session().unwrap());
        let mut client = pages.server.client().with_header("cookie", &cookie);
        for (name, value) in headers {
            client = client.with_header(name, value);
        }
        let (answer, bytes) = client.get_bytes("/p/default/production/flags");
        assert_eq!(answer.status, 200);
        (answer.header("content-encoding").map(str::to_owned), bytes.len())
    };
    let plain = admin.get("/p/default/production/flags").text.len();
    let (own, length) = coding("same-origin");
    assert_eq!(own.as_deref(), Some("br"));
    assert!(length < plain / 2, "{length} of {plain}");
    assert_eq!(coding("cross-site").0, None);
}
