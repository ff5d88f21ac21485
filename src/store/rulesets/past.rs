//! What an environment served at a moment in the past, put together from what is never changed:
//! publications with their times, moves of switches, revisions of keys and segments, and the audit
//! log, which knows what was archived when.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use super::{Published, Served, with_replaced};
use crate::domain::event::Teaches;
use crate::domain::ruleset::source::{
    ExperienceSource, KeySource, SegmentRule, SegmentSource, Source,
};
use crate::domain::value::ValueType;
use crate::store::schema::{
    audit_log, environments, experiences, key_revisions, keys, publications, segment_revisions,
    segments, switch_changes, versions,
};
use crate::store::segments::SegmentKind;
use crate::store::stored::{ReadableJson, Stored};
use crate::store::{Connection, StoreError, profiles};

/// Everything that an environment served at that moment, as [`super::load`] gives it for now. A
/// ramp has the share that it reached in the end; what is stored about users is today's. Starts a
/// transaction of its own.
///
/// # Errors
/// As of [`super::load`].
pub fn load_at(
    conn: &mut Connection,
    environment_id: Uuid,
    at: DateTime<Utc>,
) -> Result<Source, StoreError> {
    conn.build_transaction().read_only().repeatable_read().run(|conn| {
        let (project_id, revision): (Uuid, i64) = environments::table
            .find(environment_id)
            .select((environments::project_id, environments::revision))
            .first(conn)?;
        let archived = archived(conn, project_id, at)?;
        Ok(Source {
            revision,
            keys: load_keys(conn, project_id, at, &archived)?,
            segments: load_segments(conn, project_id, at, &archived)?,
            experiences: load_experiences(conn, environment_id, at, &archived)?,
            stored_names: profiles::property_names(conn, environment_id)?,
            teaches: Teaches::default(),
        })
    })
}

/// The keys, segments and experiences that were archived then.
fn archived(
    conn: &mut Connection,
    project_id: Uuid,
    at: DateTime<Utc>,
) -> Result<HashSet<Uuid>, StoreError> {
    const ENDS: [&str; 6] = [
        "key.archive",
        "key.unarchive",
        "segment.archive",
        "segment.unarchive",
        "experience.archive",
        "experience.unarchive",
    ];
    let last: Vec<(String, String)> = audit_log::table
        .filter(audit_log::project_id.eq(project_id))
        .filter(audit_log::action.eq_any(ENDS))
        .filter(audit_log::at.le(at))
        .distinct_on((audit_log::object_kind, audit_log::object_id))
        .order((audit_log::object_kind, audit_log::object_id, audit_log::id.desc()))
        .select((audit_log::object_id, audit_log::action))
        .load(conn)?;
    let archived = last.iter().filter(|(_, action)| action.ends_with(".archive"));
    Ok(archived.filter_map(|(id, _)| Uuid::try_parse(id).ok()).collect())
}

fn load_keys(
    conn: &mut Connection,
    project_id: Uuid,
    at: DateTime<Utc>,
    archived: &HashSet<Uuid>,
) -> Result<Vec<KeySource>, StoreError> {
    let rows: Vec<(Uuid, String, Stored<ValueType>, ReadableJson)> = keys::table
        .inner_join(key_revisions::table.on(key_revisions::key_id.eq(keys::id)))
        .filter(keys::project_id.eq(project_id))
        .filter(key_revisions::created_at.le(at))
        .distinct_on(keys::id)
        .order((keys::id, key_revisions::number.desc()))
        .select((keys::id, keys::name, keys::value_type, key_revisions::default_value))
        .load(conn)?;
    let usable = rows.into_iter().filter(|(id, ..)| !archived.contains(id));
    let key = |(id, name, value_type, default_value): (_, _, Stored<_>, ReadableJson)| KeySource {
        id,
        name,
        value_type: value_type.0,
        default_value: default_value.0,
    };
    Ok(usable.map(key).collect())
}

fn load_segments(
    conn: &mut Connection,
    project_id: Uuid,
    at: DateTime<Utc>,
    archived: &HashSet<Uuid>,
) -> Result<Vec<SegmentSource>, StoreError> {
    let rows: Vec<(Uuid, String, Stored<SegmentKind>, i32, ReadableJson)> = segments::table
        .inner_join(segment_revisions::table.on(segment_revisions::segment_id.eq(segments::id)))
        .filter(segments::project_id.eq(project_id))
        .filter(segment_revisions::created_at.le(at))
        .distinct_on(segments::id)
        .order((segments::id, segment_revisions::number.desc()))
        .select((
            segments::id,
            segments::slug,
            segments::kind,
            segment_revisions::number,
            segment_revisions::conditions,
        ))
        .load(conn)?;
    let usable = rows.into_iter().filter(|(id, ..)| !archived.contains(id));
    let segment = |(id, slug, kind, revision, conditions): (_, _, Stored<_>, i32, ReadableJson)| {
        SegmentSource {
            id,
            slug,
            rule: match kind.0 {
                SegmentKind::Rules => SegmentRule::Conditions(conditions.0),
                SegmentKind::List => SegmentRule::List { revision },
            },
        }
    };
    Ok(usable.map(segment).collect())
}

fn load_experiences(
    conn: &mut Connection,
    environment_id: Uuid,
    at: DateTime<Utc>,
    archived: &HashSet<Uuid>,
) -> Result<Vec<ExperienceSource>, StoreError> {
    let switches: HashMap<Uuid, bool> = switch_changes::table
        .filter(switch_changes::environment_id.eq(environment_id))
        .filter(switch_changes::changed_at.le(at))
        .distinct_on(switch_changes::experience_id)
        .order((switch_changes::experience_id, switch_changes::id.desc()))
        .select((switch_changes::experience_id, switch_changes::is_on))
        .load(conn)?
        .into_iter()
        .collect();
    let rows: Vec<(Uuid, String, Stored<_>, Published)> = publications::table
        .inner_join(versions::table)
        .inner_join(experiences::table)
        .filter(publications::environment_id.eq(environment_id))
        .filter(publications::published_at.le(at))
        .filter(publications::ended_at.is_null().or(publications::ended_at.gt(at)))
        .order(experiences::slug)
        .select((experiences::id, experiences::slug, experiences::kind, Published::as_select()))
        .load(conn)?;
    let served = |(id, slug, kind, active): (Uuid, _, _, _)| -> Served {
        (id, slug, kind, switches.get(&id).copied(), active)
    };
    let usable = rows.into_iter().filter(|(id, ..)| !archived.contains(id));
    with_replaced(conn, usable.map(served).collect())
}
