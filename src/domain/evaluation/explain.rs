//! A decision told step by step, with the inputs that each step saw.

use serde::Serialize;
use serde_json::{Map, Value as Json, json};

use super::decider::{Bucketed, Decider, Trace};
use crate::domain::{
    bucketing::{Bucket, Salt},
    condition::{Matcher, Truth},
    context::{Found, Subject},
    ruleset::{
        Answer, Experience, Plan, PlannedAudience, PlannedRow, PlannedRule, Ramp, Requirement,
        Ruleset, SegmentMatcher, Serving,
    },
    value::Value,
};

/// One step of a decision.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Step {
    /// What was looked at: `published`, `switch`, `test_user`, `ramp`, `prerequisite`, `row`,
    /// `everyone_else`, `percentage`.
    pub step: &'static str,
    /// What came of it, as a sentence.
    pub outcome: String,
    /// The inputs that it saw, by name.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub inputs: Map<String, Json>,
}

impl Step {
    pub(super) fn new(step: &'static str, outcome: impl Into<String>) -> Step {
        Step { step, outcome: outcome.into(), inputs: Map::new() }
    }

    fn with(mut self, name: &str, value: impl Into<Json>) -> Step {
        self.inputs.insert(name.to_owned(), value.into());
        self
    }

    fn with_bucket(self, plan: &Plan, salt: &Salt, bucket: Bucket) -> Step {
        self.with("bucket_by", plan.bucket_by.as_ref())
            .with("salt", salt.as_str())
            .with("allocation", bucket.allocation)
            .with("position", bucket.position)
    }
}

/// A decision with all its steps.
#[derive(Debug)]
pub struct Explanation<'r> {
    /// What was decided.
    pub answer: &'r Answer,
    /// How, in order.
    pub steps: Vec<Step>,
}

struct Steps(Vec<Step>);

impl Trace for Steps {
    fn step(&mut self, describe: impl FnOnce() -> Step) {
        self.0.push(describe());
    }
}

/// Decides like [`super::evaluate`], and tells how; `None`: flag not found.
pub fn explain<'r>(
    ruleset: &'r Ruleset,
    key: &str,
    subject: &Subject<'_>,
) -> Option<Explanation<'r>> {
    let mut steps = Steps(Vec::new());
    let answer = Decider::new(ruleset, subject).answer(ruleset.key_place(key)?, &mut steps)?;
    Some(Explanation { answer, steps: steps.0 })
}

pub(super) fn unpublished() -> Step {
    Step::new("published", "No experience is published here for this key: the default.")
}

pub(super) fn serving(experience: &Experience) -> Step {
    let slug = &experience.slug;
    match &experience.serving {
        Serving::Off(_) => Step::new("switch", format!("“{slug}” is switched off: the default.")),
        Serving::Unreadable(_) => {
            Step::new("switch", format!("What “{slug}” serves can't be read: the default."))
        }
        Serving::On { .. } => Step::new("switch", format!("“{slug}” is switched on.")),
    }
}

pub(super) fn test_user(user_id: &str, is_one: bool) -> Step {
    let outcome = if is_one {
        "A test user gets what is served to them."
    } else {
        "The user is not a test user."
    };
    Step::new("test_user", outcome).with("user_id", user_id)
}

pub(super) fn ramp(active: &Plan, ramp: &Ramp, bucketed: Bucketed, inside: bool) -> Step {
    let outcome = match (inside, bucketed) {
        (true, _) => "The user is in the share that the ramp has reached.",
        (false, Bucketed::At(_)) => "The ramp has not reached the user: what it replaces decides.",
        (false, _) => "The user has nothing to be bucketed by: what the ramp replaces decides.",
    };
    let step = Step::new("ramp", outcome).with("reached_percent", ramp.reached.to_json());
    match bucketed {
        Bucketed::At(bucket) => step.with_bucket(active, &ramp.salt, bucket),
        _ => step.with("bucket_by", active.bucket_by.as_ref()),
    }
}

