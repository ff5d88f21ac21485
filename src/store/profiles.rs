//! What is stored about the users of an app, and the reports that bring it.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::upsert::excluded;
use serde_json::Value as Json;
use uuid::Uuid;

use super::environments::bump_revision;
use super::schema::{
    environments, event_days, event_ids, profiles, property_names as stored_names,
};
use super::{Connection, StoreError};
use crate::domain::context::{Attribute, Attributes, Profile};
use crate::domain::event::{Event, Properties};

/// The most names that the deciding properties of an environment have together: each is a part of
/// the environment's rules.
const MOST_PROPERTY_NAMES: usize = 1_000;

/// Who says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reporter {
    /// A server key: what it says decides.
    Server,
    /// A client key, which is public: what it says decides where the environment opts in.
    Client,
}

/// What became of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// It is stored.
    Stored,
    /// It was stored before, under the same id.
    Duplicate,
    /// It was not stored; a sentence says why.
    Refused(String),
}

/// Stores reports, each id once; says what became of each, in their order. Belongs into
/// [`super::Store::write`].
///
/// # Errors
/// [`StoreError::NotFound`] without that environment.
pub fn take(
    conn: &mut Connection,
    environment_id: Uuid,
    reporter: Reporter,
    reports: &[Event],
    now: DateTime<Utc>,
) -> Result<Vec<Fate>, StoreError> {
    let opted_in: bool = environments::table
        .find(environment_id)
        .select(environments::client_events_decide)
        .first(conn)?;
    let decides = reporter == Reporter::Server || opted_in;
    let mut fresh = claim(conn, environment_id, decides, reports, now)?;
    // Who is only named by reports that came before stays as unknown as they are.
    let named = reports.iter().filter(|report| fresh.contains(&report.id));
    let named: BTreeSet<&str> = named.map(|report| report.user_id.as_str()).collect();
    let mut users = lock(conn, environment_id, decides, &named, now)?;
    let mut names = Names::load(conn, environment_id, decides)?;
    let mut days: BTreeMap<Day<'_>, i64> = BTreeMap::new();
    let mut fates = Vec::with_capacity(reports.len());
    for report in reports {
        let fate = match fresh.contains(&report.id) {
            true => apply(report, &mut users, &mut names),
            false => Fate::Duplicate,
        };
        if fate == Fate::Stored {
            fresh.remove(&report.id);
            if let Some(event) = &report.name {
                let day = (report.user_id.as_str(), event.as_str(), report.at.date_naive());
                *days.entry(day).or_default() += 1;
            }
        }
        fates.push(fate);
    }
    release(conn, environment_id, decides, &fresh)?;
    save(conn, environment_id, decides, users, now)?;
    add_days(conn, environment_id, decides, &days)?;
    names.save(conn, environment_id)?;
    Ok(fates)
}

type Day<'a> = (&'a str, &'a str, NaiveDate);
type Users = BTreeMap<String, Properties>;

fn apply(report: &Event, users: &mut Users, names: &mut Names) -> Fate {
    let Some(properties) = users.get_mut(&report.user_id) else {
        return Fate::Refused("The user can't be stored.".to_owned());
    };
    let applied = names.admit(report).and_then(|()| report.apply(properties));
    applied.map_or_else(Fate::Refused, |()| Fate::Stored)
}

/// Remembers the ids of these reports; gives those that were not known. What decides nothing has
/// ids of its own: a public key must not use up those of a server.
fn claim(
    conn: &mut Connection,
    environment_id: Uuid,
    decides: bool,
    reports: &[Event],
    now: DateTime<Utc>,
) -> Result<HashSet<String>, StoreError> {
    // In order, so that two batches never wait for each other in a circle.
    let ids: BTreeSet<&str> = reports.iter().map(|report| report.id.as_str()).collect();
    let rows: Vec<_> = ids
        .iter()
        .map(|id| {
            (
                event_ids::environment_id.eq(environment_id),
                event_ids::decides.eq(decides),
                event_ids::id.eq(id),
                event_ids::taken_on.eq(now.date_naive()),
            )
        })
        .collect();
    let fresh: Vec<String> = diesel::insert_into(event_ids::table)
        .values(rows)
        .on_conflict_do_nothing()
        .returning(event_ids::id)
        .get_results(conn)?;
    Ok(fresh.into_iter().collect())
}

