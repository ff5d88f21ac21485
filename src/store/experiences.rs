//! Experiences: feature flags and product configs, apart from their versions.

use chrono::{DateTime, Utc};
use diesel::dsl::{exists, now};
use diesel::prelude::*;
use uuid::Uuid;

use super::schema::{experiences, keys, publications, version_keys, versions};
use super::stored::Stored;
use super::{Author, Connection, StoreError, environments, holding};
use crate::domain::experience::Kind;

/// An experience.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(check_for_backend(diesel::pg::Pg))]
#[diesel(table_name = experiences)]
pub struct Experience {
    /// Identity.
    pub id: Uuid,
    /// Its project.
    pub project_id: Uuid,
    /// Feature flag or product config.
    #[diesel(deserialize_as = Stored<Kind>)]
    pub kind: Kind,
    /// Its name in addresses; unique in the project.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// Whom to ask.
    pub owner_id: Option<Uuid>,
    /// The number of its newest version; 0 before the first.
    pub newest_version: i32,
    /// Who made it.
    pub created_by: Option<Uuid>,
    /// When.
    pub created_at: DateTime<Utc>,
    /// When it changed or got a version last.
    pub updated_at: DateTime<Utc>,
    /// Since when it is archived.
    pub archived_at: Option<DateTime<Utc>>,
}

/// An experience to be.
#[derive(Debug, Clone, Copy)]
pub struct NewExperience<'a> {
    /// Its project.
    pub project_id: Uuid,
    /// Feature flag or product config.
    pub kind: Kind,
    /// Its name in addresses.
    pub slug: &'a str,
    /// What may change later.
    pub fields: ExperienceFields<'a>,
}

/// What may change of an experience without a version.
#[derive(Debug, Clone, Copy)]
pub struct ExperienceFields<'a> {
    /// Its name.
    pub name: &'a str,
    /// What it is for.
    pub description: &'a str,
    /// Words to find it by; at most 50.
    pub tags: &'a [String],
    /// Whom to ask.
    pub owner_id: Option<Uuid>,
}

/// Adds an experience, without a version.
///
/// # Errors
/// [`super::Constraint::ExperiencesSlugUnique`] when the slug is taken.
pub fn create(
    conn: &mut Connection,
    new: &NewExperience<'_>,
    author: Author<'_>,
) -> Result<Experience, StoreError> {
    Ok(diesel::insert_into(experiences::table)
        .values((
            experiences::project_id.eq(new.project_id),
            experiences::kind.eq(new.kind.as_str()),
            experiences::slug.eq(new.slug),
            experiences::name.eq(new.fields.name),
            experiences::description.eq(new.fields.description),
            experiences::tags.eq(new.fields.tags),
            experiences::owner_id.eq(new.fields.owner_id),
            experiences::created_by.eq(author.person_id),
        ))
        .returning(Experience::as_returning())
        .get_result(conn)?)
}

/// The experience of that id.
///
/// # Errors
/// Those of the database.
pub fn find(conn: &mut Connection, id: Uuid) -> Result<Option<Experience>, StoreError> {
    Ok(experiences::table.find(id).select(Experience::as_select()).first(conn).optional()?)
}

/// How many experiences of that kind a project has that are not archived.
///
/// # Errors
/// Those of the database.
pub fn count(conn: &mut Connection, project_id: Uuid, kind: Kind) -> Result<i64, StoreError> {
    Ok(experiences::table
        .filter(experiences::project_id.eq(project_id))
        .filter(experiences::kind.eq(kind.as_str()))
        .filter(experiences::archived_at.is_null())
        .count()
        .get_result(conn)?)
}

/// The slugs and names of all experiences of that kind in a project, archived ones included.
///
/// # Errors
/// Those of the database.
pub fn names(
    conn: &mut Connection,
    project_id: Uuid,
    kind: Kind,
) -> Result<Vec<(String, String)>, StoreError> {
    Ok(experiences::table
        .filter(experiences::project_id.eq(project_id))
        .filter(experiences::kind.eq(kind.as_str()))
        .order(experiences::slug)
        .select((experiences::slug, experiences::name))
        .load(conn)?)
}

/// The experience of that slug.
///
/// # Errors
/// Those of the database.
pub fn find_by_slug(
    conn: &mut Connection,
    project_id: Uuid,
    slug: &str,
) -> Result<Option<Experience>, StoreError> {
    Ok(experiences::table
        .filter(experiences::project_id.eq(project_id))
        .filter(experiences::slug.eq(slug))
        .select(Experience::as_select())
        .first(conn)
        .optional()?)
}

