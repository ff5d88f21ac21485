//! What stands in the way of an operation, said with names.

use super::{Link, OperationError};
use crate::domain::experience::Kind;
use crate::store::{HeldKey, StoreError, UsedBy};

/// The word for an experience of that kind.
pub(super) fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::FeatureFlag => "feature flag",
        Kind::ProductConfig => "product config",
    }
}

/// Refused, with a sentence that says what to do.
pub(super) fn refused(message: impl Into<String>) -> OperationError {
    OperationError::Refused { message: message.into(), links: Vec::new() }
}

/// The error of archiving `name`, which something still uses.
pub(super) fn in_use(name: &str, error: StoreError) -> OperationError {
    let StoreError::InUse(users) = error else { return error.into() };
    let named: Vec<String> = users.iter().map(user).collect();
    let it =
        if users.len() == 1 { "uses it. Take it out there" } else { "use it. Take it out of each" };
    let message = format!("“{name}” can't be archived: {} {it} first.", listed(&named));
    OperationError::Refused { message, links: users.into_iter().map(Link::from).collect() }
}

/// The error of taking keys and segments for an experience: held by others, or archived.
pub(super) fn not_free(error: StoreError) -> OperationError {
    match error {
        StoreError::KeysHeld(keys) => held(keys),
        StoreError::Archived(names) => {
            let names: Vec<String> = names.iter().map(|name| format!("“{name}”")).collect();
            let (are, them) = if names.len() == 1 { ("is", "it") } else { ("are", "them") };
            refused(format!(
                "{} {are} archived. Unarchive {them}, or take {them} out first.",
                listed(&names)
            ))
        }
        other => other.into(),
    }
}

fn held(keys: Vec<HeldKey>) -> OperationError {
    let sentences: Vec<String> = keys
        .iter()
        .map(|key| {
            let holder = word(key.experience_kind);
            format!("The {holder} “{}” holds the key “{}”.", key.experience_name, key.key_name)
        })
        .collect();
    let message = format!(
        "{} A key has one holder: take another key, or free it there first.",
        sentences.join(" ")
    );
    let links = keys
        .into_iter()
        .map(|key| Link::experience(key.experience_kind, key.experience_slug, key.experience_name));
    OperationError::Refused { message, links: links.collect() }
}

fn user(user: &UsedBy) -> String {
    match user {
        UsedBy::Experience { kind, name, .. } => format!("the {} “{name}”", word(*kind)),
        UsedBy::Segment { name, .. } => format!("the segment “{name}”"),
    }
}

/// `a`, `a and b`, `a, b and c`.
pub(super) fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
