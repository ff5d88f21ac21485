//! Versions: the immutable, numbered contents of experiences.

use chrono::{DateTime, Utc};
use diesel::dsl::now;
use diesel::prelude::*;
use serde_json::Value;
use uuid::Uuid;

use super::schema::{
    experiences, publications, version_keys, version_rows, version_segments, versions,
};
use super::{Author, Connection, StoreError, holding};

/// A version.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(check_for_backend(diesel::pg::Pg))]
#[diesel(table_name = versions)]
pub struct Version {
    /// Identity.
    pub id: Uuid,
    /// Whose version it is.
    pub experience_id: Uuid,
    /// From 1, without gaps.
    pub number: i32,
    /// The content.
    pub content: Value,
    /// What its author says about it.
    pub note: String,
    /// Who saved it.
    pub author_id: Option<Uuid>,
    /// Their name.
    pub author_name: String,
    /// When.
    pub created_at: DateTime<Utc>,
}

/// A version without its content, for lists.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(check_for_backend(diesel::pg::Pg))]
#[diesel(table_name = versions)]
pub struct VersionSummary {
    /// Identity.
    pub id: Uuid,
    /// From 1, without gaps.
    pub number: i32,
    /// What its author says about it.
    pub note: String,
    /// Who saved it.
    pub author_id: Option<Uuid>,
    /// Their name.
    pub author_name: String,
    /// When.
    pub created_at: DateTime<Utc>,
}

/// A version to be.
#[derive(Debug, Clone, Copy)]
pub struct NewVersion<'a> {
    /// The content, checked by the domain.
    pub content: &'a Value,
    /// What its author says about it.
    pub note: &'a str,
    /// The rows of the content, in order.
    pub rows: &'a [VersionRow],
    /// What the content names.
    pub named: &'a NamedThings,
}

/// A row of a version's content, in columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionRow {
    /// The id that the row keeps through versions.
    pub row_id: String,
    /// Whom it is for.
    pub audience: RowAudience,
}

/// Whom a row is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowAudience {
    /// A segment.
    Segment(Uuid),
    /// Conditions of its own.
    Conditions,
    /// Everyone.
    Everyone,
}

/// The keys and segments that a content names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NamedThings {
    /// The keys that it gives values to, and so holds.
    pub keys: Vec<Uuid>,
    /// The keys that it requires a value of.
    pub required_keys: Vec<Uuid>,
    /// The segments that rows or conditions name.
    pub segments: Vec<Uuid>,
}

/// Adds the next version of an experience, and takes the keys that it names. Nothing that is
/// served changes.
///
/// # Errors
/// [`StoreError::NotFound`] without the experience, or for things of another project;
/// [`StoreError::KeysHeld`] and [`StoreError::Archived`] when a thing that it names is taken or
/// archived.
pub fn append(
    conn: &mut Connection,
    experience_id: Uuid,
    new: &NewVersion<'_>,
    author: Author<'_>,
) -> Result<Version, StoreError> {
    // The update locks the experience, so that numbers have no gaps and no twins.
    let experience: super::experiences::Experience =
        diesel::update(experiences::table.find(experience_id))
            .set((
                experiences::newest_version.eq(experiences::newest_version + 1),
                experiences::updated_at.eq(now),
            ))
            .returning(super::experiences::Experience::as_returning())
            .get_result(conn)?;
    let version: Version = diesel::insert_into(versions::table)
        .values((
            versions::experience_id.eq(experience_id),
            versions::number.eq(experience.newest_version),
            versions::content.eq(new.content),
            versions::note.eq(new.note),
            versions::author_id.eq(author.person_id),
            versions::author_name.eq(author.name),
        ))
        .returning(Version::as_returning())
        .get_result(conn)?;
    add_rows(conn, version.id, new.rows)?;
    add_named(conn, version.id, new.named)?;
    holding::refresh(conn, &experience)?;
    Ok(version)
}

/// The version of that id.
///
/// # Errors
/// Those of the database.
pub fn find(conn: &mut Connection, id: Uuid) -> Result<Option<Version>, StoreError> {
    Ok(versions::table.find(id).select(Version::as_select()).first(conn).optional()?)
}

/// The version of that number.
///
/// # Errors
/// Those of the database.
pub fn find_by_number(
    conn: &mut Connection,
    experience_id: Uuid,
    number: i32,
) -> Result<Option<Version>, StoreError> {
    Ok(versions::table
        .filter(versions::experience_id.eq(experience_id))
        .filter(versions::number.eq(number))
        .select(Version::as_select())
        .first(conn)
        .optional()?)
}

/// The versions of these numbers, in no order.
///
/// # Errors
/// Those of the database.
pub fn find_by_numbers(
    conn: &mut Connection,
    experience_id: Uuid,
    numbers: &[i32],
) -> Result<Vec<Version>, StoreError> {
    Ok(versions::table
        .filter(versions::experience_id.eq(experience_id))
        .filter(versions::number.eq_any(numbers))
        .select(Version::as_select())
        .load(conn)?)
}

/// The newest version of an experience; none before the first.
///
/// # Errors
/// Those of the database.
pub fn newest(conn: &mut Connection, experience_id: Uuid) -> Result<Option<Version>, StoreError> {
    Ok(newest_of(conn, &[experience_id])?.into_iter().next())
}

