//! A decision told step by step, with the inputs that each step saw.

use serde::Serialize;
use serde_json::{Map, Value as Json, json};

use super::{Trace, decide};
use crate::domain::{
    bucketing::Bucket,
    condition::{Matcher, Truth},
    context::{Found, Subject},
    ruleset::{
        Answer, Experience, Plan, PlannedAudience, PlannedRow, PlannedRule, Ramp, Ruleset,
        SegmentMatcher, Serving,
    },
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
    let answer = decide(ruleset, ruleset.key_place(key)?, subject, &mut steps)?;
    Some(Explanation { answer, steps: steps.0 })
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

pub(super) fn test_user(is_one: bool) -> Step {
    let outcome = if is_one {
        "A test user gets what is served to them."
    } else {
        "The user is not a test user."
    };
    Step::new("test_user", outcome)
}

pub(super) fn ramp(ramp: &Ramp, inside: bool) -> Step {
    let outcome = if inside {
        "The user is in the share that the ramp has reached."
    } else {
        "The ramp has not reached the user: what it replaces decides."
    };
    Step::new("ramp", outcome)
        .with("reached_percent", ramp.reached.to_json())
        .with("salt", ramp.salt.as_ref())
}

pub(super) fn prerequisite(ruleset: &Ruleset, answer: &Answer, known: bool, met: bool) -> Step {
    let outcome = match (known, met) {
        (false, _) => "The required key's value is not known: the default.",
        (true, false) => "The required key has another value: the default.",
        (true, true) => "The required key has the value that it must have.",
    };
    let name = ruleset.key_of(answer).map_or("", |key| &key.name);
    Step::new("prerequisite", outcome).with("key", name).with("value", answer.value.to_json())
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

/// What the attributes that a tree looks at are for this user.
fn seen(ruleset: &Ruleset, matcher: &Matcher, subject: &Subject<'_>, saw: &mut Map<String, Json>) {
    for name in matcher.attributes() {
        let value = match subject.attribute(name) {
            Found::Set(attribute) => attribute.to_json(),
            Found::NotSet => Json::Null,
            Found::Unknown => json!({"unknown": true}),
        };
        saw.insert(name.to_owned(), value);
    }
    for place in matcher.segments() {
        let rule = ruleset.segments.get(place as usize).map(|segment| &segment.rule);
        if let Some(SegmentMatcher::Conditions(inner)) = rule {
            seen(ruleset, inner, subject, saw);
        }
    }
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

pub(super) fn unknown(step: &'static str, bucket_by: &str) -> Step {
    Step::new(step, "What the user is bucketed by could not be read: the default.")
        .with("bucket_by", bucket_by)
}

pub(super) fn rollout(plan: &Plan, rule: &PlannedRule, bucket: Bucket, inside: bool) -> Step {
    let outcome = if inside { "The user is in." } else { "The user is out: the default." };
    Step::new("percentage", outcome)
        .with("percent", rule.rollout.to_json())
        .with("bucket_by", plan.bucket_by.as_ref())
        .with("salt", plan.salt.as_ref())
        .with("allocation", bucket.allocation)
        .with("position", bucket.position)
}
