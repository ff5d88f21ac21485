//! Deciding a value: for a key, an environment and a user, which of the prepared answers.
//!
//! Pure and total: no lock, no database, no allocation for an ordinary key, and nothing in a
//! context can make it fail.

pub(super) mod decider;
mod event;
mod explain;

pub use explain::{Checked, Explanation, Mark, Names, Origin, Step, Used, explain};

use crate::domain::{
    condition::Truth,
    context::Subject,
    ruleset::{Answer, Ruleset},
};
use decider::{Decider, NoTrace};

/// The value of one key; `None`: flag not found.
pub fn evaluate<'r>(ruleset: &'r Ruleset, key: &str, subject: &Subject<'_>) -> Option<&'r Answer> {
    let place = ruleset.key_place(key)?;
    Decider::new(ruleset, subject).answer(place, &mut NoTrace)
}

/// The values of several keys, given by their places. Keys of one experience are decided together.
pub fn evaluate_all<'r>(
    ruleset: &'r Ruleset,
    places: impl Iterator<Item = u32>,
    subject: &Subject<'_>,
    mut answer: impl FnMut(&'r Answer),
) {
    let mut decider = Decider::new(ruleset, subject);
    decider.remember();
    for place in places {
        if let Some(found) = decider.remembered_answer(place) {
            answer(found);
        }
    }
}

/// The segments that the user is in, by slug, and those of which nobody knows: the first of a pair
/// is the slug, the second never [`Truth::Fails`].
pub fn segments_of<'r>(ruleset: &'r Ruleset, subject: &Subject<'_>) -> Vec<(&'r str, Truth)> {
    let mut decider = Decider::new(ruleset, subject);
    decider.remember();
    let segments = ruleset.segments.iter().zip(0..);
    let known = segments.map(|(segment, place)| (segment.slug.as_ref(), decider.segment(place)));
    known.filter(|(_, truth)| *truth != Truth::Fails).collect()
}

/// Who is in a segment of a ruleset.
#[derive(Debug, Clone, Copy)]
pub struct Membership<'r> {
    ruleset: &'r Ruleset,
    place: u32,
}

impl<'r> Membership<'r> {
    /// Of the segment of that slug, where there is one.
    pub fn new(ruleset: &'r Ruleset, slug: &str) -> Option<Membership<'r>> {
        let place = ruleset.segments.iter().position(|segment| segment.slug.as_ref() == slug)?;
        Some(Membership { ruleset, place: u32::try_from(place).ok()? })
    }

    /// Whether that user is in.
    pub fn of(&self, subject: &Subject<'_>) -> Truth {
        Decider::new(self.ruleset, subject).segment(self.place)
    }
}
