//! Projects: create, rename.

use serde_json::json;
use uuid::Uuid;

use super::audit::{self, Change};
use super::obstacles::refused;
use super::rights::require_for;
use super::{Actor, OperationError, texts};
use crate::domain::reading::{FieldError, Problems};
use crate::domain::role::Right;
use crate::domain::slug::Slug;
use crate::store::environments::{self, NewEnvironment};
use crate::store::projects::{self, Project};
use crate::store::{Connection, Constraint, StoreError};

/// The environments of a new project: key, name, whether it is protected.
const ENVIRONMENTS: [(&str, &str, bool); 2] =
    [("production", "Production", true), ("staging", "Staging", false)];

/// Creates a project with `production`, protected, and `staging`.
///
/// # Errors
/// [`OperationError::Forbidden`] for everybody but admins; [`OperationError::Invalid`] with all
/// problems by field; [`OperationError::Refused`] when the key is taken.
pub fn create(
    conn: &mut Connection,
    actor: &Actor,
    key: &str,
    name: &str,
) -> Result<Project, OperationError> {
    actor.require_admin()?;
    let mut problems = Problems::new();
    let name = texts::name("name", name, &mut problems);
    if let Err(message) = Slug::parse(key) {
        problems.push(FieldError::new("key", message));
    }
    if !problems.is_empty() {
        return Err(OperationError::Invalid(problems));
    }
    add(conn, actor, key, &name).map_err(|error| match error {
        StoreError::Refused(Constraint::ProjectsKeyUnique) => {
            refused(format!("There is a project “{key}” already. Choose another key."))
        }
        other => other.into(),
    })
}

/// Adds a project with its environments; everything was checked.
pub(super) fn add(
    conn: &mut Connection,
    actor: &Actor,
    key: &str,
    name: &str,
) -> Result<Project, StoreError> {
    let project = projects::create(conn, key, name)?;
    for (key, name, protected) in ENVIRONMENTS {
        let new = NewEnvironment { project_id: project.id, key, name, protected };
        environments::create(conn, &new)?;
    }
    let after = json!({"key": project.key, "name": project.name});
    record(conn, actor, "project.create", None, after, &project)?;
    Ok(project)
}

/// Renames a project. Its key stays.
///
/// # Errors
/// Those of the right to administer; [`OperationError::Invalid`] for the name.
pub fn rename(
    conn: &mut Connection,
    actor: &Actor,
    id: Uuid,
    name: &str,
) -> Result<Project, OperationError> {
    let before = projects::find(conn, id)?.ok_or(OperationError::NotFound("project"))?;
    require_for(actor, Right::Administer, before.id, "project")?;
    let mut problems = Problems::new();
    let name = texts::name("name", name, &mut problems);
    if !problems.is_empty() {
        return Err(OperationError::Invalid(problems));
    }
    if name == before.name {
        return Ok(before);
    }
    let after = projects::update(conn, id, &before.key, &name)?;
    let (was, is) = (json!({"name": before.name}), json!({"name": after.name}));
    record(conn, actor, "project.edit", Some(was), is, &after)?;
    Ok(after)
}

/// Names the project that a fresh database has. Then alone its key may change.
///
/// # Errors
/// [`OperationError::Invalid`]; those of the database.
pub(super) fn name_first(
    conn: &mut Connection,
    actor: &Actor,
    before: &Project,
    key: &str,
    name: &str,
) -> Result<Project, OperationError> {
    let mut problems = Problems::new();
    let name = texts::name("project_name", name, &mut problems);
    if let Err(message) = Slug::parse(key) {
        problems.push(FieldError::new("project_key", message));
    }
    if !problems.is_empty() {
        return Err(OperationError::Invalid(problems));
    }
    let after = projects::update(conn, before.id, key, &name)?;
    let (was, is) = (
        json!({"key": before.key, "name": before.name}),
        json!({"key": after.key, "name": after.name}),
    );
    record(conn, actor, "project.edit", Some(was), is, &after)?;
    Ok(after)
}

fn record(
    conn: &mut Connection,
    actor: &Actor,
    action: &str,
    before: Option<serde_json::Value>,
    after: serde_json::Value,
    project: &Project,
) -> Result<(), StoreError> {
    let change = Change {
        project_id: Some(project.id),
        action,
        object_kind: "project",
        object_id: project.id,
        object_name: &project.name,
        before,
        after: Some(after),
        ..Change::default()
    };
    audit::record(conn, actor, &change)
}
