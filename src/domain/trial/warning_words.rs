//! Warnings in words, and where they belong.

use super::{
    LATELY_DAYS,
    warning::{Concern, Place, Required, State, Warning},
};
use crate::domain::{
    grouped::grouped,
    version::{Audience, Content},
};

impl Place {
    /// Where it stands in a content: `rows[1]`, `everyone_else`.
    pub fn path(self) -> String {
        match self {
            Place::Prerequisite(i) => format!("prerequisites[{i}]"),
            Place::BucketBy => "bucket_by".to_owned(),
            Place::Variant(i) => format!("variants[{i}]"),
            Place::TestUser(i) => format!("test_users[{i}]"),
            Place::Row(i) => format!("rows[{i}]"),
            Place::EveryoneElse => "everyone_else".to_owned(),
        }
    }
}

impl Warning {
    /// The field that it is about: `rows[1].rollout`.
    pub fn path(&self) -> String {
        let place = self.place.path();
        match self.concern.field() {
            "" => place,
            field => format!("{place}.{field}"),
        }
    }

    /// The warning as a sentence, about a content in the environment of that name. `segment` gives
    /// the name of a segment by its slug.
    pub fn in_words(
        &self,
        content: &Content,
        environment: &str,
        segment: &dyn Fn(&str) -> String,
    ) -> String {
        let Warning { place, concern } = self;
        let whom = || whom(content, *place, segment);
        match concern {
            Concern::BelowEveryone(row) => {
                format!("Never reached: row {} is for everyone.", row + 1)
            }
            Concern::SameAudience(row) => {
                format!("Never reached: row {} has the same audience.", row + 1)
            }
            Concern::Taken { users, by } => taken(*users, by),
            Concern::LeavesNothing(rows) => {
                let (rows, verb) = rows_in_words(rows);
                format!("Leaves nobody for {rows}, which {verb} the same audience.")
            }
            Concern::GivesDefault { blocks } => gives_default(*place, *blocks),
            Concern::NobodyKnown { asked: None } => {
                format!("No known user in {environment} is {}.", whom())
            }
            Concern::NobodyKnown { asked: Some(asked) } => {
                format!("None of the {} users that were asked is {}.", count(*asked), whom())
            }
            Concern::NobodyLately { asked } => nobody_lately(*asked, &whom()),
            Concern::NothingDelivered => "0 %: all of them get the default.".to_owned(),
            Concern::Off => "Off: skipped. Its users go on to what is below.".to_owned(),
            Concern::ZeroWeight(variant) => {
                format!("“{variant}” has a weight of 0, so nobody gets it.")
            }
            Concern::WholeWeight(variant) => {
                format!("The split gives everything to “{variant}”.")
            }
            Concern::UnusedVariant { by_test_users: false } => {
                "No row that is on serves this variant.".to_owned()
            }
            Concern::UnusedVariant { by_test_users: true } => {
                "No row that is on serves this variant; only test users get it.".to_owned()
            }
            Concern::UnknownTestUser(user) => {
                format!("“{user}” is not known in {environment} yet. Check the id.")
            }
            Concern::ArchivedSegment(slug) => format!(
                "“{}” is archived. Choose another segment, or remove the row.",
                segment(slug.as_str())
            ),
            Concern::LacksBucket { attribute, have, known } => format!(
                "Only about {} of {} known users have “{attribute}”. The others get the default \
                 wherever a row is below 100 % or splits.",
                count(*have),
                count(*known)
            ),
            Concern::RequiredIsIdle { key, required } => idle(key, required, environment),
            Concern::NeverMet { key } => format!(
                "No known user in {environment} has the value of “{key}” that this requires, so \
                 everyone gets the default."
            ),
        }
    }
}

