//! What a version names and somebody changed since: segments and defaults belong to the project,
//! so that an older version runs with those of today.

use std::collections::{HashMap, HashSet, VecDeque};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{OperationError, segment_revisions};
use crate::domain::condition::Condition;
use crate::domain::version::{Content, value_in_words};
use crate::store::publications::{self, Publication};
use crate::store::segment_revisions as stored;
use crate::store::segments::Segment;
use crate::store::versions::Version;
use crate::store::{Connection, StoreError};
use crate::store::{key_revisions, keys};

/// From which moment on changes are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Since {
    /// The version was live there before; until then.
    LastLive(DateTime<Utc>),
    /// The version of that number is live there; since then.
    LiveBegan(i32, DateTime<Utc>),
    /// The version was saved then.
    Saved(DateTime<Utc>),
}

/// What was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Thing {
    /// A segment, by slug and name.
    Segment(String, String),
    /// The default of the key of that name.
    Default(String),
}

/// A segment or a default that was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedChange {
    /// What.
    pub thing: Thing,
    /// How, in sentences.
    pub changes: Vec<String>,
}

/// What was changed of all that a version names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedChanges {
    /// Since when.
    pub since: Since,
    /// What.
    pub changes: Vec<SharedChange>,
}

impl Since {
    /// For a version in an environment where that publication is live.
    fn of(
        conn: &mut Connection,
        version: &Version,
        environment_id: Uuid,
        live: Option<&Publication>,
    ) -> Result<Since, StoreError> {
        let was_live = publications::last_end(conn, version.id, environment_id)?;
        Ok(match (was_live, live) {
            (Some(at), _) => Since::LastLive(at),
            (None, Some(live)) if live.published_at < version.created_at => {
                Since::LiveBegan(live.version, live.published_at)
            }
            _ => Since::Saved(version.created_at),
        })
    }

    /// The moment.
    pub fn at(self) -> DateTime<Utc> {
        match self {
            Since::LastLive(at) | Since::LiveBegan(_, at) | Since::Saved(at) => at,
        }
    }
}

impl SharedChanges {
    /// Of a version that is about to be published where that publication is live.
    ///
    /// # Errors
    /// Those of the database.
    pub fn of(
        conn: &mut Connection,
        project_id: Uuid,
        (version, content): (&Version, &Content),
        environment_id: Uuid,
        live: Option<&Publication>,
    ) -> Result<SharedChanges, OperationError> {
        let since = Since::of(conn, version, environment_id, live)?;
        let mut changes = of_segments(conn, project_id, content, since.at())?;
        changes.extend(of_defaults(conn, project_id, content, since.at())?);
        Ok(SharedChanges { since, changes })
    }
}

fn of_segments(
    conn: &mut Connection,
    project_id: Uuid,
    content: &Content,
    since: DateTime<Utc>,
) -> Result<Vec<SharedChange>, OperationError> {
    let named = named_segments(conn, project_id, content)?;
    let ids: Vec<Uuid> = named.iter().map(|segment| segment.id).collect();
    let numbers = stored::numbers_at(conn, &ids, since)?;
    let mut changed = Vec::new();
    for segment in named {
        let changes = match numbers.get(&segment.id) {
            Some(number) if *number == segment.revision => continue,
            Some(number) => {
                segment_revisions::difference(conn, &segment, *number, segment.revision)?
            }
            None => vec!["It was made since.".to_owned()],
        };
        if !changes.is_empty() {
            let thing = Thing::Segment(segment.slug, segment.name);
            changed.push(SharedChange { thing, changes });
        }
    }
    Ok(changed)
}

/// The segments that a content names, and those that these name, however deep.
fn named_segments(
    conn: &mut Connection,
    project_id: Uuid,
    content: &Content,
) -> Result<Vec<Segment>, StoreError> {
    let mut wanted: VecDeque<String> =
        content.segments().into_iter().map(|slug| slug.to_string()).collect();
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let all = stored::with_conditions(conn, project_id)?;
    let mut by_slug: HashMap<String, _> =
        all.into_iter().map(|(segment, tree)| (segment.slug.clone(), (segment, tree))).collect();
    let mut found = Vec::new();
    let mut seen = HashSet::new();
    while let Some(slug) = wanted.pop_front() {
        if !seen.insert(slug.clone()) {
            continue;
        }
        let Some((segment, tree)) = by_slug.remove(&slug) else { continue };
        let inside = Condition::from_json(&tree);
        wanted.extend(inside.iter().flat_map(Condition::segments).map(|inside| inside.to_string()));
        found.push(segment);
    }
    Ok(found)
}

/// The keys whose default matters: those that the version gives values to, and those that it
/// requires.
fn of_defaults(
    conn: &mut Connection,
    project_id: Uuid,
    content: &Content,
    since: DateTime<Utc>,
) -> Result<Vec<SharedChange>, StoreError> {
    let required = content.prerequisites.iter().map(|required| required.key.as_str());
    let names: Vec<&str> = content.keys.iter().map(|key| key.as_str()).chain(required).collect();
    let found = keys::find_by_names(conn, project_id, &names)?;
    let ids: Vec<Uuid> = found.iter().map(|key| key.id).collect();
    let earlier = key_revisions::defaults_at(conn, &ids, since)?;
    let changed = found.into_iter().filter_map(|key| {
        let was = earlier.get(&key.id).filter(|was| **was != key.default_value)?;
        let (was, is) = (value_in_words(was), value_in_words(&key.default_value));
        let changes = vec![format!("Its default was {was} and is {is}.")];
        Some(SharedChange { thing: Thing::Default(key.name), changes })
    });
    Ok(changed.collect())
}
