//! How often keys were delivered in the last hours, kept at hand for lists.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::upsert::excluded;
use uuid::Uuid;

use super::deliveries::DeliveryCount;
use super::schema::{key_deliveries, key_holders};
use super::{Connection, StoreError};

/// How many hours are kept.
pub const HOURS: usize = 24;

/// How many rows one statement writes.
const ROWS_PER_STATEMENT: usize = 2_000;

/// The deliveries of a key in an environment.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(check_for_backend(diesel::pg::Pg))]
#[diesel(table_name = key_deliveries)]
struct Kept {
    environment_id: Uuid,
    key_id: Uuid,
    asked_at: DateTime<Utc>,
    newest_hour: DateTime<Utc>,
    hours: Vec<i64>,
    day: i64,
}

/// How often something was delivered in each of the last hours, the newest first; that one is under
/// way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Hourly(pub [i64; HOURS]);

impl Hourly {
    /// In all of them.
    pub fn sum(&self) -> i64 {
        self.0.iter().fold(0, |sum, count| sum.saturating_add(*count))
    }
}

/// The start of the hour of a moment.
fn hour_of(moment: DateTime<Utc>) -> DateTime<Utc> {
    let seconds = moment.timestamp();
    DateTime::from_timestamp(seconds - seconds.rem_euclid(3_600), 0).unwrap_or(moment)
}

/// How many hours a moment lies behind another one; none where it lies ahead of it.
fn hours_behind(moment: DateTime<Utc>, newest: DateTime<Utc>) -> Option<usize> {
    usize::try_from((newest - moment).num_hours()).ok().filter(|_| moment <= newest)
}

impl Kept {
    /// Lets hours pass up to that one.
    fn move_on(&mut self, hour: DateTime<Utc>) {
        if let Some(passed) = hours_behind(self.newest_hour, hour).filter(|passed| *passed > 0) {
            let kept = HOURS.saturating_sub(passed);
            let old = self.hours.iter().copied().take(kept);
            self.hours = std::iter::repeat_n(0, HOURS - kept).chain(old).collect();
            self.newest_hour = hour;
        }
    }

    /// Counts deliveries of an hour. Those of hours that have passed no longer count.
    fn count(&mut self, hour: DateTime<Utc>, count: i64) {
        self.move_on(hour);
        self.asked_at = self.asked_at.max(hour);
        let place = hours_behind(hour, self.newest_hour);
        if let Some(kept) = place.and_then(|place| self.hours.get_mut(place)) {
            *kept = kept.saturating_add(count);
        }
    }

    fn sum_up(&mut self) {
        self.day = self.hours.iter().fold(0_i64, |sum, count| sum.saturating_add(*count));
    }
}

/// Adds deliveries.
///
/// # Errors
/// [`StoreError::Refused`] for things that this database does not have.
pub(super) fn add(conn: &mut Connection, counts: &[DeliveryCount]) -> Result<(), StoreError> {
    // In order of environment and key, so that two batches never wait for each other in a circle.
    let mut hours: BTreeMap<(Uuid, Uuid), BTreeMap<DateTime<Utc>, i64>> = BTreeMap::new();
    for DeliveryCount { series, minute, count } in counts {
        let of_key = hours.entry((series.environment_id, series.key_id)).or_default();
        let sum = of_key.entry(hour_of(*minute)).or_default();
        *sum = sum.saturating_add(*count);
    }
    for some in hours.iter().collect::<Vec<_>>().chunks(ROWS_PER_STATEMENT) {
        let new: Vec<Kept> = some.iter().filter_map(|(of, hours)| Kept::new(**of, hours)).collect();
        diesel::insert_into(key_deliveries::table)
            .values(&new)
            .on_conflict_do_nothing()
            .execute(conn)?;
        let environments: Vec<Uuid> =
            some.iter().map(|((environment, _), _)| *environment).collect();
        let keys: Vec<Uuid> = some.iter().map(|((_, key), _)| *key).collect();
        let mut kept: Vec<Kept> = key_deliveries::table
            .filter(key_deliveries::environment_id.eq_any(environments))
            .filter(key_deliveries::key_id.eq_any(keys))
            .order((key_deliveries::environment_id, key_deliveries::key_id))
            .select(Kept::as_select())
            .for_no_key_update()
            .load(conn)?;
        for kept in &mut kept {
            let counted = hours.get(&(kept.environment_id, kept.key_id));
            counted.into_iter().flatten().for_each(|(hour, count)| kept.count(*hour, *count));
            kept.sum_up();
        }
        write(conn, &kept)?;
    }
    Ok(())
}

