//! Schemas of keys: that they are sound, and that nothing in use breaks them.

use serde_json::Value as Json;

use super::super::OperationError;
use super::super::obstacles::word;
use crate::domain::json_schema::JsonSchema;
use crate::domain::key::KeyName;
use crate::domain::reading::{FieldError, Problems};
use crate::domain::value::{MOST_VALUE_BYTES, Value, ValueType};
use crate::domain::version::Content;
use crate::store::holding::{self, GivingVersion};
use crate::store::keys::Key;
use crate::store::{Connection, StoreError};

/// The most problems that are told at once.
const MOST_PROBLEMS: usize = 10;

/// The schema as it was entered, read; problems stand below `schema`.
pub(super) fn read(
    value_type: ValueType,
    schema: Option<&Json>,
    problems: &mut Problems,
) -> Option<JsonSchema> {
    let json = schema?;
    let message = if value_type != ValueType::Json {
        "Only a key of type json has a schema. Leave it out."
    } else if json.to_string().len() > MOST_VALUE_BYTES {
        "A schema may have at most 64 KiB."
    } else if Value::read(ValueType::Json, json).is_err() {
        "A schema may not contain the character U+0000."
    } else {
        let read = JsonSchema::read(json);
        let wrong = read.map_err(|found| {
            problems.extend(found.into_iter().map(|problem| problem.below("schema")));
        });
        return wrong.ok();
    };
    problems.push(FieldError::new("schema", message));
    None
}

/// Checks a default against the schema that it will stand beside.
pub(super) fn check_default(schema: &JsonSchema, default: &Json, problems: &mut Problems) {
    let found = schema.problems(default).into_iter();
    problems.extend(found.map(|problem| problem.below("default_value")));
}

/// What a new schema would break: the default, where it stays as it is, and the values of versions
/// that are the newest or served.
pub(super) fn what_it_breaks(
    conn: &mut Connection,
    key: &Key,
    schema: &JsonSchema,
    default_stays: bool,
) -> Result<Problems, OperationError> {
    let mut problems = Problems::new();
    if default_stays {
        let found = schema.problems(&key.default_value).into_iter();
        problems.extend(found.map(|problem| broken("The default does not fit it", problem)));
    }
    let name = KeyName::parse(&key.name).map_err(|_| corrupt("key", &key.name))?;
    for version in holding::giving(conn, key.id)? {
        let who = format!(
            "Version {} of the {} “{}” does not fit it",
            version.number,
            word(version.experience_kind),
            version.experience_name
        );
        for (path, value) in content(&version)?.values_of(&name) {
            let found = schema.problems(value).into_iter();
            problems.extend(found.map(|problem| broken(&who, problem.below(&path))));
        }
    }
    problems.truncate(MOST_PROBLEMS);
    Ok(problems)
}

fn broken(who: &str, problem: FieldError) -> FieldError {
    let place =
        if problem.field.is_empty() { String::new() } else { format!(" at {}", problem.field) };
    FieldError::new("schema", format!("{who}{place}: {}", problem.message))
}

fn content(version: &GivingVersion) -> Result<Content, StoreError> {
    Content::from_json(&version.content, &version.experience_slug)
        .map_err(|_| corrupt("version of", &version.experience_slug))
}

fn corrupt(what: &str, name: &str) -> StoreError {
    StoreError::Corrupt(format!("{what} {name}"))
}
