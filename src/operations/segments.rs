//! Segments: create, edit, restore, clone, archive, unarchive.
//!
//! A segment acts at once in every environment, so each change locks the environments of the
//! project first; that makes such changes go one after the other, and no two of them can close a
//! circle together.

use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

use super::audit::{self, Change};
use super::obstacles::{in_use, not_free, refused};
use super::rights::{require_for, require_where_served};
use super::segment_tree::{self, Tree};
use super::{Actor, OperationError, segment_lists, texts};
use crate::domain::reading::{FieldError, Problems};
use crate::domain::role::Right;
use crate::store::segment_revisions::{self, NewConditions, SegmentRevision};
use crate::store::segments::{self, NewSegment as StoredSegment, Segment, SegmentKind};
use crate::store::{Connection, environments, serving, thing_names};

/// A segment to be, as it was entered.
#[derive(Debug, Clone, Copy)]
pub struct NewSegment<'a> {
    /// Its project.
    pub project_id: Uuid,
    /// Its name; the slug is made from it.
    pub name: &'a str,
    /// Whom it describes, in words.
    pub description: &'a str,
    /// The tree of conditions.
    pub conditions: &'a Json,
}

/// A change of a segment, as it was entered; what is none stays as it is.
#[derive(Debug, Clone, Copy, Default)]
pub struct SegmentEdit<'a> {
    /// Its name; the slug stays.
    pub name: Option<&'a str>,
    /// Whom it describes, in words.
    pub description: Option<&'a str>,
    /// The tree of conditions.
    pub conditions: Option<&'a Json>,
    /// The newest revision that the editor knew; none: whatever it is.
    pub base_revision: Option<i32>,
}

/// Creates a segment from its name and conditions.
///
/// # Errors
/// [`OperationError::Invalid`] with all problems by field; those of the right to edit.
pub fn create(
    conn: &mut Connection,
    actor: &Actor,
    new: &NewSegment<'_>,
) -> Result<Segment, OperationError> {
    actor.require(Right::Edit, new.project_id)?;
    let mut problems = Problems::new();
    let name = texts::name("name", new.name, &mut problems);
    let description = texts::description("description", new.description, &mut problems);
    let condition = segment_tree::read(new.conditions, &mut problems);
    environments::lock_all(conn, new.project_id)?;
    check_name(conn, new.project_id, &name, None, &mut problems)?;
    let tree = segment_tree::resolve(conn, new.project_id, None, condition, &mut problems)?;
    let (Some(tree), true) = (tree, problems.is_empty()) else {
        return Err(OperationError::Invalid(problems));
    };
    let segment = add(conn, actor, new.project_id, &name, &description, &tree)?;
    record(conn, actor, "segment.create", None, state(&segment, &tree.json), &segment)?;
    Ok(segment)
}

/// Changes a segment. New conditions make a revision and act at once in every environment;
/// conditions that change nothing make none.
///
/// # Errors
/// [`OperationError::Invalid`] with all problems by field; [`OperationError::Conflict`] with both
/// sides when there is a newer revision than the editor knew; [`OperationError::Refused`] for an
/// archived segment; [`OperationError::Forbidden`] when a protected environment serves it and the
/// actor may not publish there.
pub fn edit(
    conn: &mut Connection,
    actor: &Actor,
    id: Uuid,
    edit: &SegmentEdit<'_>,
) -> Result<Segment, OperationError> {
    let found = editable(conn, actor, id)?;
    let mut problems = Problems::new();
    let name = edit.name.map(|text| texts::name("name", text, &mut problems));
    let description =
        edit.description.map(|text| texts::description("description", text, &mut problems));
    if edit.conditions.is_some() && found.kind == SegmentKind::List {
        let instead = "A list has user ids instead of conditions. Upload those.";
        problems.push(FieldError::new("conditions", instead));
    }
    let entered = edit.conditions.filter(|_| found.kind == SegmentKind::Rules);
    let condition = entered.and_then(|json| segment_tree::read(json, &mut problems));
    let environments = environments::lock_all(conn, found.project_id)?;
    if let Some(name) = name.as_ref().filter(|name| **name != found.name) {
        check_name(conn, found.project_id, name, Some(id), &mut problems)?;
    }
    let tree =
        segment_tree::resolve(conn, found.project_id, Some(&found), condition, &mut problems)?;
    if !problems.is_empty() {
        return Err(OperationError::Invalid(problems));
    }

    let (before, newest) = locked(conn, id)?;
    refuse_stale(&newest, edit)?;
    let changed = tree.filter(|tree| !tree.is(&newest.conditions));
    let name = name.unwrap_or_else(|| before.name.clone());
    let description = description.unwrap_or_else(|| before.description.clone());
    let described = name != before.name || description != before.description;
    let mut after = before.clone();
    if described {
        after = segments::describe(conn, id, &name, &description)?;
    }
    if let Some(tree) = &changed {
        require_where_served(actor, &environments, &serving::of_segment(conn, id)?)?;
        after = revise(conn, actor, id, tree)?;
    }
    if described || changed.is_some() {
        let was = state(&before, &newest.conditions);
        let is = state(&after, changed.as_ref().map_or(&newest.conditions, |tree| &tree.json));
        record(conn, actor, "segment.edit", Some(was), is, &after)?;
    }
    Ok(after)
}

