//! The few cookies: the session, and what a browser remembers without anybody being signed in.

use actix_web::{
    HttpRequest,
    http::header::{self, HeaderMap, HeaderValue},
};
use chrono::TimeDelta;

use super::Site;

/// The last project and environment, as `project/environment`.
pub const PLACE: &str = "place";
/// `light` or `dark`; none for what the system says.
pub const THEME: &str = "theme";
/// The keys of the projects whose first steps are put away, with dots between them.
pub const HIDDEN_STEPS: &str = "hidden_steps";
/// What the next page has to say.
pub const TOAST: &str = "toast";

/// The name of the session's cookie. Browsers refuse the first form on plain HTTP.
pub fn session(site: &Site) -> &'static str {
    if site.is_https() { "__Host-sid" } else { "sid" }
}

/// The name of the cookie that forms are bound to before anybody is signed in.
pub fn visit(site: &Site) -> &'static str {
    if site.is_https() { "__Host-visit" } else { "visit" }
}

/// The value that a request carries under that name.
pub fn get(request: &HttpRequest, name: &str) -> Option<String> {
    let all = request.headers().get_all(header::COOKIE).filter_map(|value| value.to_str().ok());
    let mut pairs = all.flat_map(|cookies| cookies.split(';')).filter_map(|c| c.split_once('='));
    let (_, value) = pairs.find(|(found, _)| found.trim() == name)?;
    Some(value.trim().to_owned()).filter(|value| !value.is_empty())
}

/// Has the browser keep a value for that long, or until it is closed. Scripts never see it.
pub fn set(headers: &mut HeaderMap, site: &Site, name: &str, value: &str, keep: Option<TimeDelta>) {
    let secure = if site.is_https() { "; Secure" } else { "" };
    let keep = keep.map(|time| format!("; Max-Age={}", time.num_seconds())).unwrap_or_default();
    let cookie = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{keep}");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        headers.append(header::SET_COOKIE, cookie);
    }
}

/// Has the browser forget a value.
pub fn forget(headers: &mut HeaderMap, site: &Site, name: &str) {
    set(headers, site, name, "", Some(TimeDelta::zero()));
}
