//! Conditions: a tree of *all*, *any* and *not* over what is known of a user.

mod attribute_test;
mod difference;
mod matcher;
mod moment;
mod operator;
mod predicates;
mod reading;
mod version_number;
mod words;
mod writing;

pub use matcher::{Leaf, Matcher, PredicateReference, SegmentReference, Truth};
pub use operator::{OperandKind, Operator};
pub use predicates::{Predicate, Predicates};
pub use reading::read_slug;
pub use version_number::VersionNumber;

use crate::domain::slug::Slug;

/// The most groups (*all*, *any*, *not*) inside one another.
pub const MOST_DEPTH: usize = 5;
/// The most single conditions in one tree.
pub const MOST_CONDITIONS: usize = 100;
/// The most values in the list of one condition.
pub const MOST_LIST_VALUES: usize = 10_000;
/// The most bytes of a regular expression.
pub const MOST_PATTERN_BYTES: usize = 512;

/// A condition tree that was found sound when it was read.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// Holds when every part holds.
    All(Vec<Condition>),
    /// Holds when at least one part holds.
    Any(Vec<Condition>),
    /// Holds when the part does not.
    Not(Box<Condition>),
    /// A test of one attribute.
    Attribute(AttributeCondition),
    /// What the user did or did not do.
    Event(EventCondition),
    /// Membership of another segment.
    Segment(Slug),
}

/// A test of one attribute.
#[derive(Debug, Clone, PartialEq)]
pub struct AttributeCondition {
    /// The attribute's name.
    pub attribute: String,
    /// How it is compared.
    pub operator: Operator,
    /// With what.
    pub operand: Operand,
}

/// What an attribute is compared with; its form was checked against the operator.
#[derive(Debug, Clone, PartialEq)]
pub enum Operand {
    /// Nothing (`is_set`, `is_not_set`).
    None,
    /// One value.
    One(Scalar),
    /// A list of values.
    List(Vec<Scalar>),
}

/// A single value in a condition, as it was written.
#[derive(Debug, Clone, PartialEq)]
pub enum Scalar {
    /// Text.
    Text(String),
    /// A number.
    Number(f64),
    /// `true` or `false`.
    Boolean(bool),
}

impl Operand {
    fn as_texts(&self) -> Operand {
        let text = |scalar: &Scalar| Scalar::Text(scalar.text());
        match self {
            Operand::None => Operand::None,
            Operand::One(scalar) => Operand::One(text(scalar)),
            Operand::List(scalars) => Operand::List(scalars.iter().map(text).collect()),
        }
    }
}

impl Scalar {
    /// The text by which it compares.
    pub fn text(&self) -> String {
        match self {
            Scalar::Text(text) => text.clone(),
            Scalar::Number(number) => ryu_js::Buffer::new().format(*number).to_owned(),
            Scalar::Boolean(value) => super::context::boolean_text(*value).to_owned(),
        }
    }
}

/// What the user did or did not do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventCondition {
    /// The event's name.
    pub event: String,
    /// Whether it was done, or was not.
    pub did: bool,
    /// How often at least; 1 or more.
    pub at_least: u32,
    /// Counted over today and the days before, in UTC, this many in all; `None`: all that is kept.
    pub within_days: Option<u32>,
}

impl Condition {
    /// Every leaf of the tree, from left to right.
    pub fn leaves(&self) -> Vec<&Condition> {
        match self {
            Condition::All(parts) | Condition::Any(parts) => {
                parts.iter().flat_map(Condition::leaves).collect()
            }
            Condition::Not(part) => part.leaves(),
            leaf => vec![leaf],
        }
    }

    /// Whether both say the same: values compare by their text, and a group of one part is that
    /// part.
    pub fn says_the_same_as(&self, other: &Condition) -> bool {
        self.plain() == other.plain()
    }

    fn plain(&self) -> Condition {
        match self {
            Condition::All(parts) | Condition::Any(parts) if parts.len() == 1 => {
                parts.first().map_or_else(|| self.clone(), Condition::plain)
            }
            Condition::All(parts) => Condition::All(parts.iter().map(Condition::plain).collect()),
            Condition::Any(parts) => Condition::Any(parts.iter().map(Condition::plain).collect()),
            Condition::Not(part) => Condition::Not(Box::new(part.plain())),
            Condition::Attribute(condition) => {
                let operand = condition.operand.as_texts();
                Condition::Attribute(AttributeCondition { operand, ..condition.clone() })
            }
            leaf => leaf.clone(),
        }
    }

    /// The segments that the tree names, each once.
    pub fn segments(&self) -> Vec<&Slug> {
        let mut slugs: Vec<&Slug> = self
            .leaves()
            .into_iter()
            .filter_map(|leaf| match leaf {
                Condition::Segment(slug) => Some(slug),
                _ => None,
            })
            .collect();
        slugs.sort();
        slugs.dedup();
        slugs
    }
}

impl Condition {
    /// Where the tree first names that segment, as a path below `path`:
    /// `conditions.all[1].segment`.
    pub fn place_of_segment(&self, slug: &str, path: &str) -> Option<String> {
        let within = |name: &str, parts: &[Condition]| {
            let mut parts = parts.iter().enumerate();
            parts
                .find_map(|(at, part)| part.place_of_segment(slug, &format!("{path}.{name}[{at}]")))
        };
        match self {
            Condition::All(parts) => within("all", parts),
            Condition::Any(parts) => within("any", parts),
            Condition::Not(part) => part.place_of_segment(slug, &format!("{path}.not")),
            Condition::Segment(named) if named.as_str() == slug => Some(format!("{path}.segment")),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;

    #[test]
    fn trees_say_the_same_when_only_their_writing_differs() {
        let tree = |json: Json| Condition::from_json(&json).unwrap();
        let leaf = |value: Json| json!({"attribute": "seats", "operator": "is", "value": value});
        let first = tree(leaf(json!(17)));
        assert!(first.says_the_same_as(&tree(json!({"all": [leaf(json!("17"))]}))));
        assert!(first.says_the_same_as(&tree(json!({"any": [{"all": [leaf(json!(17))]}]}))));
        assert!(!first.says_the_same_as(&tree(leaf(json!(18)))));
        assert!(!first.says_the_same_as(&tree(json!({"not": leaf(json!(17))}))));
    }

    #[test]
    fn a_segment_is_found_where_the_tree_names_it() {
        let tree = json!({"all": [{"segment": "a"}, {"any": [{"not": {"segment": "b"}}]}]});
        let tree = Condition::from_json(&tree).unwrap();
        let place = |slug| tree.place_of_segment(slug, "conditions");
        assert_eq!(place("a").as_deref(), Some("conditions.all[0].segment"));
        assert_eq!(place("b").as_deref(), Some("conditions.all[1].any[0].not.segment"));
        assert_eq!(place("c"), None);
    }
}
