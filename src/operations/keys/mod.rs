//! Keys: create, edit, archive, unarchive.
//!
//! A default acts at once in every environment, so each change locks the environments of the
//! project first; that makes such changes go one after the other, too.

mod editing;
mod reach;
mod schemas;

use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::audit::{self, Change};
use super::obstacles::{in_use, refused};
use super::rights::require_for;
use super::{Actor, OperationError, texts};
use crate::domain::key::KeyName;
use crate::domain::reading::{FieldError, Problems};
use crate::domain::role::Right;
use crate::domain::value::{Value, ValueType};
use crate::store::keys::{self, Key, KeyFields};
use crate::store::{Connection, environments};

pub use editing::{KeyEdit, PlannedEdit, edit, plan_edit};
pub use reach::{DefaultReach, default_reach};

/// How many keys a project has at most that are not archived.
#[derive(Debug, Clone, Copy)]
pub struct KeyLimit(pub u32);

/// A key to be, as it was entered.
#[derive(Debug, Clone, Copy)]
pub struct NewKey<'a> {
    /// Its project.
    pub project_id: Uuid,
    /// The name that apps will say.
    pub name: &'a str,
    /// What values it takes.
    pub value_type: ValueType,
    /// What it hands out where nothing else decides.
    pub default_value: &'a Json,
    /// What it is for.
    pub description: &'a str,
    /// What its JSON values have to look like.
    pub schema: Option<&'a Json>,
}

/// Creates a key. `limit` is how many a project may have that are not archived.
///
/// # Errors
/// [`OperationError::Invalid`] with all problems by field; [`OperationError::Refused`] when the
/// name is taken, whatever its case, or the limit reached; those of the right to edit.
pub fn create(
    conn: &mut Connection,
    actor: &Actor,
    new: &NewKey<'_>,
    limit: u32,
) -> Result<Key, OperationError> {
    actor.require(Right::Edit, new.project_id)?;
    let mut problems = Problems::new();
    let name = KeyName::parse(new.name)
        .map_err(|message| problems.push(FieldError::new("name", message)))
        .ok();
    let default = read_default(new.value_type, new.default_value, &mut problems);
    let description = texts::description("description", new.description, &mut problems);
    let schema = schemas::read(new.value_type, new.schema, &mut problems);
    if let (Some(schema), Some(default)) = (&schema, &default) {
        schemas::check_default(schema, default, &mut problems);
    }
    let (Some(name), Some(default), true) = (name, default, problems.is_empty()) else {
        return Err(OperationError::Invalid(problems));
    };

    environments::lock_all(conn, new.project_id)?;
    refuse_taken(conn, new.project_id, name.as_str())?;
    refuse_too_many(conn, new.project_id, limit)?;
    let new = keys::NewKey {
        project_id: new.project_id,
        name: name.as_str(),
        value_type: new.value_type,
        fields: KeyFields {
            default_value: &default,
            description: &description,
            schema: new.schema,
        },
    };
    let key = keys::create(conn, &new, actor.author())?;
    record(conn, actor, "key.create", None, &key)?;
    Ok(key)
}

/// Archives a key that nothing uses. One that is archived stays so.
///
/// # Errors
/// [`OperationError::Refused`] with what holds or requires it; those of the right to edit.
pub fn archive(conn: &mut Connection, actor: &Actor, id: Uuid) -> Result<Key, OperationError> {
    let found = editable(conn, actor, id)?;
    environments::lock_all(conn, found.project_id)?;
    let before = keys::lock(conn, id)?;
    if before.archived_at.is_some() {
        return Ok(before);
    }
    let key = keys::archive(conn, id).map_err(|error| in_use(&before.name, error))?;
    record(conn, actor, "key.archive", Some(&before), &key)?;
    Ok(key)
}

/// Takes a key back into use. `limit` is how many a project may have that are not archived.
///
/// # Errors
/// [`OperationError::Refused`] when the limit is reached; those of the right to edit.
pub fn unarchive(
    conn: &mut Connection,
    actor: &Actor,
    id: Uuid,
    limit: u32,
) -> Result<Key, OperationError> {
    let found = editable(conn, actor, id)?;
    environments::lock_all(conn, found.project_id)?;
    let before = keys::lock(conn, id)?;
    if before.archived_at.is_none() {
        return Ok(before);
    }
    refuse_too_many(conn, before.project_id, limit)?;
    let key = keys::unarchive(conn, id)?;
    record(conn, actor, "key.unarchive", Some(&before), &key)?;
    Ok(key)
}

fn editable(conn: &mut Connection, actor: &Actor, id: Uuid) -> Result<Key, OperationError> {
    let key = keys::find(conn, id)?.ok_or(OperationError::NotFound("key"))?;
    require_for(actor, Right::Edit, key.project_id, "key")?;
    Ok(key)
}

fn read_default(value_type: ValueType, json: &Json, problems: &mut Problems) -> Option<Json> {
    Value::read(value_type, json)
        .map_err(|message| problems.push(FieldError::new("default_value", message)))
        .map(|value| value.to_json())
        .ok()
}

fn refuse_taken(conn: &mut Connection, project_id: Uuid, name: &str) -> Result<(), OperationError> {
    let Some(key) = keys::find_in_any_case(conn, project_id, name)? else { return Ok(()) };
    let known = &key.name;
    let message = match (key.archived_at, known == name) {
        (Some(_), _) => format!(
            "There is a key “{known}” already; it is archived. Unarchive it, or choose another \
             name."
        ),
        (None, true) => format!("There is a key “{known}” already. Choose another name."),
        (None, false) => format!(
            "There is a key “{known}” already. Keys of a project never differ by case alone; \
             choose another name."
        ),
    };
    Err(OperationError::Taken { field: "name", message })
}

fn refuse_too_many(
    conn: &mut Connection,
    project_id: Uuid,
    limit: u32,
) -> Result<(), OperationError> {
    if keys::count(conn, project_id)? < i64::from(limit) {
        return Ok(());
    }
    Err(refused(format!(
        "This project has {limit} keys, the most that a project may have here. Archive one that \
         no app reads any more, or ask whoever runs Flagstaff to raise the limit."
    )))
}

fn record(
    conn: &mut Connection,
    actor: &Actor,
    action: &str,
    before: Option<&Key>,
    after: &Key,
) -> Result<(), OperationError> {
    let change = Change {
        project_id: Some(after.project_id),
        action,
        object_kind: "key",
        object_id: after.id,
        object_name: &after.name,
        before: before.map(in_words),
        after: Some(in_words(after)),
        ..Change::default()
    };
    Ok(audit::record(conn, actor, &change)?)
}

/// A key as the audit log shows it.
fn in_words(key: &Key) -> Json {
    json!({
        "name": key.name,
        "value_type": key.value_type.as_str(),
        "default_value": key.default_value,
        "description": key.description,
        "schema": key.schema,
        "revision": key.revision,
        "archived": key.archived_at.is_some(),
    })
}
