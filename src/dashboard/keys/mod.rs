//! Keys.

pub mod archiving;
mod entered;
pub mod form;
pub mod list;
mod list_query;
mod user_links;
pub mod users;

use crate::{
    domain::value::{Value, ValueType},
    operations::OperationError,
    store::{Connection, keys, keys::Key},
};

/// What the address of a key names: project, environment, key.
type Place = actix_web::web::Path<(String, String, String)>;

/// The name of a type on pages.
fn type_label(value_type: ValueType) -> &'static str {
    match value_type {
        ValueType::Boolean => "Boolean",
        ValueType::String => "String",
        ValueType::Integer => "Whole number",
        ValueType::Decimal => "Decimal number",
        ValueType::Json => "JSON",
    }
}

/// The default of a key as JSON; a decimal keeps its point.
fn default_text(key: &Key) -> String {
    let value = Value::read(key.value_type, &key.default_value);
    value.map_or_else(|_| key.default_value.to_string(), |value| value.json_text())
}

/// The key that an address names.
fn find(conn: &mut Connection, project_id: uuid::Uuid, name: &str) -> Result<Key, OperationError> {
    keys::find_by_name(conn, project_id, name)?.ok_or(OperationError::NotFound("key"))
}
