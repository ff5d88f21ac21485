//! How much was delivered lately, for lists: one number each.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::dsl::{IntervalDsl, now, sql};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Timestamptz};
use uuid::Uuid;

use super::schema::{deliveries_minute, delivery_series, key_holders};
use super::{Connection, StoreError};

/// A sum of whole numbers is of another type in Postgres, which the builder can't cast back.
const SUM: &str = "sum(deliveries_minute.count)::bigint";

/// How often these keys were delivered in an environment from that moment on; those that were not
/// are not in it.
///
/// # Errors
/// Those of the database.
pub fn of_keys(
    conn: &mut Connection,
    environment_id: Uuid,
    key_ids: &[Uuid],
    from: DateTime<Utc>,
) -> Result<HashMap<Uuid, i64>, StoreError> {
    let rows: Vec<(Uuid, i64)> = deliveries_minute::table
        .inner_join(delivery_series::table)
        .filter(delivery_series::environment_id.eq(environment_id))
        .filter(delivery_series::key_id.eq_any(key_ids))
        .filter(deliveries_minute::minute.ge(from))
        .group_by(delivery_series::key_id)
        .select((delivery_series::key_id, sql::<BigInt>(SUM)))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// How often the keys that an experience holds were delivered within the last day, by environment;
/// those without any are not in it.
///
/// # Errors
/// Those of the database.
pub fn within_a_day(
    conn: &mut Connection,
    experience_id: Uuid,
) -> Result<HashMap<Uuid, i64>, StoreError> {
    let held = key_holders::table
        .filter(key_holders::experience_id.eq(experience_id))
        .select(key_holders::key_id);
    let rows: Vec<(Uuid, i64)> = deliveries_minute::table
        .inner_join(delivery_series::table)
        .filter(delivery_series::key_id.eq_any(held))
        .filter(deliveries_minute::minute.gt(now.into_sql::<Timestamptz>() - 1.day()))
        .group_by(delivery_series::environment_id)
        .select((delivery_series::environment_id, sql::<BigInt>(SUM)))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}
