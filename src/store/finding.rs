//! Finding things of a project by a few letters, and what somebody worked on lately: always few.

use diesel::prelude::*;
use uuid::Uuid;

use super::experiences::Experience;
use super::keys::Key;
use super::page::{beginning, containing};
use super::schema::{audit_log, experiences, key_holders, keys, segments};
use super::segments::Segment;
use super::{Connection, StoreError};

/// How far back in the log of a project it is looked for what somebody did.
const MOST_LOOKED_AT: i64 = 500;

/// Experiences that are not archived whose name, slug or key contains the text: first those whose
/// name begins with it, each part by the last change.
///
/// # Errors
/// Those of the database.
pub fn experiences(
    conn: &mut Connection,
    project_id: Uuid,
    text: &str,
    most: i64,
) -> Result<Vec<Experience>, StoreError> {
    let pattern = containing(text);
    let holding = key_holders::table
        .inner_join(keys::table)
        .filter(keys::project_id.eq(project_id))
        .filter(keys::name.ilike(pattern.clone()))
        .select(key_holders::experience_id);
    Ok(experiences::table
        .filter(experiences::project_id.eq(project_id))
        .filter(experiences::archived_at.is_null())
        .filter(
            experiences::name
                .ilike(pattern.clone())
                .or(experiences::slug.ilike(pattern))
                .or(experiences::id.eq_any(holding)),
        )
        .order((
            experiences::name.ilike(beginning(text)).desc(),
            experiences::updated_at.desc(),
            experiences::id.desc(),
        ))
        .limit(most)
        .select(Experience::as_select())
        .load(conn)?)
}

/// Keys that are not archived whose name contains the text: first those that begin with it.
///
/// # Errors
/// Those of the database.
pub fn keys(
    conn: &mut Connection,
    project_id: Uuid,
    text: &str,
    most: i64,
) -> Result<Vec<Key>, StoreError> {
    Ok(keys::table
        .filter(keys::project_id.eq(project_id))
        .filter(keys::archived_at.is_null())
        .filter(keys::name.ilike(containing(text)))
        .order((keys::name.ilike(beginning(text)).desc(), keys::name))
        .limit(most)
        .select(Key::as_select())
        .load(conn)?)
}

/// Segments that are not archived whose name or slug contains the text: first those whose name
/// begins with it.
///
/// # Errors
/// Those of the database.
pub fn segments(
    conn: &mut Connection,
    project_id: Uuid,
    text: &str,
    most: i64,
) -> Result<Vec<Segment>, StoreError> {
    let pattern = containing(text);
    Ok(segments::table
        .filter(segments::project_id.eq(project_id))
        .filter(segments::archived_at.is_null())
        .filter(segments::name.ilike(pattern.clone()).or(segments::slug.ilike(pattern)))
        .order((segments::name.ilike(beginning(text)).desc(), segments::name, segments::id))
        .limit(most)
        .select(Segment::as_select())
        .load(conn)?)
}

/// What somebody worked on.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Queryable)]
pub struct Recent {
    /// What kind of thing: `experience`, `key` or `segment`.
    pub object_kind: String,
    /// Which one.
    pub object_id: String,
}

/// What somebody worked on lately in a project, the last one first, each once.
///
/// # Errors
/// Those of the database.
pub fn recent(
    conn: &mut Connection,
    project_id: Uuid,
    person_id: Uuid,
    most: usize,
) -> Result<Vec<Recent>, StoreError> {
    let lately: Vec<(Option<Uuid>, Recent)> = audit_log::table
        .filter(audit_log::project_id.eq(project_id))
        .order(audit_log::id.desc())
        .limit(MOST_LOOKED_AT)
        .select((audit_log::actor_id, (audit_log::object_kind, audit_log::object_id)))
        .load(conn)?;
    let mut found: Vec<Recent> = Vec::new();
    for (actor, thing) in lately {
        if actor == Some(person_id) && found.len() < most && !found.contains(&thing) {
            found.push(thing);
        }
    }
    Ok(found)
}
