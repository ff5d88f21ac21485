//! Counts of deliveries: added in batches, each exactly once, and read as series.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use diesel::dsl::{IntervalDsl, now, sql};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Timestamptz};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::schema::{
    deliveries_minute, delivery_batches, delivery_series, key_holders, keys, versions,
};
use super::{Connection, StoreError, key_deliveries};

/// Whom a delivery was for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryAudience {
    /// A row with a segment.
    Segment,
    /// A row with conditions of its own, or for everyone.
    OneOff,
    /// Nobody's row: everyone else.
    EveryoneElse,
    /// A test user.
    Tester,
    /// Nothing was asked of the user.
    None,
}

impl DeliveryAudience {
    /// The name under which it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            DeliveryAudience::Segment => "segment",
            DeliveryAudience::OneOff => "one_off",
            DeliveryAudience::EveryoneElse => "everyone_else",
            DeliveryAudience::Tester => "tester",
            DeliveryAudience::None => "none",
        }
    }
}

/// What a count is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct DeliverySeries {
    /// Where.
    pub environment_id: Uuid,
    /// Of which key.
    pub key_id: Uuid,
    /// By which version; none where no version decided.
    pub version_id: Option<Uuid>,
    /// By which row; also its misses.
    pub row_id: Option<String>,
    /// Whom the row was for.
    pub audience: DeliveryAudience,
    /// Its segment.
    pub segment_id: Option<Uuid>,
    /// Which variant.
    pub variant: String,
    /// The value, cut to at most 100 characters.
    pub value_label: String,
    /// A hash of the whole value, which tells values of the same label apart.
    pub value_hash: i64,
    /// The reason that the answer carried.
    pub reason: String,
}

/// How many deliveries there were of something in one minute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryCount {
    /// Of what.
    pub series: DeliverySeries,
    /// Any moment of the minute.
    pub minute: DateTime<Utc>,
    /// How many; at least 1.
    pub count: i64,
}

/// What became of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Added {
    /// Its counts are added.
    Now,
    /// They had been added before, and were not added again.
    Before,
}

/// Which deliveries are asked for.
#[derive(Debug, Clone, Copy)]
pub struct DeliveryFilter {
    /// Where.
    pub environment_id: Uuid,
    /// By the versions of this experience, or, where no version decided, of the keys it holds.
    pub experience_id: Option<Uuid>,
    /// Of this key.
    pub key_id: Option<Uuid>,
    /// By rows with this segment.
    pub segment_id: Option<Uuid>,
    /// From this moment on.
    pub from: DateTime<Utc>,
    /// Before this moment.
    pub to: DateTime<Utc>,
}

/// How wide a bucket of a series is; hours and days are those of UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bucket {
    /// A minute.
    Minute,
    /// An hour.
    Hour,
    /// A day.
    Day,
}

/// How often a value of a key was delivered.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct ValueCount {
    /// The key.
    pub key_id: Uuid,
    /// Its name.
    pub key_name: String,
    /// The value, cut to at most 100 characters.
    pub value_label: String,
    /// A hash of the whole value.
    pub value_hash: i64,
    /// How often.
    pub count: i64,
}

diesel::allow_columns_to_appear_in_same_group_by_clause!(
    keys::id,
    keys::name,
    delivery_series::value_label,
    delivery_series::value_hash,
);

/// Postgres takes 65,535 parameters in a statement; the widest row here has eleven.
const ROWS_PER_STATEMENT: usize = 2_000;

/// Adds the counts of a batch, unless they were added before. Belongs into
/// [`super::Store::write`], so that the batch's id and its counts are stored together or not at
/// all.
///
/// # Errors
/// [`StoreError::Refused`] when a count is malformed or of nothing here: such a batch never succeeds.
pub fn add_batch(
    conn: &mut Connection,
    batch_id: Uuid,
    counts: &[DeliveryCount],
) -> Result<Added, StoreError> {
    let added = diesel::insert_into(delivery_batches::table)
        .values(delivery_batches::id.eq(batch_id))
        .on_conflict_do_nothing()
        .execute(conn)?;
    if added == 0 {
        return Ok(Added::Before);
    }
    let series = series_ids(conn, counts.iter().map(|count| &count.series))?;
    // In order of series and minute, so that two batches never wait for each other in a circle.
    let mut sums: BTreeMap<(i64, DateTime<Utc>), i64> = BTreeMap::new();
    for count in counts {
        if let Some(id) = series.get(&digest(&count.series)) {
            let sum = sums.entry((*id, minute_of(count.minute))).or_default();
            *sum = sum.saturating_add(count.count);
        }
    }
    add_sums(conn, &sums)?;
    key_deliveries::add(conn, counts)?;
    Ok(Added::Now)
}

