//! Which environments serve a key or a segment, and so change with it.

use diesel::prelude::*;
use uuid::Uuid;

use super::page::lower;
use super::publications::FULL_RAMP;
use super::schema::{experiences, publications, segment_members, version_keys, version_segments};
use super::{Connection, StoreError};

/// The ids of the environments that serve an experience through a version which gives that key a
/// value or requires one of it.
///
/// # Errors
/// Those of the database.
pub fn of_key(conn: &mut Connection, key_id: Uuid) -> Result<Vec<Uuid>, StoreError> {
    let versions = naming_key(conn, key_id)?;
    serving(conn, &versions)
}

/// The ids of the environments that serve an experience through a version which names that
/// segment, or another one that leads to it.
///
/// # Errors
/// Those of the database.
pub fn of_segment(conn: &mut Connection, segment_id: Uuid) -> Result<Vec<Uuid>, StoreError> {
    let versions = leading_to_segment(conn, segment_id)?;
    serving(conn, &versions)
}

/// An experience that an environment serves.
#[derive(Debug, Clone, Queryable)]
pub struct Served {
    /// The experience.
    pub experience_id: Uuid,
    /// Its name.
    pub name: String,
    /// Where.
    pub environment_id: Uuid,
}

/// The experiences that some environment serves through a version which names that segment, or
/// another one that leads to it, by name.
///
/// # Errors
/// Those of the database.
pub fn through_segment(conn: &mut Connection, segment_id: Uuid) -> Result<Vec<Served>, StoreError> {
    let versions = leading_to_segment(conn, segment_id)?;
    through(conn, &versions)
}

/// The experiences that some environment serves through a version which gives that key a value or
/// requires one of it, by name.
///
/// # Errors
/// Those of the database.
pub fn through_key(conn: &mut Connection, key_id: Uuid) -> Result<Vec<Served>, StoreError> {
    let versions = naming_key(conn, key_id)?;
    through(conn, &versions)
}

fn through(conn: &mut Connection, version_ids: &[Uuid]) -> Result<Vec<Served>, StoreError> {
    let replaced = replaced_by_ramps(conn, version_ids)?;
    let ramped_out_of =
        publications::ramp.lt(FULL_RAMP).and(publications::replaces_id.eq_any(replaced));
    Ok(publications::table
        .inner_join(experiences::table)
        .filter(publications::ended_at.is_null())
        .filter(experiences::archived_at.is_null())
        .filter(publications::version_id.eq_any(version_ids).or(ramped_out_of))
        .order((lower(experiences::name), experiences::id, publications::environment_id))
        .select((experiences::id, experiences::name, publications::environment_id))
        .load(conn)?)
}

fn naming_key(conn: &mut Connection, key_id: Uuid) -> Result<Vec<Uuid>, StoreError> {
    Ok(version_keys::table
        .filter(version_keys::key_id.eq(key_id))
        .select(version_keys::version_id)
        .load(conn)?)
}

/// The versions that name a segment, or another one that leads to it.
fn leading_to_segment(conn: &mut Connection, segment_id: Uuid) -> Result<Vec<Uuid>, StoreError> {
    let mut leading = vec![segment_id];
    let mut newest = leading.clone();
    while !newest.is_empty() {
        newest = segment_members::table
            .filter(segment_members::named_segment_id.eq_any(&newest))
            .filter(segment_members::segment_id.ne_all(&leading))
            .select(segment_members::segment_id)
            .distinct()
            .load(conn)?;
        leading.extend(&newest);
    }
    Ok(version_segments::table
        .filter(version_segments::segment_id.eq_any(leading))
        .select(version_segments::version_id)
        .load(conn)?)
}

/// The ended publications of these versions: a ramp may still leave users to them.
fn replaced_by_ramps(conn: &mut Connection, version_ids: &[Uuid]) -> Result<Vec<Uuid>, StoreError> {
    Ok(publications::table
        .filter(publications::version_id.eq_any(version_ids))
        .filter(publications::ended_at.is_not_null())
        .select(publications::id)
        .load(conn)?)
}

/// Where one of these versions is served, or being ramped out of.
fn serving(conn: &mut Connection, version_ids: &[Uuid]) -> Result<Vec<Uuid>, StoreError> {
    let replaced = replaced_by_ramps(conn, version_ids)?;
    let ramped_out_of =
        publications::ramp.lt(FULL_RAMP).and(publications::replaces_id.eq_any(replaced));
    Ok(publications::table
        .inner_join(experiences::table)
        .filter(publications::ended_at.is_null())
        .filter(experiences::archived_at.is_null())
        .filter(publications::version_id.eq_any(version_ids).or(ramped_out_of))
        .order(publications::environment_id)
        .select(publications::environment_id)
        .distinct()
        .load(conn)?)
}
