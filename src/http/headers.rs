//! Headers that several doors send.

use actix_web::http::header::{HeaderName, HeaderValue};

/// The media type of JSON answers.
pub const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Lets scripts of any page read an answer; only for what a public client key may read.
pub const ANYBODYS_ORIGIN: (HeaderName, HeaderValue) =
    (actix_web::http::header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));

/// The type of an answer is what it says; nobody guesses.
pub const NO_SNIFFING: (HeaderName, HeaderValue) =
    (actix_web::http::header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
