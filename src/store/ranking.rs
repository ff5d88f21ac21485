//! Orders of experiences that come from what they do in an environment.

use std::collections::HashMap;

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use uuid::Uuid;

use super::publications::FULL_RAMP;
use super::schema::{
    experiences, key_deliveries, key_holders, publications, switches, version_shares,
};
use super::{Connection, Sort, StoreError};

/// The order of a list of experiences.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// By what they are.
    Plain(Sort),
    /// What was delivered most often there in the last hours, first; then by name.
    Delivered(Uuid),
    /// What reaches the largest share of users there, first; then by name.
    Reach(Uuid),
}

impl From<Sort> for Order {
    fn from(sort: Sort) -> Order {
        Order::Plain(sort)
    }
}

/// Puts experiences, which come by name, in that order.
pub(super) fn rank(
    conn: &mut Connection,
    order: Order,
    ids: &mut [Uuid],
) -> Result<(), StoreError> {
    let ranks = match order {
        Order::Plain(_) => return Ok(()),
        Order::Delivered(environment_id) => delivered(conn, environment_id)?,
        Order::Reach(environment_id) => reach(conn, environment_id)?,
    };
    let rank = |id: &Uuid| ranks.get(id).copied().unwrap_or(0);
    ids.sort_by_key(|id| std::cmp::Reverse(rank(id)));
    Ok(())
}

fn delivered(
    conn: &mut Connection,
    environment_id: Uuid,
) -> Result<HashMap<Uuid, i64>, StoreError> {
    let rows: Vec<(Uuid, i64)> = key_deliveries::table
        .inner_join(key_holders::table.on(key_holders::key_id.eq(key_deliveries::key_id)))
        .filter(key_deliveries::environment_id.eq(environment_id))
        .filter(key_deliveries::day.gt(0))
        .group_by(key_holders::experience_id)
        .select((key_holders::experience_id, sql::<BigInt>("sum(key_deliveries.day)::bigint")))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// The share of everybody counts first; a row for some users is below all of that.
fn reach(conn: &mut Connection, environment_id: Uuid) -> Result<HashMap<Uuid, i64>, StoreError> {
    let rows: Vec<(Uuid, i16, i32, i32)> = publications::table
        .inner_join(experiences::table)
        .inner_join(
            version_shares::table.on(version_shares::version_id.eq(publications::version_id)),
        )
        .inner_join(
            switches::table.on(switches::experience_id
                .eq(publications::experience_id)
                .and(switches::environment_id.eq(publications::environment_id))),
        )
        .filter(publications::environment_id.eq(environment_id))
        .filter(publications::ended_at.is_null())
        .filter(experiences::archived_at.is_null())
        .filter(switches::is_on)
        .select((
            publications::experience_id,
            publications::ramp,
            version_shares::of_everybody,
            version_shares::of_some,
        ))
        .load(conn)?;
    let full = i64::from(FULL_RAMP);
    let ranks = rows.into_iter().map(|(id, ramp, everybody, some)| {
        (id, i64::from(ramp) * (i64::from(everybody) * (full + 1) + i64::from(some)))
    });
    Ok(ranks.collect())
}
