//! A key as it is typed.

use serde_json::Value as Json;

use super::{super::Form, default_text};
use crate::{
    domain::{
        reading::{FieldError, Problems},
        value::{LARGEST_INTEGER, ValueType},
    },
    http::read_strict,
    store::keys::Key,
};

/// What the fields of the form hold. Each type has its own field for the default, of which the page
/// shows the one of the chosen type; so choosing a type needs no script and loses nothing.
#[derive(Clone)]
pub struct Entered {
    /// The name.
    pub name: String,
    /// The type.
    pub value_type: ValueType,
    /// What it is for.
    pub description: String,
    /// The schema; empty for none.
    pub schema: String,
    /// The revision that the form shows; none for a key to be.
    pub base_revision: Option<i32>,
    /// Whether the default is there to be changed.
    pub has_default: bool,
    defaults: Vec<(ValueType, String)>,
}

impl Entered {
    /// Of a key that nobody has begun.
    pub fn nothing() -> Entered {
        Entered {
            name: String::new(),
            value_type: ValueType::Boolean,
            description: String::new(),
            schema: String::new(),
            base_revision: None,
            has_default: true,
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
        let pretty = |json: &Json| serde_json::to_string_pretty(json).unwrap_or_default();
        let default = match (&key.default_value, key.value_type) {
            (Json::String(text), ValueType::String) => text.clone(),
            (json, ValueType::Json) => pretty(json),
            _ => default_text(key),
        };
        Entered {
            name: key.name.clone(),
            value_type: key.value_type,
            description: key.description.clone(),
            schema: key.schema.as_ref().map(pretty).unwrap_or_default(),
            base_revision: Some(key.revision),
            has_default: true,
            defaults: vec![(key.value_type, default)],
        }
    }

    /// As it was sent, for a key of that type.
    pub fn of_form(form: &Form, value_type: ValueType) -> Entered {
        // A switch that is off sends nothing, so a hidden field before it says so; the last counts.
        let default =
            |of: ValueType| (of, unix_lines(form.all(&field(&of)).last().unwrap_or_default()));
        Entered {
            name: form.get("name").trim().to_owned(),
            value_type,
            description: unix_lines(form.get("description")),
            schema: unix_lines(form.get("schema")),
            base_revision: form.get("base_revision").parse().ok(),
            has_default: form.is_checked(&field(&value_type)),
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
    /// Where the text is no JSON for a key of type JSON, or would change on its way to apps.
    fn default(&self) -> Result<Json, FieldError> {
        let text = self.default_of(&self.value_type);
        let read = match self.value_type {
            ValueType::Boolean => text.parse().ok().map(Json::Bool),
            ValueType::String => None,
            ValueType::Integer => text.trim().parse::<i64>().ok().map(Json::from),
            ValueType::Decimal => decimal(text.trim())?,
            ValueType::Json => return read_json(text, "default_value"),
        };
        Ok(read.unwrap_or_else(|| Json::String(text.to_owned())))
    }

    /// The default and the schema.
    ///
    /// # Errors
    /// Everything that can't be read, by field.
    pub fn values(&self) -> Result<(Json, Option<Json>), Problems> {
        match (self.default(), self.schema()) {
            (Ok(default), Ok(schema)) => Ok((default, schema)),
            (default, schema) => Err([default.err(), schema.err()].into_iter().flatten().collect()),
        }
    }

    /// The schema, if there is one. Only a key of type JSON has one: what stands in the field of
    /// another was typed before the type was chosen.
    ///
    /// # Errors
    /// Where the text is no JSON.
    pub fn schema(&self) -> Result<Option<Json>, FieldError> {
        if self.value_type != ValueType::Json || self.schema.trim().is_empty() {
            return Ok(None);
        }
        read_json(&self.schema, "schema").map(Some)
    }
}

fn decimal(text: &str) -> Result<Option<Json>, FieldError> {
    let Ok(number) = text.parse::<f64>() else { return Ok(None) };
    if number.fract() == 0.0 && number.abs() > LARGEST_INTEGER as f64 {
        let message = format!(
            "Apps would lose digits of this number: without a fraction it may be at most \
             {LARGEST_INTEGER}."
        );
        return Err(FieldError::new("default_value", message));
    }
    // There is no minus zero in JSON that all apps agree on.
    Ok(Some(Json::from(if number == 0.0 { 0.0 } else { number })))
}

/// The JSON in a field. What is wrong with it is told with the line.
fn read_json(text: &str, field: &str) -> Result<Json, FieldError> {
    if text.trim().is_empty() {
        return Err(FieldError::new(field, "Enter JSON; an empty text is written \"\"."));
    }
    read_strict(text.as_bytes()).map_err(|fault| {
        let what = if fault.is_json { "This JSON can't be kept." } else { "This is not JSON." };
        FieldError::new(field, format!("{what} {}", fault.in_words(text)))
    })
}

/// The field for the default of a key of that type.
pub fn field(value_type: &ValueType) -> String {
    format!("default_{}", value_type.as_str())
}

/// Browsers send the ends of lines as they did in 1995.
pub fn unix_lines(text: &str) -> String {
    text.replace("\r\n", "\n")
}
