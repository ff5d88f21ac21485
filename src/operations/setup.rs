//! What a fresh database starts with.

use serde_json::json;

use super::{
    Actor, OperationError,
    audit::{self, Change},
};
use crate::store::{
    Connection, Constraint, Store, StoreError,
    environments::{self, NewEnvironment},
    projects,
};

/// The key of the project that a fresh database has.
pub const FIRST_PROJECT: &str = "default";

/// The environments of a new project: key, name, whether it is protected.
const ENVIRONMENTS: [(&str, &str, bool); 2] =
    [("production", "Production", true), ("staging", "Staging", false)];

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
    if !projects::list(conn)?.is_empty() {
        return Ok(());
    }
    let project = projects::create(conn, FIRST_PROJECT, "Default project")?;
    for (key, name, protected) in ENVIRONMENTS {
        let new = NewEnvironment { project_id: project.id, key, name, protected };
        environments::create(conn, &new)?;
    }
    let change = Change {
        project_id: Some(project.id),
        environment_id: None,
        action: "project.create",
        object_kind: "project",
        object_id: project.id,
        object_name: &project.name,
        before: None,
        after: Some(json!({"key": project.key, "name": project.name})),
    };
    audit::record(conn, &Actor::command_line(), &change)
}
