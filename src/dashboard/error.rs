//! Why a page can't be shown or something was not done. [`framed`](super::framed) makes of it what
//! the browser asked for: a page, or for htmx a sentence for a toast.

use std::fmt;

use actix_web::{HttpResponse, ResponseError, http::StatusCode};

use crate::{
    domain::reading::Problems,
    operations::{Link, OperationError},
    store::StoreError,
};

/// Why a handler has no page to show.
#[derive(Debug, Clone, PartialEq)]
pub enum PageError {
    /// Nobody is signed in, or no longer.
    SignInNeeded,
    /// There is nothing here, or it is not theirs to know of.
    NotFound,
    /// Their role is too small, or the request comes from elsewhere; as a sentence.
    Forbidden(String),
    /// The form was made for another login than the one that there is now.
    Stale,
    /// What was entered is not acceptable. A handler with a form shows the form again.
    Invalid(Problems),
    /// Something else stands in the way, or somebody was faster; as a sentence, with what it is.
    Refused(String, Vec<Link>),
    /// The request can't be read.
    Unreadable(StatusCode, String),
    /// Too much at once; try again after that many seconds.
    TooMany(String, u64),
    /// The database is away; as a sentence.
    Away(String),
    /// The database went away at the last moment: what was asked for may have been done or not.
    Uncertain(String),
    /// A fault of ours; the log says more.
    Broken,
}

impl PageError {
    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        match self {
            PageError::SignInNeeded => StatusCode::UNAUTHORIZED,
            PageError::NotFound => StatusCode::NOT_FOUND,
            PageError::Forbidden(_) | PageError::Stale => StatusCode::FORBIDDEN,
            PageError::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            PageError::Refused(..) => StatusCode::CONFLICT,
            PageError::Unreadable(status, _) => *status,
            PageError::TooMany(..) => StatusCode::TOO_MANY_REQUESTS,
            PageError::Away(_) | PageError::Uncertain(_) => StatusCode::SERVICE_UNAVAILABLE,
            PageError::Broken => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// What the page is called.
    pub fn title(&self) -> &'static str {
        match self {
            PageError::SignInNeeded => "You were logged out",
            PageError::NotFound => "This page does not exist",
            PageError::Forbidden(_) => "You can't do this here",
            PageError::Stale => "This was not sent yet",
            PageError::Invalid(_) | PageError::Refused(..) | PageError::Unreadable(..) => {
                "That did not work"
            }
            PageError::TooMany(..) => "Slow down",
            PageError::Away(_) => "Read only right now",
            PageError::Uncertain(_) => "It may have been saved or not",
            PageError::Broken => "Something broke on our side",
        }
    }
}

impl fmt::Display for PageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PageError::SignInNeeded => f.write_str("Log in again to go on."),
            PageError::NotFound => {
                f.write_str("It may have been renamed, or belongs to another environment.")
            }
            PageError::Invalid(problems) => {
                let sentences: Vec<&str> = problems.iter().map(|p| p.message.as_str()).collect();
                f.write_str(&sentences.join(" "))
            }
            PageError::Stale => f.write_str(
                "You logged in anew since this page was opened, so nothing was changed yet. Try once \
                 more.",
            ),
            PageError::Forbidden(reason)
            | PageError::Refused(reason, _)
            | PageError::Unreadable(_, reason)
            | PageError::TooMany(reason, _)
            | PageError::Away(reason)
            | PageError::Uncertain(reason) => f.write_str(reason),
            PageError::Broken => f.write_str("Nothing was changed."),
        }
    }
}

impl ResponseError for PageError {
    fn status_code(&self) -> StatusCode {
        self.status()
    }

    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status())
    }
}

impl From<OperationError> for PageError {
    fn from(error: OperationError) -> PageError {
        let sentence = error.to_string();
        match error {
            OperationError::Invalid(problems) => PageError::Invalid(problems),
            OperationError::NotSignedIn(_) => PageError::SignInNeeded,
            OperationError::NotFound(_) => PageError::NotFound,
            OperationError::Forbidden { reason } => PageError::Forbidden(reason),
            OperationError::Conflict { message, .. } => PageError::Refused(message, Vec::new()),
            OperationError::Refused { message, links } => PageError::Refused(message, links),
            OperationError::Taken { message, .. } => PageError::Refused(message, Vec::new()),
            OperationError::TooManyRequests { retry_after } => {
                PageError::TooMany(sentence, retry_after.as_secs() + 1)
            }
            OperationError::Unavailable(error) => {
                tracing::warn!(%error, "the database is away");
                match error {
                    StoreError::OutcomeUnknown(_) => PageError::Uncertain(sentence),
                    _ => PageError::Away(sentence),
                }
            }
            OperationError::Internal(error) => {
                tracing::error!(%error, "a page failed");
                PageError::Broken
            }
        }
    }
}

impl From<askama::Error> for PageError {
    fn from(error: askama::Error) -> PageError {
        tracing::error!(%error, "a template failed");
        PageError::Broken
    }
}
