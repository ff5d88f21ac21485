//! Segments that are lists of users: create, fill, restore, clone.
//!
//! A million users are written before anything is locked but the list itself: what takes long
//! holds up nobody who publishes. Only then come the environments and the segment, as for every
//! segment.

mod download;
mod upload;

pub use download::Download;
pub use upload::{Upload, UploadError, UploadFolder, UserIds};

use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

use super::obstacles::{not_free, refused};
use super::rights::require_where_served;
use super::segments::{check_name, editable, record as audit};
use super::{Actor, OperationError, texts};
use crate::domain::grouped::grouped;
use crate::domain::reading::Problems;
use crate::domain::role::Right;
use crate::domain::user_ids::MOST_USER_IDS;
use crate::store::segment_lists::{self as stored, ListChange, ListRevision};
use crate::store::segment_revisions::{self, NewConditions};
use crate::store::segments::{self, NewSegment, Segment, SegmentKind};
use crate::store::{Connection, environments, serving, take_time};

/// A list to be, as it was entered.
#[derive(Debug, Clone, Copy)]
pub struct NewList<'a> {
    /// Its project.
    pub project_id: Uuid,
    /// Its name; the slug is made from it.
    pub name: &'a str,
    /// Whom it describes, in words.
    pub description: &'a str,
}

/// What becomes of those who are in a list already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// They leave, unless they are named again.
    Replace,
    /// They stay.
    Add,
}

impl Mode {
    /// The mode of that name.
    pub fn parse(text: &str) -> Option<Mode> {
        match text {
            "replace" => Some(Mode::Replace),
            "add" => Some(Mode::Add),
            _ => None,
        }
    }
}

/// What came of a change of a list.
#[derive(Debug, Clone)]
pub struct Changed {
    /// The segment, as it is now.
    pub segment: Segment,
    /// What the change did; none where it changed nothing.
    pub revision: Option<ListRevision>,
}

/// Creates a list with these users.
///
/// # Errors
/// [`OperationError::Invalid`] with all problems by field; those of the right to edit.
pub fn create(
    conn: &mut Connection,
    actor: &Actor,
    new: &NewList<'_>,
    users: Option<&UserIds>,
) -> Result<Segment, OperationError> {
    create_as(conn, actor, new, ListChange::Create, |conn| match users {
        Some(users) => stage(conn, users),
        None => Ok(stored::stage(conn, |_| Ok(()))?),
    })
}

/// Creates a list with the users of another one.
///
/// # Errors
/// As of [`create`].
pub(super) fn clone(
    conn: &mut Connection,
    actor: &Actor,
    original: &Segment,
    name: &str,
) -> Result<Segment, OperationError> {
    let Segment { project_id, description, .. } = original;
    let new = NewList { project_id: *project_id, name, description };
    create_as(conn, actor, &new, ListChange::Copy, |conn| {
        Ok(stored::stage_revision(conn, original.id, original.revision)?)
    })
}

fn create_as(
    conn: &mut Connection,
    actor: &Actor,
    new: &NewList<'_>,
    change: ListChange,
    stage: impl FnOnce(&mut Connection) -> Result<(), OperationError>,
) -> Result<Segment, OperationError> {
    actor.require(Right::Edit, new.project_id)?;
    let mut problems = Problems::new();
    let name = texts::name("name", new.name, &mut problems);
    let description = texts::description("description", new.description, &mut problems);
    if !problems.is_empty() {
        return Err(OperationError::Invalid(problems));
    }
    let (id, number) = (Uuid::new_v4(), 1);
    take_time(conn)?;
    stage(conn)?;
    let (added, _) = stored::merge_staged(conn, id, number, true)?;
    let added = count(added)?;
    environments::lock_all(conn, new.project_id)?;
    check_name(conn, new.project_id, &name, None, &mut problems)?;
    if !problems.is_empty() {
        return Err(OperationError::Invalid(problems));
    }
    let slug = texts::free_slug(&name, "segment", |start| {
        segments::slugs_starting_with(conn, new.project_id, start)
    })?;
    let segment = NewSegment {
        project_id: new.project_id,
        slug: &slug,
        name: &name,
        description: &description,
        kind: SegmentKind::List,
        conditions: NO_CONDITIONS,
    };
    let segment = segments::create_as(conn, id, &segment, actor.author()).map_err(not_free)?;
    stored::create(conn, id)?;
    let revision = ListRevision { number, change, members: added, added, removed: 0 };
    stored::record(conn, id, &revision)?;
    audit(conn, actor, "segment.create", None, state(&segment, &revision), &segment)?;
    Ok(segment)
}

