//! The known users of an environment, many at once: for samples, never for a decision.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use serde_json::Value as Json;
use uuid::Uuid;

use super::profiles::attributes;
use super::schema::{event_days, profiles};
use super::{Connection, StoreError};
use crate::domain::context::{Context, Profile};
use crate::domain::known_user::KnownUser;

/// A known user with their place in the order of samples.
#[derive(Debug, Clone)]
pub struct Placed {
    /// Drawn from the user's id: those with the smallest are a fair sample of all.
    pub place: i32,
    /// When something was last heard of them, by the database's clock or the app's, whichever
    /// told.
    pub last_seen_at: DateTime<Utc>,
    /// The user.
    pub user: KnownUser,
}

type Row = (String, i32, Json, Json, DateTime<Utc>);
type Events = HashMap<String, HashMap<String, Vec<(NaiveDate, u32)>>>;

/// How many there are.
///
/// # Errors
/// Those of the database.
pub fn count(conn: &mut Connection, environment_id: Uuid) -> Result<u64, StoreError> {
    let known: i64 = profiles::table
        .filter(profiles::environment_id.eq(environment_id))
        .count()
        .get_result(conn)?;
    Ok(u64::try_from(known).unwrap_or(0))
}

/// A fair sample of at most that many, in the order of their places.
///
/// # Errors
/// Those of the database.
pub fn sample(
    conn: &mut Connection,
    environment_id: Uuid,
    most: i64,
) -> Result<Vec<Placed>, StoreError> {
    let rows: Vec<Row> = profiles::table
        .filter(profiles::environment_id.eq(environment_id))
        .order((profiles::place, profiles::user_id))
        .limit(most)
        .select(COLUMNS)
        .load(conn)?;
    let last = rows.last().map_or(i32::MAX, |row| row.1);
    let days: Vec<EventDay> = event_days::table
        .inner_join(profiles::table.on(of_their_user()))
        .filter(event_days::environment_id.eq(environment_id))
        .filter(event_days::decides)
        .filter(profiles::place.le(last))
        .select(DAY_COLUMNS)
        .load(conn)?;
    Ok(placed(rows, days))
}

/// Those of whom something was heard since then, at most that many, the latest first.
///
/// # Errors
/// Those of the database.
pub fn seen_since(
    conn: &mut Connection,
    environment_id: Uuid,
    since: DateTime<Utc>,
    most: i64,
) -> Result<Vec<Placed>, StoreError> {
    let rows: Vec<Row> = profiles::table
        .filter(profiles::environment_id.eq(environment_id))
        .filter(profiles::last_seen_at.ge(since))
        .order(profiles::last_seen_at.desc())
        .limit(most)
        .select(COLUMNS)
        .load(conn)?;
    with_events(conn, environment_id, rows)
}

/// The known user of that id.
///
/// # Errors
/// Those of the database.
pub fn find(
    conn: &mut Connection,
    environment_id: Uuid,
    user_id: &str,
) -> Result<Option<KnownUser>, StoreError> {
    let rows: Vec<Row> = profiles::table
        .filter(profiles::environment_id.eq(environment_id))
        .filter(profiles::user_id.eq(user_id))
        .select(COLUMNS)
        .load(conn)?;
    Ok(with_events(conn, environment_id, rows)?.pop().map(|placed| placed.user))
}

/// Those of these ids that are known.
///
/// # Errors
/// Those of the database.
pub fn known_among(
    conn: &mut Connection,
    environment_id: Uuid,
    user_ids: &[&str],
) -> Result<Vec<String>, StoreError> {
    if user_ids.is_empty() {
        return Ok(Vec::new());
    }
    Ok(profiles::table
        .filter(profiles::environment_id.eq(environment_id))
        .filter(profiles::user_id.eq_any(user_ids))
        .select(profiles::user_id)
        .load(conn)?)
}

const COLUMNS: (
    profiles::user_id,
    profiles::place,
    profiles::reported,
    profiles::properties,
    profiles::last_seen_at,
) = (
    profiles::user_id,
    profiles::place,
    profiles::reported,
    profiles::properties,
    profiles::last_seen_at,
);

type EventDay = (String, String, NaiveDate, i64);

const DAY_COLUMNS: (event_days::user_id, event_days::event, event_days::day, event_days::times) =
    (event_days::user_id, event_days::event, event_days::day, event_days::times);

#[diesel::dsl::auto_type]
fn of_their_user() -> _ {
    event_days::environment_id
        .eq(profiles::environment_id)
        .and(event_days::user_id.eq(profiles::user_id))
}

fn with_events(
    conn: &mut Connection,
    environment_id: Uuid,
    rows: Vec<Row>,
) -> Result<Vec<Placed>, StoreError> {
    let ids: Vec<&str> = rows.iter().map(|row| row.0.as_str()).collect();
    let days: Vec<EventDay> = event_days::table
        .filter(event_days::environment_id.eq(environment_id))
        .filter(event_days::user_id.eq_any(ids))
        .filter(event_days::decides)
        .select(DAY_COLUMNS)
        .load(conn)?;
    Ok(placed(rows, days))
}

fn placed(rows: Vec<Row>, days: Vec<EventDay>) -> Vec<Placed> {
    let mut events = Events::new();
    for (user_id, event, day, times) in days {
        let times = u32::try_from(times).unwrap_or(u32::MAX);
        events.entry(user_id).or_default().entry(event).or_default().push((day, times));
    }
    let person = |(user_id, place, reported, properties, last_seen_at): Row| Placed {
        place,
        last_seen_at,
        user: KnownUser {
            context: Context::of_user(&user_id, attributes(&reported)),
            profile: Profile {
                properties: attributes(&properties),
                events: events.remove(&user_id).unwrap_or_default(),
            },
            id: user_id.into(),
        },
    };
    rows.into_iter().map(person).collect()
}
