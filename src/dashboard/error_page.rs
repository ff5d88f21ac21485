//! Errors in the form that was asked for: a page with the way on, or for htmx a sentence for a
//! toast. What was sent and could not be taken comes back, to be sent again.

use actix_web::{
    HttpMessage, HttpRequest, HttpResponse,
    http::{
        Method,
        header::{self, HeaderValue},
    },
};
use askama::Template;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::json;

use super::{
    Answer, Form, Layout, Page, PageError, ProjectMember, Section, Site, ask::Ask, csrf,
    did_you_mean, did_you_mean::Suggestion, kept_form::KeptForm, sign_in,
};
use crate::{http::RequestId, operations::Link};

/// Shows an error.
///
/// # Errors
/// [`PageError::Broken`] when the template fails.
pub async fn show(error: &PageError, request: &HttpRequest, id: &RequestId) -> Answer {
    let (ask, site) = (Ask::of(request), Site::of(request));
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let mut response = if ask.is_htmx() {
        for_htmx(error, request, &site)
    } else if *error == PageError::SignInNeeded && reads {
        to_log_in(&ask)
    } else if *error == PageError::SignInNeeded {
        sign_in::page_over(request, &site, kept(error, request))?
    } else {
        as_page(error, request, &ask, id).await?
    };
    if let PageError::TooMany(_, seconds) = error {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(*seconds));
    }
    Ok(response)
}

fn to_log_in(ask: &Ask) -> HttpResponse {
    let next = utf8_percent_encode(&ask.address, NON_ALPHANUMERIC);
    let to = if ask.address == "/" { "/login".to_owned() } else { format!("/login?next={next}") };
    HttpResponse::SeeOther().insert_header((header::LOCATION, to)).finish()
}

/// A status, and a sentence for a toast. Nothing that could be put into the page.
fn for_htmx(error: &PageError, request: &HttpRequest, site: &Site) -> HttpResponse {
    let reason = utf8_percent_encode(&error.to_string(), NON_ALPHANUMERIC).to_string();
    let mut response = HttpResponse::build(error.status());
    response.insert_header(("x-reason", reason));
    // Errors of forms are shown by the forms; what comes here has no place but a toast.
    response.insert_header(("hx-reswap", "none"));
    match error {
        PageError::SignInNeeded => {
            response.insert_header(("hx-trigger", "login:needed"));
        }
        PageError::Away(_) => {
            response.insert_header(("hx-trigger", "database:away"));
        }
        // Our own page, and somebody who is logged in: its forms may go on.
        PageError::Stale if csrf::is_surely_own(request, site) => {
            let token = csrf::bound_to(request, site).map(|cookie| csrf::token(&cookie));
            let renewed = json!({"csrf:renewed": {"csrf": token}});
            response.insert_header(("hx-trigger", renewed.to_string()));
        }
        _ => {}
    }
    response.finish()
}

/// What was sent, where it can be sent again as it is.
fn kept(error: &PageError, request: &HttpRequest) -> Option<KeptForm> {
    let extensions = request.extensions();
    if let Some(kept) = extensions.get::<KeptForm>() {
        return Some(kept.clone());
    }
    let again = matches!(error, PageError::Away(_) | PageError::Uncertain(_) | PageError::Broken);
    let form = extensions.get::<Form>().filter(|_| again)?;
    KeptForm::of(request, form)
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorInProject<'a> {
    layout: Layout,
    shown: Shown<'a>,
}

#[derive(Template)]
#[template(path = "error_plain.html")]
struct PlainError<'a> {
    layout: Layout,
    shown: Shown<'a>,
}

/// What both say.
struct Shown<'a> {
    error: &'a PageError,
    request_id: &'a str,
    /// The address to ask again, where asking is all that was done.
    retry: Option<String>,
    /// The page before.
    back: Option<String>,
    kept: Option<KeptForm>,
    suggestion: Option<Suggestion>,
    /// Who could do it instead.
    admins: Vec<String>,
}

async fn as_page(error: &PageError, request: &HttpRequest, ask: &Ask, id: &RequestId) -> Answer {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let path = request.uri().to_string();
    let mut shown = Shown {
        error,
        request_id: id.as_str(),
        retry: reads.then(|| ask.address.clone()),
        back: (!reads && ask.address != path).then(|| ask.address.clone()),
        kept: kept(error, request),
        suggestion: None,
        admins: Vec::new(),
    };
    match whose(error, request).await {
        Some(member) => {
            if *error == PageError::NotFound && reads {
                shown.suggestion = did_you_mean::suggest(request, &member).await;
            }
            if matches!(error, PageError::Forbidden(_)) {
                shown.admins = did_you_mean::admins(request).await;
            }
            let layout = member.layout(error.title(), Section::Elsewhere);
            Page::with_status(error.status(), &ErrorInProject { layout, shown })
        }
        None => {
            let token = csrf::bound_to(request, &Site::of(request));
            let token = token.map(|cookie| csrf::token(&cookie)).unwrap_or_default();
            let layout = Layout::plain(error.title(), ask, &token);
            Page::with_status(error.status(), &PlainError { layout, shown })
        }
    }
}

/// Who sees the page, where that is known: the guard has found out, or can be asked now.
async fn whose(error: &PageError, request: &HttpRequest) -> Option<ProjectMember> {
    let found = request.extensions().get::<ProjectMember>().cloned();
    let could_tell = !matches!(error, PageError::Away(_) | PageError::Uncertain(_));
    match found {
        None if could_tell => ProjectMember::near(request).await,
        found => found,
    }
}

impl Shown<'_> {
    /// Whether the log knows more, by the id of the request.
    fn is_ours(&self) -> bool {
        *self.error == PageError::Broken
    }

    /// Whether a page that was only asked for may come back by itself.
    fn is_away(&self) -> bool {
        matches!(self.error, PageError::Away(_))
    }

    /// Whether what was asked for may have been done all the same.
    fn is_uncertain(&self) -> bool {
        matches!(self.error, PageError::Uncertain(_))
    }

    /// Whether it is worth asking again for the same.
    fn is_worth_retrying(&self) -> bool {
        matches!(self.error, PageError::Away(_) | PageError::Broken | PageError::TooMany(..))
    }

    /// What stands in the way, as the page lists it.
    fn links(&self) -> &[Link] {
        match self.error {
            PageError::Refused(_, links) => links,
            _ => &[],
        }
    }

    /// Whom to ask, in words.
    fn whom_to_ask(&self) -> Option<String> {
        let (last, others) = self.admins.split_last()?;
        Some(if others.is_empty() {
            last.clone()
        } else {
            format!("{} or {last}", others.join(", "))
        })
    }
}
