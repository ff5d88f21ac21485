//! Deciding a value: for a key, an environment and a user, which of the prepared answers.
//!
//! Pure and total: no lock, no database, no allocation for a single key, and nothing in a context
//! can make it fail.

mod explain;

pub use explain::{Explanation, Step, explain};

use crate::domain::{
    bucketing::{Bucket, EVERY_POSITION, PositionRange},
    condition::Truth,
    context::{Found, NumberText, Subject, USER_ID},
    ruleset::{
        Answer, AnswerIndex, Plan, PlannedAudience, PlannedRow, PlannedRule, Rest, Ruleset,
        SegmentMatcher, Serves, Serving,
    },
};

/// The value of one key; `None`: flag not found.
pub fn evaluate<'r>(ruleset: &'r Ruleset, key: &str, subject: &Subject<'_>) -> Option<&'r Answer> {
    let place = ruleset.key_place(key)?;
    decide(ruleset, place, subject, &mut NoTrace)
}

/// The values of several keys, given by their places. Keys of one experience are decided together.
pub fn evaluate_all<'r>(
    ruleset: &'r Ruleset,
    places: impl Iterator<Item = u32>,
    subject: &Subject<'_>,
    mut answer: impl FnMut(&'r Answer),
) {
    let mut decided: Vec<Option<AnswerIndex>> = vec![None; ruleset.experiences.len()];
    for place in places {
        let Some(key) = ruleset.keys.get(place as usize) else { continue };
        let index = match key.server {
            None => key.unserved,
            Some((experience, position)) => {
                let Some(known) = decided.get_mut(experience as usize) else { continue };
                let first = known.unwrap_or_else(|| {
                    decide_experience(ruleset, experience, subject, &mut NoTrace)
                });
                *known = Some(first);
                first + position
            }
        };
        if let Some(found) = ruleset.answers.get(index as usize) {
            answer(found);
        }
    }
}

/// What is told of a decision while it is made; by default nothing, at no cost.
trait Trace {
    /// One step, described only where somebody listens.
    fn step(&mut self, _describe: impl FnOnce() -> Step) {}
}

/// Nobody listens.
struct NoTrace;

impl Trace for NoTrace {}

fn decide<'r, T: Trace>(
    ruleset: &'r Ruleset,
    place: u32,
    subject: &Subject<'_>,
    trace: &mut T,
) -> Option<&'r Answer> {
    let key = ruleset.keys.get(place as usize)?;
    let index = match key.server {
        Some((experience, position)) => {
            decide_experience(ruleset, experience, subject, trace) + position
        }
        None => {
            trace.step(|| Step::new("published", "No experience is published here for this key."));
            key.unserved
        }
    };
    ruleset.answers.get(index as usize)
}

/// Decides for all keys of an experience; gives the answer of the first.
fn decide_experience<T: Trace>(
    ruleset: &Ruleset,
    experience: u32,
    subject: &Subject<'_>,
    trace: &mut T,
) -> AnswerIndex {
    let Some(experience) = ruleset.experiences.get(experience as usize) else { return 0 };
    trace.step(|| explain::serving(experience));
    let (active, ramp) = match &experience.serving {
        Serving::Off(answer) | Serving::Unreadable(answer) => return *answer,
        Serving::On { active, ramp } => (active, ramp),
    };
    if let Some(answer) = test_user(active, subject, trace) {
        return answer;
    }
    let Some(ramp) = ramp else { return decide_plan(ruleset, active, subject, trace) };
    let inside = match bucket(&ramp.salt, &active.bucket_by, subject) {
        Bucketed::At(bucket) => ramp.reached.contains(bucket, &EVERY_POSITION),
        Bucketed::Nowhere => false,
        Bucketed::Unknown => {
            trace.step(|| explain::unknown("ramp", &active.bucket_by));
            return active.stale;
        }
    };
    trace.step(|| explain::ramp(ramp, inside));
    match &ramp.rest {
        _ if inside => decide_plan(ruleset, active, subject, trace),
        Rest::Nothing(answer) => *answer,
        Rest::Replaced(plan) => match test_user(plan, subject, trace) {
            Some(answer) => answer,
            None => decide_plan(ruleset, plan, subject, trace),
        },
    }
}

fn test_user<T: Trace>(plan: &Plan, subject: &Subject<'_>, trace: &mut T) -> Option<AnswerIndex> {
    if plan.test_users.is_empty() {
        return None;
    }
    let mut room = NumberText::new();
    let answer = plan.test_users.get(subject.context.user_id(&mut room)?).copied();
    trace.step(|| explain::test_user(answer.is_some()));
    answer
}

