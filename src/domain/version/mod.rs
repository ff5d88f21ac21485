//! The content of a version: what an experience serves to whom.

mod common;
mod difference;
mod merge;
mod outcomes;
mod reading;
mod segment_names;
mod short_form;
mod validation;
mod words;
mod writing;

pub use common::Common;
pub use difference::{Change, ChangeKind, Group, in_short};
pub use merge::{Conflict, Merged, Side, Told};
pub use outcomes::Shares;
pub use segment_names::SegmentNames;
pub use short_form::{ShortForm, TargetingRules};
pub use validation::ProjectNames;
pub use words::value_in_words;

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::domain::{bucketing::Rollout, condition::Condition, key::KeyName, slug::Slug};

/// The most keys of one experience.
pub const MOST_KEYS: usize = 50;
/// The most rows of one version.
pub const MOST_ROWS: usize = 100;
/// The most variants of one version.
pub const MOST_VARIANTS: usize = 100;
/// The most test users of one version.
pub const MOST_TEST_USERS: usize = 1_000;
/// The most prerequisites of one version.
pub const MOST_PREREQUISITES: usize = 20;
/// The most bytes of a variant's description.
pub const MOST_DESCRIPTION_BYTES: usize = 4 * 1024;
/// The largest weight in a split.
pub const LARGEST_WEIGHT: u16 = 1_000;

/// Values by key; a key without one hands out its default.
pub type Values = BTreeMap<KeyName, Json>;

/// The content of a version, sound in its form. [`Content::validate`] checks it against the keys
/// and segments of its project.
#[derive(Debug, Clone, PartialEq)]
pub struct Content {
    /// The keys that it gives values to.
    pub keys: Vec<KeyName>,
    /// The attribute that buckets users.
    pub bucket_by: String,
    /// The text that, with the bucket text, decides where a user stands.
    pub salt: String,
    /// What other keys must have for this to serve anything but defaults.
    pub prerequisites: Vec<Prerequisite>,
    /// Named bundles of values.
    pub variants: Vec<Variant>,
    /// Users who get what is served to them, before any row.
    pub test_users: Vec<TestUser>,
    /// The rules, in order of priority.
    pub rows: Vec<Row>,
    /// What users get whom no row describes.
    pub everyone_else: Rule,
}

/// A value that another key must have.
#[derive(Debug, Clone, PartialEq)]
pub struct Prerequisite {
    /// That key.
    pub key: KeyName,
    /// The values that will do.
    pub is_in: Vec<Json>,
}

/// A named bundle of values.
#[derive(Debug, Clone, PartialEq)]
pub struct Variant {
    /// Its name, unique in the version.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// What its keys hand out.
    pub values: Values,
    /// JSON that goes along with the values.
    pub payload: Option<Json>,
}

/// Somebody who gets what is served to them, whatever the rows say.
#[derive(Debug, Clone, PartialEq)]
pub struct TestUser {
    /// The user's id.
    pub user_id: String,
    /// What they get; never a split.
    pub serve: Serve,
}

/// One rule with its audience.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Stays with the row through versions.
    pub id: String,
    /// Whom it describes.
    pub audience: Audience,
    /// What it does for them.
    pub rule: Rule,
}

/// Toggle, percentage, and what is served.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// The toggle; a row that is off is passed over.
    pub enabled: bool,
    /// The share of the audience that is served.
    pub rollout: Rollout,
    /// What it is served.
    pub serve: Serve,
}

/// Whom a row describes.
#[derive(Debug, Clone, PartialEq)]
pub enum Audience {
    /// The users of a segment.
    Segment(Slug),
    /// Those for whom these conditions hold.
    Conditions(Condition),
    /// Everybody.
    Everyone,
}

/// What is served.
#[derive(Debug, Clone, PartialEq)]
pub enum Serve {
    /// Plain values.
    Values(Values),
    /// The variant of that name.
    Variant(String),
    /// One of several variants, by weight.
    Split(Vec<Share>),
}

/// A variant's part in a split.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// The variant's name.
    pub variant: String,
    /// Its weight, 0 to 1,000.
    pub weight: u16,
}

impl Content {
    /// The same keys with nothing served: what is there before a first publication.
    pub fn unserved(&self) -> Content {
        Content {
            rows: Vec::new(),
            prerequisites: Vec::new(),
            test_users: Vec::new(),
            everyone_else: Rule { enabled: false, ..self.everyone_else.clone() },
            ..self.clone()
        }
    }

    /// The variant of that name.
    pub fn variant(&self, name: &str) -> Option<&Variant> {
        self.variants.iter().find(|variant| variant.name == name)
    }

    /// The segments that it names, directly, each once.
    pub fn segments(&self) -> Vec<&Slug> {
        let mut slugs: Vec<&Slug> = self
            .rows
            .iter()
            .flat_map(|row| match &row.audience {
                Audience::Segment(slug) => vec![slug],
                Audience::Conditions(condition) => condition.segments(),
                Audience::Everyone => Vec::new(),
            })
            .collect();
        slugs.sort();
        slugs.dedup();
        slugs
    }
}
