//! What delivery reads: everything that an environment serves, as of one moment.

mod past;

pub use past::load_at;

use diesel::prelude::*;
use serde_json::Value;
use uuid::Uuid;

use super::profiles;
use super::publications::FULL_RAMP;
use super::schema::{
    environments, experiences, keys, publications, segment_revisions, segments, switches, versions,
};
use super::segment_revisions::newest_conditions;
use super::segments::SegmentKind;
use super::stored::{ReadableJson, Stored};
use super::{Connection, StoreError};
use crate::domain::event::Teaches;
use crate::domain::experience::Kind;
use crate::domain::ruleset::source::{
    ExperienceSource, KeySource, PublicationSource, SegmentRule, SegmentSource, Source,
};
use crate::domain::value::ValueType;

/// Every environment with its revision, in order of id.
///
/// # Errors
/// Those of the database.
pub fn revisions(conn: &mut Connection) -> Result<Vec<(Uuid, i64)>, StoreError> {
    Ok(environments::table
        .order(environments::id)
        .select((environments::id, environments::revision))
        .load(conn)?)
}

/// Everything that an environment serves, with its revision, read at one moment. What is archived
/// is not in it; JSON that this build can't read is null in it. Starts a transaction of its own,
/// so it belongs into [`super::Store::read`].
///
/// # Errors
/// [`StoreError::NotFound`] without that environment; [`StoreError::Corrupt`] for words that this
/// build does not know, as after a step back to an older one.
pub fn load(conn: &mut Connection, environment_id: Uuid) -> Result<Source, StoreError> {
    conn.build_transaction()
        .read_only()
        .repeatable_read()
        .run(|conn| load_within(conn, environment_id))
}

/// The same within a transaction that is under way, for whoever holds the environment's lock
/// ([`super::environments::lock`]) and so sees one moment without a snapshot.
///
/// # Errors
/// As of [`load`].
pub fn load_within(conn: &mut Connection, environment_id: Uuid) -> Result<Source, StoreError> {
    let (project_id, revision, teaches): (Uuid, i64, Stored<Teaches>) = environments::table
        .find(environment_id)
        .select((environments::project_id, environments::revision, environments::teaches))
        .first(conn)?;
    Ok(Source {
        revision,
        keys: load_keys(conn, project_id)?,
        segments: segments(conn, project_id)?,
        experiences: load_experiences(conn, environment_id, None)?,
        teaches: teaches.0,
        stored_names: profiles::property_names(conn, environment_id)?,
    })
}

/// What an environment serves of one experience, within a transaction that is under way, for
/// whoever holds the experience's lock.
///
/// # Errors
/// As of [`load`].
pub fn load_experience(
    conn: &mut Connection,
    environment_id: Uuid,
    experience_id: Uuid,
) -> Result<Option<ExperienceSource>, StoreError> {
    let found = load_experiences(conn, environment_id, Some(experience_id))?;
    Ok(found.into_iter().next())
}

fn load_keys(conn: &mut Connection, project_id: Uuid) -> Result<Vec<KeySource>, StoreError> {
    let rows: Vec<(Uuid, String, Stored<ValueType>, ReadableJson)> = keys::table
        .filter(keys::project_id.eq(project_id))
        .filter(keys::archived_at.is_null())
        .order(keys::name)
        .select((keys::id, keys::name, keys::value_type, keys::default_value))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(id, name, value_type, default_value)| KeySource {
            id,
            name,
            value_type: value_type.0,
            default_value: default_value.0,
        })
        .collect())
}

/// Every segment of a project that is not archived, by slug.
///
/// # Errors
/// As of [`load`].
pub fn segments(conn: &mut Connection, project_id: Uuid) -> Result<Vec<SegmentSource>, StoreError> {
    let rows: Vec<(Uuid, String, Stored<SegmentKind>, i32, ReadableJson)> = segments::table
        .inner_join(segment_revisions::table.on(newest_conditions()))
        .filter(segments::project_id.eq(project_id))
        .filter(segments::archived_at.is_null())
        .order(segments::slug)
        .select((
            segments::id,
            segments::slug,
            segments::kind,
            segments::revision,
            segment_revisions::conditions,
        ))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(id, slug, kind, revision, conditions)| {
            let rule = match kind.0 {
                SegmentKind::Rules => SegmentRule::Conditions(conditions.0),
                SegmentKind::List => SegmentRule::List { revision },
            };
            SegmentSource { id, slug, rule }
        })
        .collect())
}

