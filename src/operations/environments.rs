//! Environments: create, edit.

use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::audit::{self, Change};
use super::obstacles::refused;
use super::rights::require_for;
use super::{Actor, OperationError, texts};
use crate::domain::event::Teaches;
use crate::domain::reading::{FieldError, Problems};
use crate::domain::role::Right;
use crate::domain::slug::Slug;
use crate::store::environments::{self, Environment, EnvironmentFields, NewEnvironment};
use crate::store::{Connection, Constraint, StoreError};

/// The page of the settings stands where an environment of this key would.
const RESERVED: &str = "settings";

/// Adds an environment behind the others of its project. Nothing is published in it yet.
///
/// # Errors
/// Those of the right to administer; [`OperationError::Invalid`] with all problems by field;
/// [`OperationError::Refused`] when the key is taken.
pub fn create(
    conn: &mut Connection,
    actor: &Actor,
    new: &NewEnvironment<'_>,
) -> Result<Environment, OperationError> {
    actor.require(Right::Administer, new.project_id)?;
    let mut problems = Problems::new();
    let name = texts::name("name", new.name, &mut problems);
    match Slug::parse(new.key) {
        Ok(_) if new.key == RESERVED => {
            problems.push(FieldError::new("key", "The name “settings” is reserved."));
        }
        Ok(_) => {}
        Err(message) => problems.push(FieldError::new("key", message)),
    }
    if !problems.is_empty() {
        return Err(OperationError::Invalid(problems));
    }
    let new = NewEnvironment { name: &name, ..*new };
    let environment = environments::create(conn, &new).map_err(|error| match error {
        StoreError::Refused(Constraint::EnvironmentsKeyUnique) => {
            refused(format!("There is an environment “{}” already. Choose another key.", new.key))
        }
        other => other.into(),
    })?;
    record(conn, actor, "environment.create", None, &environment)?;
    Ok(environment)
}

/// A change of an environment; what is none stays as it is.
#[derive(Debug, Clone, Copy, Default)]
pub struct EnvironmentEdit<'a> {
    /// Its name.
    pub name: Option<&'a str>,
    /// Whether publishing there needs the larger right.
    pub protected: Option<bool>,
    /// What evaluations teach about who is there.
    pub teaches: Option<Teaches>,
    /// Whether what client keys report decides, from now on.
    pub client_events_decide: Option<bool>,
}

/// Changes an environment. Its key stays.
///
/// # Errors
/// Those of the right to administer; [`OperationError::Invalid`] for the name.
pub fn edit(
    conn: &mut Connection,
    actor: &Actor,
    id: Uuid,
    edit: &EnvironmentEdit<'_>,
) -> Result<Environment, OperationError> {
    let found = environments::find(conn, id)?.ok_or(OperationError::NotFound("environment"))?;
    require_for(actor, Right::Administer, found.project_id, "environment")?;
    let mut problems = Problems::new();
    let name = edit.name.map(|name| texts::name("name", name, &mut problems));
    if !problems.is_empty() {
        return Err(OperationError::Invalid(problems));
    }
    let before = environments::lock(conn, id)?;
    let fields = EnvironmentFields {
        name: name.as_deref().unwrap_or(&before.name),
        protected: edit.protected.unwrap_or(before.protected),
        teaches: edit.teaches.unwrap_or(before.teaches),
        client_events_decide: edit.client_events_decide.unwrap_or(before.client_events_decide),
    };
    if fields == before.fields() {
        return Ok(before);
    }
    let after = environments::update(conn, &before, &fields)?;
    record(conn, actor, "environment.edit", Some(&before), &after)?;
    Ok(after)
}

fn record(
    conn: &mut Connection,
    actor: &Actor,
    action: &str,
    before: Option<&Environment>,
    after: &Environment,
) -> Result<(), StoreError> {
    let change = Change {
        project_id: Some(after.project_id),
        environment_id: Some(after.id),
        action,
        object_kind: "environment",
        object_id: after.id,
        object_name: &after.name,
        before: before.map(in_words),
        after: Some(in_words(after)),
    };
    audit::record(conn, actor, &change)
}

fn in_words(environment: &Environment) -> Json {
    json!({
        "key": environment.key,
        "name": environment.name,
        "protected": environment.protected,
        "teaches": environment.teaches.as_str(),
        "client_events_decide": environment.client_events_decide,
    })
}