/// Puts users into a list. One that this changes gets a revision, which acts at once in every
/// environment.
///
/// # Errors
/// [`OperationError::Invalid`] where there would be too many; [`OperationError::Conflict`] when
/// there is a newer revision than `base`; [`OperationError::Refused`] for an archived segment, and
/// while another change of it is under way; [`OperationError::Forbidden`] when a protected
/// environment serves it and the actor may not publish there.
pub fn fill(
    conn: &mut Connection,
    actor: &Actor,
    id: Uuid,
    mode: Mode,
    users: &UserIds,
    base: Option<i32>,
) -> Result<Changed, OperationError> {
    let (change, replaces) = match mode {
        Mode::Replace => (ListChange::Replace, true),
        Mode::Add => (ListChange::Add, false),
    };
    let how = How { change, replaces, base };
    let list = fillable(conn, actor, id)?;
    change_list(conn, actor, &list, &how, |conn| stage(conn, users))
}

/// The list of that id, for somebody who may put users into it now: to be asked before a long way.
///
/// # Errors
/// As of [`fill`].
pub fn fillable(conn: &mut Connection, actor: &Actor, id: Uuid) -> Result<Segment, OperationError> {
    let list = editable(conn, actor, id)?;
    if list.kind != SegmentKind::List {
        return Err(refused(format!(
            "“{}” has conditions, so nobody can be put into it. Make a list for that.",
            list.name
        )));
    }
    let environments = environments::list(conn, list.project_id)?;
    require_where_served(actor, &environments, &serving::of_segment(conn, list.id)?)?;
    usable(conn, id)
}

/// Gives a list the users back that it had as of a revision, as a new revision.
///
/// # Errors
/// [`OperationError::NotFound`] without such a revision; as of [`fill`] else.
pub(super) fn restore(
    conn: &mut Connection,
    actor: &Actor,
    list: &Segment,
    number: i32,
    base: Option<i32>,
) -> Result<Segment, OperationError> {
    let how = How { change: ListChange::Restore, replaces: true, base };
    let list = &fillable(conn, actor, list.id)?;
    let changed = change_list(conn, actor, list, &how, |conn| {
        Ok(stored::stage_revision(conn, list.id, number)?)
    });
    Ok(changed?.segment)
}

/// How a list changes.
struct How {
    change: ListChange,
    replaces: bool,
    /// The newest revision that the caller knew; none: whatever it is.
    base: Option<i32>,
}

const NO_CONDITIONS: NewConditions<'static> =
    NewConditions { conditions: &Json::Null, named_segments: &[] };

fn change_list(
    conn: &mut Connection,
    actor: &Actor,
    list: &Segment,
    how: &How,
    stage: impl FnOnce(&mut Connection) -> Result<(), OperationError>,
) -> Result<Changed, OperationError> {
    take_time(conn)?;
    if !stored::lock(conn, list.id)? {
        return Err(refused(format!(
            "Somebody else is changing the users of “{}” right now. Try again when that is done.",
            list.name
        )));
    }
    let before = usable(conn, list.id)?;
    refuse_stale(conn, &before, how.base)?;
    let was = newest(conn, &before)?;
    stage(conn)?;
    let number = before.revision + 1;
    let (added, removed) = stored::merge_staged(conn, list.id, number, how.replaces)?;
    if added == 0 && removed == 0 {
        return Ok(Changed { segment: before, revision: None });
    }
    let revision = ListRevision {
        number,
        change: how.change,
        members: count(usize::try_from(was.members).unwrap_or(0) + added - removed)?,
        added: count(added)?,
        removed: count(removed)?,
    };
    let segment = append(conn, actor, &before, &was, &revision)?;
    Ok(Changed { segment, revision: Some(revision) })
}

