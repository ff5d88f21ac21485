//! Which parts of a schema lead to which, and how much work that makes of a value.
//!
//! A part leads to another *here*, about the same value (`allOf`, `$ref`), or *below*, about what
//! is inside the value (`properties`, `items`). The steps of a check are counted level by level
//! from that: a few lines of `$ref` could otherwise make a check last for years.

use std::collections::{HashMap, HashSet};

use jsonschema::Draft;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value as Json};

use super::words::path_of_pointer;
use crate::domain::reading::{FieldError, Problems};

/// The most parts that a schema refers to by `$ref`; a chain of them takes up the stack.
const MOST_TARGETS: usize = 50;
/// The most patterns of a schema.
const MOST_PATTERNS: usize = 50;
/// What a pattern counts for, beside an ordinary step.
const PATTERN_STEPS: u64 = 100;

const HERE: [&str; 4] = ["not", "if", "then", "else"];
const LISTS_HERE: [&str; 3] = ["allOf", "anyOf", "oneOf"];
const MAPS_HERE: [&str; 2] = ["dependentSchemas", "dependencies"];
const BELOW: [&str; 7] = [
    "additionalProperties",
    "unevaluatedProperties",
    "propertyNames",
    "items",
    "additionalItems",
    "unevaluatedItems",
    "contains",
];
const LISTS_BELOW: [&str; 2] = ["prefixItems", "items"];
const MAPS_BELOW: [&str; 2] = ["properties", "patternProperties"];
const DEFINITIONS: [&str; 2] = ["$defs", "definitions"];

/// The parts of a schema, and what each leads to.
#[derive(Debug)]
pub(super) struct Graph {
    parts: Vec<Part>,
    /// Each part before those that it leads to here.
    order: Vec<usize>,
}

#[derive(Debug, Default)]
struct Part {
    /// The steps that it takes itself.
    steps: u64,
    here: Vec<usize>,
    below: Vec<usize>,
    /// How often it asks what it leads to.
    times: u64,
}

/// What checking a value takes.
#[derive(Debug, Default)]
pub(super) struct Work {
    pub steps: u64,
    /// How many parts are looked at inside one another.
    pub nested: usize,
}

impl Graph {
    pub(super) fn read(root: &Json, draft: Draft) -> Result<Graph, Problems> {
        let mut reader = Reader::new(root, draft);
        reader.part(String::new(), root);
        while let Some((number, pointer, json)) = reader.open.pop() {
            if let Some(fields) = json.as_object() {
                reader.keywords(number, &pointer, fields);
            }
        }
        reader.finish()
    }

    /// What checking a value takes that has so many values at each depth.
    pub(super) fn work(&self, levels: &[u64]) -> Work {
        let mut work = Work::default();
        let mut now = vec![(0_u64, 0_usize); self.parts.len()];
        if let Some(root) = now.first_mut() {
            *root = (1, 1);
        }
        for values in levels {
            let mut next = vec![(0_u64, 0_usize); self.parts.len()];
            for number in &self.order {
                let (Some(part), Some(&(asked, nested))) =
                    (self.parts.get(*number), now.get(*number))
                else {
                    continue;
                };
                work.steps = work
                    .steps
                    .saturating_add(asked.saturating_mul(*values).saturating_mul(part.steps));
                work.nested = work.nested.max(nested);
                let asked = asked.saturating_mul(part.times);
                add(&mut now, &part.here, asked, nested);
                add(&mut next, &part.below, asked, nested);
            }
            now = next;
        }
        work
    }
}

/// Has these parts asked so much more often, one deeper.
fn add(parts: &mut [(u64, usize)], numbers: &[usize], asked: u64, nested: usize) {
    if asked == 0 {
        return;
    }
    for number in numbers {
        if let Some(part) = parts.get_mut(*number) {
            *part = (part.0.saturating_add(asked), part.1.max(nested + 1));
        }
    }
}

