//! What can go wrong in the store.
//!
//! Upper layers match on [`StoreError`] and never see an error of diesel or of the pool. What a
//! person can run into is a variant of its own, or [`StoreError::Refused`] with a named
//! [`Constraint`]; everything else is one of the last four, for the logs.

use diesel::result::{DatabaseErrorKind, Error as DieselError};

use super::{HeldKey, UsedBy};

/// Why the store did not do it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Nothing of that identity is stored (any more).
    #[error("nothing of that identity is stored")]
    NotFound,
    /// A named rule of the database refused it.
    #[error("refused by the rule {}", .0.name())]
    Refused(Constraint),
    /// Keys that other experiences hold.
    #[error("{}", held(.0))]
    KeysHeld(Vec<HeldKey>),
    /// Keys or segments, by name, that are archived and so can't be used.
    #[error("archived, and so not usable: {}", .0.join(", "))]
    Archived(Vec<String>),
    /// It can't be archived while these use it.
    #[error("in use by {}", names(.0))]
    InUse(Vec<UsedBy>),
    /// Postgres gave the transaction up in favour of another one; nothing was changed.
    /// [`super::Store::write`] has tried it again before anybody sees this.
    #[error("another change was in the way: {0}")]
    Contended(String),
    /// Something else held for too long what it needed, or it took too long itself; nothing was
    /// changed.
    #[error("the database is busy: {0}")]
    Busy(String),
    /// Postgres could not be reached, or went away before the commit; nothing was changed.
    #[error("the database can't be reached: {0}")]
    Unavailable(String),
    /// The connection broke while the commit was under way: it may have happened or not.
    #[error("the connection broke during the commit, so it is unknown whether it was saved: {0}")]
    OutcomeUnknown(String),
    /// A stored row is not what this build can read.
    #[error("stored data can't be read: {0}")]
    Corrupt(String),
    /// Anything else that Postgres or diesel answered.
    #[error("the database answered: {0}")]
    Other(String),
}

/// A named rule of the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Constraint {
    /// Two people never share an email, whatever its case.
    PeopleEmailUnique,
    /// Two projects never share a key.
    ProjectsKeyUnique,
    /// Two environments of a project never share a key.
    EnvironmentsKeyUnique,
    /// The keys of a project never differ by case alone.
    KeysNameUnique,
    /// Two segments of a project never share a slug.
    SegmentsSlugUnique,
    /// Two experiences of a project never share a slug.
    ExperiencesSlugUnique,
    /// A key has at most one holder.
    KeyHoldersOneHolder,
    /// At most one publication is active per experience and environment.
    PublicationsOneActive,
    /// The name and the type of a key never change.
    KeysNameAndTypeNeverChange,
    /// Rows that never change: versions, publications, revisions, the audit log.
    Immutable(String),
    /// Any other rule, by its name in the migrations.
    Other(String),
}

impl Constraint {
    /// The rules that have a variant of their own, with their names in the migrations.
    pub const NAMED: [(&'static str, Constraint); 9] = [
        ("people_email_unique", Constraint::PeopleEmailUnique),
        ("projects_key_unique", Constraint::ProjectsKeyUnique),
        ("environments_key_unique_in_project", Constraint::EnvironmentsKeyUnique),
        ("keys_name_unique_in_project", Constraint::KeysNameUnique),
        ("segments_slug_unique_in_project", Constraint::SegmentsSlugUnique),
        ("experiences_slug_unique_in_project", Constraint::ExperiencesSlugUnique),
        ("key_holders_one_holder", Constraint::KeyHoldersOneHolder),
        ("publications_one_active", Constraint::PublicationsOneActive),
        ("keys_name_and_type_never_change", Constraint::KeysNameAndTypeNeverChange),
    ];

    /// The name of the rule in the migrations.
    pub fn name(&self) -> &str {
        match self {
            Constraint::Immutable(name) | Constraint::Other(name) => name,
            known => Constraint::NAMED
                .iter()
                .find(|(_, constraint)| constraint == known)
                .map_or("unknown", |(name, _)| name),
        }
    }

    fn of_name(name: &str) -> Constraint {
        if name.ends_with("_immutable") {
            return Constraint::Immutable(name.to_owned());
        }
        Constraint::NAMED
            .into_iter()
            .find(|(known, _)| *known == name)
            .map_or_else(|| Constraint::Other(name.to_owned()), |(_, constraint)| constraint)
    }
}

impl From<DieselError> for StoreError {
    fn from(error: DieselError) -> StoreError {
        match error {
            DieselError::NotFound => StoreError::NotFound,
            DieselError::DatabaseError(kind, information) => {
                let constraint = information.constraint_name().map(Constraint::of_name);
                of_database(kind, constraint, information.message().to_owned())
            }
            DieselError::DeserializationError(error) => StoreError::Corrupt(error.to_string()),
            DieselError::BrokenTransactionManager => {
                StoreError::Unavailable("the connection broke".to_owned())
            }
            other => StoreError::Other(other.to_string()),
        }
    }
}

fn of_database(
    kind: DatabaseErrorKind,
    constraint: Option<Constraint>,
    message: String,
) -> StoreError {
    match (kind, constraint) {
        (DatabaseErrorKind::SerializationFailure, _) => StoreError::Contended(message),
        (DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand, _) => {
            StoreError::Unavailable(message)
        }
        (_, Some(constraint)) => StoreError::Refused(constraint),
        // Diesel keeps no code for these, so the message, whose language is the server's, has to
        // do. In another language a deadlock is not retried, and nothing else is lost.
        _ if message.contains("deadlock detected") => StoreError::Contended(message),
        _ if message.contains("lock timeout") || message.contains("statement timeout") => {
            StoreError::Busy(message)
        }
        // A stand-by, or one that an operator has closed for writing.
        _ if message.contains("terminating connection")
            || message.contains("read-only transaction") =>
        {
            StoreError::Unavailable(message)
        }
        _ => StoreError::Other(message),
    }
}

impl From<diesel::r2d2::PoolError> for StoreError {
    fn from(error: diesel::r2d2::PoolError) -> StoreError {
        StoreError::Unavailable(error.to_string())
    }
}

fn held(keys: &[HeldKey]) -> String {
    let parts: Vec<String> = keys
        .iter()
        .map(|key| format!("the key {} is held by {}", key.key_name, key.experience_name))
        .collect();
    parts.join("; ")
}

fn names(users: &[UsedBy]) -> String {
    let parts: Vec<&str> = users.iter().map(UsedBy::name).collect();
    parts.join(", ")
}
