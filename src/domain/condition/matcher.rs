//! Conditions made ready for matching, and the one matcher that there is.

use std::{cmp::Ordering, collections::HashSet, ops::Not};

use chrono::{DateTime, Duration, Utc};
use regex::{Regex, RegexBuilder};

use super::{
    AttributeCondition, Condition, EventCondition, Operand, Operator, Scalar, VersionNumber,
    moment::{Moment, instant},
};
use crate::domain::{
    context::{Attribute, Found, NumberText, Stored, Subject},
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

/// A condition tree ready for matching.
#[derive(Debug)]
pub enum Matcher {
    /// Every part holds.
    All(Box<[Matcher]>),
    /// At least one part holds.
    Any(Box<[Matcher]>),
    /// The part does not hold.
    Not(Box<Matcher>),
    /// An attribute passes a test.
    Attribute(Box<str>, Test),
    /// An event was done often enough.
    Event(EventCondition),
    /// The user is in that segment.
    Segment(SegmentReference),
}

/// A test of one attribute's value; a missing value and one of a wrong kind fail it.
#[derive(Debug)]
pub enum Test {
    /// The text is this.
    Is(Box<str>),
    /// The text is one of these.
    In(HashSet<Box<str>>),
    /// The text has this in it.
    Contains(Box<str>),
    /// The text begins so.
    StartsWith(Box<str>),
    /// The text ends so.
    EndsWith(Box<str>),
    /// The pattern is found in the text.
    Matches(Regex),
    /// The number compares so with this one.
    Number(Comparison, f64),
    /// The version compares so with this one.
    Version(Comparison, VersionNumber),
    /// The moment compares so with this one.
    Moment(Comparison, Moment),
    /// There is a value.
    IsSet,
    /// The list has one of these.
    ContainsAny(HashSet<Box<str>>),
    /// The list has all of these.
    ContainsAll(HashSet<Box<str>>),
}

/// Which orderings of *attribute against operand* pass.
#[derive(Debug, Clone, Copy)]
pub struct Comparison {
    less: bool,
    equal: bool,
    greater: bool,
}

impl Comparison {
    fn of(operator: Operator) -> Comparison {
        use Operator as O;
        let equal = matches!(
            operator,
            O::LessOrEqual
                | O::GreaterOrEqual
                | O::VersionIs
                | O::VersionLessOrEqual
                | O::VersionGreaterOrEqual
        );
        let less = matches!(
            operator,
            O::Less | O::LessOrEqual | O::VersionLess | O::VersionLessOrEqual | O::Before
        );
        Comparison { less, equal, greater: !less && operator != O::VersionIs }
    }

    fn passes(self, ordering: Ordering) -> bool {
        match ordering {
            Ordering::Less => self.less,
            Ordering::Equal => self.equal,
            Ordering::Greater => self.greater,
        }
    }
}

impl Matcher {
    /// Makes a tree ready. `segment` finds a segment's place in the ruleset; the error is the
    /// name of one that is not there, or what is wrong with a pattern.
    pub fn compile(
        condition: &Condition,
        segment: &dyn Fn(&Slug) -> Option<SegmentReference>,
    ) -> Result<Matcher, String> {
        let parts = |parts: &[Condition]| -> Result<Box<[Matcher]>, String> {
            parts.iter().map(|part| Matcher::compile(part, segment)).collect()
        };
        Ok(match condition {
            Condition::All(inner) => Matcher::All(parts(inner)?),
            Condition::Any(inner) => Matcher::Any(parts(inner)?),
            Condition::Not(inner) => Matcher::Not(Box::new(Matcher::compile(inner, segment)?)),
            Condition::Attribute(condition) => attribute_matcher(condition)?,
            Condition::Event(condition) => Matcher::Event(condition.clone()),
            Condition::Segment(slug) => Matcher::Segment(
                segment(slug).ok_or_else(|| format!("There is no segment “{slug}”."))?,
            ),
        })
    }

    /// Whether the tree holds for that user. `segment` answers for the segments that it names.
    pub fn matches(
        &self,
        subject: &Subject<'_>,
        segment: &dyn Fn(SegmentReference) -> Truth,
    ) -> Truth {
        match self {
            Matcher::All(parts) => {
                decide(parts, Truth::Fails, |part| part.matches(subject, segment))
            }
            Matcher::Any(parts) => {
                decide(parts, Truth::Holds, |part| part.matches(subject, segment))
            }
            Matcher::Not(part) => !part.matches(subject, segment),
            Matcher::Attribute(name, test) => match subject.attribute(name) {
                Found::Set(attribute) => test.passes(attribute, subject.now).into(),
                Found::NotSet => Truth::Fails,
                Found::Unknown => Truth::Unknown,
            },
            Matcher::Event(condition) => event_matches(condition, subject),
            Matcher::Segment(reference) => segment(*reference),
        }
    }

    /// The segments that the tree names.
    pub fn segments(&self) -> Vec<SegmentReference> {
        match self {
            Matcher::All(parts) | Matcher::Any(parts) => {
                parts.iter().flat_map(Matcher::segments).collect()
            }
            Matcher::Not(part) => part.segments(),
            Matcher::Segment(reference) => vec![*reference],
            Matcher::Attribute(..) | Matcher::Event(_) => Vec::new(),
        }
    }

    /// The names of the attributes that the tree looks at.
    pub fn attributes(&self) -> Vec<&str> {
        match self {
            Matcher::All(parts) | Matcher::Any(parts) => {
                parts.iter().flat_map(Matcher::attributes).collect()
            }
            Matcher::Not(part) => part.attributes(),
            Matcher::Attribute(name, _) => vec![name],
            Matcher::Event(_) | Matcher::Segment(_) => Vec::new(),
        }
    }
}

/// One part with the truth `settles` settles it; else one unknown part leaves it unknown.
fn decide(parts: &[Matcher], settles: Truth, matches: impl Fn(&Matcher) -> Truth) -> Truth {
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

fn attribute_matcher(condition: &AttributeCondition) -> Result<Matcher, String> {
    let name = condition.attribute.as_str().into();
    match condition.operator.opposite_of() {
        Some(twin) => {
            let matcher = Matcher::Attribute(name, Test::new(twin, &condition.operand)?);
            Ok(Matcher::Not(Box::new(matcher)))
        }
        None => Ok(Matcher::Attribute(name, Test::new(condition.operator, &condition.operand)?)),
    }
}

fn event_matches(condition: &EventCondition, subject: &Subject<'_>) -> Truth {
    let days = match subject.stored {
        Stored::Unavailable => return Truth::Unknown,
        Stored::Nothing => None,
        Stored::Profile(profile) => profile.events.get(&condition.event),
    };
    let today = subject.now.date_naive();
    let since = condition
        .within_days
        .and_then(|days| today.checked_sub_signed(Duration::days(i64::from(days) - 1)));
    let counts = |day| day <= today && since.is_none_or(|since| day >= since);
    let total: u64 = days
        .into_iter()
        .flatten()
        .filter(|(day, _)| counts(*day))
        .map(|(_, count)| u64::from(*count))
        .sum();
    Truth::from((total >= u64::from(condition.at_least)) == condition.did)
}

impl Test {
    fn new(operator: Operator, operand: &Operand) -> Result<Test, String> {
        use Operator as O;
        let wrong = || format!("“{}” can't compare with this value.", operator.as_str());
        let text = match operand {
            Operand::One(scalar) => scalar.text(),
            _ => String::new(),
        };
        let boxed = || text.as_str().into();
        Ok(match operator {
            O::IsSet | O::IsNotSet => Test::IsSet,
            O::Is | O::IsNot => Test::Is(boxed()),
            O::In | O::NotIn => Test::In(texts(operand)),
            O::Contains | O::DoesNotContain => Test::Contains(boxed()),
            O::StartsWith => Test::StartsWith(boxed()),
            O::EndsWith => Test::EndsWith(boxed()),
            O::Matches => Test::Matches(pattern(&text)?),
            O::Less | O::LessOrEqual | O::Greater | O::GreaterOrEqual => {
                Test::Number(Comparison::of(operator), number(&text).ok_or_else(wrong)?)
            }
            O::VersionIs
            | O::VersionLess
            | O::VersionLessOrEqual
            | O::VersionGreater
            | O::VersionGreaterOrEqual => {
                let version = VersionNumber::parse(&text).ok_or_else(wrong)?;
                Test::Version(Comparison::of(operator), version)
            }
            O::Before | O::After => {
                Test::Moment(Comparison::of(operator), Moment::parse(&text).ok_or_else(wrong)?)
            }
            O::ContainsAny => Test::ContainsAny(texts(operand)),
            O::ContainsAll => Test::ContainsAll(texts(operand)),
        })
    }

    fn passes(&self, attribute: &Attribute, now: DateTime<Utc>) -> bool {
        if let Attribute::List(items) = attribute {
            return match self {
                Test::IsSet => true,
                Test::ContainsAny(wanted) => items.iter().any(|item| wanted.contains(item)),
                Test::ContainsAll(wanted) => wanted.iter().all(|value| items.contains(value)),
                _ => false,
            };
        }
        let mut room = NumberText::new();
        let Some(text) = attribute.text(&mut room) else { return false };
        match self {
            Test::Is(wanted) => text == wanted.as_ref(),
            Test::In(wanted) => wanted.contains(text),
            Test::Contains(part) => text.contains(part.as_ref()),
            Test::StartsWith(start) => text.starts_with(start.as_ref()),
            Test::EndsWith(end) => text.ends_with(end.as_ref()),
            Test::Matches(pattern) => pattern.is_match(text),
            Test::Number(comparison, wanted) => number(text)
                .and_then(|number| number.partial_cmp(wanted))
                .is_some_and(|ordering| comparison.passes(ordering)),
            Test::Version(comparison, wanted) => VersionNumber::parse(text)
                .is_some_and(|version| comparison.passes(version.cmp(wanted))),
            Test::Moment(comparison, wanted) => instant(text)
                .zip(wanted.resolve(now))
                .is_some_and(|(instant, wanted)| comparison.passes(instant.cmp(&wanted))),
            Test::IsSet => true,
            Test::ContainsAny(_) | Test::ContainsAll(_) => false,
        }
    }
}

fn texts(operand: &Operand) -> HashSet<Box<str>> {
    match operand {
        Operand::List(scalars) => scalars.iter().map(|s: &Scalar| s.text().into()).collect(),
        _ => HashSet::new(),
    }
}

/// Reads a number written as text: decimal, perhaps with an exponent, finite.
pub(super) fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    let plain =
        text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+' | b'e' | b'E'));
    text.parse().ok().filter(|number: &f64| plain && number.is_finite())
}

/// Compiles a pattern. Linear in time by the engine's nature; the limits bound its memory and the
/// time that it takes to refuse.
pub(super) fn pattern(text: &str) -> Result<Regex, String> {
    RegexBuilder::new(text).size_limit(256 * 1024).nest_limit(20).build().map_err(|error| {
        match error {
            regex::Error::CompiledTooBig(_) => {
                "This pattern is too large. Make it simpler.".to_owned()
            }
            _ => "This is not a regular expression that can be used here. Look-around and \
                  back-references are not supported."
                .to_owned(),
        }
    })
}
