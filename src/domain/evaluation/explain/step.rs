//! What an explanation is made of.

use serde::Serialize;
use serde_json::{Map, Value as Json};

use crate::domain::condition::Truth;

/// What came of a step or of a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// It holds.
    Yes,
    /// It does not.
    No,
    /// What it depends on could not be read.
    Unknown,
    /// It is what is served.
    Serves,
    /// The decision was made before.
    NotLookedAt,
}

impl From<Truth> for Mark {
    fn from(truth: Truth) -> Mark {
        match truth {
            Truth::Holds => Mark::Yes,
            Truth::Fails => Mark::No,
            Truth::Unknown => Mark::Unknown,
        }
    }
}

impl From<bool> for Mark {
    fn from(holds: bool) -> Mark {
        if holds { Mark::Yes } else { Mark::No }
    }
}

/// One step of a decision.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Step {
    /// What was looked at: `published`, `switch`, `test_user`, `ramp`, `prerequisite`, `row`,
    /// `everyone_else`, `percentage`, `served`, `rest`.
    pub step: &'static str,
    /// What came of it.
    pub result: Mark,
    /// The same as a sentence.
    pub outcome: String,
    /// Why, where there is more to say.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub detail: String,
    /// The conditions of a row that were looked at.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Checked>,
    /// The inputs that it saw, by name.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub inputs: Map<String, Json>,
}

impl Step {
    pub(super) fn new(
        step: &'static str,
        result: impl Into<Mark>,
        outcome: impl Into<String>,
    ) -> Step {
        let (result, outcome) = (result.into(), outcome.into());
        let (detail, conditions, inputs) = (String::new(), Vec::new(), Map::new());
        Step { step, result, outcome, detail, conditions, inputs }
    }

    pub(super) fn because(mut self, detail: impl Into<String>) -> Step {
        self.detail = detail.into();
        self
    }

    pub(super) fn with(mut self, name: &str, value: impl Into<Json>) -> Step {
        self.inputs.insert(name.to_owned(), value.into());
        self
    }

    pub(super) fn checking(mut self, conditions: Vec<Checked>) -> Step {
        self.conditions = conditions;
        self
    }
}

/// A condition that was looked at.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Checked {
    /// The condition in words; of a group, how its parts stand together.
    pub condition: String,
    /// Whether it holds.
    pub result: Mark,
    /// What is known of the user in that respect, in words.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub has: String,
    /// Its parts, of a group or a segment.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub inside: Vec<Checked>,
}
