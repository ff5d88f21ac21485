//! Writing condition trees as JSON, in the form in which they are read.

use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};

use super::{AttributeCondition, Condition, EventCondition, Operand, Scalar};

impl Condition {
    /// The tree as JSON; reading it gives the same tree.
    pub fn to_json(&self) -> Value {
        match self {
            Condition::All(parts) => json!({"all": list(parts)}),
            Condition::Any(parts) => json!({"any": list(parts)}),
            Condition::Not(part) => json!({"not": part.to_json()}),
            Condition::Attribute(condition) => condition.to_json(),
            Condition::Event(condition) => condition.to_json(),
            Condition::Segment(slug) => json!({"segment": slug.as_str()}),
        }
    }
}

impl Serialize for Condition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_json().serialize(serializer)
    }
}

fn list(parts: &[Condition]) -> Vec<Value> {
    parts.iter().map(Condition::to_json).collect()
}

impl AttributeCondition {
    fn to_json(&self) -> Value {
        let (attribute, operator) = (&self.attribute, self.operator.as_str());
        let value = match &self.operand {
            Operand::None => return json!({"attribute": attribute, "operator": operator}),
            Operand::One(scalar) => scalar.to_json(),
            Operand::List(scalars) => scalars.iter().map(Scalar::to_json).collect(),
        };
        json!({"attribute": attribute, "operator": operator, "value": value})
    }
}

impl Scalar {
    /// The value as JSON; a whole number without a point.
    pub fn to_json(&self) -> Value {
        match self {
            Scalar::Text(text) => text.as_str().into(),
            Scalar::Number(number) if number.fract() == 0.0 && number.abs() < 1e15 => {
                (*number as i64).into()
            }
            Scalar::Number(number) => (*number).into(),
            Scalar::Boolean(value) => (*value).into(),
        }
    }
}

impl EventCondition {
    fn to_json(&self) -> Value {
        let mut json = Map::from_iter([
            ("event".to_owned(), self.event.as_str().into()),
            ("did".to_owned(), self.did.into()),
        ]);
        if self.at_least != 1 {
            json.insert("count".to_owned(), json!({"at_least": self.at_least}));
        }
        if let Some(days) = self.within_days {
            json.insert("within_days".to_owned(), days.into());
        }
        Value::Object(json)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_is_read_back_as_it_was_written() {
        let tree = json!({"all": [
            {"attribute": "plan", "operator": "in", "value": ["enterprise", 17, 1.5, true]},
            {"not": {"segment": "iphone-ny"}},
            {"any": [{"event": "Charged", "did": false, "count": {"at_least": 3}, "within_days": 30},
                     {"attribute": "email", "operator": "is_set"}]},
        ]});
        let read = Condition::from_json(&tree).unwrap();
        assert_eq!(read.to_json(), tree);
    }
}
