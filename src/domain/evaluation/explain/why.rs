//! What decided, in a few words: what a list of values says beside each.

use crate::domain::bucketing::Rollout;

/// What a decision ended with.
#[derive(Debug, Clone, Default)]
pub(super) enum Deciding {
    /// No experience serves the key.
    #[default]
    Unpublished,
    /// An experience that is off.
    Off { experience: String },
    /// Something that could not be read.
    Unreadable { what: String },
    /// A test user.
    Tester { version: Option<i32> },
    /// A ramp that has not come to the user, with nothing before it.
    NotReached,
    /// A version that is for its test users alone, with nothing before it.
    OnlyTestUsers,
    /// A value that another key does not have.
    Unmet { key: String },
    /// A rule, all of it: a row, or everyone else.
    Rule { audience: String, is_split: bool },
    /// A rule's percentage.
    Share { audience: String, percent: Rollout, inside: bool },
    /// No row described the user.
    NoRow,
}

impl Deciding {
    pub fn in_words(&self, environment: &str) -> String {
        match self {
            Deciding::Unpublished => format!("Nothing gives it a value in {environment}"),
            Deciding::Off { experience } => format!("{experience} is off in {environment}"),
            Deciding::Unreadable { what } => format!("{what} could not be read"),
            Deciding::Tester { version: Some(version) } => {
                format!("Test user of version {version}")
            }
            Deciding::Tester { version: None } => "Test user".to_owned(),
            Deciding::NotReached => "The ramp has not reached them".to_owned(),
            Deciding::OnlyTestUsers => "It is for test users only".to_owned(),
            Deciding::Unmet { key } => format!("It needs another value of {key}"),
            Deciding::Rule { audience, is_split: true } => format!("{audience}, by its split"),
            Deciding::Rule { audience, .. } => audience.clone(),
            Deciding::Share { audience, percent, inside } => {
                let side = if *inside { "In" } else { "Outside" };
                format!("{side} the {} of {}", percent.in_words(), lowered(audience))
            }
            Deciding::NoRow => "No row describes them".to_owned(),
        }
    }
}

/// `Row 2, …` and `Everyone else` inside a sentence.
fn lowered(audience: &str) -> String {
    let mut letters = audience.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}