fn add_sums(
    conn: &mut Connection,
    sums: &BTreeMap<(i64, DateTime<Utc>), i64>,
) -> Result<(), StoreError> {
    let rows: Vec<_> = sums
        .iter()
        .map(|((series, minute), count)| {
            (
                deliveries_minute::series_id.eq(series),
                deliveries_minute::minute.eq(minute),
                deliveries_minute::count.eq(count),
            )
        })
        .collect();
    for rows in rows.chunks(ROWS_PER_STATEMENT) {
        diesel::insert_into(deliveries_minute::table)
            .values(rows)
            .on_conflict((deliveries_minute::series_id, deliveries_minute::minute))
            .do_update()
            .set(
                deliveries_minute::count
                    .eq(deliveries_minute::count
                        + diesel::upsert::excluded(deliveries_minute::count)),
            )
            .execute(conn)?;
    }
    Ok(())
}

/// The ids of these series by their digests; what is new is stored first, in order of digest.
fn series_ids<'a>(
    conn: &mut Connection,
    series: impl Iterator<Item = &'a DeliverySeries>,
) -> Result<HashMap<Vec<u8>, i64>, StoreError> {
    let wanted: BTreeMap<Vec<u8>, &DeliverySeries> =
        series.map(|series| (digest(series), series)).collect();
    let mut ids = known_ids(conn, wanted.keys())?;
    let new: Vec<_> = wanted.iter().filter(|(digest, _)| !ids.contains_key(*digest)).collect();
    for new in new.chunks(ROWS_PER_STATEMENT) {
        let rows: Vec<_> = new
            .iter()
            .map(|(digest, series)| {
                (
                    delivery_series::digest.eq(*digest),
                    delivery_series::environment_id.eq(series.environment_id),
                    delivery_series::key_id.eq(series.key_id),
                    delivery_series::version_id.eq(series.version_id),
                    delivery_series::row_id.eq(&series.row_id),
                    delivery_series::audience.eq(series.audience.as_str()),
                    delivery_series::segment_id.eq(series.segment_id),
                    delivery_series::variant.eq(&series.variant),
                    delivery_series::value_label.eq(&series.value_label),
                    delivery_series::value_hash.eq(series.value_hash),
                    delivery_series::reason.eq(&series.reason),
                )
            })
            .collect();
        diesel::insert_into(delivery_series::table)
            .values(rows)
            .on_conflict(delivery_series::digest)
            .do_nothing()
            .execute(conn)?;
        ids.extend(known_ids(conn, new.iter().map(|(digest, _)| *digest))?);
    }
    Ok(ids)
}

