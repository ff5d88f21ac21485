//! A decision told step by step.

use serde_json::Value as Json;

use crate::{
    domain::{
        evaluation::{Checked, Mark, Origin, Step, Used},
        version::value_in_words,
    },
    operations::explaining::Decision,
};

/// A key with the way to its value.
pub struct Opened {
    /// The key.
    pub key: String,
    /// Its value, as JSON.
    pub value: String,
    /// The steps.
    pub steps: Vec<StepLine>,
    /// The attributes that were looked at, each with where it came from.
    pub used: Vec<String>,
}

/// A step.
pub struct StepLine {
    /// What came of it.
    pub sign: Sign,
    /// The same as a sentence.
    pub outcome: String,
    /// Why.
    pub detail: String,
    /// Its conditions, as a list within lists.
    pub conditions: Vec<Piece>,
}

/// A sign and its word.
pub struct Sign {
    /// The icon.
    pub icon: &'static str,
    /// The word.
    pub word: &'static str,
    /// The status whose colour it has.
    pub status: &'static str,
}

/// A piece of a list of conditions. Templates can't call themselves, so that the tree comes as its
/// beginnings and ends.
pub enum Piece {
    /// A list begins.
    Opens,
    /// An item of it.
    Item {
        /// Whether it holds.
        sign: Sign,
        /// The condition in words.
        condition: String,
        /// What the user has.
        has: String,
    },
    /// The item ends, with all lists inside.
    Ends,
    /// The list ends.
    Closes,
}

impl Opened {
    /// Of a decision.
    pub fn of(decision: &Decision) -> Opened {
        Opened {
            key: decision.key.clone(),
            value: value_in_words(&decision.value),
            steps: decision.steps.iter().map(StepLine::of).collect(),
            used: decision.used.iter().map(used).collect(),
        }
    }
}

impl StepLine {
    fn of(step: &Step) -> StepLine {
        let mut conditions = Vec::new();
        list(&step.conditions, &mut conditions);
        StepLine {
            sign: Sign::of_step(step),
            outcome: step.outcome.clone(),
            detail: step.detail.clone(),
            conditions,
        }
    }
}

impl Sign {
    /// The sign of a step has a word that goes with what was looked at.
    fn of_step(step: &Step) -> Sign {
        let word = match (step.step, step.result) {
            ("switch" | "everyone_else", Mark::No) => "Off",
            ("switch", Mark::Yes) => "On",
            ("published", Mark::No) => "None",
            ("ramp", Mark::Yes) if step.inputs.is_empty() => "All",
            ("ramp" | "percentage", Mark::Yes) => "In",
            ("ramp" | "percentage", Mark::No) => "Out",
            ("row", Mark::Yes) => "Match",
            ("row", Mark::No) => "No match",
            ("prerequisite", Mark::Yes) => "Met",
            ("prerequisite", Mark::No) => "Not met",
            _ => return Sign::of(step.result),
        };
        Sign { word, ..Sign::of(step.result) }
    }

    fn of(mark: Mark) -> Sign {
        let (icon, word, status) = match mark {
            Mark::Yes => ("ok", "Yes", "live"),
            Mark::No => ("x", "No", ""),
            Mark::Unknown => ("info", "Unknown", "failed"),
            Mark::Serves => ("right", "Serves", "ramping"),
            Mark::NotLookedAt => ("off", "Skipped", ""),
        };
        Sign { icon, word, status }
    }
}

fn list(checked: &[Checked], pieces: &mut Vec<Piece>) {
    if checked.is_empty() {
        return;
    }
    pieces.push(Piece::Opens);
    for one in checked {
        pieces.push(Piece::Item {
            sign: Sign::of(one.result),
            condition: one.condition.clone(),
            has: one.has.clone(),
        });
        list(&one.inside, pieces);
        pieces.push(Piece::Ends);
    }
    pieces.push(Piece::Closes);
}

/// `city Brooklyn (request)`.
fn used(used: &Used) -> String {
    let name = &used.name;
    let value = match &used.value {
        Json::String(text) => text.clone(),
        other => value_in_words(other),
    };
    match used.origin {
        Origin::Request => format!("{name} {value} (request)"),
        Origin::Profile => format!("{name} {value} (profile)"),
        Origin::NotSet => format!("{name} (not set)"),
        Origin::Unknown => format!("{name} (could not be read)"),
    }
}