/// The newest version of each of these experiences that has one.
///
/// # Errors
/// Those of the database.
pub fn newest_of(
    conn: &mut Connection,
    experience_ids: &[Uuid],
) -> Result<Vec<Version>, StoreError> {
    Ok(versions::table
        .inner_join(
            experiences::table.on(experiences::id
                .eq(versions::experience_id)
                .and(experiences::newest_version.eq(versions::number))),
        )
        .filter(experiences::id.eq_any(experience_ids))
        .select(Version::as_select())
        .load(conn)?)
}

/// The versions that these publications serve.
///
/// # Errors
/// Those of the database.
pub fn of_publications(
    conn: &mut Connection,
    publication_ids: &[Uuid],
) -> Result<Vec<Version>, StoreError> {
    Ok(versions::table
        .inner_join(publications::table)
        .filter(publications::id.eq_any(publication_ids))
        .select(Version::as_select())
        .load(conn)?)
}

/// The versions below that number (none: all), the newest first, at most `limit`.
///
/// # Errors
/// Those of the database.
pub fn list(
    conn: &mut Connection,
    experience_id: Uuid,
    below: Option<i32>,
    limit: u16,
) -> Result<Vec<VersionSummary>, StoreError> {
    Ok(versions::table
        .filter(versions::experience_id.eq(experience_id))
        .filter(versions::number.lt(below.unwrap_or(i32::MAX)))
        .order(versions::number.desc())
        .limit(i64::from(limit))
        .select(VersionSummary::as_select())
        .load(conn)?)
}

/// The rows of a version, in order.
///
/// # Errors
/// [`StoreError::Corrupt`] for a row that this build can't read.
pub fn rows(conn: &mut Connection, version_id: Uuid) -> Result<Vec<VersionRow>, StoreError> {
    let rows: Vec<(String, String, Option<Uuid>)> = version_rows::table
        .filter(version_rows::version_id.eq(version_id))
        .order(version_rows::position)
        .select((version_rows::row_id, version_rows::audience, version_rows::segment_id))
        .load(conn)?;
    rows.into_iter()
        .map(|(row_id, audience, segment)| {
            let audience = match (audience.as_str(), segment) {
                ("segment", Some(id)) => RowAudience::Segment(id),
                ("conditions", None) => RowAudience::Conditions,
                ("everyone", None) => RowAudience::Everyone,
                _ => return Err(StoreError::Corrupt(format!("the audience of row {row_id}"))),
            };
            Ok(VersionRow { row_id, audience })
        })
        .collect()
}

/// What a version's content names.
///
/// # Errors
/// Those of the database.
pub fn named(conn: &mut Connection, version_id: Uuid) -> Result<NamedThings, StoreError> {
    let keys: Vec<(Uuid, String)> = version_keys::table
        .filter(version_keys::version_id.eq(version_id))
        .order(version_keys::key_id)
        .select((version_keys::key_id, version_keys::purpose))
        .load(conn)?;
    let segments = version_segments::table
        .filter(version_segments::version_id.eq(version_id))
        .order(version_segments::segment_id)
        .select(version_segments::segment_id)
        .load(conn)?;
    let mut named = NamedThings { segments, ..NamedThings::default() };
    for (id, purpose) in keys {
        if purpose == "gives" { named.keys.push(id) } else { named.required_keys.push(id) }
    }
    Ok(named)
}

fn add_rows(conn: &mut Connection, id: Uuid, rows: &[VersionRow]) -> Result<(), StoreError> {
    let values: Vec<_> = (0_i32..)
        .zip(rows)
        .map(|(position, row)| {
            let (audience, segment) = match row.audience {
                RowAudience::Segment(segment) => ("segment", Some(segment)),
                RowAudience::Conditions => ("conditions", None),
                RowAudience::Everyone => ("everyone", None),
            };
            (
                version_rows::version_id.eq(id),
                version_rows::row_id.eq(&row.row_id),
                version_rows::position.eq(position),
                version_rows::audience.eq(audience),
                version_rows::segment_id.eq(segment),
            )
        })
        .collect();
    diesel::insert_into(version_rows::table).values(values).execute(conn)?;
    Ok(())
}

fn add_named(conn: &mut Connection, id: Uuid, named: &NamedThings) -> Result<(), StoreError> {
    let given = named.keys.iter().map(|key| (key, "gives"));
    let required = named.required_keys.iter().map(|key| (key, "requires"));
    let keys: Vec<_> = given
        .chain(required)
        .map(|(key, purpose)| {
            (
                version_keys::version_id.eq(id),
                version_keys::key_id.eq(key),
                version_keys::purpose.eq(purpose),
            )
        })
        .collect();
    diesel::insert_into(version_keys::table).values(keys).on_conflict_do_nothing().execute(conn)?;
    let segments: Vec<_> = named
        .segments
        .iter()
        .map(|segment| {
            (version_segments::version_id.eq(id), version_segments::segment_id.eq(segment))
        })
        .collect();
    diesel::insert_into(version_segments::table)
        .values(segments)
        .on_conflict_do_nothing()
        .execute(conn)?;
    Ok(())
}
