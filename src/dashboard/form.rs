//! Forms as they were sent. The guard reads one, once, and checks its token; handlers take it as
//! an argument.

use actix_web::{
    FromRequest, HttpMessage, HttpRequest,
    dev::Payload,
    http::{StatusCode, header},
    web,
};
use futures_util::future::{Ready, ready};

use super::PageError;
use crate::http::read_body;

/// Room for some texts of 64 KiB, each letter of which may take three to be sent.
const MOST_BYTES: usize = 1024 * 1024;
const MEDIA_TYPE: &str = "application/x-www-form-urlencoded";

/// The fields of a form, in their order.
#[derive(Debug, Clone, Default)]
pub struct Form(Vec<(String, String)>);

impl Form {
    /// Reads it from a request.
    ///
    /// # Errors
    /// [`PageError::Unreadable`].
    pub async fn read(request: &HttpRequest, payload: web::Payload) -> Result<Form, PageError> {
        let media_type = request.headers().get(header::CONTENT_TYPE);
        let media_type = media_type.and_then(|value| value.to_str().ok()).unwrap_or(MEDIA_TYPE);
        if media_type.split(';').next().map(str::trim) != Some(MEDIA_TYPE) {
            let reason = "Forms are sent as application/x-www-form-urlencoded.".to_owned();
            return Err(PageError::Unreadable(StatusCode::UNSUPPORTED_MEDIA_TYPE, reason));
        }
        let body = read_body(request, payload, MOST_BYTES).await.map_err(|error| {
            let problem = crate::http::Problem::from(error);
            PageError::Unreadable(problem.status(), problem.detail().to_owned())
        })?;
        Ok(Form(form_urlencoded::parse(&body).into_owned().collect()))
    }

    /// Everything that was entered, in order.
    pub fn fields(&self) -> &[(String, String)] {
        &self.0
    }

    /// A form with those fields.
    #[cfg(test)]
    pub(super) fn of(fields: Vec<(String, String)>) -> Form {
        Form(fields)
    }

    /// What was entered in a field; empty where nothing was.
    pub fn get(&self, name: &str) -> &str {
        let found = self.0.iter().find(|(found, _)| found == name);
        found.map(|(_, value)| value.as_str()).unwrap_or_default()
    }

    /// Everything that was entered under that name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    /// Whether a box is ticked.
    pub fn is_checked(&self, name: &str) -> bool {
        self.0.iter().any(|(found, _)| found == name)
    }
}

impl FromRequest for Form {
    type Error = PageError;
    type Future = Ready<Result<Self, PageError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let form = sent(request);
        if form.0.iter().any(|(name, value)| name.contains('\0') || value.contains('\0')) {
            let reason = "Text may not contain the character U+0000.".to_owned();
            return ready(Err(PageError::Unreadable(StatusCode::BAD_REQUEST, reason)));
        }
        ready(Ok(form))
    }
}

/// A form that may have the character U+0000 in it, for handlers that refuse it at its field.
#[derive(Debug)]
pub struct AnyForm(pub Form);

impl FromRequest for AnyForm {
    type Error = PageError;
    type Future = Ready<Result<Self, PageError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(AnyForm(sent(request))))
    }
}

fn sent(request: &HttpRequest) -> Form {
    request.extensions().get::<Form>().cloned().unwrap_or_default()
}
