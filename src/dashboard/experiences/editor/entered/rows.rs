//! A row, as typed, and whom it is for.

use serde_json::Value as Json;

use super::EnteredRule;
use crate::domain::{condition::Condition, version::Audience};

/// A row, as typed.
#[derive(Debug, Clone, PartialEq)]
pub struct EnteredRow {
    /// Stays with the row through versions.
    pub id: String,
    /// Whom it is for.
    pub audience: EnteredAudience,
    /// What it does for them.
    pub rule: EnteredRule,
}

/// Whom a row is for, as a hidden field carries it.
#[derive(Debug, Clone, PartialEq)]
pub enum EnteredAudience {
    /// The segment of that slug: `segment:iphone-ny`.
    Segment(String),
    /// Everybody: `everyone`.
    Everyone,
    /// Those for whom conditions hold, as JSON text: `conditions:{…}`.
    Conditions(String),
}

impl EnteredAudience {
    /// Of a row as it is.
    pub fn of(audience: &Audience) -> EnteredAudience {
        match audience {
            Audience::Segment(slug) => EnteredAudience::Segment(slug.to_string()),
            Audience::Conditions(condition) => {
                EnteredAudience::Conditions(condition.to_json().to_string())
            }
            Audience::Everyone => EnteredAudience::Everyone,
        }
    }

    /// Reads it; none for what no page of ours sends.
    pub fn parse(text: &str) -> Option<EnteredAudience> {
        match text.split_once(':') {
            Some(("segment", slug)) => Some(EnteredAudience::Segment(slug.to_owned())),
            Some(("conditions", json)) => Some(EnteredAudience::Conditions(json.to_owned())),
            _ if text == "everyone" => Some(EnteredAudience::Everyone),
            _ => None,
        }
    }

    /// As a hidden field carries it.
    pub fn text(&self) -> String {
        match self {
            EnteredAudience::Segment(slug) => format!("segment:{slug}"),
            EnteredAudience::Everyone => "everyone".to_owned(),
            EnteredAudience::Conditions(json) => format!("conditions:{json}"),
        }
    }

    /// The conditions in words, where it has some that can be read.
    pub fn conditions_in_words(&self) -> Option<String> {
        let EnteredAudience::Conditions(json) = self else { return None };
        let json: Json = serde_json::from_str(json).ok()?;
        Condition::from_json(&json).ok().map(|condition| condition.in_words())
    }
}
