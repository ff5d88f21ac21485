//! What browsers report of our own policy: something on a page that must not be there.

use actix_web::{HttpRequest, HttpResponse, web::Payload};

use crate::http::read_body;

const MOST_BYTES: usize = 16 * 1024;
const MOST_LOGGED: usize = 500;

/// Takes a report into the log. Anybody may send anything, so little of it is kept.
pub async fn take(request: HttpRequest, payload: Payload) -> HttpResponse {
    match read_body(&request, payload, MOST_BYTES).await {
        Ok(body) => {
            let text: String = String::from_utf8_lossy(&body).chars().take(MOST_LOGGED).collect();
            tracing::warn!(report = text.escape_debug().to_string(), "a browser refused something");
            HttpResponse::NoContent().finish()
        }
        Err(_) => HttpResponse::BadRequest().finish(),
    }
}
