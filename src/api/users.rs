//! The users of apps: who is known in an environment.

use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Days, NaiveDate, Utc};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::{
    answer::{Answer, List, ok},
    body::OptionalBody,
    member::Member,
    query::{CURSOR, Query},
    work,
};
use crate::{
    operations::{
        OperationError,
        explaining::Decision,
        users::{self, Membership},
    },
    population::Population,
    store::{
        Connection, Store,
        environments::Environment,
        member_lists::MemberListCache,
        user_records::{self, EventDay, Place, Search, UserRecord},
    },
};

/// How many days of events are answered with a user.
const DAYS: u64 = 30;
/// How many lines of events are answered with a user at most.
const MOST_LINES: i64 = 1_000;

/// A known user.
#[derive(Debug, Serialize, ToSchema)]
pub struct UserAnswer {
    /// What the app calls them.
    user_id: String,
    /// Properties that decide, by name: said by server keys.
    #[schema(value_type = Object)]
    properties: Value,
    /// What client keys and evaluations told of them; it decides nothing.
    #[schema(value_type = Object)]
    reported: Value,
    /// When they were seen first.
    first_seen_at: DateTime<Utc>,
    /// When they were seen last.
    last_seen_at: DateTime<Utc>,
}

/// A known user, with what comes of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct PortraitAnswer {
    #[serde(flatten)]
    user: UserAnswer,
    /// What they did in the last 30 days, the last day first; at most 1,000 lines.
    events: Vec<EventDayAnswer>,
    /// The segments that they are in now.
    segments: Vec<MembershipAnswer>,
    /// The value of every key, as if the app asked now and said what it said last.
    values: Vec<ValueAnswer>,
}

/// How often a user did an event on a day.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventDayAnswer {
    /// The day, of UTC.
    day: NaiveDate,
    /// The event.
    event: String,
    /// How often.
    count: i64,
    /// Whether it decides; else a client key told of it.
    decides: bool,
}

/// A segment that a user is in.
#[derive(Debug, Serialize, ToSchema)]
pub struct MembershipAnswer {
    /// Its name in addresses.
    slug: String,
    /// Its name.
    name: String,
    /// False where nobody can tell now whether the user is in it.
    is_known: bool,
}

/// The value of a key for a user.
#[derive(Debug, Serialize, ToSchema)]
pub struct ValueAnswer {
    /// The key's name.
    key: String,
    /// What the user gets.
    value: Value,
    /// The variant's name; else `on` or `off`, `default`, or `value`.
    variant: String,
    /// The reason, in the word that apps get.
    reason: &'static str,
    /// What decided, in a few words.
    why: String,
    /// The number of the version that decided.
    version: Option<i32>,
}

impl From<UserRecord> for UserAnswer {
    fn from(user: UserRecord) -> UserAnswer {
        UserAnswer {
            user_id: user.user_id,
            properties: user.properties,
            reported: user.reported,
            first_seen_at: user.first_seen_at,
            last_seen_at: user.last_seen_at,
        }
    }
}

impl From<EventDay> for EventDayAnswer {
    fn from(day: EventDay) -> EventDayAnswer {
        EventDayAnswer { day: day.day, event: day.event, count: day.times, decides: day.decides }
    }
}

impl From<Membership> for MembershipAnswer {
    fn from(segment: Membership) -> MembershipAnswer {
        let Membership { slug, name, is_known } = segment;
        MembershipAnswer { slug, name, is_known }
    }
}

impl From<Decision> for ValueAnswer {
    fn from(decision: Decision) -> ValueAnswer {
        ValueAnswer {
            key: decision.key,
            value: decision.value,
            variant: decision.variant,
            reason: decision.reason.as_str(),
            why: decision.why,
            version: decision.version,
        }
    }
}

/// Lists the known users of an environment, last seen first
#[utoipa::path(get, path = "/api/v1/users", tag = "Users",
    params(
        ("environment" = String, Query, description = "Where they are known"),
        ("q" = Option<String>, Query, description = "How their ids start; the exact one comes first"),
        ("limit" = Option<u16>, Query, description = "How many items at most: 1 to 200, else 50"),
        ("cursor" = Option<String>, Query, description = "The `next_cursor` of the page before")),
    responses((status = 200, description = "The users", body = List<UserAnswer>)))]
