//! What a change that acts in every environment at once does to the known users of each: who gains,
//! loses or changes a value. Found by deciding for them before and after.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::Value as Json;
use uuid::Uuid;

use super::OperationError;
use crate::domain::effect::Effect;
use crate::domain::reach::Estimate;
use crate::domain::ruleset::source::{SegmentRule, Source};
use crate::domain::ruleset::{Cause, Dependents, Ruleset};
use crate::domain::segment::MemberList;
use crate::population::Population;
use crate::store::environments::{self, Environment};
use crate::store::{Connection, rulesets};

/// A change of something that acts in every environment at once.
#[derive(Debug, Clone)]
pub enum Change<'a> {
    /// A segment gets another rule: other conditions, or the members of another revision.
    Segment {
        /// Its slug.
        slug: &'a str,
        /// The rule.
        rule: SegmentRule,
    },
    /// A list gets members that are no revision yet.
    Members {
        /// Its slug.
        slug: &'a str,
        /// All of them.
        members: Arc<MemberList>,
    },
    /// A key gets another default.
    Default {
        /// Its name.
        key: &'a str,
        /// The value.
        value: &'a Json,
    },
}

/// What a change does in one environment.
#[derive(Debug, Clone)]
pub struct BlastRadius {
    /// Where.
    pub environment: Environment,
    /// How many users are known there.
    pub known: u64,
    /// The slugs of the experiences whose values can move with it.
    pub experiences: Vec<Box<str>>,
    /// What happens to the users that were asked.
    pub effect: Effect,
}

impl BlastRadius {
    /// What a number of those who were asked says about all.
    pub fn estimate(&self, found: usize) -> Estimate {
        Estimate::new(found, self.effect.asked, self.known)
    }
}

/// What a change does, in every environment of the project.
///
/// # Errors
/// Those of the database.
pub fn of(
    conn: &mut Connection,
    population: &Population,
    project_id: Uuid,
    change: &Change<'_>,
    now: DateTime<Utc>,
) -> Result<Vec<BlastRadius>, OperationError> {
    let environments = environments::list(conn, project_id)?;
    environments
        .into_iter()
        .map(|environment| in_environment(conn, population, environment, change, now))
        .collect()
}

fn in_environment(
    conn: &mut Connection,
    population: &Population,
    environment: Environment,
    change: &Change<'_>,
    now: DateTime<Utc>,
) -> Result<BlastRadius, OperationError> {
    let source = rulesets::load(conn, environment.id)?;
    let lists = population.member_lists(conn, &source.segments)?;
    let whole = Ruleset::compile(source.clone(), None, &lists).ruleset;
    let Dependents { keys, experiences, needed } = whole.dependents(change.cause());
    let mut before = source;
    before.experiences.retain(|experience| needed.iter().any(|slug| **slug == *experience.slug));
    let mut after = before.clone();
    change.apply(&mut after);
    let mut lists_after = population.member_lists(conn, &after.segments)?;
    if let Change::Members { slug, members } = change {
        let changed = after.segments.iter().filter(|segment| segment.slug == *slug);
        lists_after.extend(changed.map(|segment| (segment.id, Arc::clone(members))));
    }
    let before = Ruleset::compile(before, None, &lists).ruleset;
    let after = Ruleset::compile(after, None, &lists_after).ruleset;
    let (effect, known) = if keys.is_empty() {
        (Effect::default(), 0)
    } else {
        let sample = population.sample(environment.id, now)?;
        (Effect::between(&before, &after, &keys, sample.users(), now), sample.known())
    };
    Ok(BlastRadius { environment, known, experiences, effect })
}

impl Change<'_> {
    fn cause(&self) -> Cause<'_> {
        match self {
            Change::Segment { slug, .. } | Change::Members { slug, .. } => Cause::Segment(slug),
            Change::Default { key, .. } => Cause::Default(key),
        }
    }

    fn apply(&self, source: &mut Source) {
        match self {
            Change::Segment { slug, rule } => {
                for changed in source.segments.iter_mut().filter(|it| it.slug == *slug) {
                    changed.rule = rule.clone();
                }
            }
            // Members stand beside the rules.
            Change::Members { .. } => {}
            Change::Default { key, value } => {
                for changed in source.keys.iter_mut().filter(|it| it.name == *key) {
                    changed.default_value = (*value).clone();
                }
            }
        }
    }
}
