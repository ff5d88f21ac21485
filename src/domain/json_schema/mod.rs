//! JSON Schemas: what the JSON values of a key have to look like.
//!
//! A schema is written by whoever may edit keys, so nothing in one may harm the product: nothing is
//! ever fetched for it, its patterns take linear time, and the work that a value could cause is
//! counted before it is done.

mod graph;
mod words;

use jsonschema::{Draft, PatternOptions, Validator};
use serde_json::Value as Json;

use self::graph::Graph;
use super::reading::{FieldError, Problems};

/// The most arrays and objects inside one another, in a schema and in a value that is checked.
const MOST_DEPTH: usize = 32;
/// The most bytes of a pattern, once it is compiled.
const MOST_PATTERN_BYTES: usize = 64 * 1024;
/// The most steps that checking one value may take.
const MOST_STEPS: u64 = 1_000_000;
/// The most schemas inside one another while a value is checked.
const MOST_NESTED: usize = 500;
/// The most problems of a value that are told at once.
const MOST_PROBLEMS: usize = 10;

/// The drafts that a schema may name, with what they are called.
const DRAFTS: [(&str, Draft); 5] = [
    ("https://json-schema.org/draft/2020-12/schema", Draft::Draft202012),
    ("https://json-schema.org/draft/2019-09/schema", Draft::Draft201909),
    ("http://json-schema.org/draft-07/schema", Draft::Draft7),
    ("http://json-schema.org/draft-06/schema", Draft::Draft6),
    ("http://json-schema.org/draft-04/schema", Draft::Draft4),
];

/// A schema that values can be checked against.
#[derive(Debug)]
pub struct JsonSchema {
    validator: Validator,
    graph: Graph,
}

impl JsonSchema {
    /// Reads a schema: draft 2020-12, unless its `$schema` names another.
    ///
    /// # Errors
    /// What is wrong with it, with the path inside it.
    pub fn read(json: &Json) -> Result<JsonSchema, Problems> {
        let draft = draft(json).map_err(|problem| vec![problem])?;
        if levels(json).len() > MOST_DEPTH {
            let message = format!("This is nested too deep; at most {MOST_DEPTH} levels.");
            return Err(vec![FieldError::new("", message)]);
        }
        let graph = Graph::read(json, draft)?;
        let patterns = PatternOptions::regex()
            .size_limit(MOST_PATTERN_BYTES)
            .dfa_size_limit(16 * MOST_PATTERN_BYTES);
        let options = jsonschema::options()
            .offline()
            .with_draft(draft)
            .should_validate_formats(true)
            .with_pattern_options(patterns);
        let validator = options.build(json).map_err(|error| vec![words::of_schema(&error)])?;
        Ok(JsonSchema { validator, graph })
    }

    /// What keeps a value from fitting the schema, with the paths inside the value; at most ten
    /// problems.
    pub fn problems(&self, value: &Json) -> Problems {
        let levels = levels(value);
        let work = self.graph.work(&levels);
        if work.steps > MOST_STEPS || work.nested > MOST_NESTED || levels.len() > MOST_DEPTH {
            let message = "Checking this value against the schema would take too long. Make the \
                           schema simpler, or the value smaller.";
            return vec![FieldError::new("", message)];
        }
        self.validator.iter_errors(value).take(MOST_PROBLEMS).map(|e| words::of_value(&e)).collect()
    }
}

fn draft(json: &Json) -> Result<Draft, FieldError> {
    let Some(fields) = json.as_object() else {
        return Err(FieldError::new("", "A schema is a JSON object."));
    };
    let Some(named) = fields.get("$schema") else { return Ok(Draft::Draft202012) };
    let name = named.as_str().unwrap_or_default();
    let name = name.strip_suffix('#').unwrap_or(name);
    let known = DRAFTS.into_iter().find(|(known, _)| *known == name);
    known.map(|(_, draft)| draft).ok_or_else(|| {
        let known = DRAFTS.map(|(known, _)| known).join(", ");
        let message = format!(
            "Flagstaff knows no such kind of schema. Leave this out for draft 2020-12, or name one \
             of {known}."
        );
        FieldError::new("$schema", message)
    })
}

/// How many values stand at each depth of a document, the whole of it first.
fn levels(json: &Json) -> Vec<u64> {
    let mut levels = Vec::new();
    let mut level = vec![json];
    while !level.is_empty() {
        levels.push(level.len() as u64);
        level = level.into_iter().flat_map(children).collect();
    }
    levels
}

fn children(json: &Json) -> Vec<&Json> {
    match json {
        Json::Array(items) => items.iter().collect(),
        Json::Object(fields) => fields.values().collect(),
        _ => Vec::new(),
    }
}
