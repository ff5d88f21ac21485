//! Everything that one environment serves, as it is stored: what a ruleset is compiled from, and
//! what the last-known-good file keeps.
//!
//! Contents stay JSON here, so that a row which this build cannot read spoils only its own
//! experience, never the environment.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::{bucketing::Rollout, event::Teaches, experience::Kind, value::ValueType};

/// One environment at one revision.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Source {
    /// Grows by one with every change that this environment serves.
    pub revision: i64,
    /// Every key of the project that is not archived.
    pub keys: Vec<KeySource>,
    /// Every segment of the project that is not archived.
    pub segments: Vec<SegmentSource>,
    /// Every experience that has an active publication here.
    pub experiences: Vec<ExperienceSource>,
    /// The names of all properties that are stored about its users.
    #[serde(default)]
    pub stored_names: Vec<String>,
    /// What evaluations teach about who is there.
    #[serde(default)]
    pub teaches: Teaches,
}

impl Source {
    /// The lists that something here asks for, each with its revision: those that experiences or
    /// other segments name.
    pub fn needed_lists(&self) -> Vec<(Uuid, i32)> {
        let mut named = HashSet::new();
        for experience in &self.experiences {
            let mut publication = Some(&experience.active);
            while let Some(one) = publication {
                name_segments(&one.content, &mut named);
                publication = one.replaces.as_deref();
            }
        }
        for segment in &self.segments {
            if let SegmentRule::Conditions(conditions) = &segment.rule {
                name_segments(conditions, &mut named);
            }
        }
        lists_among(self.segments.iter().filter(|segment| named.contains(segment.slug.as_str())))
    }
}

/// The lists among these segments, each with its revision.
pub fn lists_among<'a>(segments: impl IntoIterator<Item = &'a SegmentSource>) -> Vec<(Uuid, i32)> {
    let lists = segments.into_iter().filter_map(|segment| match segment.rule {
        SegmentRule::List { revision } => Some((segment.id, revision)),
        SegmentRule::Conditions(_) => None,
    });
    lists.collect()
}

/// Finds the segments that a content or conditions name, also in those that can't be compiled.
pub(super) fn name_segments<'a>(json: &'a serde_json::Value, named: &mut HashSet<&'a str>) {
    match json {
        serde_json::Value::Object(fields) => {
            named.extend(fields.get("segment").and_then(serde_json::Value::as_str));
            fields.values().for_each(|value| name_segments(value, named));
        }
        serde_json::Value::Array(items) => items.iter().for_each(|it| name_segments(it, named)),
        _ => {}
    }
}

/// A key with its default.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KeySource {
    /// Identity in the store.
    pub id: Uuid,
    /// The name that apps say.
    pub name: String,
    /// What values it takes.
    pub value_type: ValueType,
    /// What it hands out where nothing else decides.
    pub default_value: serde_json::Value,
}

/// A segment with its rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SegmentSource {
    /// Identity in the store.
    pub id: Uuid,
    /// The name that contents say.
    pub slug: String,
    /// Who is in it.
    pub rule: SegmentRule,
}

/// Who is in a segment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SegmentRule {
    /// Those for whom this condition tree holds.
    Conditions(serde_json::Value),
    /// The users of a list, which is kept apart from the rules.
    List {
        /// As of which revision of the segment.
        revision: i32,
    },
}

/// An experience that is published here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExperienceSource {
    /// Identity in the store.
    pub id: Uuid,
    /// Its name in addresses.
    pub slug: String,
    /// Feature flag or product config.
    pub kind: Kind,
    /// The kill switch.
    pub switched_on: bool,
    /// What it serves.
    pub active: PublicationSource,
}

impl ExperienceSource {
    /// An experience as it would be with that content published for everybody, and on. It is no
    /// publication, so that it has no identity: that places users in a ramp, of which there is none.
    pub fn as_if_published(
        id: Uuid,
        slug: String,
        kind: Kind,
        version: (Uuid, i32),
        content: serde_json::Value,
    ) -> ExperienceSource {
        let active = PublicationSource {
            id: Uuid::nil(),
            version_id: version.0,
            version: version.1,
            content,
            ramp: Rollout::ALL.hundredths(),
            replaces: None,
        };
        ExperienceSource { id, slug, kind, switched_on: true, active }
    }
}

/// A publication: a version, since when it serves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PublicationSource {
    /// Identity in the store; part of the ramp's salt.
    pub id: Uuid,
    /// Identity of the version in the store.
    pub version_id: Uuid,
    /// The version's number.
    pub version: i32,
    /// The version's content.
    pub content: serde_json::Value,
    /// The share of users reached so far, in hundredths of a percent, 0 to 10,000.
    pub ramp: u16,
    /// Whom it replaces while the ramp is below 10,000.
    pub replaces: Option<Box<PublicationSource>>,
}
