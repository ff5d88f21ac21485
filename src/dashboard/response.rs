//! What handlers answer with.
//!
//! - [`Page`]: a whole page; [`Page::invalid`] for a form that comes back.
//! - [`Fragment`]: a part of a page, for htmx, perhaps with a [`Toast`].
//! - [`Moved`]: something was done and is seen elsewhere, perhaps with a [`Toast`] there.
//! - [`PageError`](super::PageError): by `?`.

use actix_web::{
    HttpRequest, HttpResponse, HttpResponseBuilder, Responder,
    body::BoxBody,
    http::{
        StatusCode,
        header::{self, HeaderName, HeaderValue},
    },
};
use askama::Template;

use super::{PageError, ProjectMember, Site, ask::Ask, cookies};
use crate::domain::reading::FieldError;

/// What a handler of the pages answers.
pub type Answer = Result<HttpResponse, PageError>;

/// A whole page.
pub struct Page;

impl Page {
    /// The page.
    ///
    /// # Errors
    /// [`PageError::Broken`] when the template fails.
    pub fn show(template: &impl Template) -> Answer {
        html(StatusCode::OK, template.render()?)
    }

    /// A list, as that address asks for it. Where htmx asks, the browser shows the address then: in
    /// place of the one before if only letters were typed, so that a word does not leave an entry
    /// of the history for each of its letters.
    ///
    /// # Errors
    /// [`PageError::Broken`] when the template fails.
    pub fn list(
        template: &impl Template,
        ask: &Ask,
        address: &str,
        only_typed: impl Fn(&str) -> bool,
    ) -> Answer {
        let mut response = Page::show(template)?;
        if let (Some(shown), Ok(address)) = (ask.shown(), HeaderValue::from_str(address)) {
            let name = if only_typed(shown) { "hx-replace-url" } else { "hx-push-url" };
            response.headers_mut().insert(HeaderName::from_static(name), address);
        }
        Ok(response)
    }

    /// The page with a form that has to be put right. What was typed is in it.
    ///
    /// # Errors
    /// [`PageError::Broken`] when the template fails.
    pub fn invalid(template: &impl Template) -> Answer {
        html(StatusCode::UNPROCESSABLE_ENTITY, template.render()?)
    }

    /// The page with another status.
    ///
    /// # Errors
    /// [`PageError::Broken`] when the template fails.
    pub fn with_status(status: StatusCode, template: &impl Template) -> Answer {
        html(status, template.render()?)
    }
}

fn html(status: StatusCode, html: String) -> Answer {
    Ok(HttpResponseBuilder::new(status).content_type("text/html; charset=utf-8").body(html))
}

/// There is nothing new: htmx leaves what it asked for as it is.
pub fn nothing_new() -> HttpResponse {
    HttpResponse::NoContent().finish()
}

/// A part of a page, for htmx.
pub struct Fragment {
    html: String,
    status: StatusCode,
    headers: Vec<(HeaderName, String)>,
}

impl Fragment {
    /// The part.
    ///
    /// # Errors
    /// [`PageError::Broken`] when the template fails.
    pub fn of(template: &impl Template) -> Result<Fragment, PageError> {
        Ok(Fragment { html: template.render()?, status: StatusCode::OK, headers: Vec::new() })
    }

    /// Nothing to show, for an answer that only says something or closes a dialog.
    pub fn nothing() -> Fragment {
        Fragment { html: String::new(), status: StatusCode::OK, headers: Vec::new() }
    }

    /// A form that has to be put right: 422.
    pub fn invalid(mut self) -> Fragment {
        self.status = StatusCode::UNPROCESSABLE_ENTITY;
        self
    }

    /// Somebody was faster: 409.
    pub fn conflict(mut self) -> Fragment {
        self.status = StatusCode::CONFLICT;
        self
    }

    /// Says something besides.
    ///
    /// # Errors
    /// [`PageError::Broken`] when the template fails.
    pub fn with_toast(mut self, toast: &Toast, csrf: &str) -> Result<Fragment, PageError> {
        self.html += &ToastOutOfBand { toast, csrf }.render()?;
        Ok(self)
    }

    /// Fires an event on the page: `modal:close`, `switch:revert`.
    pub fn trigger(mut self, event: &str) -> Fragment {
        self.headers.push((HeaderName::from_static("hx-trigger"), event.to_owned()));
        self
    }

    /// Goes into the dialog instead of where it was asked for.
    pub fn into_dialog(mut self) -> Fragment {
        self.headers.push((HeaderName::from_static("hx-retarget"), "#modal-body".to_owned()));
        self.headers.push((HeaderName::from_static("hx-reswap"), "innerHTML".to_owned()));
        // Whoever asked may have wanted a part of a page, which this is not.
        self.headers.push((HeaderName::from_static("hx-reselect"), "unset".to_owned()));
        self
    }

