//! The tests of attributes of a whole ruleset, each once, however many rows and segments ask it.
//!
//! Rows and segments of an environment ask the same few questions again and again. Shared, a test
//! is decided once for a user who is asked about many keys, and what is asked often stays close at
//! hand.

use std::collections::HashMap;

use super::{
    AttributeCondition, Operand, Operator, PredicateReference, Scalar, Truth, attribute_test::Test,
};
use crate::domain::context::{Found, Subject};

/// A test of one attribute.
#[derive(Debug)]
pub struct Predicate {
    /// The attribute's name.
    pub attribute: Box<str>,
    test: Test,
}

impl Predicate {
    /// Whether it holds for that user.
    pub fn holds(&self, subject: &Subject<'_>) -> Truth {
        match subject.attribute(&self.attribute) {
            Found::Set(attribute) => self.test.passes(attribute, subject.now).into(),
            Found::NotSet => Truth::Fails,
            Found::Unknown => Truth::Unknown,
        }
    }
}

/// Predicates being collected.
#[derive(Debug, Default)]
pub struct Predicates {
    entered: Vec<Predicate>,
    places: HashMap<String, PredicateReference>,
}

impl Predicates {
    /// The place of a test, entered where it is new; `operator` stands in for the condition's own.
    /// The error says what is wrong with the operand.
    pub(super) fn enter(
        &mut self,
        condition: &AttributeCondition,
        operator: Operator,
    ) -> Result<PredicateReference, String> {
        let identity = identity(condition, operator);
        if let Some(place) = self.places.get(&identity) {
            return Ok(*place);
        }
        let place = self.entered.len() as PredicateReference;
        let test = Test::new(operator, &condition.operand)?;
        self.entered.push(Predicate { attribute: condition.attribute.as_str().into(), test });
        self.places.insert(identity, place);
        Ok(place)
    }

    /// All of them, in the order of their places.
    pub fn finish(self) -> Vec<Predicate> {
        self.entered
    }
}

/// The same for two tests that can't differ.
fn identity(condition: &AttributeCondition, operator: Operator) -> String {
    let values: Vec<String> = match &condition.operand {
        Operand::None => Vec::new(),
        Operand::One(scalar) => vec![scalar.text()],
        Operand::List(scalars) => scalars.iter().map(Scalar::text).collect(),
    };
    serde_json::json!([condition.attribute, operator.as_str(), values]).to_string()
}
