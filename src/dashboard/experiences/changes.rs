//! What changes from one version to another, in plain rows: what, before, after.

use super::segment_names::SegmentNames;
use crate::domain::version::{self, Change, ChangeKind, Content, Group};

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeRow {
    /// What it is about, or the whole change as a sentence.
    pub what: String,
    /// What of it.
    pub label: String,
    /// What stood there before; none where there was nothing.
    pub before: Option<String>,
    /// What stands there then; none where there is nothing.
    pub after: Option<String>,
    /// The whole change in a few words.
    pub short: String,
    /// Whether it moves users who are in already.
    pub moves_users: bool,
}

impl ChangeRow {
    fn of(change: &Change) -> ChangeRow {
        // That a key is there, its name says.
        let words = |words: &Option<String>| match (change.group, change.kind) {
            (Group::Keys, ChangeKind::Added | ChangeKind::Removed) => None,
            _ => words.clone(),
        };
        ChangeRow {
            what: change.what.clone(),
            label: change.label.clone(),
            before: words(&change.was),
            after: words(&change.is),
            short: change.in_short(),
            moves_users: change.moves_users(),
        }
    }
}

/// What changes from one version to another; what moves users comes first.
pub fn between(before: &Content, after: &Content, names: &SegmentNames) -> Vec<ChangeRow> {
    let changes = before.difference(after, names);
    let mut rows: Vec<ChangeRow> = changes.iter().map(ChangeRow::of).collect();
    rows.sort_by_key(|row| !row.moves_users);
    rows
}

/// What changes with the first version that is served.
pub fn from_nothing(after: &Content, names: &SegmentNames) -> Vec<ChangeRow> {
    between(&after.unserved(), after, names)
}

/// The changes in a few words: the first one, and how many more there are.
pub fn in_short(changes: &[ChangeRow]) -> String {
    version::in_short(changes, |change| change.short.clone())
}