/// Makes of what is merged the newest revision: the only part for which others wait.
fn append(
    conn: &mut Connection,
    actor: &Actor,
    before: &Segment,
    was: &ListRevision,
    revision: &ListRevision,
) -> Result<Segment, OperationError> {
    let environments = environments::lock_all(conn, before.project_id)?;
    segments::lock(conn, before.id)?;
    usable(conn, before.id)?;
    require_where_served(actor, &environments, &serving::of_segment(conn, before.id)?)?;
    let after = segment_revisions::revise(conn, before.id, &NO_CONDITIONS, actor.author())?;
    stored::record(conn, before.id, revision)?;
    let (was, is) = (state(before, was), state(&after, revision));
    audit(conn, actor, "segment.edit", Some(was), is, &after)?;
    Ok(after)
}

/// The segment as it is, unless it is archived.
fn usable(conn: &mut Connection, id: Uuid) -> Result<Segment, OperationError> {
    let segment = segments::find(conn, id)?.ok_or(OperationError::NotFound("segment"))?;
    match segment.archived_at {
        None => Ok(segment),
        Some(_) => Err(refused(format!("“{}” is archived. Unarchive it first.", segment.name))),
    }
}

fn newest(conn: &mut Connection, list: &Segment) -> Result<ListRevision, OperationError> {
    let found = stored::revisions(conn, list.id, &[list.revision])?;
    found.into_iter().next().ok_or(OperationError::NotFound("revision of this segment"))
}

fn refuse_stale(
    conn: &mut Connection,
    list: &Segment,
    base: Option<i32>,
) -> Result<(), OperationError> {
    let Some(base) = base.filter(|base| *base != list.revision) else { return Ok(()) };
    let newest = segment_revisions::find(conn, list.id, list.revision)?
        .ok_or(OperationError::NotFound("segment"))?;
    let members = self::newest(conn, list)?.members;
    let sides = Map::from_iter([
        ("base_revision".to_owned(), json!(base)),
        (
            "newest".to_owned(),
            json!({"revision": newest.number, "members": members,
                   "author": newest.author_name, "created_at": newest.created_at}),
        ),
    ]);
    let message = format!(
        "{} saved revision {} of this list in the meantime. Look at it, then try again on top of \
         it.",
        newest.author_name, newest.number
    );
    Err(OperationError::Conflict { message, sides })
}

fn stage(conn: &mut Connection, users: &UserIds) -> Result<(), OperationError> {
    Ok(stored::stage(conn, |out| users.write_to(out))?)
}

/// A number of users as it is stored; a list has room for no more.
fn count(users: usize) -> Result<i32, OperationError> {
    let fitting = i32::try_from(users).ok().filter(|_| users <= MOST_USER_IDS);
    fitting.ok_or_else(|| {
        OperationError::invalid(
            "members",
            format!(
                "With these there would be {} user ids in the list, and the most is 1,000,000. \
                 Replace those that are there, or make another list.",
                grouped(i64::try_from(users).unwrap_or(i64::MAX))
            ),
        )
    })
}

/// A list as the audit log shows it.
fn state(segment: &Segment, revision: &ListRevision) -> Json {
    json!({
        "slug": segment.slug,
        "name": segment.name,
        "description": segment.description,
        "members": revision.members,
        "revision": revision.number,
    })
}