impl Kept {
    /// Of a key that nothing is known of yet.
    fn new(of: (Uuid, Uuid), hours: &BTreeMap<DateTime<Utc>, i64>) -> Option<Kept> {
        let (environment_id, key_id) = of;
        let newest_hour = *hours.keys().next_back()?;
        let hours = vec![0; HOURS];
        Some(Kept { environment_id, key_id, asked_at: newest_hour, newest_hour, hours, day: 0 })
    }
}

fn write(conn: &mut Connection, kept: &[Kept]) -> Result<(), StoreError> {
    diesel::insert_into(key_deliveries::table)
        .values(kept)
        .on_conflict((key_deliveries::environment_id, key_deliveries::key_id))
        .do_update()
        .set((
            key_deliveries::asked_at.eq(excluded(key_deliveries::asked_at)),
            key_deliveries::newest_hour.eq(excluded(key_deliveries::newest_hour)),
            key_deliveries::hours.eq(excluded(key_deliveries::hours)),
            key_deliveries::day.eq(excluded(key_deliveries::day)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Lets the hours pass for keys that are not asked for any more, so that lists put them in their
/// order; answers whether there is more to do.
///
/// # Errors
/// Those of the database.
pub fn settle(conn: &mut Connection, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let hour = hour_of(now);
    let mut kept: Vec<Kept> = key_deliveries::table
        .filter(key_deliveries::newest_hour.lt(hour))
        .filter(key_deliveries::day.gt(0))
        .order((key_deliveries::environment_id, key_deliveries::key_id))
        .limit(ROWS_PER_STATEMENT as i64)
        .select(Kept::as_select())
        .for_no_key_update()
        .load(conn)?;
    for kept in &mut kept {
        kept.move_on(hour);
        kept.sum_up();
    }
    write(conn, &kept)?;
    Ok(kept.len() == ROWS_PER_STATEMENT)
}

/// How often the keys that these experiences hold were delivered in an environment in each of the
/// last hours, by experience; those without any are not in it.
///
/// # Errors
/// Those of the database.
pub fn of_experiences(
    conn: &mut Connection,
    environment_id: Uuid,
    experience_ids: &[Uuid],
    now: DateTime<Utc>,
) -> Result<HashMap<Uuid, Hourly>, StoreError> {
    let rows: Vec<(Uuid, Kept)> = key_holders::table
        .inner_join(key_deliveries::table.on(key_deliveries::key_id.eq(key_holders::key_id)))
        .filter(key_deliveries::environment_id.eq(environment_id))
        .filter(key_holders::experience_id.eq_any(experience_ids))
        .filter(key_deliveries::day.gt(0))
        .select((key_holders::experience_id, Kept::as_select()))
        .load(conn)?;
    let mut sums: HashMap<Uuid, Hourly> = HashMap::new();
    for (experience, mut kept) in rows {
        kept.move_on(hour_of(now));
        let Hourly(sums) = sums.entry(experience).or_default();
        for (sum, count) in sums.iter_mut().zip(kept.hours) {
            *sum = sum.saturating_add(count);
        }
    }
    sums.retain(|_, hourly| hourly.sum() > 0);
    Ok(sums)
}
