//! Everything that an environment can hand out, worked out when it is compiled, so that deciding a
//! value is no more than choosing one of these.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::{bucketing::Rollout, value::Value};

/// Why a value was handed out; the words of OpenFeature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Reason {
    /// One thing is served to everybody.
    Static,
    /// A row or a test user described this user.
    TargetingMatch,
    /// A percentage or a split was involved, in or out.
    Split,
    /// Nothing decided: the key's default.
    Default,
    /// The experience is switched off.
    Disabled,
    /// Stored data that was needed could not be read.
    Stale,
}

impl Reason {
    /// The word as every protocol writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Reason::Static => "STATIC",
            Reason::TargetingMatch => "TARGETING_MATCH",
            Reason::Split => "SPLIT",
            Reason::Default => "DEFAULT",
            Reason::Disabled => "DISABLED",
            Reason::Stale => "STALE",
        }
    }
}

/// Whom the deciding row describes, as statistics name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Audience {
    /// A segment's users.
    Segment(Uuid),
    /// Those of conditions in the row itself.
    OneOff,
    /// Those whom no row describes.
    EveryoneElse,
    /// A test user.
    Tester,
    /// No row decided.
    None,
}

impl Audience {
    /// The name under which it is counted.
    pub fn as_str(self) -> &'static str {
        match self {
            Audience::Segment(_) => "segment",
            Audience::OneOff => "one_off",
            Audience::EveryoneElse => "everyone_else",
            Audience::Tester => "tester",
            Audience::None => "none",
        }
    }

    /// The segment's identity, where it is one.
    pub fn segment(self) -> Option<Uuid> {
        match self {
            Audience::Segment(id) => Some(id),
            _ => None,
        }
    }
}

/// The version that decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct VersionReference {
    /// Its identity in the store.
    pub id: Uuid,
    /// Its number.
    pub number: i32,
}

/// How a value came to be, alike for all keys of an experience.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// Why.
    pub reason: Reason,
    /// The row that decided, in or out of its percentage; `everyone_else` for the last one.
    pub row: Option<String>,
    /// Whom that row describes.
    pub audience: Audience,
    /// The version that decided.
    pub version: Option<VersionReference>,
    /// The percentage of the row that decided.
    pub rollout: Option<Rollout>,
    /// The payload of the variant that is served, written as JSON.
    pub payload: Option<String>,
}

/// The place of an answer in its ruleset; counters stand in the same order.
pub type AnswerIndex = u32;

/// One value of one key, ready to be handed out.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Its own place in the ruleset.
    pub index: AnswerIndex,
    /// The key's place in the ruleset.
    pub key: u32,
    /// The value.
    pub value: Value,
    /// The value written as JSON.
    pub json: Box<str>,
    /// The variant's name; else `on` or `off`, `default`, or `value`.
    pub variant: Box<str>,
    /// For a boolean its value, for other types whether the experience is not switched off.
    pub enabled: bool,
    /// How it came to be.
    pub decision: Arc<Decision>,
}
