//! Changes of a key: of its default, its description and its schema.

use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

use super::super::obstacles::refused;
use super::super::rights::require_where_served;
use super::super::{Actor, OperationError, texts};
use super::{editable, read_default, record, schemas};
use crate::domain::json_schema::JsonSchema;
use crate::domain::reading::{FieldError, Problems};
use crate::domain::value::ValueType;
use crate::store::keys::{self, Key, KeyFields};
use crate::store::{Connection, environments, serving};

/// A change of a key, as it was entered; what is none stays as it is.
#[derive(Debug, Clone, Copy, Default)]
pub struct KeyEdit<'a> {
    /// Refused unless it is the name that the key has.
    pub name: Option<&'a str>,
    /// Refused unless it is the type that the key has.
    pub value_type: Option<ValueType>,
    /// What it hands out where nothing else decides.
    pub default_value: Option<&'a Json>,
    /// What it is for.
    pub description: Option<&'a str>,
    /// What its JSON values have to look like; `Some(None)` takes the schema away.
    pub schema: Option<Option<&'a Json>>,
    /// The revision that the editor knew; none to change it whatever it is.
    pub base_revision: Option<i32>,
}

/// A change of a key that may be made.
#[derive(Debug, Clone)]
pub struct PlannedEdit {
    /// The key as it is.
    pub before: Key,
    /// The default that it would have.
    pub default_value: Json,
    description: String,
    schema: Option<Json>,
}

impl PlannedEdit {
    /// Whether the default would be another.
    pub fn changes_default(&self) -> bool {
        self.default_value != self.before.default_value
    }

    fn changes_nothing(&self) -> bool {
        !self.changes_default()
            && self.description == self.before.description
            && self.schema == self.before.schema
    }
}

/// Checks a change of a key, and makes none. The key stays as it is until the transaction ends.
///
/// # Errors
/// [`OperationError::Invalid`] with all problems by field, also for another name or type, and for
/// a schema that the default or a version in use does not fit; [`OperationError::Conflict`] with
/// both sides when it is at another revision than the editor knew; [`OperationError::Refused`] for
/// an archived key; [`OperationError::Forbidden`] when a protected environment serves it and the
/// actor may not publish there.
pub fn plan_edit(
    conn: &mut Connection,
    actor: &Actor,
    id: Uuid,
    edit: &KeyEdit<'_>,
) -> Result<PlannedEdit, OperationError> {
    let found = editable(conn, actor, id)?;
    let mut problems = Problems::new();
    refuse_new_identity(&found, edit, &mut problems);
    let default =
        edit.default_value.and_then(|json| read_default(found.value_type, json, &mut problems));
    let description =
        edit.description.map(|text| texts::description("description", text, &mut problems));
    let schema = schemas::read(found.value_type, edit.schema.flatten(), &mut problems);
    if !problems.is_empty() {
        return Err(OperationError::Invalid(problems));
    }

    let environments = environments::lock_all(conn, found.project_id)?;
    let before = keys::lock(conn, id)?;
    if before.archived_at.is_some() {
        return Err(refused(format!("“{}” is archived. Unarchive it first.", before.name)));
    }
    let planned = PlannedEdit {
        default_value: default.unwrap_or_else(|| before.default_value.clone()),
        description: description.unwrap_or_else(|| before.description.clone()),
        schema: edit.schema.map_or_else(|| before.schema.clone(), Option::<&Json>::cloned),
        before,
    };
    if !planned.changes_nothing() {
        refuse_stale(conn, &planned.before, edit)?;
        check_against_schema(conn, &planned, schema)?;
    }
    if planned.changes_default() {
        require_where_served(actor, &environments, &serving::of_key(conn, id)?)?;
    }
    Ok(planned)
}

/// Changes the default, the description or the schema of a key. A change that changes nothing
/// makes no revision. The default acts at once in every environment.
///
/// # Errors
/// As [`plan_edit`].
pub fn edit(
    conn: &mut Connection,
    actor: &Actor,
    id: Uuid,
    edit: &KeyEdit<'_>,
) -> Result<Key, OperationError> {
    let planned = plan_edit(conn, actor, id, edit)?;
    if planned.changes_nothing() {
        return Ok(planned.before);
    }
    let fields = KeyFields {
        default_value: &planned.default_value,
        description: &planned.description,
        schema: planned.schema.as_ref(),
    };
    let key = keys::update(conn, id, &fields, actor.author())?;
    record(conn, actor, "key.edit", Some(&planned.before), &key)?;
    Ok(key)
}

/// Checks what would be saved: a new default against the schema that it will have, and all that is
/// in use against a new schema. `entered` is the schema that was entered.
fn check_against_schema(
    conn: &mut Connection,
    planned: &PlannedEdit,
    entered: Option<JsonSchema>,
) -> Result<(), OperationError> {
    // What was kept before schemas were read is no obstacle to whoever changes a default.
    let kept = || planned.schema.as_ref().and_then(|json| JsonSchema::read(json).ok());
    let Some(schema) = entered.or_else(kept) else { return Ok(()) };
    let mut problems = Problems::new();
    let default_stays = !planned.changes_default();
    if !default_stays {
        schemas::check_default(&schema, &planned.default_value, &mut problems);
    }
    if planned.schema != planned.before.schema {
        let broken = schemas::what_it_breaks(conn, &planned.before, &schema, default_stays)?;
        problems.extend(broken);
    }
    if problems.is_empty() { Ok(()) } else { Err(OperationError::Invalid(problems)) }
}

fn refuse_stale(
    conn: &mut Connection,
    newest: &Key,
    edit: &KeyEdit<'_>,
) -> Result<(), OperationError> {
    let Some(base) = edit.base_revision.filter(|base| *base != newest.revision) else {
        return Ok(());
    };
    let last = keys::revision(conn, newest.id, newest.revision)?;
    let author = last.map(|last| last.author_name).unwrap_or_default();
    let sides = Map::from_iter([
        ("base_revision".to_owned(), json!(base)),
        (
            "newest".to_owned(),
            json!({"revision": newest.revision, "default_value": newest.default_value,
                   "description": newest.description, "schema": newest.schema,
                   "author": author, "updated_at": newest.updated_at}),
        ),
        (
            "yours".to_owned(),
            json!({"default_value": edit.default_value, "description": edit.description,
                   "schema": edit.schema.flatten()}),
        ),
    ]);
    let message = format!(
        "{author} saved revision {} of this key in the meantime. Look at both, then save on top \
         of it.",
        newest.revision
    );
    Err(OperationError::Conflict { message, sides })
}

fn refuse_new_identity(key: &Key, edit: &KeyEdit<'_>, problems: &mut Problems) {
    if edit.name.is_some_and(|name| name != key.name) {
        let message = "The name of a key never changes, since apps are built with it. Create \
                       another key instead.";
        problems.push(FieldError::new("name", message));
    }
    if edit.value_type.is_some_and(|value_type| value_type != key.value_type) {
        let message = "The type of a key never changes, since apps are built with it. Create \
                       another key instead.";
        problems.push(FieldError::new("value_type", message));
    }
}