struct Reader<'a> {
    root: &'a Json,
    draft: Draft,
    anchors: HashMap<&'a str, (String, &'a Json)>,
    numbers: HashMap<String, usize>,
    parts: Vec<Part>,
    open: Vec<(usize, String, &'a Json)>,
    targets: HashSet<String>,
    patterns: usize,
    problems: Problems,
}

impl<'a> Reader<'a> {
    fn new(root: &'a Json, draft: Draft) -> Reader<'a> {
        Reader {
            root,
            draft,
            anchors: anchors(root),
            numbers: HashMap::new(),
            parts: Vec::new(),
            open: Vec::new(),
            targets: HashSet::new(),
            patterns: 0,
            problems: Problems::new(),
        }
    }

    /// The number of the part at that pointer, to be read later where it is new.
    fn part(&mut self, pointer: String, json: &'a Json) -> usize {
        if let Some(number) = self.numbers.get(&pointer) {
            return *number;
        }
        let number = self.parts.len();
        self.parts.push(Part { steps: 1, times: 1, ..Part::default() });
        self.numbers.insert(pointer.clone(), number);
        self.open.push((number, pointer, json));
        number
    }

    fn problem(&mut self, pointer: &str, message: impl Into<String>) {
        self.problems.push(FieldError::new(path_of_pointer(pointer), message));
    }

    fn keywords(&mut self, number: usize, pointer: &str, fields: &'a Map<String, Json>) {
        self.refuse_what_reaches_out(pointer, fields);
        let (mut here, mut below) = (Vec::new(), Vec::new());
        for (name, json) in fields {
            let (name, at) = (name.as_str(), format!("{pointer}/{}", escaped(name)));
            if HERE.contains(&name) {
                here.push(self.part(at, json));
            } else if LISTS_HERE.contains(&name) || MAPS_HERE.contains(&name) {
                self.parts_in(&at, json, &mut here);
            } else if MAPS_BELOW.contains(&name) || LISTS_BELOW.contains(&name) && json.is_array() {
                self.parts_in(&at, json, &mut below);
            } else if BELOW.contains(&name) {
                below.push(self.part(at, json));
            } else if DEFINITIONS.contains(&name) {
                self.parts_in(&at, json, &mut Vec::new());
            } else if name == "$ref" {
                here.extend(json.as_str().and_then(|target| self.target(&at, target)));
            }
        }
        let steps = 1 + self.pattern_steps(pointer, fields) + listed(fields.get("enum"));
        // What is unevaluated is found by asking the others once more.
        let unevaluated = ["unevaluatedProperties", "unevaluatedItems"];
        let times = if unevaluated.iter().any(|name| fields.contains_key(*name)) { 3 } else { 1 };
        if let Some(part) = self.parts.get_mut(number) {
            *part = Part { steps, here, below, times };
        }
    }

    /// Every part in a list or a map.
    fn parts_in(&mut self, pointer: &str, json: &'a Json, found: &mut Vec<usize>) {
        match json {
            Json::Array(items) => {
                for (i, item) in items.iter().enumerate() {
                    found.push(self.part(format!("{pointer}/{i}"), item));
                }
            }
            Json::Object(fields) => {
                for (name, json) in fields {
                    found.push(self.part(format!("{pointer}/{}", escaped(name)), json));
                }
            }
            _ => {}
        }
    }

    fn refuse_what_reaches_out(&mut self, pointer: &str, fields: &Map<String, Json>) {
        for name in ["$dynamicRef", "$recursiveRef"] {
            if fields.contains_key(name) {
                self.problem(&format!("{pointer}/{name}"), "Refer by $ref; this is not supported.");
            }
        }
        let id = if self.draft == Draft::Draft4 { "id" } else { "$id" };
        if !pointer.is_empty() && fields.get(id).is_some_and(Json::is_string) {
            let message = "A part of a schema has no identifier of its own here. Take it out, and \
                           refer to the part by its place, such as #/$defs/address.";
            self.problem(&format!("{pointer}/{id}"), message);
        }
    }

    fn pattern_steps(&mut self, pointer: &str, fields: &Map<String, Json>) -> u64 {
        let by_name = fields.get("patternProperties").and_then(Json::as_object).map_or(0, Map::len);
        let count = by_name + usize::from(fields.contains_key("pattern"));
        let before = self.patterns;
        self.patterns += count;
        if before <= MOST_PATTERNS && self.patterns > MOST_PATTERNS {
            self.problem(pointer, format!("A schema may have at most {MOST_PATTERNS} patterns."));
        }
        count as u64 * PATTERN_STEPS
    }

    /// The part that a `$ref` names.
    fn target(&mut self, pointer: &str, target: &str) -> Option<usize> {
        let Some(fragment) = target.strip_prefix('#') else {
            let message = "This lies outside the schema, and Flagstaff never fetches anything for \
                           one. Copy it below $defs, and refer to it as #/$defs/….";
            self.problem(pointer, message);
            return None;
        };
        let fragment = percent_decode_str(fragment).decode_utf8().ok()?;
        let root = self.root;
        let found = if fragment.is_empty() || fragment.starts_with('/') {
            root.pointer(&fragment).map(|json| (fragment.to_string(), json))
        } else {
            self.anchors.get(fragment.as_ref()).cloned()
        };
        let Some((at, json)) = found else {
            self.problem(pointer, format!("There is no “{target}” in this schema."));
            return None;
        };
        self.targets.insert(at.clone());
        if self.targets.len() > MOST_TARGETS {
            let message = format!("A schema may refer to at most {MOST_TARGETS} of its parts.");
            self.problem(pointer, message);
            return None;
        }
        Some(self.part(at, json))
    }

    /// Puts the parts in order; a part that leads to itself here would never come to an end.
    fn finish(mut self) -> Result<Graph, Problems> {
        let mut waiting = vec![0_usize; self.parts.len()];
        for number in self.parts.iter().flat_map(|part| &part.here) {
            waiting.get_mut(*number).into_iter().for_each(|count| *count += 1);
        }
        let free = waiting.iter().enumerate().filter(|(_, count)| **count == 0);
        let mut order: Vec<usize> = free.map(|(number, _)| number).collect();
        let mut done = 0;
        while let Some(number) = order.get(done).copied() {
            done += 1;
            for next in self.parts.get(number).into_iter().flat_map(|part| &part.here) {
                let Some(count) = waiting.get_mut(*next) else { continue };
                *count -= 1;
                if *count == 0 {
                    order.push(*next);
                }
            }
        }
        if order.len() < self.parts.len() {
            let circle = self.numbers.iter().filter(|(_, number)| !order.contains(number));
            let at = circle.map(|(pointer, _)| pointer.clone()).min().unwrap_or_default();
            self.problem(&at, "This refers to itself without going any deeper into the value.");
        }
        if self.problems.is_empty() {
            return Ok(Graph { parts: self.parts, order });
        }
        self.problems.truncate(super::MOST_PROBLEMS);
        Err(self.problems)
    }
}

fn listed(json: Option<&Json>) -> u64 {
    json.and_then(Json::as_array).map_or(0, |items| items.len() as u64)
}

/// A name as a JSON pointer says it.
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// The parts that have an `$anchor`, with their pointers.
fn anchors(root: &Json) -> HashMap<&str, (String, &Json)> {
    let mut anchors = HashMap::new();
    let mut open = vec![(String::new(), root)];
    while let Some((pointer, json)) = open.pop() {
        if let Some(name) = json.get("$anchor").and_then(Json::as_str) {
            anchors.insert(name, (pointer.clone(), json));
        }
        match json {
            Json::Object(fields) => open.extend(
                fields.iter().map(|(name, json)| (format!("{pointer}/{}", escaped(name)), json)),
            ),
            Json::Array(items) => open
                .extend(items.iter().enumerate().map(|(i, json)| (format!("{pointer}/{i}"), json))),
            _ => {}
        }
    }
    anchors
}
