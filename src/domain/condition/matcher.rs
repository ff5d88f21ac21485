//! Conditions made ready for matching, and the one matcher that there is.

use std::ops::Not;

use chrono::Duration;

use super::{AttributeCondition, Condition, EventCondition, Predicates};
use crate::domain::{
    context::{Stored, Subject},
    slug::Slug,
};

/// Whether a condition holds, as far as it can be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Truth {
    /// It holds.
    Holds,
    /// It does not.
    Fails,
    /// It depends on stored data that could not be read.
    Unknown,
}

impl From<bool> for Truth {
    fn from(holds: bool) -> Truth {
        if holds { Truth::Holds } else { Truth::Fails }
    }
}

impl Not for Truth {
    type Output = Truth;

    fn not(self) -> Truth {
        match self {
            Truth::Holds => Truth::Fails,
            Truth::Fails => Truth::Holds,
            Truth::Unknown => Truth::Unknown,
        }
    }
}

/// How a compiled tree points at another segment: its place in the ruleset.
pub type SegmentReference = u32;

/// How a compiled tree points at a test of an attribute: its place among the [`Predicates`].
pub type PredicateReference = u32;

/// What a tree asks of whoever matches it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leaf {
    /// Whether an attribute passes its test.
    Predicate(PredicateReference),
    /// Whether the user is in a segment.
    Segment(SegmentReference),
}

/// A condition tree ready for matching.
#[derive(Debug)]
pub enum Matcher {
    /// Every part holds.
    All(Box<[Matcher]>),
    /// At least one part holds.
    Any(Box<[Matcher]>),
    /// The part does not hold.
    Not(Box<Matcher>),
    /// An attribute passes its test.
    Attribute(PredicateReference),
    /// An event was done often enough.
    Event(EventCondition),
    /// The user is in that segment.
    Segment(SegmentReference),
}

impl Matcher {
    /// Makes a tree ready, entering its tests among the predicates. `segment` finds a segment's
    /// place in the ruleset; the error is the name of one that is not there, or what is wrong with
    /// a pattern.
    pub fn compile(
        condition: &Condition,
        segment: &dyn Fn(&Slug) -> Option<SegmentReference>,
        predicates: &mut Predicates,
    ) -> Result<Matcher, String> {
        let mut parts = |parts: &[Condition]| -> Result<Box<[Matcher]>, String> {
            parts.iter().map(|part| Matcher::compile(part, segment, predicates)).collect()
        };
        Ok(match condition {
            Condition::All(inner) => Matcher::All(parts(inner)?),
            Condition::Any(inner) => Matcher::Any(parts(inner)?),
            Condition::Not(inner) => {
                Matcher::Not(Box::new(Matcher::compile(inner, segment, predicates)?))
            }
            Condition::Attribute(condition) => attribute_matcher(condition, predicates)?,
            Condition::Event(condition) => Matcher::Event(condition.clone()),
            Condition::Segment(slug) => Matcher::Segment(
                segment(slug).ok_or_else(|| format!("There is no segment “{slug}”."))?,
            ),
        })
    }

    /// Whether the tree holds for that user. `ask` answers for its leaves.
    pub fn matches(&self, subject: &Subject<'_>, ask: &mut dyn FnMut(Leaf) -> Truth) -> Truth {
        match self {
            Matcher::All(parts) => decide(parts, Truth::Fails, |part| part.matches(subject, ask)),
            Matcher::Any(parts) => decide(parts, Truth::Holds, |part| part.matches(subject, ask)),
            Matcher::Not(part) => !part.matches(subject, ask),
            Matcher::Attribute(predicate) => ask(Leaf::Predicate(*predicate)),
            Matcher::Event(condition) => event_matches(condition, subject),
            Matcher::Segment(reference) => ask(Leaf::Segment(*reference)),
        }
    }

    /// Every leaf of the tree, from left to right.
    pub fn leaves(&self) -> Vec<&Matcher> {
        match self {
            Matcher::All(parts) | Matcher::Any(parts) => {
                parts.iter().flat_map(Matcher::leaves).collect()
            }
            Matcher::Not(part) => part.leaves(),
            leaf => vec![leaf],
        }
    }
}

/// One part with the truth `settles` settles it; else one unknown part leaves it unknown.
fn decide(parts: &[Matcher], settles: Truth, mut matches: impl FnMut(&Matcher) -> Truth) -> Truth {
    let mut result = !settles;
    for part in parts {
        match matches(part) {
            truth if truth == settles => return settles,
            Truth::Unknown => result = Truth::Unknown,
            _ => {}
        }
    }
    result
}

fn attribute_matcher(
    condition: &AttributeCondition,
    predicates: &mut Predicates,
) -> Result<Matcher, String> {
    let twin = condition.operator.opposite_of();
    let operator = twin.unwrap_or(condition.operator);
    let positive = Matcher::Attribute(predicates.enter(condition, operator)?);
    Ok(if twin.is_some() { Matcher::Not(Box::new(positive)) } else { positive })
}

fn event_matches(condition: &EventCondition, subject: &Subject<'_>) -> Truth {
    match condition.times(subject) {
        Some(times) => Truth::from((times >= u64::from(condition.at_least)) == condition.did),
        None => Truth::Unknown,
    }
}

impl EventCondition {
    /// How often the user did the event in the days that count; `None` where that could not be
    /// read.
    pub fn times(&self, subject: &Subject<'_>) -> Option<u64> {
        let days = match subject.stored {
            Stored::Unknown(_) => return None,
            Stored::Nothing => None,
            Stored::Profile(profile) => profile.events.get(&self.event),
        };
        let today = subject.now.date_naive();
        let since = self
            .within_days
            .and_then(|days| today.checked_sub_signed(Duration::days(i64::from(days) - 1)));
        let counts = |day| since.is_none_or(|since| (since..=today).contains(&day));
        let days = days.into_iter().flatten().filter(|(day, _)| counts(*day));
        Some(days.map(|(_, times)| u64::from(*times)).sum())
    }
}