/// Gives a segment the conditions or the users back that it had under that number, as a new
/// revision. `base` is the newest revision that the caller knew; none: whatever it is.
///
/// # Errors
/// [`OperationError::NotFound`] without such a revision; as of [`edit`] else.
pub fn restore(
    conn: &mut Connection,
    actor: &Actor,
    id: Uuid,
    revision: i32,
    base: Option<i32>,
) -> Result<Segment, OperationError> {
    let found = editable(conn, actor, id)?;
    let older = segment_revisions::find(conn, id, revision)?
        .ok_or(OperationError::NotFound("revision of this segment"))?;
    if found.kind == SegmentKind::List {
        return segment_lists::restore(conn, actor, &found, revision, base);
    }
    let change = SegmentEdit {
        conditions: Some(&older.conditions),
        base_revision: base,
        ..SegmentEdit::default()
    };
    edit(conn, actor, id, &change)
}

/// Creates a segment with the conditions or the users of another one.
///
/// # Errors
/// As of [`create`].
pub fn clone(
    conn: &mut Connection,
    actor: &Actor,
    id: Uuid,
    name: &str,
) -> Result<Segment, OperationError> {
    let original = editable(conn, actor, id)?;
    if original.kind == SegmentKind::List {
        return segment_lists::clone(conn, actor, &original, name);
    }
    let newest = segment_revisions::find(conn, id, original.revision)?
        .ok_or(OperationError::NotFound("segment"))?;
    let new = NewSegment {
        project_id: original.project_id,
        name,
        description: &original.description,
        conditions: &newest.conditions,
    };
    create(conn, actor, &new)
}

/// Archives a segment that nothing uses. One that is archived stays so.
///
/// # Errors
/// [`OperationError::Refused`] with what uses it; those of the right to edit.
pub fn archive(conn: &mut Connection, actor: &Actor, id: Uuid) -> Result<Segment, OperationError> {
    let found = editable(conn, actor, id)?;
    environments::lock_all(conn, found.project_id)?;
    let before = segments::lock(conn, id)?;
    if before.archived_at.is_some() {
        return Ok(before);
    }
    let after = segments::archive(conn, id).map_err(|error| in_use(&before.name, error))?;
    record_end(conn, actor, "segment.archive", &after)?;
    Ok(after)
}

/// Takes a segment back into use.
///
/// # Errors
/// [`OperationError::Refused`] when it names a segment that is archived; those of the right to
/// edit.
pub fn unarchive(
    conn: &mut Connection,
    actor: &Actor,
    id: Uuid,
) -> Result<Segment, OperationError> {
    let found = editable(conn, actor, id)?;
    environments::lock_all(conn, found.project_id)?;
    let before = segments::lock(conn, id)?;
    if before.archived_at.is_none() {
        return Ok(before);
    }
    let after = segments::unarchive(conn, id).map_err(not_free)?;
    record_end(conn, actor, "segment.unarchive", &after)?;
    Ok(after)
}