/// A publication with its version, as both kinds of publication below are read.
#[derive(Queryable, Selectable)]
#[diesel(check_for_backend(diesel::pg::Pg))]
#[diesel(table_name = publications)]
struct Published {
    id: Uuid,
    #[diesel(select_expression = versions::id)]
    version_id: Uuid,
    #[diesel(select_expression = versions::number)]
    version: i32,
    #[diesel(select_expression = versions::content, deserialize_as = ReadableJson)]
    content: Value,
    ramp: i16,
    replaces_id: Option<Uuid>,
}

/// An experience's id, slug, kind and switch, and what it serves.
type Served = (Uuid, String, Stored<Kind>, Option<bool>, Published);

impl From<ReadableJson> for Value {
    fn from(json: ReadableJson) -> Value {
        json.0
    }
}

/// The experiences that an environment serves; or only that one.
fn load_experiences(
    conn: &mut Connection,
    environment_id: Uuid,
    only: Option<Uuid>,
) -> Result<Vec<ExperienceSource>, StoreError> {
    let mut query = publications::table
        .inner_join(versions::table)
        .inner_join(experiences::table)
        .left_join(
            switches::table.on(switches::experience_id
                .eq(publications::experience_id)
                .and(switches::environment_id.eq(publications::environment_id))),
        )
        .filter(publications::environment_id.eq(environment_id))
        .filter(publications::ended_at.is_null())
        .filter(experiences::archived_at.is_null())
        .order(experiences::slug)
        .select((
            experiences::id,
            experiences::slug,
            experiences::kind,
            switches::is_on.nullable(),
            Published::as_select(),
        ))
        .into_boxed();
    if let Some(only) = only {
        query = query.filter(publications::experience_id.eq(only));
    }
    let rows: Vec<Served> = query.load(conn)?;
    with_replaced(conn, rows)
}

/// The experiences of these rows, each with the publication that it is ramping away from.
fn with_replaced(
    conn: &mut Connection,
    rows: Vec<Served>,
) -> Result<Vec<ExperienceSource>, StoreError> {
    let mut replaced = load_replaced(conn, rows.iter().map(|(.., active)| active))?;
    rows.into_iter()
        .map(|(id, slug, kind, is_on, active)| {
            let replaces = match being_replaced(&active) {
                Some(id) => take(&mut replaced, id).map(|old| source(old, None)).transpose()?,
                None => None,
            };
            Ok(ExperienceSource {
                id,
                slug,
                kind: kind.0,
                switched_on: is_on.unwrap_or(false),
                active: source(active, replaces)?,
            })
        })
        .collect()
}

fn load_replaced<'a>(
    conn: &mut Connection,
    active: impl Iterator<Item = &'a Published>,
) -> Result<Vec<Published>, StoreError> {
    let ids: Vec<Uuid> = active.filter_map(being_replaced).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    Ok(publications::table
        .inner_join(versions::table)
        .filter(publications::id.eq_any(ids))
        .select(Published::as_select())
        .load(conn)?)
}

/// Whom the rest of the users still get; nobody once the ramp is full.
fn being_replaced(active: &Published) -> Option<Uuid> {
    if active.ramp < FULL_RAMP { active.replaces_id } else { None }
}

fn take(replaced: &mut Vec<Published>, id: Uuid) -> Option<Published> {
    let index = replaced.iter().position(|publication| publication.id == id)?;
    Some(replaced.swap_remove(index))
}

fn source(
    published: Published,
    replaces: Option<PublicationSource>,
) -> Result<PublicationSource, StoreError> {
    let ramp = u16::try_from(published.ramp)
        .map_err(|_| StoreError::Corrupt(format!("the ramp of publication {}", published.id)))?;
    Ok(PublicationSource {
        id: published.id,
        version_id: published.version_id,
        version: published.version,
        content: published.content,
        ramp,
        replaces: replaces.map(Box::new),
    })
}
