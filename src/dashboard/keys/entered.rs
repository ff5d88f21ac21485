//! A key as it is typed.

use serde_json::Value as Json;

use super::{super::Form, default_text};
use crate::{
    domain::{reading::FieldError, value::ValueType},
    store::keys::Key,
};

/// What the fields of the form hold. Each type has its own field for the default, of which the page
/// shows the one of the chosen type; so choosing a type needs no script and loses nothing.
pub struct Entered {
    /// The name.
    pub name: String,
    /// The type.
    pub value_type: ValueType,
    /// What it is for.
    pub description: String,
    defaults: Vec<(ValueType, String)>,
}

impl Entered {
    /// Of a key that nobody has begun.
    pub fn nothing() -> Entered {
        Entered {
            name: String::new(),
            value_type: ValueType::Boolean,
            description: String::new(),
            defaults: vec![
                (ValueType::Boolean, "false".to_owned()),
                (ValueType::Integer, "0".to_owned()),
                (ValueType::Decimal, "0.0".to_owned()),
                (ValueType::Json, "{}".to_owned()),
            ],
        }
    }

    /// Of a key as it is.
    pub fn of_key(key: &Key) -> Entered {
        let pretty = || serde_json::to_string_pretty(&key.default_value).unwrap_or_default();
        let default = match (&key.default_value, key.value_type) {
            (Json::String(text), ValueType::String) => text.clone(),
            (_, ValueType::Json) => pretty(),
            _ => default_text(key),
        };
        Entered {
            name: key.name.clone(),
            value_type: key.value_type,
            description: key.description.clone(),
            defaults: vec![(key.value_type, default)],
        }
    }

    /// As it was sent, for a key of that type.
    pub fn of_form(form: &Form, value_type: ValueType) -> Entered {
        let default = |of: ValueType| (of, unix_lines(form.get(&field(&of))));
        Entered {
            name: form.get("name").trim().to_owned(),
            value_type,
            description: unix_lines(form.get("description")),
            defaults: ValueType::ALL.into_iter().map(default).collect(),
        }
    }

    /// What the field for the default of a key of that type holds.
    pub fn default_of(&self, value_type: &ValueType) -> &str {
        let found = self.defaults.iter().find(|(of, _)| of == value_type);
        found.map(|(_, text)| text.as_str()).unwrap_or_default()
    }

    /// The default. Text that is no value of the type goes on as text, for the operation to say
    /// what it would take.
    ///
    /// # Errors
    /// Where the text is no JSON for a key of type JSON.
    pub fn default(&self) -> Result<Json, FieldError> {
        let text = self.default_of(&self.value_type);
        let read = match self.value_type {
            ValueType::Boolean => text.parse().ok().map(Json::Bool),
            ValueType::String => None,
            ValueType::Integer => text.trim().parse::<i64>().ok().map(Json::from),
            ValueType::Decimal => text.trim().parse::<f64>().ok().map(Json::from),
            ValueType::Json => {
                let read = serde_json::from_str(text).map_err(|error| {
                    let message = format!("This is not JSON: {error}.");
                    FieldError::new("default_value", message)
                });
                return read;
            }
        };
        Ok(read.unwrap_or_else(|| Json::String(text.to_owned())))
    }
}

/// The field for the default of a key of that type.
pub fn field(value_type: &ValueType) -> String {
    format!("default_{}", value_type.as_str())
}

/// Browsers send the ends of lines as they did in 1995.
pub fn unix_lines(text: &str) -> String {
    text.replace("\r\n", "\n")
}
