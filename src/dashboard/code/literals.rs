//! Defaults as code writes them.

use serde_json::Value as Json;

use super::{CodeKey, Language};
use crate::domain::value::ValueType;

/// The longest default that stands in code as it is.
const MOST_DEFAULT: usize = 60;

/// What the app falls back to: the key's default, where it is short enough; of JSON only
/// where code writes it as JSON does.
pub(super) fn default(language: Language, key: &CodeKey) -> String {
    match key.value_type {
        ValueType::Boolean => truth(language, key.default.as_bool().unwrap_or_default()),
        ValueType::Integer | ValueType::Decimal => key.default.to_string(),
        ValueType::String => text(language, &key.default),
        ValueType::Json => object(language, &key.default),
    }
}

fn truth(language: Language, value: bool) -> String {
    match (language, value) {
        (Language::Python, true) => "True".to_owned(),
        (Language::Python, false) => "False".to_owned(),
        (_, value) => value.to_string(),
    }
}

fn object(language: Language, value: &Json) -> String {
    let text = value.to_string();
    let is_literal = matches!(language, Language::JavaScript | Language::Node);
    match is_literal && text.chars().count() <= MOST_DEFAULT {
        true => text,
        false => nothing(language).to_owned(),
    }
}

/// An empty object.
fn nothing(language: Language) -> &'static str {
    match language {
        Language::Swift => ".structure([:])",
        Language::Kotlin => "Value.Structure(emptyMap())",
        Language::Go => "map[string]any{}",
        Language::Java | Language::DotNet => "new Value()",
        _ => "{}",
    }
}

fn text(language: Language, value: &Json) -> String {
    let text = value.as_str().unwrap_or_default();
    // What only some languages can write is left to the server.
    if text.chars().count() > MOST_DEFAULT || text.contains(|it: char| it.is_control()) {
        return "\"\"".to_owned();
    }
    let literal = value.to_string();
    match language {
        Language::Kotlin => literal.replace('$', "\\$"),
        Language::Ruby => literal.replace('#', "\\#"),
        _ => literal,
    }
}
