//! Values as people type them, by the type of their key.

use serde_json::Value as Json;

use crate::{
    domain::value::{LARGEST_INTEGER, Value, ValueType},
    http::read_strict,
};

/// The name of a type on pages.
pub fn type_label(value_type: ValueType) -> &'static str {
    match value_type {
        ValueType::Boolean => "Boolean",
        ValueType::String => "String",
        ValueType::Integer => "Whole number",
        ValueType::Decimal => "Decimal number",
        ValueType::Json => "JSON",
    }
}

/// Reads what was typed.
///
/// # Errors
/// What to type instead, as a sentence.
pub fn read(value_type: ValueType, text: &str) -> Result<Json, String> {
    let json = match value_type {
        ValueType::Boolean => text.trim().parse().ok().map(Json::Bool),
        ValueType::String => Some(Json::String(text.to_owned())),
        ValueType::Integer => text.trim().parse::<i64>().ok().map(Json::from),
        ValueType::Decimal => read_decimal(text)?,
        ValueType::Json => Some(read_json(text)?),
    };
    let json = json.ok_or_else(|| match value_type {
        ValueType::Integer => "Enter a whole number, such as 3.".to_owned(),
        ValueType::Decimal => "Enter a number, such as 3 or 0.25.".to_owned(),
        _ => "Choose true or false.".to_owned(),
    })?;
    Value::read(value_type, &json).map(|_| json)
}

/// Reads a number with a point; none for what is no number.
///
/// # Errors
/// Where apps would not get what was typed.
pub fn read_decimal(text: &str) -> Result<Option<Json>, String> {
    let Ok(number) = text.trim().parse::<f64>() else { return Ok(None) };
    if number.is_infinite() || number.fract() == 0.0 && number.abs() > LARGEST_INTEGER as f64 {
        return Err(format!(
            "Apps would lose digits of this number: without a fraction it may be at most \
             {LARGEST_INTEGER}."
        ));
    }
    // There is no minus zero in JSON that all apps agree on.
    Ok(Some(Json::from(if number == 0.0 { 0.0 } else { number })))
}

/// Reads JSON.
///
/// # Errors
/// What is wrong with it, with the line.
pub fn read_json(text: &str) -> Result<Json, String> {
    if text.trim().is_empty() {
        return Err("Enter JSON; an empty text is written \"\".".to_owned());
    }
    read_strict(text.as_bytes()).map_err(|fault| {
        let what = if fault.is_json { "This JSON can't be kept." } else { "This is not JSON." };
        format!("{what} {}", fault.in_words(text))
    })
}

/// A value as its field shows it: reading it gives the same.
pub fn text_of(value_type: ValueType, json: &Json) -> String {
    match (value_type, json) {
        (ValueType::String, Json::String(text)) => text.clone(),
        (ValueType::Json, json) => serde_json::to_string_pretty(json).unwrap_or_default(),
        _ => in_json(value_type, json),
    }
}

/// A value of that type as JSON on one line; a decimal keeps its point.
pub fn in_json(value_type: ValueType, json: &Json) -> String {
    Value::read(value_type, json).map_or_else(|_| json.to_string(), |value| value.json_text())
}

/// Browsers send the ends of lines as they did in 1995.
pub fn unix_lines(text: &str) -> String {
    text.replace("\r\n", "\n")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_field_shows_is_read_as_the_same_value() {
        for (value_type, json) in [
            (ValueType::Boolean, json!(true)),
            (ValueType::String, json!("")),
            (ValueType::String, json!("two\nlines \"x\"")),
            (ValueType::Integer, json!(-3)),
            (ValueType::Decimal, json!(0.25)),
            (ValueType::Json, json!({"a": [1, null, "b"]})),
        ] {
            assert_eq!(read(value_type, &text_of(value_type, &json)), Ok(json));
        }
        assert_eq!(read(ValueType::Decimal, " 1.5 "), Ok(json!(1.5)));
    }

    #[test]
    fn what_is_no_value_is_refused_in_words() {
        assert_eq!(
            read(ValueType::Integer, "1.5").unwrap_err(),
            "Enter a whole number, such as 3."
        );
        assert!(read(ValueType::Boolean, "yes").is_err());
        assert!(read(ValueType::Decimal, "1e400").unwrap_err().contains("lose digits"));
        assert!(read(ValueType::Json, "{\"a\": }").unwrap_err().contains("Line 1"));
        assert!(read(ValueType::Integer, "9007199254740993").is_err());
    }
}
