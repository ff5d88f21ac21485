//! The database of a command that answers at once: also that of a `serve` which is running.

use super::CliError;
use crate::{
    server::Database,
    settings::DatabaseOptions,
    store::{
        Connection, Store,
        environments::{self, Environment},
        projects::{self, Project},
    },
};

/// Runs `f` on the database, with its tables up to date.
pub(super) fn with_prepared<T>(
    options: &DatabaseOptions,
    f: impl FnOnce(&Store) -> Result<T, CliError>,
) -> Result<T, CliError> {
    with(options, |database| {
        let there = database.prepare().map_err(|error| CliError::failed(&error))?;
        if !there {
            return Err(CliError::Failed(
                "The database can't be reached. Start it, or name another one with \
                 --database-url (DATABASE_URL)."
                    .to_owned(),
            ));
        }
        f(&database.store)
    })
}

/// Runs `f` on the database as it is.
pub(super) fn with_unprepared<T>(
    options: &DatabaseOptions,
    f: impl FnOnce(&Store) -> Result<T, CliError>,
) -> Result<T, CliError> {
    with(options, |database| f(&database.store))
}

fn with<T>(
    options: &DatabaseOptions,
    f: impl FnOnce(&mut Database) -> Result<T, CliError>,
) -> Result<T, CliError> {
    let settings = options.check()?;
    let mut database = Database::attach(&settings).map_err(|error| CliError::failed(&error))?;
    let outcome = f(&mut database);
    database.close();
    outcome
}

/// The project of that key.
pub(super) fn project(conn: &mut Connection, key: &str) -> Result<Project, CliError> {
    projects::find_by_key(conn, key)?.ok_or_else(|| {
        CliError::Failed(format!("There is no project `{key}`. Name another one with --project."))
    })
}

/// The environment of that key in a project.
pub(super) fn environment(
    conn: &mut Connection,
    project: &Project,
    key: &str,
) -> Result<Environment, CliError> {
    environments::find_by_key(conn, project.id, key)?.ok_or_else(|| {
        let known = environments::list(conn, project.id).unwrap_or_default();
        let known: Vec<&str> = known.iter().map(|environment| environment.key.as_str()).collect();
        CliError::Failed(format!(
            "The project `{}` has no environment `{key}`. It has {}.",
            project.key,
            known.join(", ")
        ))
    })
}