impl Concern {
    /// What it is called where words may change.
    pub fn code(&self) -> &'static str {
        match self {
            Concern::BelowEveryone(_) => "below_everyone",
            Concern::SameAudience(_) => "same_audience",
            Concern::Taken { .. } => "taken_by_rows_above",
            Concern::LeavesNothing(_) => "leaves_nothing",
            Concern::GivesDefault { .. } => "gives_default",
            Concern::NobodyKnown { .. } => "nobody_known",
            Concern::NobodyLately { .. } => "nobody_lately",
            Concern::NothingDelivered => "nothing_delivered",
            Concern::Off => "off",
            Concern::ZeroWeight(_) => "zero_weight",
            Concern::WholeWeight(_) => "whole_weight",
            Concern::UnusedVariant { .. } => "unused_variant",
            Concern::UnknownTestUser(_) => "unknown_test_user",
            Concern::ArchivedSegment(_) => "archived_segment",
            Concern::LacksBucket { .. } => "lacks_bucket",
            Concern::RequiredIsIdle { .. } => "required_is_idle",
            Concern::NeverMet { .. } => "never_met",
        }
    }

    fn field(&self) -> &'static str {
        match self {
            Concern::BelowEveryone(_)
            | Concern::SameAudience(_)
            | Concern::Taken { .. }
            | Concern::LeavesNothing(_)
            | Concern::UnusedVariant { .. }
            | Concern::LacksBucket { .. } => "",
            Concern::GivesDefault { .. } => "serve",
            Concern::NobodyKnown { .. }
            | Concern::NobodyLately { .. }
            | Concern::ArchivedSegment(_) => "audience",
            Concern::NothingDelivered => "rollout",
            Concern::Off => "enabled",
            Concern::ZeroWeight(_) | Concern::WholeWeight(_) => "serve.split",
            Concern::UnknownTestUser(_) => "user_id",
            Concern::RequiredIsIdle { .. } => "key",
            Concern::NeverMet { .. } => "in",
        }
    }
}

fn taken(users: u64, by: &[usize]) -> String {
    let (rows, _) = rows_in_words(by);
    let verb = if by.len() == 1 { "takes" } else { "take" };
    match users {
        1 => format!("Never reached: {rows} {verb} its only known user."),
        users => format!("Never reached: {rows} {verb} all {} known users.", count(users)),
    }
}

fn gives_default(place: Place, blocks: bool) -> String {
    match (place, blocks) {
        (_, true) => "Gives the default: only keeps its users from what is below.".to_owned(),
        (Place::EveryoneElse, false) => "Gives the default, which they get anyway.".to_owned(),
        (_, false) => "Gives the default, which its users get anyway.".to_owned(),
    }
}

fn nobody_lately(asked: Option<u64>, whom: &str) -> String {
    match asked {
        None => format!("No known user who is {whom} was seen in the last {LATELY_DAYS} days."),
        Some(asked) => format!(
            "None of the {} users that were asked and are {whom} was seen in the last \
             {LATELY_DAYS} days.",
            count(asked)
        ),
    }
}

fn idle(key: &str, required: &Required, environment: &str) -> String {
    let default = match required.default_meets {
        true => "has its default, which is what this requires",
        false => "has its default, so everyone gets the default here, too",
    };
    match (&required.holder, required.state) {
        (Some(name), State::Off) => {
            format!("“{name}” is off in {environment}: “{key}” {default}.")
        }
        (Some(name), _) => {
            format!("“{name}” is not published in {environment}: “{key}” {default}.")
        }
        (None, _) => format!("Nothing serves “{key}” in {environment}: it {default}."),
    }
}

/// Whom a row describes, behind *is*: "in “iPhone users”", "described by this row".
fn whom(content: &Content, place: Place, segment: &dyn Fn(&str) -> String) -> String {
    let row = match place {
        Place::Row(row) => content.rows.get(row),
        _ => None,
    };
    match row.map(|row| &row.audience) {
        Some(Audience::Segment(slug)) => format!("in “{}”", segment(slug.as_str())),
        _ => "described by these conditions".to_owned(),
    }
}

/// "row 1", "rows 1 and 3", "rows 1, 2 and 5"; and whether it has or they have.
fn rows_in_words(rows: &[usize]) -> (String, &'static str) {
    let numbers: Vec<String> = rows.iter().map(|row| (row + 1).to_string()).collect();
    match numbers.split_last() {
        None => ("other rows".to_owned(), "have"),
        Some((only, [])) => (format!("row {only}"), "has"),
        Some((last, first)) => (format!("rows {} and {last}", first.join(", ")), "have"),
    }
}

fn count(number: u64) -> String {
    grouped(i64::try_from(number).unwrap_or(i64::MAX))
}
