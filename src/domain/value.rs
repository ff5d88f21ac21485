//! Values that keys hand out.

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

/// What values a key takes. Never changes after the key was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ValueType {
    /// `true` or `false`.
    Boolean,
    /// Text.
    String,
    /// A whole number; pages say *whole number*.
    Integer,
    /// A number with a point; pages say *decimal number*.
    Decimal,
    /// Any JSON.
    Json,
}

impl ValueType {
    /// All types, in the order in which a person is offered them.
    pub const ALL: [ValueType; 5] = [
        ValueType::Boolean,
        ValueType::String,
        ValueType::Integer,
        ValueType::Decimal,
        ValueType::Json,
    ];

    /// The name under which the type is stored and spoken of in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            ValueType::Boolean => "boolean",
            ValueType::String => "string",
            ValueType::Integer => "integer",
            ValueType::Decimal => "decimal",
            ValueType::Json => "json",
        }
    }

    /// The type of that name.
    pub fn parse(text: &str) -> Option<ValueType> {
        ValueType::ALL.into_iter().find(|value_type| value_type.as_str() == text)
    }
}

/// The largest whole number that every SDK carries exactly (2^53 − 1).
pub const LARGEST_INTEGER: i64 = 9_007_199_254_740_991;

/// The most bytes that a value may have, written as JSON.
pub const MOST_VALUE_BYTES: usize = 64 * 1024;

/// A value of a key, of the key's type.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Of a boolean key.
    Boolean(bool),
    /// Of a string key.
    String(String),
    /// Of an integer key, within ±(2^53 − 1).
    Integer(i64),
    /// Of a decimal key; always finite.
    Decimal(f64),
    /// Of a json key.
    Json(serde_json::Value),
}

impl Value {
    /// Reads a value of that type; the error is a sentence for the person who typed it.
    pub fn read(value_type: ValueType, json: &serde_json::Value) -> Result<Value, String> {
        let value = match value_type {
            ValueType::Boolean => json.as_bool().map(Value::Boolean),
            ValueType::String => json.as_str().map(|text| Value::String(text.to_owned())),
            ValueType::Integer => json
                .as_i64()
                .filter(|number| (-LARGEST_INTEGER..=LARGEST_INTEGER).contains(number))
                .map(Value::Integer),
            ValueType::Decimal => json.as_f64().filter(|n| n.is_finite()).map(Value::Decimal),
            ValueType::Json => Some(Value::Json(json.clone())),
        };
        let value = value.ok_or_else(|| wrong_type(value_type))?;
        let text = value.json_text();
        if text.len() > MOST_VALUE_BYTES {
            return Err("A value may have at most 64 KiB.".to_owned());
        }
        if text.contains("\\u0000") && holds_nul(json) {
            return Err("A value may not contain the character U+0000.".to_owned());
        }
        Ok(value)
    }

    /// The type whose value this is.
    pub fn value_type(&self) -> ValueType {
        match self {
            Value::Boolean(_) => ValueType::Boolean,
            Value::String(_) => ValueType::String,
            Value::Integer(_) => ValueType::Integer,
            Value::Decimal(_) => ValueType::Decimal,
            Value::Json(_) => ValueType::Json,
        }
    }

    /// The value as JSON.
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Value::Boolean(value) => (*value).into(),
            Value::String(value) => value.as_str().into(),
            Value::Integer(value) => (*value).into(),
            Value::Decimal(value) => (*value).into(),
            Value::Json(value) => value.clone(),
        }
    }

    /// The value written as JSON. A decimal keeps its point (`1.0`), since some SDKs tell 1 from
    /// 1.0.
    pub fn json_text(&self) -> String {
        self.to_json().to_string()
    }

    /// The value as statistics name it: text as it is, anything else as JSON, at most 100
    /// characters.
    pub fn label(&self) -> String {
        match self {
            Value::String(text) => text.chars().take(100).collect(),
            other => other.json_text().chars().take(100).collect(),
        }
    }
}

/// What tells values of the same label apart in statistics: a hash of the value as JSON.
pub fn hash_of(json_text: &str) -> i64 {
    xxh3_64(json_text.as_bytes()).cast_signed()
}

fn wrong_type(value_type: ValueType) -> String {
    match value_type {
        ValueType::Boolean => "Choose true or false.".to_owned(),
        ValueType::String => "Enter text.".to_owned(),
        ValueType::Integer => {
            format!("Enter a whole number between -{LARGEST_INTEGER} and {LARGEST_INTEGER}.")
        }
        ValueType::Decimal => "Enter a number.".to_owned(),
        ValueType::Json => "Enter JSON.".to_owned(),
    }
}

fn holds_nul(json: &serde_json::Value) -> bool {
    match json {
        serde_json::Value::String(text) => text.contains('\0'),
        serde_json::Value::Array(items) => items.iter().any(holds_nul),
        serde_json::Value::Object(map) => {
            map.iter().any(|(name, value)| name.contains('\0') || holds_nul(value))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_must_be_of_the_type_of_its_key() {
        assert_eq!(Value::read(ValueType::Boolean, &json!(true)), Ok(Value::Boolean(true)));
        assert!(Value::read(ValueType::Boolean, &json!("true")).is_err());
        assert!(Value::read(ValueType::Integer, &json!(1.5)).is_err());
        assert!(Value::read(ValueType::Integer, &json!(9_007_199_254_740_992_i64)).is_err());
        assert!(Value::read(ValueType::String, &json!(1)).is_err());
        assert!(Value::read(ValueType::Json, &json!({"a": "b\u{0}"})).is_err());
        assert!(Value::read(ValueType::String, &json!("\\u0000")).is_ok());
    }

    #[test]
    fn a_decimal_is_written_with_its_point() {
        let one = Value::read(ValueType::Decimal, &json!(1)).unwrap();
        assert_eq!(one.json_text(), "1.0");
    }
}
