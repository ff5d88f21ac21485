//! What the builder offers as operators, and what it asks for beside each.

use chrono::{DateTime, NaiveDate};

use crate::{
    domain::{
        condition::{OperandKind, Operator, VersionNumber},
        context::BUILT_IN_ATTRIBUTES,
    },
    population::{Kind, SeenName},
};

use Operator as O;

/// What stands beside an operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Editor {
    /// Nothing.
    Nothing,
    /// One value on one line.
    Line,
    /// A list of values, each with a way to take it out.
    Chips,
    /// A long list, one value to a line.
    Lines,
    /// A number.
    Number,
    /// A version.
    Version,
    /// A regular expression.
    Pattern,
    /// A date, or a while before or after now.
    Moment,
}

impl Editor {
    /// What an operator asks for, with that many values.
    pub fn of(operator: Operator, values: usize) -> Editor {
        match operator.operand_kind() {
            OperandKind::None => Editor::Nothing,
            OperandKind::Value | OperandKind::Text => Editor::Line,
            OperandKind::Values if values > super::values::MOST_CHIPS => Editor::Lines,
            OperandKind::Values => Editor::Chips,
            OperandKind::Pattern => Editor::Pattern,
            OperandKind::Number => Editor::Number,
            OperandKind::Version => Editor::Version,
            OperandKind::Moment => Editor::Moment,
        }
    }
}

/// Operators under a heading, which the first group has none of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The heading; empty for none.
    pub label: &'static str,
    /// The operators.
    pub operators: Vec<Operator>,
}

/// Those that compare text.
const TEXT: [Operator; 11] = [
    O::Is,
    O::IsNot,
    O::In,
    O::NotIn,
    O::Contains,
    O::DoesNotContain,
    O::StartsWith,
    O::EndsWith,
    O::Matches,
    O::IsSet,
    O::IsNotSet,
];
/// Those that compare versions.
const VERSION: [Operator; 9] = [
    O::VersionGreaterOrEqual,
    O::VersionGreater,
    O::VersionLess,
    O::VersionLessOrEqual,
    O::VersionIs,
    O::Is,
    O::In,
    O::IsSet,
    O::IsNotSet,
];

/// The groups of a property that nothing is known of.
const BY_KIND: [(&str, &[Operator]); 6] = [
    ("", &[O::Is, O::IsNot, O::In, O::NotIn, O::IsSet, O::IsNotSet]),
    ("Text", &[O::Contains, O::DoesNotContain, O::StartsWith, O::EndsWith, O::Matches]),
    ("Number", &[O::Less, O::LessOrEqual, O::Greater, O::GreaterOrEqual]),
    (
        "Version",
        &[
            O::VersionIs,
            O::VersionLess,
            O::VersionLessOrEqual,
            O::VersionGreater,
            O::VersionGreaterOrEqual,
        ],
    ),
    ("Date", &[O::Before, O::After]),
    ("List", &[O::ContainsAny, O::ContainsAll]),
];

/// Those that compare numbers.
const NUMBER: [Operator; 10] = [
    O::Is,
    O::IsNot,
    O::Less,
    O::LessOrEqual,
    O::Greater,
    O::GreaterOrEqual,
    O::In,
    O::NotIn,
    O::IsSet,
    O::IsNotSet,
];
/// Those that compare moments.
const DATE: [Operator; 6] = [O::Before, O::After, O::Is, O::IsNot, O::IsSet, O::IsNotSet];
/// Those that ask for one of two values.
const BOOLEAN: [Operator; 4] = [O::Is, O::IsNot, O::IsSet, O::IsNotSet];
/// Those that look into lists.
const LIST: [Operator; 4] = [O::ContainsAny, O::ContainsAll, O::IsSet, O::IsNotSet];

/// The operators that fit a property by its name, or by what was seen of it.
fn fitting(attribute: &str, seen: Option<&SeenName>) -> Option<&'static [Operator]> {
    if ["os_version", "app_version"].contains(&attribute) {
        return Some(&VERSION);
    }
    if BUILT_IN_ATTRIBUTES.contains(&attribute) {
        return Some(&TEXT);
    }
    let seen = seen?;
    Some(match seen.kind? {
        Kind::Number => &NUMBER,
        Kind::Boolean => &BOOLEAN,
        Kind::List => &LIST,
        Kind::Text if all(seen, is_date) => &DATE,
        Kind::Text if all(seen, is_version) => &VERSION,
        Kind::Text => &TEXT,
    })
}