    /// Takes the place of the element of that id instead of going where it was asked for.
    pub fn in_place_of(mut self, id: &str) -> Fragment {
        self.headers.push((HeaderName::from_static("hx-retarget"), format!("#{id}")));
        self.headers.push((HeaderName::from_static("hx-reswap"), "morph:outerHTML".to_owned()));
        self
    }

    /// The answer.
    ///
    /// # Errors
    /// None; it is a result so that handlers can end with it.
    pub fn show(self) -> Answer {
        let mut response = HttpResponseBuilder::new(self.status);
        for header in self.headers {
            response.insert_header(header);
        }
        Ok(response.content_type("text/html; charset=utf-8").body(self.html))
    }
}

/// Something was done, and is seen at another address.
pub struct Moved {
    to: String,
    toast: Option<Toast>,
}

impl Moved {
    /// To that address of ours.
    pub fn to(address: impl Into<String>) -> Moved {
        Moved { to: address.into(), toast: None }
    }

    /// Says something there.
    pub fn with_toast(mut self, toast: Toast) -> Moved {
        self.toast = Some(toast);
        self
    }

    /// The answer: 303, or for htmx the order to go there. Never a redirect for htmx, which would
    /// put the whole page where a part was asked for.
    pub fn answer(self, ask: &Ask, site: &Site) -> HttpResponse {
        let mut response = if ask.is_htmx() {
            HttpResponse::Ok().insert_header(("hx-redirect", self.to)).finish()
        } else {
            HttpResponse::SeeOther().insert_header((header::LOCATION, self.to)).finish()
        };
        if let Some(toast) = self.toast {
            let keep = Some(chrono::TimeDelta::minutes(1));
            cookies::set(response.headers_mut(), site, cookies::TOAST, &toast.to_cookie(), keep);
        }
        response
    }

    /// The answer to what is done from a list that lies at the address: where htmx asks from there,
    /// the list stays and is loaded anew (its element listens to `list:changed`), and the dialog
    /// closes.
    ///
    /// # Errors
    /// [`PageError::Broken`] when the template of the toast fails.
    pub fn answer_on_list(self, member: &ProjectMember, site: &Site) -> Answer {
        if !member.ask.is_on(&self.to) {
            return Ok(self.answer(&member.ask, site));
        }
        let done = Fragment::nothing().trigger("modal:close, list:changed");
        match &self.toast {
            Some(toast) => done.with_toast(toast, &member.csrf)?.show(),
            None => done.show(),
        }
    }
}

impl Responder for Moved {
    type Body = BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        self.answer(&Ask::of(request), &Ask::site(request))
    }
}

/// A short message: past tense, the thing's name, the consequence.
#[derive(Debug, Clone, PartialEq)]
pub struct Toast {
    /// What happened, as a sentence.
    pub text: String,
    /// Where to post in order to undo it.
    pub undo: Option<String>,
}

impl Toast {
    /// That message.
    pub fn saying(text: impl Into<String>) -> Toast {
        Toast { text: text.into(), undo: None }
    }

    /// Offers to undo it, by a post to that address of ours.
    pub fn with_undo(mut self, address: impl Into<String>) -> Toast {
        self.undo = Some(address.into());
        self
    }

    fn to_cookie(&self) -> String {
        let mut fields = form_urlencoded::Serializer::new(String::new());
        fields.append_pair("text", &self.text);
        if let Some(undo) = &self.undo {
            fields.append_pair("undo", undo);
        }
        fields.finish()
    }

    /// The message that a page before left in its cookie.
    pub(super) fn from_cookie(text: &str) -> Option<Toast> {
        let mut toast = Toast::saying("");
        for (name, value) in form_urlencoded::parse(text.as_bytes()) {
            match name.as_ref() {
                "text" => toast.text = value.into_owned(),
                "undo" if value.starts_with("/p/") => toast.undo = Some(value.into_owned()),
                _ => {}
            }
        }
        (!toast.text.is_empty()).then_some(toast)
    }
}

#[derive(Template)]
#[template(path = "_toast_out_of_band.html")]
struct ToastOutOfBand<'a> {
    toast: &'a Toast,
    csrf: &'a str,
}

/// What is wrong with a form, by field. Empty for a form that nobody has sent yet.
#[derive(Debug, Clone, Default)]
pub struct FieldErrors(Vec<FieldError>);

impl FieldErrors {
    /// Those problems.
    pub fn new(problems: Vec<FieldError>) -> FieldErrors {
        FieldErrors(problems)
    }

    /// One problem with one field.
    pub fn one(field: &str, message: impl Into<String>) -> FieldErrors {
        FieldErrors(vec![FieldError::new(field, message)])
    }

    /// What is wrong with that field.
    pub fn of(&self, field: &str) -> Option<&str> {
        self.0.iter().find(|error| error.field == field).map(|error| error.message.as_str())
    }

    /// All of them, in order.
    pub fn all(&self) -> &[FieldError] {
        &self.0
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
