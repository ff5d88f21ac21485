//! Tests of one attribute's value, made ready.

use std::{cmp::Ordering, collections::HashSet};

use chrono::{DateTime, Utc};
use foldhash::fast::RandomState;
use regex::{Regex, RegexBuilder};

use super::{
    Operand, Operator, Scalar, VersionNumber,
    moment::{Moment, instant},
};
use crate::domain::context::{Attribute, NumberText};

/// A set of texts, quick to look into: thousands of values cost what ten do.
type Texts = HashSet<Box<str>, RandomState>;

/// A test of one attribute's value; a missing value and one of a wrong kind fail it.
#[derive(Debug)]
pub enum Test {
    /// The text is this.
    Is(Box<str>),
    /// The text is one of these.
    In(Texts),
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
    ContainsAny(Texts),
    /// The list has all of these.
    ContainsAll(Texts),
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

impl Test {
    /// Makes the test of an operator ready; a negative one is its twin's. The error says what is
    /// wrong with the operand.
    pub fn new(operator: Operator, operand: &Operand) -> Result<Test, String> {
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

    /// Whether that value passes.
    pub fn passes(&self, attribute: &Attribute, now: DateTime<Utc>) -> bool {
        if let Attribute::List(items) = attribute {
            return match self {
                Test::IsSet => true,
                Test::ContainsAny(wanted) => items.iter().any(|item| wanted.contains(item)),
                Test::ContainsAll(wanted) => contains_all(items, wanted),
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

/// In time that grows with the list alone: both may have thousands of values.
fn contains_all(items: &[Box<str>], wanted: &Texts) -> bool {
    let found: HashSet<&str, RandomState> =
        items.iter().filter(|item| wanted.contains(*item)).map(AsRef::as_ref).collect();
    found.len() == wanted.len()
}

fn texts(operand: &Operand) -> Texts {
    match operand {
        Operand::List(scalars) => scalars.iter().map(|s: &Scalar| s.text().into()).collect(),
        _ => Texts::default(),
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
            regex::Error::Syntax(problem)
                if problem.contains("look-around") || problem.contains("backreference") =>
            {
                "A regex can't look back or around. Use contains, or a simpler pattern.".to_owned()
            }
            _ => "This is not a regular expression. Use contains, or a simpler pattern.".to_owned(),
        }
    })
}
