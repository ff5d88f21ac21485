//! What is wrong with a value or a schema, in words.

use jsonschema::{
    JsonType, ValidationError,
    error::{TypeKind, ValidationErrorKind as Kind},
    paths::{Location, LocationSegment},
};
use serde_json::Value as Json;

use crate::domain::reading::FieldError;

/// The most characters of a value that a sentence repeats.
const MOST_SHOWN: usize = 200;

/// What is wrong with a value, and where in it.
pub(super) fn of_value(error: &ValidationError<'_>) -> FieldError {
    FieldError::new(path(error.instance_path()), sentence(error))
}

/// What is wrong with a schema, and where in it.
pub(super) fn of_schema(error: &ValidationError<'_>) -> FieldError {
    let segments = error.instance_path().segments();
    let last = segments.last().map(|segment| segment.to_string()).unwrap_or_default();
    let message = match error.kind() {
        Kind::Format { format } if format == "regex" => {
            "This is no pattern that Flagstaff can check with: it has to be a regular expression \
             without look-around and back-references, and not too large."
                .to_owned()
        }
        Kind::AnyOf { .. } if last == "type" => {
            "This is one of null, boolean, object, array, number, string, integer, or a list of \
             them."
                .to_owned()
        }
        Kind::Referencing(_) => "This refers to something that is not in the schema.".to_owned(),
        _ => sentence(error),
    };
    FieldError::new(path(error.instance_path()), format!("This is no valid schema. {message}"))
}

/// A place in a document as people write it: `plans[0].price`.
fn path(location: &Location) -> String {
    let mut path = String::new();
    for segment in location.segments() {
        match segment {
            LocationSegment::Index(index) => path += &format!("[{index}]"),
            LocationSegment::Property(name) => add_name(&mut path, &name),
        }
    }
    path
}

/// The same of a JSON pointer.
pub(super) fn path_of_pointer(pointer: &str) -> String {
    let mut path = String::new();
    for segment in pointer.split('/').skip(1) {
        match segment.parse::<usize>() {
            Ok(index) => path += &format!("[{index}]"),
            Err(_) => add_name(&mut path, &segment.replace("~1", "/").replace("~0", "~")),
        }
    }
    path
}

fn add_name(path: &mut String, name: &str) {
    let is_simple = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '$');
    if name.is_empty() || !name.chars().all(is_simple) {
        *path += &format!("[{}]", shown(&Json::from(name)));
    } else if path.is_empty() {
        path.push_str(name);
    } else {
        *path += &format!(".{name}");
    }
}

fn sentence(error: &ValidationError<'_>) -> String {
    match error.kind() {
        Kind::Type { kind } => format!("This must be {}.", types(kind)),
        Kind::Required { property } => format!("{} is missing here.", shown(property)),
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            format!("The schema has no place for {} here.", names(unexpected))
        }
        Kind::Enum { options } => format!("This must be one of {}.", shown(options)),
        Kind::Constant { expected_value } => format!("This must be {}.", shown(expected_value)),
        Kind::Minimum { limit } => format!("This must be at least {limit}."),
        Kind::Maximum { limit } => format!("This must be at most {limit}."),
        Kind::ExclusiveMinimum { limit } => format!("This must be more than {limit}."),
        Kind::ExclusiveMaximum { limit } => format!("This must be less than {limit}."),
        Kind::MultipleOf { multiple_of } => format!("This must be a multiple of {multiple_of}."),
        Kind::MinLength { limit } => format!("This text must have at least {limit} characters."),
        Kind::MaxLength { limit } => format!("This text may have at most {limit} characters."),
        Kind::MinItems { limit } => format!("This list must have at least {limit} items."),
        Kind::MaxItems { limit } => format!("This list may have at most {limit} items."),
        Kind::AdditionalItems { limit } => format!("This list may have at most {limit} items."),
        Kind::MinProperties { limit } => format!("This object must have at least {limit} fields."),
        Kind::MaxProperties { limit } => format!("This object may have at most {limit} fields."),
        Kind::UniqueItems => "No two items of this list may be the same.".to_owned(),
        Kind::Pattern { pattern } => {
            format!("This must match the pattern {}.", cut(pattern))
        }
        Kind::Format { format } => format!("This must be of the format {}.", cut(format)),
        Kind::AnyOf { .. } | Kind::OneOfNotValid { .. } => {
            "This fits none of the alternatives that the schema gives.".to_owned()
        }
        Kind::OneOfMultipleValid { .. } => {
            "This fits more than one of the alternatives, of which only one may fit.".to_owned()
        }
        Kind::Not { .. } => "The schema rules exactly this out.".to_owned(),
        Kind::Contains => "This list has too few or too many of the items that the schema asks \
                           for."
            .to_owned(),
        Kind::PropertyNames { .. } => {
            "A field here has a name that the schema does not allow.".to_owned()
        }
        Kind::FalseSchema => "The schema allows nothing here.".to_owned(),
        _ => format!("{}.", cut(&error.masked_with("This").to_string())),
    }
}

fn types(kind: &TypeKind) -> String {
    match kind {
        TypeKind::Single(of) => a_type(*of).to_owned(),
        TypeKind::Multiple(several) => {
            several.iter().map(a_type).collect::<Vec<&str>>().join(" or ")
        }
    }
}

fn a_type(of: JsonType) -> &'static str {
    match of {
        JsonType::Null => "null",
        JsonType::Boolean => "true or false",
        JsonType::Integer => "a whole number",
        JsonType::Number => "a number",
        JsonType::String => "text",
        JsonType::Array => "a list",
        JsonType::Object => "an object",
    }
}

fn names(names: &[String]) -> String {
    let quoted: Vec<String> =
        names.iter().map(|name| Json::from(name.as_str()).to_string()).collect();
    cut(&quoted.join(", "))
}

/// A value as JSON; a list without its brackets.
fn shown(value: &Json) -> String {
    match value {
        Json::Array(items) => {
            let items: Vec<String> = items.iter().map(Json::to_string).collect();
            cut(&items.join(", "))
        }
        other => cut(&other.to_string()),
    }
}

fn cut(text: &str) -> String {
    let mut shown: String = text.chars().take(MOST_SHOWN).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}
