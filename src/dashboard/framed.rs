//! What every answer of the pages carries, whatever its status: the headers that keep browsers
//! from doing anything unexpected with it; and errors in the form that was asked for.

use actix_web::{
    Error, HttpMessage, HttpRequest, HttpResponse,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{
        Method, StatusCode,
        header::{self, HeaderMap, HeaderName, HeaderValue},
    },
    middleware::Next,
};
use askama::Template;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::{Answer, Layout, Page, PageError, ProjectMember, Section, Site, ask::Ask, cookies};
use crate::{
    http::{RequestId, harden},
    operations::Link,
};

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
    let mut response = with_errors_shown(response, &id);
    let request = response.request().clone();
    remember_place(&request, response.response_mut().headers_mut());
    set_headers(&request, response.headers_mut(), &id);
    Ok(response)
}

/// What actix refuses by itself (a path that can't be read, say) becomes a page too.
fn with_errors_shown(response: ServiceResponse, id: &RequestId) -> ServiceResponse {
    let status = response.status();
    let error = match response.response().error() {
        Some(error) => error.as_error::<PageError>().cloned().unwrap_or_else(|| by_status(status)),
        None => return response,
    };
    let (request, _) = response.into_parts();
    let shown = show(&error, &request, id).unwrap_or_else(|_| HttpResponse::new(error.status()));
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

fn show(error: &PageError, request: &HttpRequest, id: &RequestId) -> Answer {
    let ask = Ask::of(request);
    let mut response = if ask.is_htmx() {
        for_htmx(error)
    } else if *error == PageError::SignInNeeded && request.method() == Method::GET {
        let next = utf8_percent_encode(&ask.address, NON_ALPHANUMERIC);
        let to =
            if ask.address == "/" { "/login".to_owned() } else { format!("/login?next={next}") };
        HttpResponse::SeeOther().insert_header((header::LOCATION, to)).finish()
    } else {
        as_page(error, request, &ask, id)?
    };
    if let PageError::TooMany(_, seconds) = error {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(*seconds));
    }
    Ok(response)
}

/// A status, and a sentence for a toast. Nothing that could be put into the page.
fn for_htmx(error: &PageError) -> HttpResponse {
    let reason = utf8_percent_encode(&error.to_string(), NON_ALPHANUMERIC).to_string();
    let mut response = HttpResponse::build(error.status());
    response.insert_header(("x-reason", reason));
    // Errors of forms are shown by the forms; what comes here has no place but a toast.
    response.insert_header(("hx-reswap", "none"));
    if *error == PageError::SignInNeeded {
        response.insert_header(("hx-trigger", "login:needed"));
    }
    response.finish()
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorInProject<'a> {
    layout: Layout,
    error: &'a PageError,
    request_id: &'a str,
}

#[derive(Template)]
#[template(path = "error_plain.html")]
struct PlainError<'a> {
    layout: Layout,
    error: &'a PageError,
    request_id: &'a str,
}

fn as_page(error: &PageError, request: &HttpRequest, ask: &Ask, id: &RequestId) -> Answer {
    let (title, request_id) = (error.title(), id.as_str());
    let member = request.extensions().get::<ProjectMember>().cloned();
    match member {
        Some(member) => {
            let layout = member.layout(title, Section::Elsewhere);
            Page::with_status(error.status(), &ErrorInProject { layout, error, request_id })
        }
        None => {
            let layout = Layout::plain(title, ask, "");
            Page::with_status(error.status(), &PlainError { layout, error, request_id })
        }
    }
}

impl PageError {
    /// Whether the log knows more, by the id of the request.
    fn is_ours(&self) -> bool {
        *self == PageError::Broken
    }

    /// What stands in the way, as the page lists it.
    fn links(&self) -> &[Link] {
        match self {
            PageError::Refused(_, links) => links,
            _ => &[],
        }
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
        let vary = "HX-Request, Sec-Fetch-Site, Origin";
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
