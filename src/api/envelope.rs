//! What every management answer carries, whatever its status: the headers that keep browsers from
//! doing anything with it, and the id of its request.

use std::fmt;

use actix_web::{
    Error, FromRequest, HttpMessage, HttpRequest, HttpResponse,
    body::{BoxBody, MessageBody},
    dev::{Payload, ServiceRequest, ServiceResponse},
    http::header::{self, HeaderMap, HeaderName, HeaderValue},
    middleware::Next,
};
use futures_util::future::{Ready, ready};
use uuid::Uuid;

use crate::http::Problem;

/// What a handler may set otherwise.
const UNLESS_SET: [(HeaderName, &str); 2] = [
    (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'; sandbox"),
    (header::CACHE_CONTROL, "no-store"),
];

/// What no handler sets otherwise.
const ALWAYS: [(HeaderName, &str); 6] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "same-origin"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::CROSS_ORIGIN_OPENER_POLICY, "same-origin"),
    (header::CROSS_ORIGIN_RESOURCE_POLICY, "same-origin"),
    (header::PERMISSIONS_POLICY, "camera=(), microphone=(), geolocation=(), payment=(), usb=()"),
];

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The id of a request: in the answer's header and its problem, in the log and in the audit log.
#[derive(Debug, Clone)]
pub struct RequestId(String);

impl RequestId {
    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The id of that request, which it gets with the first question.
    pub fn of(request: &HttpRequest) -> RequestId {
        if let Some(id) = request.extensions().get::<RequestId>() {
            return id.clone();
        }
        let id = RequestId(Uuid::now_v7().simple().to_string());
        request.extensions_mut().insert(id.clone());
        id
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromRequest for RequestId {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(RequestId::of(request)))
    }
}

/// Wraps everything of management: gives the request its id and the answer its headers.
///
/// # Errors
/// None of its own: what went wrong inside is an answer by now.
pub async fn enveloped<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let id = RequestId::of(request.request());
    let response = next.call(request).await?.map_into_boxed_body();
    let mut response = with_id_in_problem(response, &id);
    set_headers(response.headers_mut(), &id);
    Ok(response)
}

/// Problems know nothing of requests, so the id is added here. What actix refuses by itself (it
/// can't read a path, say) becomes a problem too.
fn with_id_in_problem(response: ServiceResponse, id: &RequestId) -> ServiceResponse {
    let problem = match response.response().error() {
        None => return response,
        Some(error) => match error.as_error::<Problem>() {
            Some(problem) => problem.clone(),
            None => Problem::new(response.status(), "The request can't be answered."),
        },
    };
    let problem = problem.with("request_id", id.as_str());
    let (request, refused) = response.into_parts();
    let mut answer: HttpResponse = problem.to_response();
    for (name, value) in refused.headers() {
        if !answer.headers().contains_key(name) {
            answer.headers_mut().insert(name.clone(), value.clone());
        }
    }
    ServiceResponse::new(request, answer)
}

fn set_headers(headers: &mut HeaderMap, id: &RequestId) {
    for (name, value) in UNLESS_SET {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    for (name, value) in ALWAYS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if let Ok(value) = HeaderValue::from_str(id.as_str()) {
        headers.insert(X_REQUEST_ID, value);
    }
}
