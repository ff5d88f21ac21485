//! How many of the known users conditions describe, while they are edited and afterwards.

use std::collections::HashMap;
use std::hash::BuildHasher;

use chrono::{DateTime, Utc};
use foldhash::fast::FixedState;
use serde_json::Value as Json;
use uuid::Uuid;

use super::{OperationError, segment_tree};
use crate::domain::condition::{Condition, Truth};
use crate::domain::context::NumberText;
use crate::domain::evaluation::Membership;
use crate::domain::known_user::KnownUser;
use crate::domain::reach::{Estimate, Reach};
use crate::domain::reading::Problems;
use crate::domain::ruleset::Ruleset;
use crate::domain::ruleset::source::{SegmentRule, SegmentSource, Source};
use crate::population::{Members, Population};
use crate::store::{Connection, StoreError, population, rulesets, segments};

/// Stands for the slug of what is being edited; no segment is called so.
const EDITED: &str = "(edited)";

/// Conditions that are being edited.
#[derive(Debug, Clone, Copy)]
pub struct Edited<'a> {
    /// The project.
    pub project_id: Uuid,
    /// Whose known users are counted.
    pub environment_id: Uuid,
    /// The tree of conditions.
    pub conditions: &'a Json,
    /// The slug of the segment that has other conditions so far, where there is one.
    pub segment: Option<&'a str>,
}

/// How many are in.
#[derive(Debug, Clone, PartialEq)]
pub struct Count {
    /// How many users are known.
    pub known: u64,
    /// How many of them were asked; where that is fewer, numbers of all are estimates.
    pub asked: usize,
    /// How many are in.
    pub matched: Estimate,
    /// What it is beside the conditions that are saved.
    pub change: Option<CountChange>,
    /// A few who are in.
    pub examples: Vec<Example>,
}

/// What conditions do to who is in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CountChange {
    /// How many were in.
    pub was: Estimate,
    /// How many join.
    pub join: Estimate,
    /// How many leave.
    pub leave: Estimate,
}

impl CountChange {
    /// Whether anybody joins or leaves.
    pub fn moves(&self) -> bool {
        self.join.about > 0 || self.leave.about > 0
    }
}

/// Somebody who is in.
#[derive(Debug, Clone, PartialEq)]
pub struct Example {
    /// The user's id.
    pub user_id: String,
    /// The attributes that the conditions ask for, as far as the user has them.
    pub attributes: Vec<(String, String)>,
}

/// Whether one user is in, and what of it is true.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// Whether the user is known at all.
    pub is_known: bool,
    /// Whether the user is in.
    pub is_in: bool,
    /// Each single condition in words, and whether it is true of the user.
    pub conditions: Vec<(String, bool)>,
}

/// Counts the known users whom conditions describe.
///
/// # Errors
/// [`OperationError::Invalid`] with what is wrong with the conditions, by path.
pub fn preview(
    conn: &mut Connection,
    population: &Population,
    edited: &Edited<'_>,
    now: DateTime<Utc>,
) -> Result<Count, OperationError> {
    let condition = read(conn, edited)?;
    let sources = with_edited(rulesets::segments(conn, edited.project_id)?, &[&condition]);
    let ruleset = compile(conn, population, sources)?;
    let sample = population.sample(edited.environment_id, now)?;
    let after = membership(&ruleset, &edited_slug(0))?;
    let before = edited.segment.and_then(|slug| Membership::new(&ruleset, slug));
    let reach = Reach::of(sample.users(), &after, before.as_ref(), now);
    let estimate = |found| Estimate::new(found, reach.asked, sample.known());
    Ok(Count {
        known: sample.known(),
        asked: reach.asked,
        matched: estimate(reach.matched),
        change: before.map(|_| CountChange {
            was: estimate(reach.matched + reach.leave - reach.join),
            join: estimate(reach.join),
            leave: estimate(reach.leave),
        }),
        examples: reach.examples.iter().map(|user| example(user, &condition)).collect(),
    })
}

