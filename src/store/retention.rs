//! Forgetting about the users of apps, with time and where there are too many. Every function does
//! a bounded share and says how much, so that whoever calls goes on while there is more; several
//! replicas may do so at once.

use chrono::{DateTime, Days, NaiveDate, Utc};
use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{BigInt, Date};
use uuid::Uuid;

use super::schema::{environments, profiles};
use super::{Connection, StoreError};

/// How many users are forgotten at a time; each may have many days of events.
pub const USERS_AT_A_TIME: usize = 500;
/// How many days of events, or ids of events, are forgotten at a time.
pub const ROWS_AT_A_TIME: usize = 10_000;
/// How many days the id of an event is kept: longer than an event may be old.
const IDS_KEPT: Days = Days::new(8);

/// Forgets users of any environment who were not seen since then.
///
/// # Errors
/// Those of the database.
pub fn forget_unseen(conn: &mut Connection, since: DateTime<Utc>) -> Result<usize, StoreError> {
    let mut forgotten = 0;
    for environment_id in all_environments(conn)? {
        let room = USERS_AT_A_TIME.saturating_sub(forgotten);
        let unseen: Vec<String> = profiles::table
            .filter(profiles::environment_id.eq(environment_id))
            .filter(profiles::last_seen_at.lt(since))
            .order(profiles::last_seen_at)
            .limit(limit(room))
            .select(profiles::user_id)
            .for_update()
            .skip_locked()
            .load(conn)?;
        forgotten += forget(conn, environment_id, &unseen)?;
    }
    Ok(forgotten)
}

/// Forgets users of environments that have more than `most`: those about whom nothing is stored
/// that decides, so that a public key which invents users drives out no real one; of these, and
/// then of the others, the longest unseen.
///
/// # Errors
/// Those of the database.
pub fn forget_surplus(conn: &mut Connection, most: i64) -> Result<usize, StoreError> {
    // Two replicas that count at once would both forget the whole surplus.
    let name = hashtext("flagstaff_surplus_of_users");
    if !diesel::select(pg_try_advisory_xact_lock(name)).get_result::<bool>(conn)? {
        return Ok(0);
    }
    let mut forgotten = 0;
    for environment_id in all_environments(conn)? {
        let there: i64 = profiles::table
            .filter(profiles::environment_id.eq(environment_id))
            .count()
            .get_result(conn)?;
        let surplus = usize::try_from(there - most).unwrap_or_default();
        let share = surplus.min(USERS_AT_A_TIME.saturating_sub(forgotten));
        if share > 0 {
            let leaving = longest_unseen(conn, environment_id, share)?;
            forgotten += forget(conn, environment_id, &leaving)?;
        }
    }
    Ok(forgotten)
}

/// Forgets days of events before that one.
///
/// # Errors
/// Those of the database.
pub fn forget_days(conn: &mut Connection, before: NaiveDate) -> Result<usize, StoreError> {
    let old = "delete from event_days where ctid = any(array(select ctid from event_days \
               where day < $1 order by day limit $2 for update skip locked))";
    let rows = sql_query(old).bind::<Date, _>(before).bind::<BigInt, _>(limit(ROWS_AT_A_TIME));
    Ok(rows.execute(conn)?)
}

/// Forgets the ids of events that are too old to come again.
///
/// # Errors
/// Those of the database.
pub fn forget_ids(conn: &mut Connection, today: NaiveDate) -> Result<usize, StoreError> {
    let Some(oldest) = today.checked_sub_days(IDS_KEPT) else { return Ok(0) };
    let old = "delete from event_ids where ctid = any(array(select ctid from event_ids \
               where taken_on < $1 order by taken_on limit $2 for update skip locked))";
    let rows = sql_query(old).bind::<Date, _>(oldest).bind::<BigInt, _>(limit(ROWS_AT_A_TIME));
    Ok(rows.execute(conn)?)
}

fn all_environments(conn: &mut Connection) -> Result<Vec<Uuid>, StoreError> {
    Ok(environments::table.order(environments::id).select(environments::id).load(conn)?)
}

/// Those who leave first. While somebody about whom nothing decides is left, and be it that they
/// are just seen again, nobody else leaves.
fn longest_unseen(
    conn: &mut Connection,
    environment_id: Uuid,
    share: usize,
) -> Result<Vec<String>, StoreError> {
    let leave = |conn: &mut Connection, decides: bool| {
        profiles::table
            .filter(profiles::environment_id.eq(environment_id))
            .filter(profiles::decides.eq(decides))
            .order(profiles::last_seen_at)
            .limit(limit(share))
            .select(profiles::user_id)
            .for_update()
            .skip_locked()
            .load::<String>(conn)
    };
    let leaving = leave(conn, false)?;
    if !leaving.is_empty() {
        return Ok(leaving);
    }
    let unsaid = profiles::table
        .filter(profiles::environment_id.eq(environment_id))
        .filter(profiles::decides.eq(false));
    match diesel::select(exists(unsaid)).get_result(conn)? {
        true => Ok(Vec::new()),
        false => Ok(leave(conn, true)?),
    }
}

fn forget(
    conn: &mut Connection,
    environment_id: Uuid,
    user_ids: &[String],
) -> Result<usize, StoreError> {
    if user_ids.is_empty() {
        return Ok(0);
    }
    let users = profiles::table
        .filter(profiles::environment_id.eq(environment_id))
        .filter(profiles::user_id.eq_any(user_ids));
    Ok(diesel::delete(users).execute(conn)?)
}

fn limit(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}

diesel::define_sql_function! {
    /// Takes a lock that ends with the transaction; says whether it was free.
    fn pg_try_advisory_xact_lock(name: diesel::sql_types::Integer) -> diesel::sql_types::Bool;
}

diesel::define_sql_function! {
    /// The number that stands for a name.
    fn hashtext(name: diesel::sql_types::Text) -> diesel::sql_types::Integer;
}
