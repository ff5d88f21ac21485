//! Environments, and the revision: the whole contract between publishing and serving.

use chrono::{DateTime, Utc};
use diesel::dsl::max;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{Text, Uuid as SqlUuid};
use uuid::Uuid;

use super::listen::CHANNEL;
use super::schema::environments;
use super::stored::Stored;
use super::{Connection, StoreError};
use crate::domain::event::Teaches;

/// An environment of a project.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(check_for_backend(diesel::pg::Pg))]
#[diesel(table_name = environments)]
pub struct Environment {
    /// Identity.
    pub id: Uuid,
    /// Its project.
    pub project_id: Uuid,
    /// Its name in addresses.
    pub key: String,
    /// Its name.
    pub name: String,
    /// Whether publishing there needs the larger right.
    pub protected: bool,
    /// What evaluations teach about who is there.
    #[diesel(deserialize_as = Stored<Teaches>)]
    pub teaches: Teaches,
    /// Whether what client keys report decides.
    pub client_events_decide: bool,
    /// Its place among the environments of the project.
    pub position: i32,
    /// Grows by one with every change that it serves.
    pub revision: i64,
    /// Since when it exists.
    pub created_at: DateTime<Utc>,
}

/// An environment to be.
#[derive(Debug, Clone, Copy)]
pub struct NewEnvironment<'a> {
    /// Its project.
    pub project_id: Uuid,
    /// Its name in addresses.
    pub key: &'a str,
    /// Its name.
    pub name: &'a str,
    /// Whether publishing there needs the larger right.
    pub protected: bool,
}

/// Adds an environment behind the others of its project.
///
/// # Errors
/// [`super::Constraint::EnvironmentsKeyUnique`] when the key is taken.
pub fn create(conn: &mut Connection, new: &NewEnvironment<'_>) -> Result<Environment, StoreError> {
    let last: Option<i32> = environments::table
        .filter(environments::project_id.eq(new.project_id))
        .select(max(environments::position))
        .first(conn)?;
    let environment: Environment = diesel::insert_into(environments::table)
        .values((
            environments::project_id.eq(new.project_id),
            environments::key.eq(new.key),
            environments::name.eq(new.name),
            environments::protected.eq(new.protected),
            environments::position.eq(last.map_or(0, |last| last.saturating_add(1))),
        ))
        .returning(Environment::as_returning())
        .get_result(conn)?;
    notify(conn, environment.id)?;
    Ok(environment)
}

/// The environment of that id.
///
/// # Errors
/// Those of the database.
pub fn find(conn: &mut Connection, id: Uuid) -> Result<Option<Environment>, StoreError> {
    Ok(environments::table.find(id).select(Environment::as_select()).first(conn).optional()?)
}

/// The environment of that key in a project.
///
/// # Errors
/// Those of the database.
pub fn find_by_key(
    conn: &mut Connection,
    project_id: Uuid,
    key: &str,
) -> Result<Option<Environment>, StoreError> {
    Ok(environments::table
        .filter(environments::project_id.eq(project_id))
        .filter(environments::key.eq(key))
        .select(Environment::as_select())
        .first(conn)
        .optional()?)
}

/// The environments of a project, in their order.
///
/// # Errors
/// Those of the database.
pub fn list(conn: &mut Connection, project_id: Uuid) -> Result<Vec<Environment>, StoreError> {
    Ok(environments::table
        .filter(environments::project_id.eq(project_id))
        .order((environments::position, environments::id))
        .select(Environment::as_select())
        .load(conn)?)
}

/// The environment of that id, locked until the transaction ends. Whoever changes what it serves
/// looks at all of it first, so the changes of one environment go one after the other.
///
/// # Errors
/// [`StoreError::NotFound`].
pub fn lock(conn: &mut Connection, id: Uuid) -> Result<Environment, StoreError> {
    Ok(environments::table
        .find(id)
        .select(Environment::as_select())
        .for_no_key_update()
        .first(conn)?)
}

/// The environments of a project, locked in the order of their ids until the transaction ends.
/// Whatever acts on a whole project, such as its keys and segments, starts with it, so such
/// changes go one after the other.
///
/// # Errors
/// Those of the database.
pub fn lock_all(conn: &mut Connection, project_id: Uuid) -> Result<Vec<Environment>, StoreError> {
    Ok(environments::table
        .filter(environments::project_id.eq(project_id))
        .order(environments::id)
        .select(Environment::as_select())
        .for_no_key_update()
        .load(conn)?)
}

/// What of an environment can be changed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EnvironmentFields<'a> {
    /// Its name.
    pub name: &'a str,
    /// Whether publishing there needs the larger right.
    pub protected: bool,
    /// What evaluations teach about who is there.
    pub teaches: Teaches,
    /// Whether what client keys report decides.
    pub client_events_decide: bool,
}

impl Environment {
    /// What of it can be changed, as it is.
    pub fn fields(&self) -> EnvironmentFields<'_> {
        EnvironmentFields {
            name: &self.name,
            protected: self.protected,
            teaches: self.teaches,
            client_events_decide: self.client_events_decide,
        }
    }
}

/// Changes an environment.
///
/// # Errors
/// [`StoreError::NotFound`].
pub fn update(
    conn: &mut Connection,
    before: &Environment,
    fields: &EnvironmentFields<'_>,
) -> Result<Environment, StoreError> {
    let id = before.id;
    // Delivery notices who is there by what it was told with the rules.
    if fields.teaches != before.teaches {
        bump_revision(conn, id)?;
    }
    Ok(diesel::update(environments::table.find(id))
        .set((
            environments::name.eq(fields.name),
            environments::protected.eq(fields.protected),
            environments::teaches.eq(fields.teaches.as_str()),
            environments::client_events_decide.eq(fields.client_events_decide),
        ))
        .returning(Environment::as_returning())
        .get_result(conn)?)
}

/// Says that what this environment serves has changed.
pub(super) fn bump_revision(conn: &mut Connection, id: Uuid) -> Result<(), StoreError> {
    diesel::update(environments::table.find(id))
        .set(environments::revision.eq(environments::revision + 1))
        .execute(conn)?;
    notify(conn, id)
}

/// Says that what every environment of this project serves has changed. Locks them in the order of
/// their ids, so that two such changes never wait for each other.
pub(super) fn bump_project(conn: &mut Connection, project_id: Uuid) -> Result<(), StoreError> {
    for environment in lock_all(conn, project_id)? {
        bump_revision(conn, environment.id)?;
    }
    Ok(())
}

/// Postgres hands the notification on when the transaction commits, and not before.
fn notify(conn: &mut Connection, id: Uuid) -> Result<(), StoreError> {
    sql_query("select pg_notify($1, id || ':' || revision) from environments where id = $2")
        .bind::<Text, _>(CHANNEL)
        .bind::<SqlUuid, _>(id)
        .execute(conn)?;
    Ok(())
}
