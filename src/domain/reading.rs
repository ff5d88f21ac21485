//! Reading JSON into domain types at the door, with every problem named by its field.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// One problem with what somebody entered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    /// Where, as a path such as `rows[1].rollout`.
    pub field: String,
    /// What is wrong and what to do, as a sentence that a product manager can read.
    pub message: String,
}

impl FieldError {
    /// A problem at that path.
    pub fn new(field: impl Into<String>, message: impl Into<String>) -> FieldError {
        FieldError { field: field.into(), message: message.into() }
    }

    /// The same problem, of a part that stands at that path in something larger.
    pub fn below(self, path: &str) -> FieldError {
        let field = match (path, self.field.as_str()) {
            (path, "") => path.to_owned(),
            ("", field) => field.to_owned(),
            (path, field) if field.starts_with('[') => format!("{path}{field}"),
            (path, field) => format!("{path}.{field}"),
        };
        FieldError { field, ..self }
    }
}

/// All problems found in one reading.
pub type Problems = Vec<FieldError>;

/// A place in a JSON document: the value and the path that leads to it.
#[derive(Debug, Clone)]
pub struct Node<'a> {
    /// The path, empty for the document itself.
    pub path: String,
    /// The value there.
    pub json: &'a Value,
}

impl<'a> Node<'a> {
    /// The document itself.
    pub fn root(json: &'a Value) -> Node<'a> {
        Node { path: String::new(), json }
    }

    /// The document as a part of a larger one, found there under `path`.
    pub fn at(path: impl Into<String>, json: &'a Value) -> Node<'a> {
        Node { path: path.into(), json }
    }

    /// A problem with this value.
    pub fn problem(&self, message: impl Into<String>) -> FieldError {
        FieldError::new(self.path.clone(), message)
    }

    /// The value as an object with no other fields than `allowed`; each unknown one is reported.
    pub fn object(
        &self,
        allowed: &[&str],
        problems: &mut Problems,
    ) -> Option<&'a Map<String, Value>> {
        let Some(map) = self.json.as_object() else {
            problems.push(self.problem("This must be a JSON object."));
            return None;
        };
        for name in map.keys().filter(|name| !allowed.contains(&name.as_str())) {
            let known = allowed.join(", ");
            problems.push(FieldError::new(
                self.field_path(name),
                format!("There is no field of this name here. Known fields: {known}."),
            ));
        }
        Some(map)
    }

    /// The field of that name; a missing one and null are the same.
    pub fn field(&self, name: &str) -> Option<Node<'a>> {
        let json = self.json.get(name).filter(|json| !json.is_null())?;
        Some(Node { path: self.field_path(name), json })
    }

    /// The field of that name, reported when it is missing.
    pub fn required(&self, name: &str, problems: &mut Problems) -> Option<Node<'a>> {
        let field = self.field(name);
        if field.is_none() {
            problems.push(FieldError::new(self.field_path(name), "This field is missing."));
        }
        field
    }

    /// The items of a list.
    pub fn list(&self, problems: &mut Problems) -> Option<Vec<Node<'a>>> {
        let Some(items) = self.json.as_array() else {
            problems.push(self.problem("This must be a list."));
            return None;
        };
        let nodes = items.iter().enumerate();
        Some(nodes.map(|(i, json)| Node { path: format!("{}[{i}]", self.path), json }).collect())
    }

    /// The value as text.
    pub fn text(&self, problems: &mut Problems) -> Option<&'a str> {
        let text = self.json.as_str();
        match text {
            None => problems.push(self.problem("This must be text.")),
            Some(text) if text.contains('\0') => {
                problems.push(self.problem("Text may not contain the character U+0000."));
                return None;
            }
            Some(_) => {}
        }
        text
    }

    /// The value as text of `1..=most` characters that is more than white space.
    pub fn filled_text(&self, most: usize, problems: &mut Problems) -> Option<&'a str> {
        let text = self.text(problems)?;
        if text.trim().is_empty() {
            problems.push(self.problem("This must not be empty."));
            return None;
        }
        if text.chars().count() > most {
            problems.push(self.problem(format!("This may have at most {most} characters.")));
            return None;
        }
        Some(text)
    }

    /// The value as true or false.
    pub fn boolean(&self, problems: &mut Problems) -> Option<bool> {
        let value = self.json.as_bool();
        if value.is_none() {
            problems.push(self.problem("This must be true or false."));
        }
        value
    }

    fn field_path(&self, name: &str) -> String {
        match self.path.is_empty() {
            true => name.to_owned(),
            false => format!("{}.{name}", self.path),
        }
    }
}