fn decide_plan<T: Trace>(
    ruleset: &Ruleset,
    plan: &Plan,
    subject: &Subject<'_>,
    trace: &mut T,
) -> AnswerIndex {
    for requirement in &plan.prerequisites {
        let Some(answer) = decide(ruleset, requirement.key, subject, &mut NoTrace) else {
            return plan.unmet;
        };
        let known = answer.decision.reason != crate::domain::ruleset::Reason::Stale;
        let met = requirement.values.contains(&answer.value);
        trace.step(|| explain::prerequisite(ruleset, answer, known, met));
        match (known, met) {
            (false, _) => return plan.stale,
            (true, false) => return plan.unmet,
            (true, true) => {}
        }
    }
    for row in &plan.rows {
        let truth = row_matches(ruleset, row, subject);
        trace.step(|| explain::row(ruleset, row, truth, subject));
        match truth {
            Truth::Holds => return decide_rule(plan, &row.rule, subject, trace),
            Truth::Unknown => return plan.stale,
            Truth::Fails => {}
        }
    }
    trace.step(|| explain::everyone_else(plan));
    match &plan.everyone_else {
        Some(rule) => decide_rule(plan, rule, subject, trace),
        None => plan.unmet,
    }
}

fn row_matches(ruleset: &Ruleset, row: &PlannedRow, subject: &Subject<'_>) -> Truth {
    match &row.audience {
        PlannedAudience::Everyone => Truth::Holds,
        PlannedAudience::Matches(matcher) => {
            matcher.matches(subject, &|segment| segment_matches(ruleset, segment, subject))
        }
    }
}

/// Whether the user is in that segment. Segments were found free of circles when compiled.
fn segment_matches(ruleset: &Ruleset, segment: u32, subject: &Subject<'_>) -> Truth {
    match ruleset.segments.get(segment as usize).map(|segment| &segment.rule) {
        Some(SegmentMatcher::Conditions(matcher)) => {
            matcher.matches(subject, &|inner| segment_matches(ruleset, inner, subject))
        }
        Some(SegmentMatcher::List(list)) => {
            let mut room = NumberText::new();
            let user_id = subject.context.user_id(&mut room);
            user_id.is_some_and(|user_id| list.contains(user_id)).into()
        }
        Some(SegmentMatcher::Unknown) | None => Truth::Unknown,
    }
}

fn decide_rule<T: Trace>(
    plan: &Plan,
    rule: &PlannedRule,
    subject: &Subject<'_>,
    trace: &mut T,
) -> AnswerIndex {
    if let (true, Serves::One(answer)) = (rule.rollout.is_all(), &rule.serves) {
        return *answer;
    }
    let bucket = match bucket(&plan.salt, &plan.bucket_by, subject) {
        Bucketed::At(bucket) => bucket,
        Bucketed::Nowhere => {
            trace.step(|| explain::no_bucket(plan));
            return rule.out;
        }
        Bucketed::Unknown => {
            trace.step(|| explain::unknown("percentage", &plan.bucket_by));
            return plan.stale;
        }
    };
    let (range, answer) = served_at(&rule.serves, bucket);
    let inside = rule.rollout.contains(bucket, &range);
    trace.step(|| explain::rollout(plan, rule, bucket, inside));
    if inside { answer.unwrap_or(rule.out) } else { rule.out }
}

/// The range of positions that the bucket falls into, and what is served there.
fn served_at(serves: &Serves, bucket: Bucket) -> (PositionRange, Option<AnswerIndex>) {
    match serves {
        Serves::One(answer) => (EVERY_POSITION, Some(*answer)),
        Serves::Split(ranges) => {
            let after = ranges.partition_point(|(range, _)| range.end <= bucket.position);
            match ranges.get(after) {
                Some((range, answer)) => (range.clone(), Some(*answer)),
                None => (EVERY_POSITION, None),
            }
        }
    }
}

enum Bucketed {
    At(Bucket),
    /// There is no text to bucket by.
    Nowhere,
    /// The text is stored and could not be read.
    Unknown,
}

fn bucket(salt: &str, bucket_by: &str, subject: &Subject<'_>) -> Bucketed {
    let attribute = match (subject.attribute(bucket_by), bucket_by) {
        (Found::Set(attribute), _) => attribute,
        // Who is asked about is never a stored property.
        (Found::NotSet, _) | (Found::Unknown, USER_ID) => return Bucketed::Nowhere,
        (Found::Unknown, _) => return Bucketed::Unknown,
    };
    let mut room = NumberText::new();
    match attribute.bucket_text(&mut room) {
        Some(text) => Bucketed::At(Bucket::of(salt, text)),
        None => Bucketed::Nowhere,
    }
}