pub async fn list(member: Member, store: Data<Store>, query: Query) -> Answer {
    query.only(&["environment", "q", "limit", "cursor"])?;
    let limit = query.limit()?;
    let after = query.parsed("cursor", CURSOR, read_cursor)?;
    let list = work::read(&store, move |conn| {
        let environment = environment(conn, &member, &query)?;
        let starts_with = query.get("q").unwrap_or_default();
        let search = Search { environment_id: environment.id, starts_with };
        let mut found = user_records::list(conn, &search, after.as_ref(), limit + 1)?;
        let is_last = found.len() <= usize::from(limit);
        found.truncate(usize::from(limit));
        let next_cursor = found.last().filter(|_| !is_last).map(cursor);
        Ok(List { items: found.into_iter().map(UserAnswer::from).collect(), next_cursor })
    });
    Ok(ok(&list.await?))
}

/// Reads what is known of a user
#[utoipa::path(get, path = "/api/v1/users/{user_id}", tag = "Users",
    params(("user_id" = String, Path, description = "The user's id, percent-encoded"),
           ("environment" = String, Query, description = "Where they are known")),
    responses((status = 200, description = "The user", body = PortraitAnswer)))]
pub async fn read(
    member: Member,
    store: Data<Store>,
    lists: Data<MemberListCache>,
    query: Query,
    user_id: Path<String>,
) -> Answer {
    query.only(&["environment"])?;
    let answer = work::read(&store, move |conn| {
        let environment = environment(conn, &member, &query)?;
        let (now, user_id) = (Utc::now(), named(&user_id)?);
        let portrait = users::portray(conn, &member.actor, &lists, environment.id, user_id, now)?;
        // The clocks of apps may be ahead, so a day may have begun there.
        let to = now.date_naive() + Days::new(1);
        let days = (now.date_naive() - Days::new(DAYS - 1), to);
        let events = user_records::event_days(conn, environment.id, user_id, days, MOST_LINES)?;
        Ok(PortraitAnswer {
            user: portrait.record.into(),
            events: events.into_iter().map(EventDayAnswer::from).collect(),
            segments: portrait.segments.into_iter().map(MembershipAnswer::from).collect(),
            values: portrait.values.into_iter().map(ValueAnswer::from).collect(),
        })
    });
    Ok(ok(&answer.await?))
}

/// Forgets a user
///
/// All that is stored about them in the environment goes: properties, events, and that they are
/// known. Takes the right to publish there. It may be asked for again and again: whoever is not
/// known is answered alike.
#[utoipa::path(delete, path = "/api/v1/users/{user_id}", tag = "Users",
    params(("user_id" = String, Path, description = "The user's id, percent-encoded"),
           ("environment" = String, Query, description = "Where to forget them")),
    responses((status = 204, description = "Nothing is stored about them")))]
pub async fn forget(
    member: Member,
    store: Data<Store>,
    population: Data<Population>,
    query: Query,
    user_id: Path<String>,
    body: OptionalBody,
) -> Answer {
    query.only(&["environment"])?;
    body.nothing()?;
    let forgotten = user_id.clone();
    let done = work::write(&store, move |conn| {
        let environment = environment(conn, &member, &query)?;
        users::forget(conn, &member.actor, environment.id, named(&user_id)?)?;
        Ok(environment.id)
    });
    population.forget(done.await?, &forgotten);
    Ok(HttpResponse::NoContent().finish())
}

/// The environment that the query has to name.
fn environment(
    conn: &mut Connection,
    member: &Member,
    query: &Query,
) -> Result<Environment, OperationError> {
    let missing = || OperationError::invalid("environment", "Name it: ?environment=….");
    member.environment(conn, query.get("environment").ok_or_else(missing)?)
}

/// A user's id, as far as anybody can be called so: Postgres keeps no text with U+0000.
fn named(user_id: &str) -> Result<&str, OperationError> {
    if user_id.contains('\0') { Err(OperationError::NotFound("user")) } else { Ok(user_id) }
}

/// Where a page ended.
fn cursor(user: &UserRecord) -> String {
    let moment = user.last_seen_at.timestamp_micros();
    URL_SAFE_NO_PAD.encode(format!("{moment} {}", user.user_id))
}

fn read_cursor(text: &str) -> Option<Place> {
    let decoded = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
    let (moment, user_id) = decoded.split_once(' ').filter(|_| !decoded.contains('\0'))?;
    let last_seen_at = DateTime::from_timestamp_micros(moment.parse().ok()?)?;
    Some(Place { last_seen_at, user_id: user_id.to_owned() })
}