fn all(seen: &SeenName, is_so: fn(&str) -> bool) -> bool {
    !seen.values.is_empty() && seen.values.iter().all(|value| is_so(&value.text))
}

fn is_date(text: &str) -> bool {
    DateTime::parse_from_rfc3339(text).is_ok() || text.parse::<NaiveDate>().is_ok()
}

fn is_version(text: &str) -> bool {
    text.contains('.') && VersionNumber::parse(text).is_some()
}

/// Every operator, those first that fit the property.
pub fn groups(attribute: &str, seen: Option<&SeenName>) -> Vec<Group> {
    let Some(fitting) = fitting(attribute, seen) else {
        let groups = BY_KIND.iter();
        return groups
            .map(|(label, operators)| Group { label, operators: operators.to_vec() })
            .collect();
    };
    let more = Operator::all().filter(|operator| !fitting.contains(operator)).collect();
    vec![Group { label: "", operators: fitting.to_vec() }, Group { label: "More", operators: more }]
}

/// What the builder calls an operator.
pub fn label(operator: &Operator) -> &'static str {
    match operator {
        O::Is => "is",
        O::IsNot => "is not",
        O::In => "is any of",
        O::NotIn => "is none of",
        O::Contains => "contains",
        O::DoesNotContain => "does not contain",
        O::StartsWith => "starts with",
        O::EndsWith => "ends with",
        O::Matches => "matches regex",
        O::Less => "is less than",
        O::LessOrEqual => "is at most",
        O::Greater => "is greater than",
        O::GreaterOrEqual => "is at least",
        O::VersionIs => "version is",
        O::VersionLess => "version is below",
        O::VersionLessOrEqual => "version is at most",
        O::VersionGreater => "version is above",
        O::VersionGreaterOrEqual => "version is at least",
        O::Before => "is before",
        O::After => "is after",
        O::IsSet => "is set",
        O::IsNotSet => "is not set",
        O::ContainsAny => "contains any of",
        O::ContainsAll => "contains all of",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::population::SeenValue;

    fn seen(kind: Kind, values: &[&str]) -> SeenName {
        let value = |text: &&str| SeenValue { text: (*text).to_owned(), share: 0.5 };
        SeenName { users: 2, kind: Some(kind), values: values.iter().map(value).collect() }
    }

    #[test]
    fn every_property_is_offered_every_operator_once() {
        let number = seen(Kind::Number, &["1"]);
        for (attribute, seen) in [
            ("city", None),
            ("os_version", None),
            ("plan", None),
            ("", None),
            ("age", Some(&number)),
        ] {
            let offered: Vec<Operator> =
                groups(attribute, seen).into_iter().flat_map(|group| group.operators).collect();
            assert_eq!(offered.len(), Operator::all().count(), "{attribute}");
            assert!(Operator::all().all(|operator| offered.contains(&operator)), "{attribute}");
        }
    }

    #[test]
    fn operators_that_fit_what_was_seen_come_first() {
        for (kind, values, first) in [
            (Kind::Text, vec!["pro", "free"], O::Is),
            (Kind::Text, vec!["2026-03-31", "2026-03-31T09:00:00Z"], O::Before),
            (Kind::Text, vec!["5.1", "5.12.0"], O::VersionGreaterOrEqual),
            (Kind::Text, vec!["5.1", "beta"], O::Is),
            (Kind::List, vec!["a"], O::ContainsAny),
        ] {
            let groups = groups("some_property", Some(&seen(kind, &values)));
            assert_eq!(groups[0].operators[0], first, "{values:?}");
            assert_eq!(groups[1].label, "More");
        }
        let numbers = groups("age", Some(&seen(Kind::Number, &["17"])));
        assert!(numbers[0].operators.contains(&O::Less));
        assert!(!numbers[0].operators.contains(&O::Contains));
    }
}
