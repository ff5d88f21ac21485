//! How many of the known users conditions describe, and what saving them would do.

use std::collections::BTreeMap;

use actix_web::web::Data;
use chrono::Utc;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::{
    answer::{Answer, ok},
    body::{Body, optional_text},
    member::Member,
    query::Query,
    work,
};
use crate::{
    domain::{
        reach::Estimate,
        reading::{Node, Problems},
        ruleset::source::SegmentRule,
    },
    operations::{
        OperationError,
        blast_radius::{self, BlastRadius, Change},
        reach::{self, Check, Count, CountChange, Edited},
    },
    population::Population,
    store::{Connection, Store, segments},
};

/// Conditions to try.
#[derive(Debug, ToSchema)]
pub struct SegmentPreview {
    /// The environment whose known users are counted.
    #[schema(example = "production")]
    environment: String,
    /// The tree of conditions.
    #[schema(example = json!({"all": [{"attribute": "country", "operator": "in", "value": ["US"]}]}))]
    conditions: Value,
    /// The slug of the segment that they would belong to: says what would change.
    segment: Option<String>,
    /// A user to look at.
    user_id: Option<String>,
}

/// How many users the conditions describe.
#[derive(Debug, Serialize, ToSchema)]
pub struct SegmentCount {
    /// How many users are known.
    known: u64,
    /// How many of them were asked: all, or a fair sample.
    asked: usize,
    /// How many are in; an estimate where not all were asked.
    matched: u64,
    /// In 95 of 100 samples the true number is within this many of it; 0 where all were asked.
    margin: u64,
    /// What it is beside the saved conditions.
    #[serde(skip_serializing_if = "Option::is_none")]
    change: Option<MemberChange>,
    /// Up to five users who are in.
    examples: Vec<ExampleUser>,
    /// The user that was named.
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<CheckedUser>,
    /// What saving would do to the values of known users, by environment.
    #[serde(skip_serializing_if = "Option::is_none")]
    effects: Option<Vec<EnvironmentEffect>>,
}

/// What conditions do to who is in.
#[derive(Debug, Serialize, ToSchema)]
pub struct MemberChange {
    /// How many are in by the saved conditions.
    was: u64,
    /// How many join.
    join: u64,
    /// How many leave.
    leave: u64,
}

/// Somebody who is in.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExampleUser {
    /// The user's id.
    user_id: String,
    /// The attributes that the conditions ask for, as text.
    attributes: BTreeMap<String, String>,
}

/// Whether a user is in.
#[derive(Debug, Serialize, ToSchema)]
pub struct CheckedUser {
    /// Whether the user is known.
    known: bool,
    /// Whether the user is in.
    is_in: bool,
    /// Each single condition, in words, and whether it is true of the user.
    conditions: Vec<CheckedCondition>,
}

/// Whether a condition is true of a user.
#[derive(Debug, Serialize, ToSchema)]
pub struct CheckedCondition {
    /// The condition in words.
    condition: String,
    /// Whether it is true.
    holds: bool,
}

/// What a change does to the values of the known users of an environment.
#[derive(Debug, Serialize, ToSchema)]
pub struct EnvironmentEffect {
    /// The environment's key.
    environment: String,
    /// The slugs of the experiences whose values can move.
    experiences: Vec<String>,
    /// How many users are known there.
    known: u64,
    /// How many of them were asked.
    asked: usize,
    /// How many of those who were asked get another value of any key.
    touched: usize,
    /// Of those who were asked, by key.
    keys: BTreeMap<String, MovedValues>,
}

/// How many users get another value of a key.
#[derive(Debug, Serialize, ToSchema)]
pub struct MovedValues {
    /// A value where they got the default.
    gain: usize,
    /// The default where they got another value.
    lose: usize,
    /// Another value, or another default.
    change: usize,
}

