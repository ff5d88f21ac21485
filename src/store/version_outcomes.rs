//! What versions can hand out and how wide they reach, kept beside them so that lists can be
//! narrowed and put in order by it.

use diesel::prelude::*;
use serde_json::Value;
use uuid::Uuid;

use super::schema::{version_outcomes, version_shares};
use super::{Connection, StoreError};

/// What the content of a version decides by itself.
#[derive(Debug, Clone, Default)]
pub struct Facts<'a> {
    /// What each key can be handed out as; none is its default.
    pub outcomes: Vec<(Uuid, Vec<Option<&'a Value>>)>,
    /// The share of all users whom no row keeps from it, in hundredths of a percent.
    pub of_everybody: u16,
    /// The share of its audience that the widest row serves.
    pub of_some: u16,
}

/// Adds what is known of a new version.
///
/// # Errors
/// [`StoreError::Refused`] where the version has some already.
pub fn add(conn: &mut Connection, version_id: Uuid, facts: &Facts<'_>) -> Result<(), StoreError> {
    let outcomes: Vec<_> = facts
        .outcomes
        .iter()
        .flat_map(|(key, outcomes)| {
            (0_i32..).zip(outcomes).map(move |(at, value)| (key, at, value))
        })
        .map(|(key, number, value)| {
            (
                version_outcomes::version_id.eq(version_id),
                version_outcomes::key_id.eq(key),
                version_outcomes::number.eq(number),
                version_outcomes::value.eq(*value),
            )
        })
        .collect();
    diesel::insert_into(version_outcomes::table).values(outcomes).execute(conn)?;
    diesel::insert_into(version_shares::table)
        .values((
            version_shares::version_id.eq(version_id),
            version_shares::of_everybody.eq(i32::from(facts.of_everybody)),
            version_shares::of_some.eq(i32::from(facts.of_some)),
        ))
        .execute(conn)?;
    Ok(())
}
