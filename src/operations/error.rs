//! Why an operation was not done.
//!
//! Which variant to use: what the caller typed is wrong → [`OperationError::Invalid`], by field.
//! It is right, but not at this moment, because of something else → [`OperationError::Refused`],
//! with links to that. Somebody else was faster → [`OperationError::Conflict`], with both sides.
//! Errors of the store turn into these by `?`; only the constraints that a person can run into
//! need a translation by the operation, which knows the field.

use std::time::Duration;

use serde_json::{Map, Value};

use crate::domain::experience::Kind;
use crate::domain::reading::{FieldError, Problems};
use crate::store::{StoreError, UsedBy, WriteError};

/// Why an operation was not done. Its text is a sentence for whoever asked for it.
#[derive(Debug, thiserror::Error)]
pub enum OperationError {
    /// What was entered is not acceptable; never empty.
    #[error("{}", sentence(.0))]
    Invalid(Problems),
    /// No credential, or not one that is known. Says no more than that.
    #[error("{0}")]
    NotSignedIn(&'static str),
    /// There is nothing of that identity, or it is not theirs to know of.
    #[error("There is no such {0}.")]
    NotFound(&'static str),
    /// Their role is too small.
    #[error("{reason}")]
    Forbidden {
        /// Which role would do, as a sentence.
        reason: String,
    },
    /// Somebody changed it since the caller looked.
    #[error("{message}")]
    Conflict {
        /// What happened, as a sentence.
        message: String,
        /// Both sides, by name, as an API client sees them.
        sides: Map<String, Value>,
    },
    /// A name that something else has already.
    #[error("{message}")]
    Taken {
        /// The field that it was entered in.
        field: &'static str,
        /// Who has it, and what to do about it, as a sentence.
        message: String,
    },
    /// Something else stands in the way.
    #[error("{message}")]
    Refused {
        /// What, and what to do about it, as a sentence.
        message: String,
        /// What stands in the way.
        links: Vec<Link>,
    },
    /// Too much at once, or too many attempts.
    #[error("Too many attempts. Try again in {} s.", whole_seconds(.retry_after))]
    TooManyRequests {
        /// When to try again.
        retry_after: Duration,
    },
    /// The database can't be reached, or is too busy; for [`StoreError::OutcomeUnknown`] it may
    /// have been done all the same.
    #[error("{}", unavailable(.0))]
    Unavailable(StoreError),
    /// A fault of ours. The text says nothing of it; the log does.
    #[error("Something went wrong on our side. The log says more, under the id of this request.")]
    Internal(StoreError),
}

/// Something that stands in the way, and where it is found.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Link {
    /// What it is: `feature_flag`, `product_config` or `segment`.
    pub kind: &'static str,
    /// Its name in addresses.
    pub slug: String,
    /// Its name.
    pub name: String,
}

impl Link {
    /// A link to an experience.
    pub fn experience(kind: Kind, slug: impl Into<String>, name: impl Into<String>) -> Link {
        Link { kind: kind.as_str(), slug: slug.into(), name: name.into() }
    }
}

impl From<UsedBy> for Link {
    fn from(user: UsedBy) -> Link {
        match user {
            UsedBy::Experience { kind, slug, name, .. } => Link::experience(kind, slug, name),
            UsedBy::Segment { slug, name, .. } => Link { kind: "segment", slug, name },
        }
    }
}

impl OperationError {
    /// One problem with one field.
    pub fn invalid(field: &str, message: impl Into<String>) -> OperationError {
        OperationError::Invalid(vec![FieldError::new(field, message)])
    }
}

impl From<StoreError> for OperationError {
    fn from(error: StoreError) -> OperationError {
        let message = capitalised(&error.to_string());
        match error {
            StoreError::NotFound => OperationError::NotFound("object"),
            StoreError::KeysHeld(keys) => {
                let links = keys.into_iter().map(|key| {
                    Link::experience(key.experience_kind, key.experience_slug, key.experience_name)
                });
                OperationError::Refused { message, links: links.collect() }
            }
            StoreError::Archived(_) => OperationError::Refused { message, links: Vec::new() },
            StoreError::InUse(users) => {
                let links = users.into_iter().map(Link::from).collect();
                OperationError::Refused { message, links }
            }
            error @ (StoreError::Contended(_)
            | StoreError::Busy(_)
            | StoreError::Unavailable(_)
            | StoreError::OutcomeUnknown(_)) => OperationError::Unavailable(error),
            error @ (StoreError::Refused(_) | StoreError::Corrupt(_) | StoreError::Other(_)) => {
                OperationError::Internal(error)
            }
        }
    }
}

impl WriteError for OperationError {
    fn store_error(&self) -> Option<&StoreError> {
        match self {
            OperationError::Unavailable(error) | OperationError::Internal(error) => Some(error),
            _ => None,
        }
    }
}

fn sentence(problems: &[FieldError]) -> String {
    let parts: Vec<String> = problems
        .iter()
        .map(|problem| match problem.field.as_str() {
            "" => problem.message.clone(),
            field => format!("{field}: {}", problem.message),
        })
        .collect();
    parts.join(" ")
}

/// What to do when the database is away. What it said is for the log: it may name hosts.
fn unavailable(error: &StoreError) -> &'static str {
    match error {
        StoreError::OutcomeUnknown(_) => {
            "The connection to the database broke at the last moment, so this may have been saved \
             or not. Look before you try again."
        }
        _ => "The database can't be reached right now. Nothing was changed; try again in a moment.",
    }
}

/// At least 1: "again in 0 s" would be no advice.
fn whole_seconds(duration: &Duration) -> u64 {
    duration.as_secs() + u64::from(duration.subsec_nanos() > 0)
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_database_said_is_told_to_nobody_outside() {
        let said = || "connection to server at \"10.0.0.7\" failed".to_owned();
        for error in [
            StoreError::Unavailable(said()),
            StoreError::OutcomeUnknown(said()),
            StoreError::Other(said()),
            StoreError::Corrupt(said()),
        ] {
            assert!(!OperationError::from(error).to_string().contains("10.0.0.7"));
        }
    }

    #[test]
    fn a_wait_is_said_in_whole_seconds_and_never_as_none() {
        assert_eq!(whole_seconds(&Duration::from_millis(1)), 1);
        assert_eq!(whole_seconds(&Duration::from_millis(1500)), 2);
        assert_eq!(whole_seconds(&Duration::from_secs(3)), 3);
    }

    #[test]
    fn what_uses_a_thing_is_linked() {
        let segment = UsedBy::Segment {
            id: uuid::Uuid::nil(),
            slug: "iphone-ny".to_owned(),
            name: "iPhone users in New York".to_owned(),
        };
        match OperationError::from(StoreError::InUse(vec![segment])) {
            OperationError::Refused { message, links } => {
                assert_eq!(message, "In use by iPhone users in New York.");
                assert_eq!(links.len(), 1);
            }
            other => panic!("{other:?}"),
        }
    }
}
