//! Requests that somebody else's page makes a browser send are refused.
//!
//! Two layers, in front of every route of the pages, login included: what the browser itself says
//! of where a request comes from, and a token in every form that only our own pages know. The
//! token belongs to the session's cookie (before anybody is signed in, to the visit's), so it needs
//! no storage and ends with it.

use actix_web::{HttpRequest, http::header};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use super::{PageError, Site, cookies};

/// The name of the field in every form.
pub const FIELD: &str = "csrf";

const FOREIGN: &str = "This came from another site, so it was not done. Open the page here and try \
                       again.";

/// How long what a cookie's forms are known by is, and what masks it.
const LENGTH: usize = 32;

/// A token of the cookie with that value: behind random bytes what the cookie's forms are known by,
/// masked with them. So it is another one on each page, and the length of a compressed page tells
/// nothing of it, whatever else is on the page.
pub fn token(cookie: &str) -> String {
    let mask: [u8; LENGTH] = rand::random();
    let known_by = known_by(cookie);
    let masked = known_by.iter().zip(mask).map(|(byte, mask)| byte ^ mask);
    URL_SAFE_NO_PAD.encode(mask.into_iter().chain(masked).collect::<Vec<u8>>())
}

/// What a token hides; nothing where it is none.
fn unmasked(token: &str) -> Vec<u8> {
    let bytes = URL_SAFE_NO_PAD.decode(token).unwrap_or_default();
    let (mask, masked) = bytes.split_at(bytes.len().min(LENGTH));
    mask.iter().zip(masked).map(|(mask, byte)| mask ^ byte).collect()
}

fn known_by(cookie: &str) -> Vec<u8> {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(cookie.as_bytes()) else {
        return Vec::new();
    };
    mac.update(b"forms of Flagstaff");
    mac.finalize().into_bytes().to_vec()
}

/// The value of the cookie that the forms of this browser are bound to.
pub fn bound_to(request: &HttpRequest, site: &Site) -> Option<String> {
    cookies::get(request, cookies::session(site))
        .or_else(|| cookies::get(request, cookies::visit(site)))
}

/// Refuses what the browser says comes from elsewhere. A request that says nothing of it passes
/// here, and depends on its token.
///
/// # Errors
/// [`PageError::Forbidden`].
pub fn check_source(request: &HttpRequest, site: &Site) -> Result<(), PageError> {
    let text = |name: &str| request.headers().get(name).map(|value| value.to_str().unwrap_or("?"));
    let foreign = || Err(PageError::Forbidden(FOREIGN.to_owned()));
    match (text("sec-fetch-site"), text(header::ORIGIN.as_str())) {
        (Some("same-origin" | "none"), _) => Ok(()),
        (Some(_), _) => foreign(),
        (None, Some(origin)) => {
            let host = text(header::HOST.as_str()).unwrap_or_default();
            if site.is_own_origin(origin, host) { Ok(()) } else { foreign() }
        }
        (None, None) => Ok(()),
    }
}

/// Whether the browser itself says that a request comes from one of our own pages. One that says
/// nothing of it may come from anywhere.
pub fn is_surely_own(request: &HttpRequest, site: &Site) -> bool {
    let says = |name: &str| request.headers().contains_key(name);
    let says_something = says("sec-fetch-site") || says(header::ORIGIN.as_str());
    let by_hand = request.headers().get("sec-fetch-site").is_some_and(|value| value == "none");
    says_something && !by_hand && check_source(request, site).is_ok()
}

/// Refuses a form without the token of this browser.
///
/// # Errors
/// [`PageError::Stale`].
pub fn check_token(request: &HttpRequest, site: &Site, sent: &str) -> Result<(), PageError> {
    let own = bound_to(request, site).map(|cookie| known_by(&cookie));
    let good = own.is_some_and(|own| !own.is_empty() && own.ct_eq(&unmasked(sent)).into());
    if good { Ok(()) } else { Err(PageError::Stale) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_of_one_cookie_differ_and_all_are_good() {
        let (first, second) = (token("cookie"), token("cookie"));
        assert_ne!(first, second);
        assert_eq!(unmasked(&first), known_by("cookie"));
        assert_eq!(unmasked(&second), known_by("cookie"));
        assert_ne!(unmasked(&token("another")), known_by("cookie"));
        for nonsense in ["", "x", "AAAA", &first[..20]] {
            assert_ne!(unmasked(nonsense), known_by("cookie"), "{nonsense}");
        }
    }
}