impl SegmentPreview {
    fn read(node: &Node<'_>, problems: &mut Problems) -> Option<SegmentPreview> {
        node.object(&["environment", "conditions", "segment", "user_id"], problems)?;
        let environment = node.required("environment", problems).and_then(|it| it.text(problems));
        let conditions = node.required("conditions", problems);
        let segment = optional_text(node, "segment", problems);
        let user_id = optional_text(node, "user_id", problems);
        Some(SegmentPreview {
            environment: environment?.to_owned(),
            conditions: conditions?.json.clone(),
            segment,
            user_id,
        })
    }
}

/// Counts the known users whom conditions describe
///
/// Nothing is saved. With `segment`, it also says what saving the conditions there would change.
#[utoipa::path(post, path = "/api/v1/segments/preview", tag = "Segments",
    request_body = SegmentPreview,
    responses((status = 200, description = "The count", body = SegmentCount)))]
pub async fn preview(
    member: Member,
    store: Data<Store>,
    population: Data<Population>,
    query: Query,
    body: Body,
) -> Answer {
    query.only(&[])?;
    let asked = body.read(SegmentPreview::read)?;
    let population = population.into_inner();
    let count = work::read(&store, move |conn| count(conn, &population, &member, &asked));
    Ok(ok(&count.await?))
}

fn count(
    conn: &mut Connection,
    population: &Population,
    member: &Member,
    asked: &SegmentPreview,
) -> Result<SegmentCount, OperationError> {
    let now = Utc::now();
    let project_id = member.project.id;
    let environment_id = member.environment(conn, &asked.environment)?.id;
    if let Some(slug) = &asked.segment
        && segments::find_by_slug(conn, project_id, slug)?.is_none()
    {
        return Err(OperationError::invalid("segment", "There is no segment of this slug."));
    }
    let conditions = &asked.conditions;
    let segment = asked.segment.as_deref();
    let edited = Edited { project_id, environment_id, conditions, segment };
    let count = reach::preview(conn, population, &edited, now)?;
    let user = match &asked.user_id {
        Some(user_id) => Some(reach::check(conn, population, &edited, user_id, now)?),
        None => None,
    };
    let effects = match segment {
        Some(segment) => {
            let rule = SegmentRule::Conditions(conditions.clone());
            let change = Change::Segment { slug: segment, rule };
            Some(blast_radius::of(conn, population, project_id, &change, now)?)
        }
        None => None,
    };
    Ok(SegmentCount::of(count, user, effects))
}

impl SegmentCount {
    fn of(count: Count, user: Option<Check>, effects: Option<Vec<BlastRadius>>) -> SegmentCount {
        let Estimate { about, margin } = count.matched;
        let example = |example: reach::Example| ExampleUser {
            user_id: example.user_id,
            attributes: example.attributes.into_iter().collect(),
        };
        SegmentCount {
            known: count.known,
            asked: count.asked,
            matched: about,
            margin,
            change: count.change.map(|CountChange { was, join, leave }| MemberChange {
                was: was.about,
                join: join.about,
                leave: leave.about,
            }),
            examples: count.examples.into_iter().map(example).collect(),
            user: user.map(CheckedUser::from),
            effects: effects.map(|all| all.into_iter().map(EnvironmentEffect::from).collect()),
        }
    }
}

impl From<Check> for CheckedUser {
    fn from(check: Check) -> CheckedUser {
        let conditions = check.conditions.into_iter();
        CheckedUser {
            known: check.is_known,
            is_in: check.is_in,
            conditions: conditions
                .map(|(condition, holds)| CheckedCondition { condition, holds })
                .collect(),
        }
    }
}

impl From<BlastRadius> for EnvironmentEffect {
    fn from(radius: BlastRadius) -> EnvironmentEffect {
        let keys = radius.effect.keys.into_iter().map(|(name, key)| {
            let moved = MovedValues { gain: key.gain, lose: key.lose, change: key.change };
            (name.into(), moved)
        });
        EnvironmentEffect {
            environment: radius.environment.key,
            experiences: radius.experiences.into_iter().map(String::from).collect(),
            known: radius.known,
            asked: radius.effect.asked,
            touched: radius.effect.touched,
            keys: keys.collect(),
        }
    }
}
