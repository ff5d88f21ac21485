//! How refusals of operations are said over HTTP. The one place that knows.

use actix_web::http::StatusCode;
use serde_json::json;

use crate::{
    domain::reading::FieldError, http::Problem, operations::OperationError, store::StoreError,
};

/// After how many seconds a caller may try again when the database is away.
const TRY_AGAIN: u64 = 2;

/// The problem that says the same.
pub fn refused(error: &OperationError) -> Problem {
    let problem = |status| Problem::new(status, error.to_string());
    match error {
        OperationError::Invalid(problems) => Problem::invalid(problems.clone()),
        OperationError::NotSignedIn(_) => problem(StatusCode::UNAUTHORIZED),
        OperationError::NotFound(_) => problem(StatusCode::NOT_FOUND),
        OperationError::Forbidden { .. } => problem(StatusCode::FORBIDDEN),
        OperationError::Conflict { sides, .. } => {
            let problem = problem(StatusCode::CONFLICT);
            sides.iter().fold(problem, |problem, (side, value)| problem.with(side, value.clone()))
        }
        OperationError::Taken { field, message } => {
            problem(StatusCode::CONFLICT).at(FieldError::new(*field, message.clone()))
        }
        OperationError::Refused { links, .. } if links.is_empty() => problem(StatusCode::CONFLICT),
        OperationError::Refused { links, .. } => {
            problem(StatusCode::CONFLICT).with("links", json!(links))
        }
        OperationError::TooManyRequests { retry_after } => problem(StatusCode::TOO_MANY_REQUESTS)
            .retry_after(retry_after.as_secs() + u64::from(retry_after.subsec_nanos() > 0)),
        OperationError::Unavailable(error) => {
            tracing::warn!(%error, "the database is away");
            unavailable(problem(StatusCode::SERVICE_UNAVAILABLE), error)
        }
        OperationError::Internal(error) => {
            tracing::error!(%error, "a management request failed");
            problem(StatusCode::INTERNAL_SERVER_ERROR)
        }
    }
}

/// Trying again by itself does harm where nobody knows whether it was saved.
fn unavailable(problem: Problem, error: &StoreError) -> Problem {
    match error {
        StoreError::OutcomeUnknown(_) => problem,
        _ => problem.retry_after(TRY_AGAIN),
    }
}

impl From<OperationError> for Problem {
    fn from(error: OperationError) -> Problem {
        refused(&error)
    }
}