pub(super) fn prerequisite(
    ruleset: &Ruleset,
    requirement: &Requirement,
    answer: &Answer,
    met: Truth,
) -> Step {
    let outcome = match met {
        Truth::Unknown => "The required key's value is not known: the default.",
        Truth::Fails => "The required key has another value: the default.",
        Truth::Holds => "The required key has a value that it must have.",
    };
    let name = ruleset.key_of(answer).map_or("", |key| &key.name);
    let wanted: Json = requirement.values.iter().map(Value::to_json).collect();
    Step::new("prerequisite", outcome)
        .with("key", name)
        .with("in", wanted)
        .with("value", answer.value.to_json())
        .with("reason", answer.decision.reason.as_str())
}

pub(super) fn row(
    ruleset: &Ruleset,
    row: &PlannedRow,
    truth: Truth,
    subject: &Subject<'_>,
) -> Step {
    let outcome = match truth {
        Truth::Holds => "The row describes the user; it decides.",
        Truth::Fails => "The row does not describe the user.",
        Truth::Unknown => "The row needs stored data that could not be read: the default.",
    };
    let step = Step::new("row", outcome).with("row", row.id.as_ref());
    let PlannedAudience::Matches(matcher) = &row.audience else { return step };
    let step = match matcher {
        Matcher::Segment(place) => match ruleset.segments.get(*place as usize) {
            Some(segment) => step.with("segment", segment.slug.as_ref()),
            None => step,
        },
        _ => step,
    };
    let mut saw = Map::new();
    seen(ruleset, matcher, subject, &mut saw);
    step.with("saw", saw)
}

/// What the leaves of a tree looked at is for this user: attributes by name, events and segments
/// by what they are and their name. A segment stands before what it looks at itself.
fn seen(ruleset: &Ruleset, matcher: &Matcher, subject: &Subject<'_>, saw: &mut Map<String, Json>) {
    for leaf in matcher.leaves() {
        match leaf {
            Matcher::Attribute(place) => {
                let Some(predicate) = ruleset.predicates.get(*place as usize) else { continue };
                let value = match subject.attribute(&predicate.attribute) {
                    Found::Set(attribute) => attribute.to_json(),
                    Found::NotSet => Json::Null,
                    Found::Unknown => unknown(),
                };
                saw.insert(predicate.attribute.to_string(), value);
            }
            Matcher::Event(condition) => {
                let times = condition.times(subject).map_or_else(unknown, Json::from);
                saw.insert(format!("event {}", condition.event), times);
            }
            Matcher::Segment(place) => seen_in_segment(ruleset, *place, subject, saw),
            Matcher::All(_) | Matcher::Any(_) | Matcher::Not(_) => {}
        }
    }
}

fn seen_in_segment(
    ruleset: &Ruleset,
    place: u32,
    subject: &Subject<'_>,
    saw: &mut Map<String, Json>,
) {
    let Some(segment) = ruleset.segments.get(place as usize) else { return };
    let is_in = match Decider::new(ruleset, subject).segment(place) {
        Truth::Holds => true.into(),
        Truth::Fails => false.into(),
        Truth::Unknown => unknown(),
    };
    let seen_before = saw.insert(format!("segment {}", segment.slug), is_in).is_some();
    if let (SegmentMatcher::Conditions(inner), false) = (&segment.rule, seen_before) {
        seen(ruleset, inner, subject, saw);
    }
}

fn unknown() -> Json {
    json!({"unknown": true})
}

pub(super) fn everyone_else(plan: &Plan) -> Step {
    let outcome = match plan.everyone_else {
        Some(_) => "No row describes the user: everyone else decides.",
        None => "No row describes the user, and everyone else is off: the default.",
    };
    Step::new("everyone_else", outcome)
}

pub(super) fn no_bucket(plan: &Plan) -> Step {
    Step::new("percentage", "The user has nothing to be bucketed by: out.")
        .with("bucket_by", plan.bucket_by.as_ref())
}

pub(super) fn unknown_bucket(step: &'static str, bucket_by: &str) -> Step {
    Step::new(step, "What the user is bucketed by could not be read: the default.")
        .with("bucket_by", bucket_by)
}

pub(super) fn rollout(plan: &Plan, rule: &PlannedRule, bucket: Bucket, inside: bool) -> Step {
    let outcome = if inside { "The user is in." } else { "The user is out: the default." };
    Step::new("percentage", outcome)
        .with("percent", rule.rollout.to_json())
        .with_bucket(plan, &plan.salt, bucket)
}