/// Says whether a user is in, by what is known of them.
///
/// # Errors
/// As of [`preview`].
pub fn check(
    conn: &mut Connection,
    population: &Population,
    edited: &Edited<'_>,
    user_id: &str,
    now: DateTime<Utc>,
) -> Result<Check, OperationError> {
    let condition = read(conn, edited)?;
    let leaves = condition.leaves();
    let trees: Vec<&Condition> = std::iter::once(&condition).chain(leaves.clone()).collect();
    let sources = with_edited(rulesets::segments(conn, edited.project_id)?, &trees);
    let ruleset = compile(conn, population, sources)?;
    let found = population::find(conn, edited.environment_id, user_id)?;
    let is_known = found.is_some();
    let user = found.unwrap_or_else(|| KnownUser::named(user_id));
    let subject = user.subject(now);
    let holds = |place| -> Result<bool, OperationError> {
        Ok(membership(&ruleset, &edited_slug(place))?.of(&subject) == Truth::Holds)
    };
    let conditions = leaves.iter().zip(1..);
    let conditions: Result<Vec<_>, OperationError> =
        conditions.map(|(leaf, place)| Ok((leaf.in_words(), holds(place)?))).collect();
    Ok(Check { is_known, is_in: holds(0)?, conditions: conditions? })
}

/// Counts the known users in each segment of a project, by slug.
///
/// # Errors
/// Those of the database.
pub fn of_segments(
    conn: &mut Connection,
    population: &Population,
    project_id: Uuid,
    environment_id: Uuid,
    slugs: &[&str],
    now: DateTime<Utc>,
) -> Result<HashMap<String, Count>, OperationError> {
    let segments = rulesets::segments(conn, project_id)?;
    let rules = fingerprint(&segments);
    let ruleset = compile(conn, population, segments)?;
    let mut counts = HashMap::new();
    for slug in slugs {
        let Some(membership) = Membership::new(&ruleset, slug) else { continue };
        let what = FixedState::default().hash_one((rules, slug));
        let members = population.counted(environment_id, what, || {
            let sample = population.sample(environment_id, now)?;
            let Reach { asked, matched, .. } = Reach::of(sample.users(), &membership, None, now);
            Ok(Members { known: sample.known(), asked, matched })
        })?;
        let Members { known, asked, matched } = members;
        let matched = Estimate::new(matched, asked, known);
        let count = Count { known, asked, matched, change: None, examples: Vec::new() };
        counts.insert((*slug).to_owned(), count);
    }
    Ok(counts)
}

/// The same for segments whose members can't differ.
fn fingerprint(segments: &[SegmentSource]) -> u64 {
    let written = serde_json::to_vec(segments).unwrap_or_default();
    FixedState::default().hash_one(written)
}

fn read(conn: &mut Connection, edited: &Edited<'_>) -> Result<Condition, OperationError> {
    let mut problems = Problems::new();
    let condition = segment_tree::read(edited.conditions, &mut problems);
    let own = match edited.segment {
        Some(slug) => segments::find_by_slug(conn, edited.project_id, slug)?,
        None => None,
    };
    let read = condition.clone();
    segment_tree::resolve(conn, edited.project_id, own.as_ref(), read, &mut problems)?;
    match condition {
        Some(condition) if problems.is_empty() => Ok(condition),
        _ => Err(OperationError::Invalid(problems)),
    }
}

/// The segments of a project beside these trees, each as a segment of its own.
fn with_edited(mut sources: Vec<SegmentSource>, trees: &[&Condition]) -> Vec<SegmentSource> {
    sources.extend(trees.iter().enumerate().map(|(place, tree)| SegmentSource {
        id: Uuid::from_u128(place as u128),
        slug: edited_slug(place),
        rule: SegmentRule::Conditions(tree.to_json()),
    }));
    sources
}

fn edited_slug(place: usize) -> String {
    format!("{EDITED} {place}")
}

fn compile(
    conn: &mut Connection,
    population: &Population,
    segments: Vec<SegmentSource>,
) -> Result<Ruleset, StoreError> {
    let lists = population.member_lists(conn, &segments)?;
    let source = Source { segments, ..Source::default() };
    Ok(Ruleset::compile(source, None, &lists).ruleset)
}

fn membership<'r>(ruleset: &'r Ruleset, slug: &str) -> Result<Membership<'r>, OperationError> {
    Membership::new(ruleset, slug).ok_or(OperationError::NotFound("segment"))
}

fn example(user: &KnownUser, condition: &Condition) -> Example {
    let mut names: Vec<&str> = condition
        .leaves()
        .into_iter()
        .filter_map(|leaf| match leaf {
            Condition::Attribute(condition) => Some(condition.attribute.as_str()),
            _ => None,
        })
        .collect();
    names.sort_unstable();
    names.dedup();
    let has = names.into_iter().filter_map(|name| {
        let attribute = user.attribute(name)?;
        let mut room = NumberText::new();
        let text = attribute.text(&mut room).map(str::to_owned);
        Some((name.to_owned(), text.unwrap_or_else(|| attribute.to_json().to_string())))
    });
    Example { user_id: user.id.to_string(), attributes: has.collect() }
}
