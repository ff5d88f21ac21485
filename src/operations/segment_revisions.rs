//! The revisions of segments, told in words: who made each, when, and what it changed.

use chrono::{DateTime, Utc};
use serde_json::Value as Json;

use super::OperationError;
use crate::domain::condition::Condition;
use crate::store::Connection;
use crate::store::segment_lists::{self, ListChange, ListRevision};
use crate::store::segment_revisions::{self as stored, SegmentRevision};
use crate::store::segments::{Segment, SegmentKind};

/// Of users that came or left, this many are named.
const MOST_NAMED: i64 = 5;

/// A revision of a segment.
#[derive(Debug, Clone)]
pub struct RevisionView {
    /// From 1.
    pub number: i32,
    /// Who made it.
    pub author: String,
    /// When.
    pub created_at: DateTime<Utc>,
    /// Its tree of conditions; none for a list.
    pub conditions: Option<Json>,
    /// What it did to a list; none for conditions.
    pub list: Option<ListRevision>,
    /// What changed with it, in sentences.
    pub changes: Vec<String>,
}

/// Some of the revisions of a segment, the newest first: those below a number.
///
/// # Errors
/// Those of the database.
pub fn list(
    conn: &mut Connection,
    segment: &Segment,
    below: Option<i32>,
    limit: u16,
) -> Result<Vec<RevisionView>, OperationError> {
    // One more: what it is compared with.
    let mut found = stored::list_below(conn, segment.id, below, limit.saturating_add(1))?;
    let numbers: Vec<i32> = found.iter().map(|revision| revision.number).collect();
    let lists = segment_lists::revisions(conn, segment.id, &numbers)?;
    let before: Vec<Json> = found.iter().skip(1).map(|older| older.conditions.clone()).collect();
    found.truncate(usize::from(limit));
    let views = found.into_iter().enumerate().map(|(place, revision)| {
        let list = lists.iter().find(|list| list.number == revision.number).cloned();
        let changes = match &list {
            Some(list) => vec![list_in_words(list)],
            None => rule_changes(before.get(place), &revision.conditions),
        };
        view(segment, revision, list, changes)
    });
    Ok(views.collect())
}

/// One revision of a segment, with some of the users that came and left.
///
/// # Errors
/// [`OperationError::NotFound`].
pub fn find(
    conn: &mut Connection,
    segment: &Segment,
    number: i32,
) -> Result<RevisionView, OperationError> {
    let found = list(conn, segment, number.checked_add(1), 1)?;
    let found = found.into_iter().find(|view| view.number == number);
    let mut view = found.ok_or(OperationError::NotFound("revision of this segment"))?;
    if segment.kind == SegmentKind::List && number > 1 {
        view.changes.extend(difference(conn, segment, number - 1, number)?);
    }
    Ok(view)
}

/// What changes from one revision of a segment to another one, in sentences; nothing where they
/// are the same.
///
/// # Errors
/// [`OperationError::NotFound`] without one of them.
pub fn difference(
    conn: &mut Connection,
    segment: &Segment,
    from: i32,
    to: i32,
) -> Result<Vec<String>, OperationError> {
    let mut conditions = |number| {
        let found = stored::find(conn, segment.id, number)?;
        found.map(|it| it.conditions).ok_or(OperationError::NotFound("revision of this segment"))
    };
    let (before, after) = (conditions(from)?, conditions(to)?);
    if segment.kind == SegmentKind::Rules {
        return Ok(between(&before, &after));
    }
    let (added, some_added) = segment_lists::only_in(conn, segment.id, to, from, MOST_NAMED)?;
    let (removed, some_removed) = segment_lists::only_in(conn, segment.id, from, to, MOST_NAMED)?;
    let sentences = [named("Added", added, &some_added), named("Removed", removed, &some_removed)];
    Ok(sentences.into_iter().flatten().collect())
}

fn view(
    segment: &Segment,
    revision: SegmentRevision,
    list: Option<ListRevision>,
    changes: Vec<String>,
) -> RevisionView {
    RevisionView {
        number: revision.number,
        author: revision.author_name,
        created_at: revision.created_at,
        conditions: (segment.kind == SegmentKind::Rules).then_some(revision.conditions),
        list,
        changes,
    }
}

fn rule_changes(before: Option<&Json>, after: &Json) -> Vec<String> {
    match before {
        Some(before) => between(before, after),
        None => match Condition::from_json(after) {
            Ok(condition) => vec![format!("First: {}.", condition.in_words())],
            Err(_) => vec!["First.".to_owned()],
        },
    }
}

/// What this build can't read was kept by another one, and can only be said to differ.
fn between(before: &Json, after: &Json) -> Vec<String> {
    match (Condition::from_json(before), Condition::from_json(after)) {
        (Ok(before), Ok(after)) => before.difference(&after),
        _ if before == after => Vec::new(),
        _ => vec!["The conditions differ in a way that this version can't say.".to_owned()],
    }
}

/// "Replaced: 12 added, 3 removed."
fn list_in_words(list: &ListRevision) -> String {
    let ListRevision { added, removed, members, .. } = list;
    match list.change {
        ListChange::Create if *members == 0 => "Created with nobody in it.".to_owned(),
        ListChange::Create => format!("Created with {}.", users(*members)),
        ListChange::Copy => format!("Copied with {}.", users(*members)),
        ListChange::Replace => format!("Replaced: {added} added, {removed} removed."),
        ListChange::Add => format!("{added} added, {removed} removed."),
        ListChange::Restore => format!("Restored: {added} added, {removed} removed."),
    }
}

fn users(count: i32) -> String {
    if count == 1 { "1 user".to_owned() } else { format!("{count} users") }
}

/// "Added: a, b and 10 more."
fn named(verb: &str, count: i64, some: &[String]) -> Option<String> {
    let more = count - i64::try_from(some.len()).unwrap_or(count);
    let names = some.join(", ");
    match (count, more) {
        (0, _) => None,
        (_, 0) => Some(format!("{verb}: {names}.")),
        _ => Some(format!("{verb}: {names} and {more} more.")),
    }
}
