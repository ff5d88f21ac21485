//! The known users of an environment, one by one, as people look at them.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use serde_json::Value as Json;
use uuid::Uuid;

use super::schema::{event_days, profiles};
use super::{Connection, StoreError};

/// What is stored about a known user.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable)]
#[diesel(check_for_backend(Pg))]
#[diesel(table_name = profiles)]
pub struct UserRecord {
    /// What the app calls them.
    pub user_id: String,
    /// Properties that decide, by name.
    pub properties: Json,
    /// What client keys and evaluations told of them; it decides nothing.
    pub reported: Json,
    /// When they were seen first.
    pub first_seen_at: DateTime<Utc>,
    /// When they were seen last.
    pub last_seen_at: DateTime<Utc>,
}

/// How often a user did an event on a day of UTC.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(check_for_backend(Pg))]
#[diesel(table_name = event_days)]
pub struct EventDay {
    /// The day.
    pub day: NaiveDate,
    /// The event.
    pub event: String,
    /// Whether it decides; else a client key told of it.
    pub decides: bool,
    /// How often.
    pub times: i64,
}

/// Which users a list is about.
#[derive(Debug, Clone, Copy)]
pub struct Search<'a> {
    /// Where they are known.
    pub environment_id: Uuid,
    /// How their ids start; empty for all. The user of exactly this id comes first, the others
    /// follow as they were seen, the last one first.
    pub starts_with: &'a str,
}

/// The last user of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// When they were seen.
    pub last_seen_at: DateTime<Utc>,
    /// Who it is.
    pub user_id: String,
}

/// Greater than every character of an id that is behind a prefix.
const LAST_CHARACTER: char = char::MAX;

/// How many users there are.
///
/// # Errors
/// Those of the database.
pub fn count(conn: &mut Connection, search: &Search<'_>) -> Result<i64, StoreError> {
    let others: i64 = others(search).count().get_result(conn)?;
    Ok(others + i64::from(exact(conn, search)?.is_some()))
}

/// Those `limit` users that have `from` others before them.
///
/// # Errors
/// Those of the database.
pub fn slice(
    conn: &mut Connection,
    search: &Search<'_>,
    from: i64,
    limit: i64,
) -> Result<Vec<UserRecord>, StoreError> {
    let exact = exact(conn, search)?;
    let before = i64::from(exact.is_some());
    let mut users: Vec<UserRecord> = exact.into_iter().filter(|_| from == 0).collect();
    let room = limit - i64::try_from(users.len()).unwrap_or_default();
    let rest = in_order(search).offset((from - before).max(0)).limit(room);
    users.extend(rest.load::<UserRecord>(conn)?);
    Ok(users)
}

/// The users behind that one (none: from the first), at most `limit`.
///
/// # Errors
/// Those of the database.
pub fn list(
    conn: &mut Connection,
    search: &Search<'_>,
    after: Option<&Place>,
    limit: u16,
) -> Result<Vec<UserRecord>, StoreError> {
    let Some(Place { last_seen_at, user_id }) = after else {
        return slice(conn, search, 0, i64::from(limit));
    };
    // Whoever is looked for exactly was on the first page; the others start behind them.
    if !search.starts_with.is_empty() && user_id == search.starts_with {
        return Ok(in_order(search).limit(i64::from(limit)).load(conn)?);
    }
    let earlier = profiles::last_seen_at
        .lt(*last_seen_at)
        .or(profiles::last_seen_at.eq(*last_seen_at).and(profiles::user_id.gt(user_id.clone())));
    Ok(in_order(search).filter(earlier).limit(i64::from(limit)).load(conn)?)
}

/// The user of that id.
///
/// # Errors
/// Those of the database.
pub fn find(
    conn: &mut Connection,
    environment_id: Uuid,
    user_id: &str,
) -> Result<Option<UserRecord>, StoreError> {
    Ok(profiles::table
        .find((environment_id, user_id))
        .select(UserRecord::as_select())
        .first(conn)
        .optional()?)
}

/// What a user did from one day to another, the last day first; at most `limit` lines.
///
/// # Errors
/// Those of the database.
pub fn event_days(
    conn: &mut Connection,
    environment_id: Uuid,
    user_id: &str,
    days: (NaiveDate, NaiveDate),
    limit: i64,
) -> Result<Vec<EventDay>, StoreError> {
    Ok(of_user(environment_id, user_id)
        .filter(event_days::day.between(days.0, days.1))
        .order((event_days::day.desc(), event_days::decides.desc(), event_days::event))
        .select(EventDay::as_select())
        .limit(limit)
        .load(conn)?)
}

/// Whether a user did anything before that day.
///
/// # Errors
/// Those of the database.
pub fn has_events_before(
    conn: &mut Connection,
    environment_id: Uuid,
    user_id: &str,
    day: NaiveDate,
) -> Result<bool, StoreError> {
    let earlier = of_user(environment_id, user_id).filter(event_days::day.lt(day));
    Ok(diesel::select(diesel::dsl::exists(earlier)).get_result(conn)?)
}

/// Forgets all that is stored about a user; says whether there was anything. The ids of their
/// events stay, so that none of them counts when it is sent again. Belongs into
/// [`super::Store::write`].
///
/// # Errors
/// Those of the database.
pub fn forget(
    conn: &mut Connection,
    environment_id: Uuid,
    user_id: &str,
) -> Result<bool, StoreError> {
    // Their days go with them, by the foreign key.
    let gone = diesel::delete(profiles::table.find((environment_id, user_id))).execute(conn)?;
    Ok(gone > 0)
}

#[diesel::dsl::auto_type(no_type_alias)]
fn of_user<'a>(environment_id: Uuid, user_id: &'a str) -> _ {
    event_days::table
        .filter(event_days::environment_id.eq(environment_id))
        .filter(event_days::user_id.eq(user_id))
}

/// The user of exactly the id that is looked for.
fn exact(conn: &mut Connection, search: &Search<'_>) -> Result<Option<UserRecord>, StoreError> {
    match search.starts_with {
        "" => Ok(None),
        user_id => find(conn, search.environment_id, user_id),
    }
}

/// All others. Ids stand in the order of their bytes, so those with a prefix stand together.
fn others<'a>(search: &Search<'a>) -> profiles::BoxedQuery<'a, Pg> {
    let prefix = search.starts_with;
    let all = profiles::table
        .filter(profiles::environment_id.eq(search.environment_id))
        .filter(profiles::user_id.gt(prefix));
    match prefix {
        "" => all.into_boxed(),
        prefix => {
            all.filter(profiles::user_id.lt(format!("{prefix}{LAST_CHARACTER}"))).into_boxed()
        }
    }
}

type InOrder<'a> = diesel::dsl::IntoBoxed<'a, profiles::table, Pg>;

fn in_order<'a>(
    search: &Search<'a>,
) -> diesel::helper_types::Select<InOrder<'a>, diesel::dsl::AsSelect<UserRecord, Pg>> {
    others(search)
        .order((profiles::last_seen_at.desc(), profiles::user_id))
        .select(UserRecord::as_select())
}
