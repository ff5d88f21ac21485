//! Which experiences may have outlived their purpose.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use diesel::dsl::{exists, not, sql};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use uuid::Uuid;

use super::publications::FULL_RAMP;
use super::schema::{
    experiences, key_deliveries, key_holders, keys, publications, switches, version_outcomes,
};
use super::{Connection, StoreError};
use crate::domain::experience::{Kind, Stale};

type Condition = Box<dyn BoxableExpression<experiences::table, Pg, SqlType = Bool>>;

/// Where somebody looks, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// Where.
    pub environment_id: Uuid,
    /// When.
    pub at: DateTime<Utc>,
}

/// Why each of these experiences may have outlived its purpose; those that have not are not in it.
///
/// # Errors
/// Those of the database.
pub fn reasons(
    conn: &mut Connection,
    experience_ids: &[Uuid],
    look: Look,
) -> Result<HashMap<Uuid, Vec<Stale>>, StoreError> {
    let mut reasons: HashMap<Uuid, Vec<Stale>> = HashMap::new();
    for reason in Stale::ALL {
        let found: Vec<Uuid> = experiences::table
            .filter(experiences::id.eq_any(experience_ids))
            .filter(experiences::archived_at.is_null())
            .filter(holds(reason, look))
            .select(experiences::id)
            .load(conn)?;
        found.into_iter().for_each(|id| reasons.entry(id).or_default().push(reason));
    }
    Ok(reasons)
}

/// The experiences of that kind (none: of both) in a project that may have outlived their purpose.
///
/// # Errors
/// Those of the database.
pub fn of_project(
    conn: &mut Connection,
    project_id: Uuid,
    kind: Option<Kind>,
    look: Look,
) -> Result<Vec<Uuid>, StoreError> {
    let mut all: Vec<Uuid> = Vec::new();
    // One after the other: Postgres looks at thousands much faster for one reason than for any.
    for reason in Stale::ALL {
        let mut query = experiences::table
            .filter(experiences::project_id.eq(project_id))
            .filter(experiences::archived_at.is_null())
            .filter(holds(reason, look))
            .select(experiences::id)
            .into_boxed();
        if let Some(kind) = kind {
            query = query.filter(experiences::kind.eq(kind.as_str()));
        }
        all.extend(query.load::<Uuid>(conn)?);
    }
    all.sort_unstable();
    all.dedup();
    Ok(all)
}

fn holds(reason: Stale, look: Look) -> Condition {
    let since = look.at - TimeDelta::days(Stale::DAYS);
    match reason {
        Stale::NotAskedFor => not_asked_for(look.environment_id, since),
        Stale::Settled => settled(look.environment_id, since),
        Stale::GivesDefaults => gives_defaults(look.environment_id),
    }
}

fn not_asked_for(environment_id: Uuid, since: DateTime<Utc>) -> Condition {
    let asked_for = key_holders::table
        .inner_join(key_deliveries::table.on(key_deliveries::key_id.eq(key_holders::key_id)))
        .filter(key_holders::experience_id.eq(experiences::id))
        .filter(key_deliveries::environment_id.eq(environment_id))
        .filter(key_deliveries::asked_at.ge(since));
    Box::new(experiences::created_at.lt(since).and(not(exists(asked_for))))
}

fn settled(environment_id: Uuid, since: DateTime<Utc>) -> Condition {
    let differs = version_outcomes::table
        .inner_join(keys::table)
        .filter(version_outcomes::version_id.eq(publications::version_id))
        .filter(sql::<Bool>(
            "exists (select from version_outcomes other \
             where other.version_id = version_outcomes.version_id \
             and other.key_id = version_outcomes.key_id and other.number < version_outcomes.number \
             and coalesce(other.value, keys.default_value) \
             <> coalesce(version_outcomes.value, keys.default_value))",
        ));
    let serving = publications::table
        .inner_join(
            switches::table.on(switches::experience_id
                .eq(publications::experience_id)
                .and(switches::environment_id.eq(publications::environment_id))),
        )
        .filter(publications::experience_id.eq(experiences::id))
        .filter(publications::environment_id.eq(environment_id))
        .filter(publications::ended_at.is_null())
        .filter(publications::ramp.eq(FULL_RAMP))
        .filter(publications::published_at.lt(since))
        .filter(switches::is_on)
        .filter(switches::changed_at.lt(since))
        .filter(exists(
            version_outcomes::table
                .filter(version_outcomes::version_id.eq(publications::version_id)),
        ))
        .filter(not(exists(differs)));
    Box::new(exists(serving))
}

fn gives_defaults(environment_id: Uuid) -> Condition {
    let another_value = version_outcomes::table
        .inner_join(keys::table)
        .filter(version_outcomes::version_id.eq(publications::version_id))
        .filter(version_outcomes::value.is_not_null())
        .filter(version_outcomes::value.ne(keys::default_value.nullable()));
    let serving = publications::table
        .inner_join(
            switches::table.on(switches::experience_id
                .eq(publications::experience_id)
                .and(switches::environment_id.eq(publications::environment_id))),
        )
        .filter(publications::experience_id.eq(experiences::id))
        .filter(publications::environment_id.eq(environment_id))
        .filter(publications::ended_at.is_null())
        .filter(publications::ramp.eq(FULL_RAMP))
        .filter(switches::is_on)
        .filter(exists(
            version_outcomes::table
                .filter(version_outcomes::version_id.eq(publications::version_id)),
        ))
        .filter(not(exists(another_value)));
    Box::new(exists(serving))
}
