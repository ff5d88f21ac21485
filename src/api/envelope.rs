//! What every management answer carries, whatever its status: the headers that keep browsers from
//! doing anything with it, and the id of its request.

use actix_web::{
    Error, HttpResponse,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::header::{self, HeaderMap, HeaderName, HeaderValue},
    middleware::Next,
};

use crate::http::{Problem, RequestId, harden};

/// What a handler may set otherwise.
const UNLESS_SET: [(HeaderName, &str); 2] = [
    (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'; sandbox"),
    (header::CACHE_CONTROL, "no-store"),
];

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
    harden(headers, id);
}
