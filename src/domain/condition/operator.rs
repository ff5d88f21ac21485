//! How an attribute is compared.

/// The operators of attribute conditions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the names are the documentation; domain.md lists them")]
pub enum Operator {
    Is,
    IsNot,
    In,
    NotIn,
    Contains,
    DoesNotContain,
    StartsWith,
    EndsWith,
    Matches,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    VersionIs,
    VersionLess,
    VersionLessOrEqual,
    VersionGreater,
    VersionGreaterOrEqual,
    Before,
    After,
    IsSet,
    IsNotSet,
    ContainsAny,
    ContainsAll,
}

/// What an operator compares with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OperandKind {
    /// Nothing.
    None,
    /// One value of any kind.
    Value,
    /// A list of values.
    Values,
    /// Text.
    Text,
    /// A regular expression.
    Pattern,
    /// A number.
    Number,
    /// A version: up to four numbers with points between them.
    Version,
    /// A moment: an RFC 3339 date, or one relative to now such as `-30d`.
    Moment,
}

use OperandKind as Kind;

/// Every operator with its name and what it compares with.
const TABLE: [(Operator, &str, Kind); 24] = [
    (Operator::Is, "is", Kind::Value),
    (Operator::IsNot, "is_not", Kind::Value),
    (Operator::In, "in", Kind::Values),
    (Operator::NotIn, "not_in", Kind::Values),
    (Operator::Contains, "contains", Kind::Text),
    (Operator::DoesNotContain, "does_not_contain", Kind::Text),
    (Operator::StartsWith, "starts_with", Kind::Text),
    (Operator::EndsWith, "ends_with", Kind::Text),
    (Operator::Matches, "matches", Kind::Pattern),
    (Operator::Less, "less", Kind::Number),
    (Operator::LessOrEqual, "less_or_equal", Kind::Number),
    (Operator::Greater, "greater", Kind::Number),
    (Operator::GreaterOrEqual, "greater_or_equal", Kind::Number),
    (Operator::VersionIs, "version_is", Kind::Version),
    (Operator::VersionLess, "version_less", Kind::Version),
    (Operator::VersionLessOrEqual, "version_less_or_equal", Kind::Version),
    (Operator::VersionGreater, "version_greater", Kind::Version),
    (Operator::VersionGreaterOrEqual, "version_greater_or_equal", Kind::Version),
    (Operator::Before, "before", Kind::Moment),
    (Operator::After, "after", Kind::Moment),
    (Operator::IsSet, "is_set", Kind::None),
    (Operator::IsNotSet, "is_not_set", Kind::None),
    (Operator::ContainsAny, "contains_any", Kind::Values),
    (Operator::ContainsAll, "contains_all", Kind::Values),
];

impl Operator {
    /// All operators, in the order in which a person is offered them.
    pub fn all() -> impl Iterator<Item = Operator> {
        TABLE.iter().map(|(operator, ..)| *operator)
    }

    /// The operator of that name.
    pub fn parse(name: &str) -> Option<Operator> {
        TABLE.iter().find(|(_, known, _)| *known == name).map(|(operator, ..)| *operator)
    }

    /// The name of an operator that somebody may have meant who wrote this one.
    pub fn like(name: &str) -> Option<&'static str> {
        let near = |known: &str| strsim::damerau_levenshtein(known, name);
        let best = TABLE.iter().map(|(_, known, _)| *known).min_by_key(|known| near(known))?;
        (near(best) <= 2 && near(best) < best.len()).then_some(best)
    }

    /// The operator's name in contents and in the API.
    pub fn as_str(self) -> &'static str {
        self.row().map_or("", |(_, name, _)| name)
    }

    /// What it compares with.
    pub fn operand_kind(self) -> OperandKind {
        self.row().map_or(Kind::None, |(_, _, kind)| *kind)
    }

    /// The twin of which this is the exact opposite, for the negative operators.
    pub fn opposite_of(self) -> Option<Operator> {
        match self {
            Operator::IsNot => Some(Operator::Is),
            Operator::NotIn => Some(Operator::In),
            Operator::DoesNotContain => Some(Operator::Contains),
            Operator::IsNotSet => Some(Operator::IsSet),
            _ => None,
        }
    }

    fn row(self) -> Option<&'static (Operator, &'static str, OperandKind)> {
        TABLE.iter().find(|(operator, ..)| *operator == self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operator_is_read_back_by_its_name() {
        for operator in Operator::all() {
            assert_eq!(Operator::parse(operator.as_str()), Some(operator));
        }
        assert_eq!(Operator::parse("like"), None);
    }

    #[test]
    fn a_misspelt_operator_is_guessed_and_a_strange_one_is_not() {
        assert_eq!(Operator::like("greatr"), Some("greater"));
        assert_eq!(Operator::like("notin"), Some("not_in"));
        assert_eq!(Operator::like("xx"), None);
        assert_eq!(Operator::like(&"very long".repeat(10)), None);
    }
}
