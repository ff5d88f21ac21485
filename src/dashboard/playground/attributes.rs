//! Attributes as people write them: as rows of a name and a value, or as JSON; and as they stand in
//! an address.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value as Json};

use crate::{
    domain::{
        context::{Attribute, NumberText},
        reading::FieldError,
    },
    http::read_strict,
};

/// Attributes, as JSON has them.
pub type Properties = Map<String, Json>;

/// The most letters of attributes in an address.
const MOST_IN_ADDRESS: usize = 2_048;

/// The attributes of an address; `None` where it was cut short or made up.
pub fn from_address(text: &str) -> Option<Properties> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    match read_strict(&bytes).ok()? {
        Json::Object(properties) => Some(properties),
        _ => None,
    }
}

/// The attributes for an address; `None` where they are too long for one.
pub fn to_address(properties: &Properties) -> Option<String> {
    if properties.is_empty() {
        return Some(String::new());
    }
    let text = URL_SAFE_NO_PAD.encode(Json::Object(properties.clone()).to_string());
    (text.len() <= MOST_IN_ADDRESS).then_some(text)
}

/// The attributes of a text of JSON; nothing at all is no attributes.
///
/// # Errors
/// In which line something is wrong, and what.
pub fn from_json(text: &str) -> Result<Properties, String> {
    if text.trim().is_empty() {
        return Ok(Properties::new());
    }
    match read_strict(text.as_bytes()) {
        Ok(Json::Object(properties)) => Ok(properties),
        Ok(_) => Err("Line 1: write an object, such as {\"city\": \"Rome\"}.".to_owned()),
        Err(fault) => Err(fault.in_words(text)),
    }
}

/// The text of attributes, for a field.
pub fn to_json(properties: &Properties) -> String {
    match properties.is_empty() {
        true => String::new(),
        false => serde_json::to_string_pretty(properties).unwrap_or_default(),
    }
}

/// The attributes of rows; empty rows say nothing.
///
/// # Errors
/// All that is wrong, at the fields of the rows.
pub fn from_rows(rows: &[(String, String)]) -> Result<Properties, Vec<FieldError>> {
    let mut properties = Properties::new();
    let mut problems = Vec::new();
    for (number, (name, value)) in rows.iter().enumerate() {
        let name = name.trim();
        let message = match name.is_empty() {
            true if value.trim().is_empty() => continue,
            true => "Say which attribute this is.".to_owned(),
            false if properties.contains_key(name) => format!("“{name}” is there twice."),
            false => {
                properties.insert(name.to_owned(), read(value.trim()));
                continue;
            }
        };
        problems.push(FieldError::new(format!("name-{number}"), message));
    }
    if problems.is_empty() { Ok(properties) } else { Err(problems) }
}

/// The rows of attributes; `None` where one of them is no single value and no list.
pub fn to_rows(properties: &Properties) -> Option<Vec<(String, String)>> {
    let row = |(name, value): (&String, &Json)| Some((name.clone(), write(value)?));
    properties.iter().map(row).collect()
}

/// What somebody means who types that: a number, true or false, a list, a text in quotation marks;
/// else the text itself, also where a number would lose digits, as 17.10 does.
fn read(typed: &str) -> Json {
    let text = || Json::from(typed);
    let Ok(json) = read_strict(typed.as_bytes()) else { return text() };
    let mut room = NumberText::new();
    match Attribute::from_json(&json) {
        Some(Attribute::Number(number)) if room.format(number) != typed => text(),
        Some(_) => json,
        None => text(),
    }
}

fn write(value: &Json) -> Option<String> {
    match value {
        Json::String(text) if read(text) == *value => Some(text.clone()),
        Json::Null | Json::Object(_) => None,
        other => Some(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn object(json: Json) -> Properties {
        json.as_object().unwrap().clone()
    }

    #[test]
    fn a_row_means_what_it_looks_like() {
        for (typed, meant) in [
            ("Rome", json!("Rome")),
            ("17", json!(17)),
            ("17.1", json!(17.1)),
            ("17.10", json!("17.10")),
            ("1e3", json!("1e3")),
            ("\"17\"", json!("17")),
            ("true", json!(true)),
            ("[\"a\", 1]", json!(["a", 1])),
            ("{\"a\": 1}", json!("{\"a\": 1}")),
            ("null", json!("null")),
            ("[1,", json!("[1,")),
        ] {
            assert_eq!(read(typed), meant, "{typed}");
        }
    }

    #[test]
    fn rows_and_addresses_say_the_same_attributes() {
        let all = object(json!({"a": "x", "b": "17", "c": 17, "d": true, "e": "true", "f": ["x"]}));
        assert_eq!(from_rows(&to_rows(&all).unwrap()).unwrap(), all);
        assert_eq!(from_address(&to_address(&all).unwrap()).unwrap(), all);
        assert_eq!(from_json(&to_json(&all)).unwrap(), all);
        assert_eq!(to_rows(&object(json!({"a": {"b": 1}}))), None);
        assert_eq!(to_address(&object(json!({"a": "x".repeat(2_000)}))), None);
        for cut in ["!", "eyJh", "WzFd"] {
            assert_eq!(from_address(cut), None, "{cut}");
        }
    }

    #[test]
    fn wrong_json_says_the_line_and_what_is_wrong() {
        for (text, said) in [
            (
                "{\n \"a\" 1}",
                "Line 2, column 6: a colon is missing after the name of a field. The line reads: \
                 \"a\" 1}",
            ),
            ("[1]", "Line 1: write an object, such as {\"city\": \"Rome\"}."),
        ] {
            assert_eq!(from_json(text).unwrap_err(), said);
        }
        assert!(from_json("{\"a\": 1, \"a\": 2}").unwrap_err().contains("twice"));
        assert!(from_json("{\"a\": \"\\u0000\"}").unwrap_err().contains("U+0000"));
    }

    #[test]
    fn rows_that_can_not_be_meant_are_named() {
        let rows = [("", "x"), ("a", "1"), ("", ""), ("a", "2")];
        let rows = rows.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let problems = from_rows(&rows).unwrap_err();
        let fields: Vec<_> = problems.iter().map(|problem| problem.field.as_str()).collect();
        assert_eq!(fields, ["name-0", "name-3"]);
    }
}
