//! Headers that several doors send.

use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};

use super::RequestId;

/// The media type of JSON answers.
pub const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Lets scripts of any page read an answer; only for what a public client key may read.
pub const ANYBODYS_ORIGIN: (HeaderName, HeaderValue) =
    (header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));

/// The type of an answer is what it says; nobody guesses.
pub const NO_SNIFFING: (HeaderName, HeaderValue) =
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));

/// What every answer of management and of pages carries.
const ALWAYS: [(HeaderName, &str); 6] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "same-origin"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::CROSS_ORIGIN_OPENER_POLICY, "same-origin"),
    (header::CROSS_ORIGIN_RESOURCE_POLICY, "same-origin"),
    (header::PERMISSIONS_POLICY, "camera=(), microphone=(), geolocation=(), payment=(), usb=()"),
];

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Gives an answer the headers that keep browsers from doing anything unexpected with it, and the
/// id of its request.
pub fn harden(headers: &mut HeaderMap, id: &RequestId) {
    for (name, value) in ALWAYS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if let Ok(value) = HeaderValue::from_str(id.as_str()) {
        headers.insert(X_REQUEST_ID, value);
    }
}
