//! What keys were at one time.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde_json::Value;
use uuid::Uuid;

use super::schema::key_revisions;
use super::{Connection, StoreError};

/// The default that each of these keys had at that moment; those that came later are not in it.
///
/// # Errors
/// Those of the database.
pub fn defaults_at(
    conn: &mut Connection,
    ids: &[Uuid],
    at: DateTime<Utc>,
) -> Result<HashMap<Uuid, Value>, StoreError> {
    let rows: Vec<(Uuid, Value)> = key_revisions::table
        .filter(key_revisions::key_id.eq_any(ids))
        .filter(key_revisions::created_at.le(at))
        .distinct_on(key_revisions::key_id)
        .order((key_revisions::key_id, key_revisions::number.desc()))
        .select((key_revisions::key_id, key_revisions::default_value))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}
