//! Projects: one per product.

use chrono::{DateTime, Utc};
use diesel::dsl::now;
use diesel::prelude::*;
use uuid::Uuid;

use super::page::lower;
use super::schema::projects;
use super::{Connection, StoreError};

/// A project.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(check_for_backend(diesel::pg::Pg))]
#[diesel(table_name = projects)]
pub struct Project {
    /// Identity.
    pub id: Uuid,
    /// Its name in addresses.
    pub key: String,
    /// Its name.
    pub name: String,
    /// Since when it exists.
    pub created_at: DateTime<Utc>,
    /// When its name changed last.
    pub updated_at: DateTime<Utc>,
}

/// Adds a project, without environments.
///
/// # Errors
/// [`super::Constraint::ProjectsKeyUnique`] when the key is taken.
pub fn create(conn: &mut Connection, key: &str, name: &str) -> Result<Project, StoreError> {
    Ok(diesel::insert_into(projects::table)
        .values((projects::key.eq(key), projects::name.eq(name)))
        .returning(Project::as_returning())
        .get_result(conn)?)
}

/// The project of that id.
///
/// # Errors
/// Those of the database.
pub fn find(conn: &mut Connection, id: Uuid) -> Result<Option<Project>, StoreError> {
    Ok(projects::table.find(id).select(Project::as_select()).first(conn).optional()?)
}

/// The project of that key.
///
/// # Errors
/// Those of the database.
pub fn find_by_key(conn: &mut Connection, key: &str) -> Result<Option<Project>, StoreError> {
    Ok(projects::table
        .filter(projects::key.eq(key))
        .select(Project::as_select())
        .first(conn)
        .optional()?)
}

/// Every project, by name.
///
/// # Errors
/// Those of the database.
pub fn list(conn: &mut Connection) -> Result<Vec<Project>, StoreError> {
    Ok(projects::table
        .order((lower(projects::name), projects::id))
        .select(Project::as_select())
        .load(conn)?)
}

/// Lets one after the other through who make something in a project whose name in addresses has to
/// differ from those of others.
///
/// # Errors
/// [`StoreError::NotFound`].
pub fn lock_names(conn: &mut Connection, id: Uuid) -> Result<(), StoreError> {
    projects::table
        .find(id)
        .select(projects::id)
        .for_no_key_update()
        .first::<Uuid>(conn)
        .map(drop)
        .map_err(StoreError::from)
}

/// Changes the key and the name of a project.
///
/// # Errors
/// [`StoreError::NotFound`]; [`super::Constraint::ProjectsKeyUnique`] when the key is taken.
pub fn update(
    conn: &mut Connection,
    id: Uuid,
    key: &str,
    name: &str,
) -> Result<Project, StoreError> {
    Ok(diesel::update(projects::table.find(id))
        .set((projects::key.eq(key), projects::name.eq(name), projects::updated_at.eq(now)))
        .returning(Project::as_returning())
        .get_result(conn)?)
}
