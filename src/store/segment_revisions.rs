//! The conditions of segments: every form that they had, under a number.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::dsl::{exists, now};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use serde_json::Value;
use uuid::Uuid;

use super::page::containing;
use super::schema::{segment_members, segment_revisions, segments as segments_table};
use super::segments::{self, Segment};
use super::{Author, Connection, StoreError, environments};

/// Conditions of a segment, to be kept under the next number.
#[derive(Debug, Clone, Copy)]
pub struct NewConditions<'a> {
    /// The tree.
    pub conditions: &'a Value,
    /// The other segments that the tree names.
    pub named_segments: &'a [Uuid],
}

/// Conditions that a segment had at one time.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(check_for_backend(diesel::pg::Pg))]
#[diesel(table_name = segment_revisions)]
pub struct SegmentRevision {
    /// From 1.
    pub number: i32,
    /// The tree.
    pub conditions: Value,
    /// Who made it so.
    pub author_id: Option<Uuid>,
    /// Their name.
    pub author_name: String,
    /// When.
    pub created_at: DateTime<Utc>,
}

/// Gives a segment new conditions under the next number, and raises the revision of the project's
/// environments. The caller has compared.
///
/// # Errors
/// [`StoreError::NotFound`]; [`StoreError::Archived`] when they name an archived segment.
pub fn revise(
    conn: &mut Connection,
    id: Uuid,
    conditions: &NewConditions<'_>,
    author: Author<'_>,
) -> Result<Segment, StoreError> {
    let segment: Segment = diesel::update(segments_table::table.find(id))
        .set((
            segments_table::revision.eq(segments_table::revision + 1),
            segments_table::updated_at.eq(now),
        ))
        .returning(Segment::as_returning())
        .get_result(conn)?;
    append(conn, &segment, conditions, author)?;
    environments::bump_project(conn, segment.project_id)?;
    Ok(segment)
}

/// The conditions of that number.
///
/// # Errors
/// Those of the database.
pub fn find(
    conn: &mut Connection,
    id: Uuid,
    number: i32,
) -> Result<Option<SegmentRevision>, StoreError> {
    Ok(segment_revisions::table
        .find((id, number))
        .select(SegmentRevision::as_select())
        .first(conn)
        .optional()?)
}

/// Some of the forms of a segment's conditions, the newest first: those below a number.
///
/// # Errors
/// Those of the database.
pub fn list_below(
    conn: &mut Connection,
    id: Uuid,
    below: Option<i32>,
    limit: u16,
) -> Result<Vec<SegmentRevision>, StoreError> {
    Ok(segment_revisions::table
        .filter(segment_revisions::segment_id.eq(id))
        .filter(segment_revisions::number.lt(below.unwrap_or(i32::MAX)))
        .order(segment_revisions::number.desc())
        .limit(i64::from(limit))
        .select(SegmentRevision::as_select())
        .load(conn)?)
}

/// The number of the newest revision that each of these segments had at that moment; those that
/// came later are not in it.
///
/// # Errors
/// Those of the database.
pub fn numbers_at(
    conn: &mut Connection,
    segment_ids: &[Uuid],
    at: DateTime<Utc>,
) -> Result<HashMap<Uuid, i32>, StoreError> {
    let rows: Vec<(Uuid, i32)> = segment_revisions::table
        .filter(segment_revisions::segment_id.eq_any(segment_ids))
        .filter(segment_revisions::created_at.le(at))
        .distinct_on(segment_revisions::segment_id)
        .order((segment_revisions::segment_id, segment_revisions::number.desc()))
        .select((segment_revisions::segment_id, segment_revisions::number))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// The newest conditions of each of these segments.
///
/// # Errors
/// Those of the database.
pub fn newest_of(
    conn: &mut Connection,
    segment_ids: &[Uuid],
) -> Result<Vec<(Uuid, Value)>, StoreError> {
    Ok(segments_table::table
        .inner_join(segment_revisions::table.on(newest_conditions()))
        .filter(segments_table::id.eq_any(segment_ids))
        .select((segments_table::id, segment_revisions::conditions))
        .load(conn)?)
}

/// Every segment of a project that is not archived, with its newest conditions, by slug: what
/// contents are checked against.
///
/// # Errors
/// Those of the database.
pub fn with_conditions(
    conn: &mut Connection,
    project_id: Uuid,
) -> Result<Vec<(Segment, Value)>, StoreError> {
    Ok(segments_table::table
        .inner_join(segment_revisions::table.on(newest_conditions()))
        .filter(segments_table::project_id.eq(project_id))
        .filter(segments_table::archived_at.is_null())
        .order(segments_table::slug)
        .select((Segment::as_select(), segment_revisions::conditions))
        .load(conn)?)
}

diesel::define_sql_function! {
    /// JSON as text, one member to a line: `"attribute": "city"`.
    fn jsonb_pretty(json: diesel::sql_types::Jsonb) -> diesel::sql_types::Text;
}

/// Holds for segments whose newest conditions test an attribute whose name begins so.
pub(super) fn names_attribute(
    start: &str,
) -> Box<dyn BoxableExpression<segments_table::table, Pg, SqlType = Bool>> {
    let quoted = Value::from(start).to_string();
    let pattern = containing(&format!("\"attribute\": {}", quoted.trim_end_matches('"')));
    Box::new(exists(
        segment_revisions::table
            .filter(newest_conditions())
            .filter(jsonb_pretty(segment_revisions::conditions).ilike(pattern)),
    ))
}

/// Joins a segment with its newest conditions.
#[diesel::dsl::auto_type]
pub(super) fn newest_conditions() -> _ {
    let same_segment: diesel::dsl::Eq<segment_revisions::segment_id, segments_table::id> =
        segment_revisions::segment_id.eq(segments_table::id);
    same_segment.and(segment_revisions::number.eq(segments_table::revision))
}

/// Keeps conditions under the segment's number, and what they name.
///
/// # Errors
/// Those of [`segments::lock_usable`].
pub(super) fn append(
    conn: &mut Connection,
    segment: &Segment,
    new: &NewConditions<'_>,
    author: Author<'_>,
) -> Result<(), StoreError> {
    diesel::insert_into(segment_revisions::table)
        .values((
            segment_revisions::segment_id.eq(segment.id),
            segment_revisions::number.eq(segment.revision),
            segment_revisions::conditions.eq(new.conditions),
            segment_revisions::author_id.eq(author.person_id),
            segment_revisions::author_name.eq(author.name),
        ))
        .execute(conn)?;
    segments::lock_usable(conn, segment.project_id, new.named_segments)?;
    diesel::delete(segment_members::table.filter(segment_members::segment_id.eq(segment.id)))
        .execute(conn)?;
    let members: Vec<_> = new
        .named_segments
        .iter()
        .map(|named| {
            (
                segment_members::segment_id.eq(segment.id),
                segment_members::named_segment_id.eq(named),
            )
        })
        .collect();
    diesel::insert_into(segment_members::table)
        .values(members)
        .on_conflict_do_nothing()
        .execute(conn)?;
    Ok(())
}