/// Forgets ids that were claimed for what is then refused, so that it can come again, put right.
fn release(
    conn: &mut Connection,
    environment_id: Uuid,
    decides: bool,
    ids: &HashSet<String>,
) -> Result<(), StoreError> {
    if ids.is_empty() {
        return Ok(());
    }
    let refused = event_ids::table
        .filter(event_ids::environment_id.eq(environment_id))
        .filter(event_ids::decides.eq(decides))
        .filter(event_ids::id.eq_any(ids));
    diesel::delete(refused).execute(conn)?;
    Ok(())
}

/// The properties of these users, locked; who is new gets a profile. Whoever is
/// deleted meanwhile is new again.
fn lock(
    conn: &mut Connection,
    environment_id: Uuid,
    decides: bool,
    ids: &BTreeSet<&str>,
    now: DateTime<Utc>,
) -> Result<Users, StoreError> {
    let rows: Vec<_> = ids
        .iter()
        .map(|id| {
            (
                profiles::environment_id.eq(environment_id),
                profiles::user_id.eq(id),
                profiles::first_seen_at.eq(now),
                profiles::last_seen_at.eq(now),
            )
        })
        .collect();
    loop {
        diesel::insert_into(profiles::table)
            .values(&rows)
            .on_conflict_do_nothing()
            .execute(conn)?;
        let found: Vec<(String, Json, Json)> = profiles::table
            .filter(profiles::environment_id.eq(environment_id))
            .filter(profiles::user_id.eq_any(ids))
            .order(profiles::user_id)
            .select((profiles::user_id, profiles::properties, profiles::reported))
            .for_no_key_update()
            .load(conn)?;
        if found.len() == ids.len() {
            let kept = |(id, properties, reported)| {
                (id, object(if decides { properties } else { reported }))
            };
            return Ok(found.into_iter().map(kept).collect());
        }
    }
}

fn save(
    conn: &mut Connection,
    environment_id: Uuid,
    decides: bool,
    users: Users,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let person = |user_id: String| {
        (
            profiles::environment_id.eq(environment_id),
            profiles::user_id.eq(user_id),
            profiles::last_seen_at.eq(now),
        )
    };
    let users = users.into_iter().map(|(id, properties)| (person(id), Json::Object(properties)));
    let key = (profiles::environment_id, profiles::user_id);
    let seen = profiles::last_seen_at.eq(excluded(profiles::last_seen_at));
    if decides {
        let rows: Vec<_> =
            users.map(|(person, stored)| (person, profiles::properties.eq(stored))).collect();
        let decides = profiles::decides.eq(true);
        diesel::insert_into(profiles::table)
            .values(rows)
            .on_conflict(key)
            .do_update()
            .set((profiles::properties.eq(excluded(profiles::properties)), decides, seen))
            .execute(conn)?;
    } else {
        let rows: Vec<_> =
            users.map(|(person, stored)| (person, profiles::reported.eq(stored))).collect();
        diesel::insert_into(profiles::table)
            .values(rows)
            .on_conflict(key)
            .do_update()
            .set((profiles::reported.eq(excluded(profiles::reported)), seen))
            .execute(conn)?;
    }
    Ok(())
}

fn add_days(
    conn: &mut Connection,
    environment_id: Uuid,
    decides: bool,
    days: &BTreeMap<Day<'_>, i64>,
) -> Result<(), StoreError> {
    let rows: Vec<_> = days
        .iter()
        .map(|((user_id, event, day), times)| {
            (
                event_days::environment_id.eq(environment_id),
                event_days::user_id.eq(*user_id),
                event_days::decides.eq(decides),
                event_days::event.eq(*event),
                event_days::day.eq(*day),
                event_days::times.eq(*times),
            )
        })
        .collect();
    diesel::insert_into(event_days::table)
        .values(rows)
        .on_conflict((
            event_days::environment_id,
            event_days::user_id,
            event_days::decides,
            event_days::event,
            event_days::day,
        ))
        .do_update()
        .set(event_days::times.eq(event_days::times + excluded(event_days::times)))
        .execute(conn)?;
    Ok(())
}

