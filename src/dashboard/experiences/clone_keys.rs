//! The keys of a clone: one for each of the original's, of its type; what is not there yet is made.

use uuid::Uuid;

use crate::{
    domain::{key::KeyName, reading::FieldError, value::ValueType},
    operations::{
        Actor, OperationError,
        keys::{self as operations, NewKey},
    },
    store::{
        Connection, StoreError,
        keys::{self, Key},
    },
};

/// A key of the clone.
#[derive(Debug, Clone)]
pub struct CloneKey {
    /// The id of its field.
    pub id: String,
    /// The name of the original's.
    pub original: String,
    /// What was typed.
    pub name: String,
    /// What becomes of it.
    pub note: Note,
}

/// What becomes of a key that was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// It is made.
    New(String),
    /// It is there, and free.
    Free(String),
    /// It can't be taken.
    Wrong(String),
}

impl CloneKey {
    /// What is wrong with it, at its field.
    pub fn problem(&self) -> Option<FieldError> {
        match &self.note {
            Note::Wrong(message) => Some(FieldError::new(self.id.clone(), message.clone())),
            Note::New(_) | Note::Free(_) => None,
        }
    }
}

/// Names that nothing has yet, such as the originals' with `_copy` behind them.
///
/// # Errors
/// Those of the database.
pub fn proposed(
    conn: &mut Connection,
    project_id: Uuid,
    originals: &[Key],
) -> Result<Vec<CloneKey>, StoreError> {
    let mut names = Vec::new();
    for original in originals {
        let numbered = (2..=99).map(|number| format!("{}_copy_{number}", original.name));
        let wanted = [format!("{}_copy", original.name)].into_iter().chain(numbered);
        let wanted: Vec<String> = wanted.collect();
        let asked: Vec<&str> = wanted.iter().map(String::as_str).collect();
        let taken = keys::find_by_names(conn, project_id, &asked)?;
        let is_free = |name: &&String| !taken.iter().any(|key| key.name == **name);
        names.push(wanted.iter().find(is_free).cloned().unwrap_or_default());
    }
    typed(conn, project_id, originals, names.iter().map(String::as_str))
}

/// What becomes of the keys that were typed, one for each of the originals, in their order.
///
/// # Errors
/// Those of the database.
pub fn typed<'a>(
    conn: &mut Connection,
    project_id: Uuid,
    originals: &[Key],
    names: impl Iterator<Item = &'a str>,
) -> Result<Vec<CloneKey>, StoreError> {
    let mut names = names.map(|name| name.trim().to_owned());
    let mut all: Vec<CloneKey> = Vec::new();
    for (place, original) in originals.iter().enumerate() {
        let name = names.next().unwrap_or_default();
        let is_twice = all.iter().any(|key| key.name.eq_ignore_ascii_case(&name));
        let note = match KeyName::parse(&name) {
            Err(message) => Note::Wrong(message),
            Ok(_) if is_twice => Note::Wrong("This key stands here twice.".to_owned()),
            Ok(name) => look_up(conn, project_id, original, &name)?,
        };
        let id = if originals.len() == 1 { "key".to_owned() } else { format!("key-{place}") };
        all.push(CloneKey { id, original: original.name.clone(), name, note });
    }
    Ok(all)
}

fn look_up(
    conn: &mut Connection,
    project_id: Uuid,
    original: &Key,
    name: &KeyName,
) -> Result<Note, StoreError> {
    let name = name.as_str();
    let Some(key) = keys::find_in_any_case(conn, project_id, name)? else {
        let default = crate::domain::version::value_in_words(&original.default_value);
        return Ok(Note::New(format!(
            "A new key is made: {}, default {default}.",
            type_in_words(original.value_type)
        )));
    };
    let wrong = |message: String| Ok(Note::Wrong(message));
    if key.name != name {
        return wrong(format!("There is a key “{}”. Write it exactly so.", key.name));
    }
    if key.archived_at.is_some() {
        return wrong("This key is archived. Unarchive it first, or take another one.".to_owned());
    }
    if let Some(held) = keys::holders(conn, &[key.id])?.first() {
        return wrong(format!("“{}” holds this key. Take another one.", held.experience_name));
    }
    if key.value_type != original.value_type {
        return wrong(format!(
            "This key is of the type {}; it needs {}, as “{}” has it.",
            type_in_words(key.value_type),
            type_in_words(original.value_type),
            original.name
        ));
    }
    let default = crate::domain::version::value_in_words(&key.default_value);
    Ok(Note::Free(format!("This key is free: default {default}.")))
}

fn type_in_words(value_type: ValueType) -> &'static str {
    match value_type {
        ValueType::Boolean => "boolean",
        ValueType::String => "text",
        ValueType::Integer => "whole number",
        ValueType::Decimal => "decimal number",
        ValueType::Json => "JSON",
    }
}

/// Makes those that are not there yet, like the originals; answers all of them.
///
/// # Errors
/// Those of making a key.
pub fn make(
    conn: &mut Connection,
    actor: &Actor,
    project_id: Uuid,
    originals: &[Key],
    typed: &[CloneKey],
    limit: u32,
) -> Result<Vec<KeyName>, OperationError> {
    let mut names = Vec::new();
    for (original, typed) in originals.iter().zip(typed) {
        if keys::find_by_name(conn, project_id, &typed.name)?.is_none() {
            let new = NewKey {
                project_id,
                name: &typed.name,
                value_type: original.value_type,
                default_value: &original.default_value,
                description: "",
                schema: original.schema.as_ref(),
            };
            operations::create(conn, actor, &new, limit)?;
        }
        let name = KeyName::parse(&typed.name);
        names.push(name.map_err(|message| OperationError::invalid("keys", message))?);
    }
    Ok(names)
}
