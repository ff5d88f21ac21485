//! What every answer of the pages carries, whatever its status: the headers that keep browsers
//! from doing anything unexpected with it; and errors in the form that was asked for.

use actix_web::{
    Error, HttpMessage, HttpRequest, HttpResponse,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{
        StatusCode,
        header::{self, HeaderMap, HeaderName, HeaderValue},
    },
    middleware::Next,
};

use super::{
    PageError, ProjectMember, Site, ask::Ask, compressed::compressed, cookies, error_page,
};
use crate::http::{RequestId, harden};

/// Wraps everything of the pages.
///
/// # Errors
/// None of its own: what went wrong inside is an answer by now.
pub async fn framed<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let id = RequestId::of(request.request());
    let response = next.call(request).await?.map_into_boxed_body();
    let mut response = with_errors_shown(response, &id).await;
    let request = response.request().clone();
    remember_place(&request, response.response_mut().headers_mut());
    set_headers(&request, response.headers_mut(), &id);
    Ok(compressed(&request, response))
}

/// What actix refuses by itself (a path that can't be read, say) becomes a page too.
async fn with_errors_shown(response: ServiceResponse, id: &RequestId) -> ServiceResponse {
    let status = response.status();
    let error = match response.response().error() {
        Some(error) => error.as_error::<PageError>().cloned().unwrap_or_else(|| by_status(status)),
        None => return response,
    };
    let (request, refused) = response.into_parts();
    let shown = error_page::show(&error, &request, id).await;
    let mut shown = shown.unwrap_or_else(|_| HttpResponse::new(error.status()));
    for (name, value) in refused.headers() {
        if !shown.headers().contains_key(name) {
            shown.headers_mut().insert(name.clone(), value.clone());
        }
    }
    ServiceResponse::new(request, shown)
}

fn by_status(status: StatusCode) -> PageError {
    match status {
        StatusCode::NOT_FOUND => PageError::NotFound,
        status if status.is_client_error() => {
            PageError::Unreadable(status, "This can't be answered here.".to_owned())
        }
        _ => PageError::Broken,
    }
}

/// The next visit starts where this one was.
fn remember_place(request: &HttpRequest, headers: &mut HeaderMap) {
    let Some(member) = request.extensions().get::<ProjectMember>().cloned() else { return };
    let place = format!("{}/{}", member.project.key, member.environment.key);
    if cookies::get(request, cookies::PLACE).as_deref() != Some(place.as_str()) {
        let keep = Some(chrono::TimeDelta::days(365));
        cookies::set(headers, &Ask::site(request), cookies::PLACE, &place, keep);
    }
}

fn set_headers(request: &HttpRequest, headers: &mut HeaderMap, id: &RequestId) {
    let site: Site = Ask::site(request);
    // Said on this page, so not on the next one.
    let is_page =
        headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == "text/html; charset=utf-8");
    if is_page && !Ask::of(request).is_htmx() && cookies::get(request, cookies::TOAST).is_some() {
        cookies::forget(headers, &site, cookies::TOAST);
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    if !headers.contains_key(header::VARY) {
        let vary = "Accept-Encoding, HX-Request, Sec-Fetch-Site, Origin";
        headers.insert(header::VARY, HeaderValue::from_static(vary));
    }
    if let Ok(policy) = HeaderValue::from_str(&site.content_security_policy()) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert(REPORTING_ENDPOINTS, HeaderValue::from_static("csp=\"/csp-report\""));
    if site.is_https() {
        let always = HeaderValue::from_static("max-age=63072000; includeSubDomains");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, always);
    }
    harden(headers, id);
}

const REPORTING_ENDPOINTS: HeaderName = HeaderName::from_static("reporting-endpoints");
