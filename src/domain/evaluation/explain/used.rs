//! The attributes that a decision looked at, and where each came from.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value as Json;

use crate::domain::context::{Attribute, Found, NumberText, Subject};

/// Of an attribute's text, this many characters are said.
const MOST_SAID: usize = 100;

/// Where an attribute came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// The request carried it.
    Request,
    /// It is stored about the user.
    Profile,
    /// Nobody said it.
    NotSet,
    /// It is stored, and could not be read.
    Unknown,
}

/// An attribute that was looked at.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Used {
    /// Its name.
    pub name: String,
    /// Its value; null where there is none.
    pub value: Json,
    /// Where it came from.
    pub origin: Origin,
}

impl Used {
    /// Looks an attribute up.
    pub fn of(subject: &Subject<'_>, name: &str) -> Used {
        let (value, origin) = match subject.attribute(name) {
            Found::NotSet => (Json::Null, Origin::NotSet),
            Found::Unknown => (Json::Null, Origin::Unknown),
            Found::Set(attribute) => match subject.context.get(name) {
                Some(_) => (attribute.to_json(), Origin::Request),
                None => (attribute.to_json(), Origin::Profile),
            },
        };
        Used { name: name.to_owned(), value, origin }
    }
}

/// Attributes that were looked at, each once.
#[derive(Debug, Default)]
pub(super) struct Uses(BTreeMap<String, Used>);

impl Uses {
    /// Notes that an attribute was looked at; says what the user has: `os_version is 17.1`.
    pub fn look(&mut self, subject: &Subject<'_>, name: &str) -> String {
        self.0.entry(name.to_owned()).or_insert_with(|| Used::of(subject, name));
        match subject.attribute(name) {
            Found::Set(attribute) => format!("{name} is {}", said(attribute)),
            Found::NotSet => format!("{name} is not set"),
            Found::Unknown => format!("{name} could not be read"),
        }
    }

    /// All of them, by name.
    pub fn finish(self) -> Vec<Used> {
        self.0.into_values().collect()
    }
}

fn said(attribute: &Attribute) -> String {
    let mut room = NumberText::new();
    let text = match attribute {
        Attribute::List(items) if items.is_empty() => "an empty list".to_owned(),
        Attribute::List(items) => items.join(", "),
        one => match one.text(&mut room).unwrap_or_default() {
            "" => "empty text".to_owned(),
            text => text.to_owned(),
        },
    };
    match text.char_indices().nth(MOST_SAID) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}
