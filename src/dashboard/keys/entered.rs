//! A key as it is typed.

use serde_json::Value as Json;

use super::super::{
    Form,
    typed_value::{read_decimal, read_json, text_of, unix_lines},
};
use crate::{
    domain::{
        reading::{FieldError, Problems},
        value::ValueType,
    },
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
        let pretty = |json: &Json| text_of(ValueType::Json, json);
        let default = text_of(key.value_type, &key.default_value);
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
            ValueType::Decimal => read_decimal(text).map_err(named("default_value"))?,
            ValueType::Json => return read_json(text).map_err(named("default_value")),
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
        read_json(&self.schema).map(Some).map_err(named("schema"))
    }
}

fn named(field: &str) -> impl Fn(String) -> FieldError + '_ {
    move |message| FieldError::new(field, message)
}

/// The field for the default of a key of that type.
pub fn field(value_type: &ValueType) -> String {
    format!("default_{}", value_type.as_str())
}
