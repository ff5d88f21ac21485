//! What a decision looks at, told while it is made to whoever explains it.

use crate::domain::{
    bucketing::Bucket,
    condition::Truth,
    ruleset::{Answer, AnswerIndex, Plan, PlannedRow, PlannedRule, Ramp, Requirement, Serving},
};

/// Something that was looked at, with what came of it.
pub(super) enum Event<'r> {
    /// No experience serves the key.
    Unpublished,
    /// The experience at that place serves it.
    Serving { place: u32, serving: &'r Serving },
    /// Whether the user is a test user of the version.
    TestUser { is_one: bool },
    /// How far the version has reached.
    Ramp { active: &'r Plan, ramp: &'r Ramp, at: Bucketed, inside: bool },
    /// A value that another key must have.
    Requirement { requirement: &'r Requirement, answer: &'r Answer, met: Truth },
    /// An enabled row.
    Row { row: &'r PlannedRow, truth: Truth },
    /// No row described the user.
    EveryoneElse { plan: &'r Plan },
    /// The percentage, or the split, of what decides.
    Percentage {
        plan: &'r Plan,
        rule: &'r PlannedRule,
        at: Bucketed,
        /// What those inside get; none for who is outside.
        served: Option<AnswerIndex>,
    },
}

/// Where a user stands, if anywhere.
#[derive(Clone, Copy)]
pub(super) enum Bucketed {
    /// There.
    At(Bucket),
    /// There is no text to bucket by.
    Nowhere,
    /// The text is stored and could not be read.
    Unknown,
}
