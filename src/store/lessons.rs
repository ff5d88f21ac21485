//! What evaluations teach about the users of an app. It decides nothing.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Integer, Jsonb, Timestamptz};
use diesel::upsert::excluded;
use serde_json::Value as Json;
use uuid::Uuid;

use super::schema::profiles;
use super::{Connection, StoreError};
use crate::domain::event::Properties;

/// What an evaluation taught about a user.
#[derive(Debug, Clone, PartialEq)]
pub struct Lesson {
    /// The user.
    pub user_id: String,
    /// What the app said about them.
    pub attributes: Properties,
    /// When.
    pub at: DateTime<Utc>,
}

/// The most bytes that are kept of what was taught about a user: attributes of ever new names must
/// not add up.
const MOST_TAUGHT: i32 = 64 * 1024;

/// Keeps what evaluations taught; at most one lesson for each user. Belongs into
/// [`super::Store::write`].
///
/// # Errors
/// [`StoreError::Refused`] without that environment.
pub fn learn(
    conn: &mut Connection,
    environment_id: Uuid,
    lessons: &BTreeMap<String, Lesson>,
) -> Result<(), StoreError> {
    let rows: Vec<_> = lessons
        .values()
        .map(|lesson| {
            (
                profiles::environment_id.eq(environment_id),
                profiles::user_id.eq(&lesson.user_id),
                profiles::reported.eq(Json::Object(lesson.attributes.clone())),
                profiles::first_seen_at.eq(lesson.at),
                profiles::last_seen_at.eq(lesson.at),
            )
        })
        .collect();
    let both = "profiles.reported || excluded.reported";
    let merged = sql::<Jsonb>(&format!("case when pg_column_size({both}) < "))
        .bind::<Integer, _>(MOST_TAUGHT)
        .sql(&format!(" then {both} else excluded.reported end"));
    diesel::insert_into(profiles::table)
        .values(rows)
        .on_conflict((profiles::environment_id, profiles::user_id))
        .do_update()
        .set((
            profiles::reported.eq(merged),
            profiles::last_seen_at
                .eq(greatest(profiles::last_seen_at, excluded(profiles::last_seen_at))),
        ))
        .execute(conn)?;
    Ok(())
}

diesel::define_sql_function! {
    /// The later of two moments.
    fn greatest(one: Timestamptz, other: Timestamptz) -> Timestamptz;
}
