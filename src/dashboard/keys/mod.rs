//! Keys.

pub mod archiving;
mod carried;
pub mod code;
mod conflict;
mod entered;
pub mod form;
pub mod list;
mod list_query;
mod order;
mod question;
pub mod saving;
mod user_links;
pub mod users;

use crate::{
    dashboard::typed_value::in_json,
    operations::OperationError,
    store::{Connection, keys, keys::Key},
};

/// What the address of a key names: project, environment, key.
type Place = actix_web::web::Path<(String, String, String)>;

/// How much of a value is shown beside others, in characters.
const MOST_SHOWN: usize = 48;

/// The default of a key as JSON; a decimal keeps its point.
fn default_text(key: &Key) -> String {
    in_json(key.value_type, &key.default_value)
}

/// A text, cut to what fits beside others.
fn shortened(text: &str) -> String {
    let mut shown: String = text.chars().take(MOST_SHOWN).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}

/// The key that an address names.
fn find(conn: &mut Connection, project_id: uuid::Uuid, name: &str) -> Result<Key, OperationError> {
    keys::find_by_name(conn, project_id, name)?.ok_or(OperationError::NotFound("key"))
}
