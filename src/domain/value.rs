//! Values that keys hand out.

use serde::{Deserialize, Serialize};

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