fn known_ids<'a>(
    conn: &mut Connection,
    digests: impl Iterator<Item = &'a Vec<u8>>,
) -> Result<HashMap<Vec<u8>, i64>, StoreError> {
    let rows: Vec<(Vec<u8>, i64)> = delivery_series::table
        .filter(delivery_series::digest.eq_any(digests.collect::<Vec<_>>()))
        .select((delivery_series::digest, delivery_series::id))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// The whole series in 32 bytes. Each part goes in behind its length, so that no two series share
/// a text; none differs from empty.
fn digest(series: &DeliverySeries) -> Vec<u8> {
    let mut hash = Sha256::new();
    let mut add = |part: Option<&[u8]>| {
        let length = part.map_or(u64::MAX, |part| part.len() as u64);
        hash.update(length.to_be_bytes());
        hash.update(part.unwrap_or_default());
    };
    add(Some(series.environment_id.as_bytes()));
    add(Some(series.key_id.as_bytes()));
    add(series.version_id.as_ref().map(|id| id.as_bytes().as_slice()));
    add(series.row_id.as_ref().map(String::as_bytes));
    add(Some(series.audience.as_str().as_bytes()));
    add(series.segment_id.as_ref().map(|id| id.as_bytes().as_slice()));
    add(Some(series.variant.as_bytes()));
    add(Some(series.value_label.as_bytes()));
    add(Some(&series.value_hash.to_be_bytes()));
    add(Some(series.reason.as_bytes()));
    hash.finalize().to_vec()
}

fn minute_of(moment: DateTime<Utc>) -> DateTime<Utc> {
    let seconds = moment.timestamp();
    DateTime::from_timestamp(seconds - seconds.rem_euclid(60), 0).unwrap_or(moment)
}

/// Forgets the ids of batches that are older than a week; answers how many there were. No batch
/// that old is sent any more.
///
/// # Errors
/// Those of the database.
pub fn forget_batches(conn: &mut Connection) -> Result<usize, StoreError> {
    let old = delivery_batches::table
        .filter(delivery_batches::added_at.lt(now.into_sql::<Timestamptz>() - 7.days()));
    Ok(diesel::delete(old).execute(conn)?)
}

/// Whether anything was ever delivered in an environment.
///
/// # Errors
/// Those of the database.
pub fn any(conn: &mut Connection, environment_id: Uuid) -> Result<bool, StoreError> {
    let there = delivery_series::table.filter(delivery_series::environment_id.eq(environment_id));
    Ok(diesel::select(diesel::dsl::exists(there)).get_result(conn)?)
}

/// How many deliveries there were in each bucket that has any, in order of time.
///
/// # Errors
/// Those of the database.
pub fn series(
    conn: &mut Connection,
    filter: &DeliveryFilter,
    bucket: Bucket,
) -> Result<Vec<(DateTime<Utc>, i64)>, StoreError> {
    let start = sql::<Timestamptz>(match bucket {
        Bucket::Minute => "date_trunc('minute', deliveries_minute.minute, 'UTC')",
        Bucket::Hour => "date_trunc('hour', deliveries_minute.minute, 'UTC')",
        Bucket::Day => "date_trunc('day', deliveries_minute.minute, 'UTC')",
    });
    Ok(deliveries_minute::table
        .filter(deliveries_minute::series_id.eq_any(matching(filter)))
        .filter(deliveries_minute::minute.ge(filter.from))
        .filter(deliveries_minute::minute.lt(filter.to))
        .group_by(start.clone())
        .order(start.clone())
        .select((start, sql::<BigInt>(SUM)))
        .load(conn)?)
}

/// How often each value of each key was delivered: by key name, the most frequent first.
///
/// # Errors
/// Those of the database.
pub fn by_value(
    conn: &mut Connection,
    filter: &DeliveryFilter,
) -> Result<Vec<ValueCount>, StoreError> {
    let value = (keys::id, keys::name, delivery_series::value_label, delivery_series::value_hash);
    Ok(deliveries_minute::table
        .inner_join(delivery_series::table)
        .inner_join(keys::table.on(keys::id.eq(delivery_series::key_id)))
        .filter(delivery_series::id.eq_any(matching(filter)))
        .filter(deliveries_minute::minute.ge(filter.from))
        .filter(deliveries_minute::minute.lt(filter.to))
        .group_by(value)
        .order((keys::name, sql::<BigInt>(SUM).desc(), delivery_series::value_label))
        .select((
            keys::id,
            keys::name,
            delivery_series::value_label,
            delivery_series::value_hash,
            sql::<BigInt>(SUM),
        ))
        .load(conn)?)
}

/// [`series`] and [`by_value`] of one moment, with the same sum, in a transaction of its own.
///
/// # Errors
/// Those of the database.
#[expect(clippy::type_complexity, reason = "what both give, side by side")]
pub fn counted(
    conn: &mut Connection,
    filter: &DeliveryFilter,
    bucket: Bucket,
) -> Result<(Vec<(DateTime<Utc>, i64)>, Vec<ValueCount>), StoreError> {
    conn.build_transaction()
        .read_only()
        .repeatable_read()
        .run(|conn| Ok((series(conn, filter, bucket)?, by_value(conn, filter)?)))
}

/// A sum of whole numbers is of another type in Postgres, which the builder can't cast back.
const SUM: &str = "sum(deliveries_minute.count)::bigint";

/// The series that a filter is about.
fn matching(
    filter: &DeliveryFilter,
) -> delivery_series::BoxedQuery<'_, Pg, diesel::sql_types::BigInt> {
    let mut query = delivery_series::table
        .filter(delivery_series::environment_id.eq(filter.environment_id))
        .select(delivery_series::id)
        .into_boxed();
    if let Some(experience_id) = filter.experience_id {
        let decided = versions::table
            .filter(versions::experience_id.eq(experience_id))
            .select(versions::id.nullable());
        let held = key_holders::table
            .filter(key_holders::experience_id.eq(experience_id))
            .select(key_holders::key_id);
        query =
            query.filter(delivery_series::version_id.eq_any(decided).or(
                delivery_series::version_id.is_null().and(delivery_series::key_id.eq_any(held)),
            ));
    }
    if let Some(key_id) = filter.key_id {
        query = query.filter(delivery_series::key_id.eq(key_id));
    }
    if let Some(segment_id) = filter.segment_id {
        query = query.filter(delivery_series::segment_id.eq(segment_id));
    }
    query
}