/// The names of deciding properties of an environment, while reports are taken.
struct Names {
    known: HashSet<String>,
    new: BTreeSet<String>,
    /// Whether these reports decide anything; if not, their names don't matter.
    decides: bool,
}

impl Names {
    fn load(
        conn: &mut Connection,
        environment_id: Uuid,
        decides: bool,
    ) -> Result<Names, StoreError> {
        let known = property_names(conn, environment_id)?.into_iter().collect();
        Ok(Names { known, new: BTreeSet::new(), decides })
    }

    /// Enters the names that a report sets, or says why there are too many.
    fn admit(&mut self, report: &Event) -> Result<(), String> {
        if !self.decides {
            return Ok(());
        }
        let new: BTreeSet<&String> =
            report.set.keys().filter(|name| !self.known.contains(*name)).collect();
        if self.known.len() + new.len() > MOST_PROPERTY_NAMES {
            return Err(format!(
                "This environment already has {MOST_PROPERTY_NAMES} names of properties. Use one \
                 of these."
            ));
        }
        for name in new {
            self.known.insert(name.clone());
            self.new.insert(name.clone());
        }
        Ok(())
    }

    /// Stores the new ones, which changes what the environment's rules can depend on.
    fn save(self, conn: &mut Connection, environment_id: Uuid) -> Result<(), StoreError> {
        let rows: Vec<_> = self
            .new
            .iter()
            .map(|name| {
                (stored_names::environment_id.eq(environment_id), stored_names::name.eq(name))
            })
            .collect();
        let stored = diesel::insert_into(stored_names::table)
            .values(rows)
            .on_conflict_do_nothing()
            .execute(conn)?;
        match stored {
            0 => Ok(()),
            _ => bump_revision(conn, environment_id),
        }
    }
}

/// The names of all properties that were ever stored to decide in an environment, by name.
///
/// # Errors
/// Those of the database.
pub fn property_names(
    conn: &mut Connection,
    environment_id: Uuid,
) -> Result<Vec<String>, StoreError> {
    Ok(stored_names::table
        .filter(stored_names::environment_id.eq(environment_id))
        .order(stored_names::name)
        .select(stored_names::name)
        .load(conn)?)
}

/// What is stored about a user and may decide.
///
/// # Errors
/// Those of the database.
pub fn find(
    conn: &mut Connection,
    environment_id: Uuid,
    user_id: &str,
) -> Result<Option<Profile>, StoreError> {
    let properties: Option<Json> = profiles::table
        .find((environment_id, user_id))
        .select(profiles::properties)
        .first(conn)
        .optional()?;
    let Some(properties) = properties else { return Ok(None) };
    let days: Vec<(String, NaiveDate, i64)> = event_days::table
        .filter(event_days::environment_id.eq(environment_id))
        .filter(event_days::user_id.eq(user_id))
        .filter(event_days::decides)
        .order((event_days::event, event_days::day))
        .select((event_days::event, event_days::day, event_days::times))
        .load(conn)?;
    let mut events: HashMap<String, Vec<(NaiveDate, u32)>> = HashMap::new();
    for (event, day, times) in days {
        events.entry(event).or_default().push((day, u32::try_from(times).unwrap_or(u32::MAX)));
    }
    Ok(Some(Profile { properties: attributes(&properties), events }))
}

fn object(json: Json) -> Properties {
    match json {
        Json::Object(properties) => properties,
        _ => Properties::new(),
    }
}

pub(super) fn attributes(properties: &Json) -> Attributes {
    let mut attributes = Attributes::default();
    for (name, value) in properties.as_object().into_iter().flatten() {
        if let Some(attribute) = Attribute::from_json(value) {
            attributes.set(name, attribute);
        }
    }
    attributes
}
