//! What a fresh database starts with.

use super::{Actor, OperationError, projects};
use crate::store::{Connection, Constraint, Store, StoreError, projects as stored};

/// The key of the project that a fresh database has.
pub const FIRST_PROJECT: &str = "default";

/// Gives a database without projects its first one. Replicas that start together make one between
/// them.
///
/// # Errors
/// Those of the database.
pub fn ensure_first_project(store: &Store) -> Result<(), OperationError> {
    match store.write(create_first_project) {
        // Another replica was faster, by the time that the whole of its project was there.
        Err(StoreError::Refused(Constraint::ProjectsKeyUnique)) => Ok(()),
        outcome => Ok(outcome?),
    }
}

fn create_first_project(conn: &mut Connection) -> Result<(), StoreError> {
    if !stored::list(conn)?.is_empty() {
        return Ok(());
    }
    projects::add(conn, &Actor::command_line(), FIRST_PROJECT, "Default project").map(drop)
}