pub(super) fn editable(
    conn: &mut Connection,
    actor: &Actor,
    id: Uuid,
) -> Result<Segment, OperationError> {
    let segment = segments::find(conn, id)?.ok_or(OperationError::NotFound("segment"))?;
    require_for(actor, Right::Edit, segment.project_id, "segment")?;
    Ok(segment)
}

/// Two segments of one name could not be told apart where they are picked.
pub(super) fn check_name(
    conn: &mut Connection,
    project_id: Uuid,
    name: &str,
    own: Option<Uuid>,
    problems: &mut Problems,
) -> Result<(), OperationError> {
    // Postgres is not asked about a name that can't be one.
    if problems.is_empty() && thing_names::is_segment(conn, project_id, name, own)? {
        let message = format!("There is a segment “{name}” already. Choose another name.");
        problems.push(FieldError::new("name", message));
    }
    Ok(())
}

/// The segment, locked, with its newest conditions.
fn locked(conn: &mut Connection, id: Uuid) -> Result<(Segment, SegmentRevision), OperationError> {
    let segment = segments::lock(conn, id)?;
    if segment.archived_at.is_some() {
        return Err(refused(format!("“{}” is archived. Unarchive it first.", segment.name)));
    }
    let newest = segment_revisions::find(conn, id, segment.revision)?
        .ok_or(OperationError::NotFound("segment"))?;
    Ok((segment, newest))
}

fn refuse_stale(newest: &SegmentRevision, edit: &SegmentEdit<'_>) -> Result<(), OperationError> {
    let Some(base) = edit.base_revision.filter(|base| *base != newest.number) else {
        return Ok(());
    };
    let sides = Map::from_iter([
        ("base_revision".to_owned(), json!(base)),
        (
            "newest".to_owned(),
            json!({"revision": newest.number, "conditions": newest.conditions,
                   "author": newest.author_name, "created_at": newest.created_at}),
        ),
        ("yours".to_owned(), json!({"conditions": edit.conditions})),
    ]);
    let message = format!(
        "{} saved revision {} of this segment in the meantime. Look at both, then save on top of \
         it.",
        newest.author_name, newest.number
    );
    Err(OperationError::Conflict { message, sides })
}

fn add(
    conn: &mut Connection,
    actor: &Actor,
    project_id: Uuid,
    name: &str,
    description: &str,
    tree: &Tree,
) -> Result<Segment, OperationError> {
    let slug = texts::free_slug(name, "segment", |start| {
        segments::slugs_starting_with(conn, project_id, start)
    })?;
    let new = StoredSegment {
        project_id,
        slug: &slug,
        name,
        description,
        kind: SegmentKind::Rules,
        conditions: NewConditions { conditions: &tree.json, named_segments: &tree.named },
    };
    segments::create(conn, &new, actor.author()).map_err(not_free)
}

fn revise(
    conn: &mut Connection,
    actor: &Actor,
    id: Uuid,
    tree: &Tree,
) -> Result<Segment, OperationError> {
    let conditions = NewConditions { conditions: &tree.json, named_segments: &tree.named };
    segment_revisions::revise(conn, id, &conditions, actor.author()).map_err(not_free)
}

pub(super) fn record(
    conn: &mut Connection,
    actor: &Actor,
    action: &str,
    before: Option<Json>,
    after: Json,
    segment: &Segment,
) -> Result<(), OperationError> {
    let change = Change {
        project_id: Some(segment.project_id),
        action,
        object_kind: "segment",
        object_id: segment.id,
        object_name: &segment.name,
        before,
        after: Some(after),
        ..Change::default()
    };
    Ok(audit::record(conn, actor, &change)?)
}

fn record_end(
    conn: &mut Connection,
    actor: &Actor,
    action: &str,
    segment: &Segment,
) -> Result<(), OperationError> {
    let archived = segment.archived_at.is_some();
    let before = json!({"slug": segment.slug, "archived": !archived});
    let after = json!({"slug": segment.slug, "archived": archived});
    record(conn, actor, action, Some(before), after, segment)
}

/// A segment as the audit log shows it.
fn state(segment: &Segment, conditions: &Json) -> Json {
    json!({
        "slug": segment.slug,
        "name": segment.name,
        "description": segment.description,
        "conditions": conditions,
        "revision": segment.revision,
    })
}
