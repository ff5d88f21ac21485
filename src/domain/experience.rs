//! What an experience is, apart from its versions.

use serde::{Deserialize, Serialize};

/// The two kinds of experience. One model; the kind decides which keys are allowed and which word
/// the pages use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Switches a feature: boolean keys, or one string key whose values are its variants' names.
    FeatureFlag,
    /// Gives values of any type to up to 50 keys.
    ProductConfig,
}

impl Kind {
    /// The name under which the kind is stored and spoken of in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::FeatureFlag => "feature_flag",
            Kind::ProductConfig => "product_config",
        }
    }

    /// The kind of that stored name.
    pub fn parse(text: &str) -> Option<Kind> {
        match text {
            "feature_flag" => Some(Kind::FeatureFlag),
            "product_config" => Some(Kind::ProductConfig),
            _ => None,
        }
    }
}

/// Where an experience stands in one environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Nothing is published there.
    Draft,
    /// Published and switched on, for everybody.
    Live,
    /// Published and switched on, and still reaching users step by step.
    Ramping,
    /// Switched off; the version stays.
    Off,
    /// Served nowhere; keeps its history.
    Archived,
}

impl Status {
    /// Works the status out of the facts that are stored.
    ///
    /// `ramp_below_full` is whether the active publication has not reached everybody yet.
    pub fn of(archived: bool, published: bool, switched_on: bool, ramp_below_full: bool) -> Status {
        match (archived, published, switched_on, ramp_below_full) {
            (true, ..) => Status::Archived,
            (_, false, ..) => Status::Draft,
            (_, _, false, _) => Status::Off,
            (_, _, _, true) => Status::Ramping,
            _ => Status::Live,
        }
    }

    /// The word of the pages.
    pub fn label(self) -> &'static str {
        match self {
            Status::Draft => "Draft",
            Status::Live => "Live",
            Status::Ramping => "Ramping",
            Status::Off => "Off",
            Status::Archived => "Archived",
        }
    }
}

/// Why an experience may have outlived its purpose, in one environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stale {
    /// No app has asked for any of its keys for long.
    NotAskedFor,
    /// It gives everybody the same, and nothing of it has changed for long.
    Settled,
    /// It gives everybody what they would get without it.
    GivesDefaults,
}

impl Stale {
    /// All of them.
    pub const ALL: [Stale; 3] = [Stale::NotAskedFor, Stale::Settled, Stale::GivesDefaults];
    /// How long nothing may have happened, in days.
    pub const DAYS: i64 = 30;

    /// Why, as a sentence.
    pub fn in_words(self) -> &'static str {
        match self {
            Stale::NotAskedFor => "No app has asked for its keys in 30 days.",
            Stale::Settled => "Everybody has got the same for 30 days, and nothing has changed.",
            Stale::GivesDefaults => "Everybody gets the defaults, as without it.",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn archived_outranks_everything_and_draft_outranks_the_switch() {
        assert_eq!(Status::of(true, true, true, true), Status::Archived);
        assert_eq!(Status::of(false, false, true, false), Status::Draft);
        assert_eq!(Status::of(false, true, false, true), Status::Off);
        assert_eq!(Status::of(false, true, true, true), Status::Ramping);
        assert_eq!(Status::of(false, true, true, false), Status::Live);
    }
}
