//! The users of apps.

pub mod deleting;
mod event_table;
pub mod learning;
pub mod list;
mod list_query;
pub mod page;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::ProjectMember;

/// What the address of a user names: project, environment, user.
type Place = actix_web::web::Path<(String, String, String)>;

/// What is written otherwise in a part of an address.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
/// How many characters of a user's id, of a name or of a value are shown; the page of the user
/// has all of it.
const MOST_SHOWN: usize = 80;

/// Where the page of a user is. An id is any text.
pub fn address(member: &ProjectMember, user_id: &str) -> String {
    member.path(&format!("/users/{}", utf8_percent_encode(user_id, ESCAPED)))
}

/// A text, cut short where it is long.
pub(super) fn short(text: &str) -> String {
    let mut shown: String = text.chars().take(MOST_SHOWN).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}

/// A property's value as people read it.
fn value_text(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Array(items) => {
            items.iter().map(value_text).collect::<Vec<_>>().join(", ")
        }
        other => other.to_string(),
    }
}
