//! What the builder offers as operators, and what it asks for beside each.

use crate::domain::{
    condition::{OperandKind, Operator},
    context::BUILT_IN_ATTRIBUTES,
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

/// Every operator, those first that fit the property.
pub fn groups(attribute: &str) -> Vec<Group> {
    let fitting: &[Operator] = match attribute {
        "os_version" | "app_version" => &VERSION,
        known if BUILT_IN_ATTRIBUTES.contains(&known) => &TEXT,
        _ => {
            let groups = BY_KIND.iter();
            return groups
                .map(|(label, operators)| Group { label, operators: operators.to_vec() })
                .collect();
        }
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

    #[test]
    fn every_property_is_offered_every_operator_once() {
        for attribute in ["city", "os_version", "plan", ""] {
            let offered: Vec<Operator> =
                groups(attribute).into_iter().flat_map(|group| group.operators).collect();
            assert_eq!(offered.len(), Operator::all().count(), "{attribute}");
            assert!(Operator::all().all(|operator| offered.contains(&operator)), "{attribute}");
        }
    }
}
