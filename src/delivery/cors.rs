//! Letting scripts of other origins ask with a client key.

use actix_web::{
    HttpRequest, HttpResponse, HttpResponseBuilder,
    http::header::{
        ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_EXPOSE_HEADERS,
        ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS, HeaderMap, HeaderName, HeaderValue,
        VARY,
    },
};

use super::KeyKind;
use crate::http::ANYBODYS_ORIGIN;

/// Without this, scripts see neither the tag of an answer nor how long to wait.
const EXPOSED: (HeaderName, HeaderValue) =
    (ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("ETag, Retry-After"));

/// Answers the question that browsers ask before a request to another origin.
pub async fn preflight(request: HttpRequest) -> HttpResponse {
    let mut response = HttpResponse::NoContent();
    response.insert_header(ANYBODYS_ORIGIN);
    response.insert_header((ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, OPTIONS"));
    response.insert_header((ACCESS_CONTROL_MAX_AGE, "86400"));
    response.insert_header((VARY, "Access-Control-Request-Headers"));
    if let Some(asked) = request.headers().get(ACCESS_CONTROL_REQUEST_HEADERS) {
        response.insert_header((ACCESS_CONTROL_ALLOW_HEADERS, asked.clone()));
    }
    response.finish()
}

/// Opens an answer to scripts of any page, unless a server key was used: that one is secret, and
/// has no place in a page.
pub fn open(response: &mut HttpResponseBuilder, kind: Option<KeyKind>) {
    if kind != Some(KeyKind::Server) {
        response.insert_header(ANYBODYS_ORIGIN);
        response.insert_header(EXPOSED);
    }
}

/// The same for an answer that is already made.
pub fn open_to(headers: &mut HeaderMap, kind: Option<KeyKind>) {
    if kind != Some(KeyKind::Server) {
        let (name, value) = ANYBODYS_ORIGIN;
        headers.insert(name, value);
        let (name, value) = EXPOSED;
        headers.insert(name, value);
    }
}