/// The experience of that kind whose newest version gives the key of that name a value: the one in
/// use, else the one that was changed last before it was archived.
///
/// # Errors
/// Those of the database.
pub fn find_giving_key(
    conn: &mut Connection,
    project_id: Uuid,
    kind: Kind,
    key_name: &str,
) -> Result<Option<Experience>, StoreError> {
    let giving = version_keys::table
        .inner_join(keys::table)
        .inner_join(versions::table.on(versions::id.eq(version_keys::version_id)))
        .filter(keys::project_id.eq(project_id))
        .filter(keys::name.eq(key_name))
        .filter(version_keys::purpose.eq("gives"))
        .filter(versions::number.eq(experiences::newest_version))
        .filter(versions::experience_id.eq(experiences::id))
        .select(versions::id);
    Ok(experiences::table
        .filter(experiences::project_id.eq(project_id))
        .filter(experiences::kind.eq(kind.as_str()))
        .filter(exists(giving))
        .order((experiences::archived_at.is_null().desc(), experiences::updated_at.desc()))
        .select(Experience::as_select())
        .first(conn)
        .optional()?)
}

/// The slugs of a project's experiences that start so, archived ones too. `start` is the start of a slug.
///
/// # Errors
/// Those of the database.
pub fn slugs_starting_with(
    conn: &mut Connection,
    project_id: Uuid,
    start: &str,
) -> Result<Vec<String>, StoreError> {
    Ok(experiences::table
        .filter(experiences::project_id.eq(project_id))
        .filter(experiences::slug.like(format!("{start}%")))
        .select(experiences::slug)
        .load(conn)?)
}

/// The experience of that id, locked until the transaction ends. Everything that saves, publishes,
/// switches or archives starts with it.
///
/// # Errors
/// [`StoreError::NotFound`].
pub fn lock(conn: &mut Connection, id: Uuid) -> Result<Experience, StoreError> {
    Ok(experiences::table
        .find(id)
        .select(Experience::as_select())
        .for_no_key_update()
        .first(conn)?)
}

/// Changes the name, the description, the tags and the owner, which no decision depends on.
///
/// # Errors
/// [`StoreError::NotFound`].
pub fn update(
    conn: &mut Connection,
    id: Uuid,
    fields: &ExperienceFields<'_>,
) -> Result<Experience, StoreError> {
    Ok(diesel::update(experiences::table.find(id))
        .set((
            experiences::name.eq(fields.name),
            experiences::description.eq(fields.description),
            experiences::tags.eq(fields.tags),
            experiences::owner_id.eq(fields.owner_id),
            experiences::updated_at.eq(now),
        ))
        .returning(Experience::as_returning())
        .get_result(conn)?)
}

/// Archives an experience: it frees its keys and segments, is served nowhere, and the revisions of
/// the environments that it is published in grow. The caller has checked that it is off there.
///
/// # Errors
/// [`StoreError::NotFound`].
pub fn archive(conn: &mut Connection, id: Uuid) -> Result<Experience, StoreError> {
    let experience: Experience = diesel::update(experiences::table.find(id))
        .set((experiences::archived_at.eq(now), experiences::updated_at.eq(now)))
        .returning(Experience::as_returning())
        .get_result(conn)?;
    holding::refresh(conn, &experience)?;
    bump_where_published(conn, id)?;
    Ok(experience)
}

/// Takes an experience back into use, with its keys and segments, and raises the revisions of the
/// environments that it is published in. The switches stay as they are.
///
/// # Errors
/// [`StoreError::NotFound`]; [`StoreError::KeysHeld`] and [`StoreError::Archived`] when something
/// that it needs is taken or archived.
pub fn unarchive(conn: &mut Connection, id: Uuid) -> Result<Experience, StoreError> {
    let experience: Experience = diesel::update(experiences::table.find(id))
        .set((experiences::archived_at.eq(None::<DateTime<Utc>>), experiences::updated_at.eq(now)))
        .returning(Experience::as_returning())
        .get_result(conn)?;
    holding::refresh(conn, &experience)?;
    bump_where_published(conn, id)?;
    Ok(experience)
}

fn bump_where_published(conn: &mut Connection, id: Uuid) -> Result<(), StoreError> {
    let environments: Vec<Uuid> = publications::table
        .filter(publications::experience_id.eq(id))
        .filter(publications::ended_at.is_null())
        .order(publications::environment_id)
        .select(publications::environment_id)
        .load(conn)?;
    for environment in environments {
        environments::bump_revision(conn, environment)?;
    }
    Ok(())
}
