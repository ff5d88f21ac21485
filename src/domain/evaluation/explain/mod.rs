//! A decision told step by step, in words, with the inputs that each step saw.
//!
//! The words come from the contents that the ruleset was compiled from; what holds is asked of the
//! one matcher and the one decider that there is.

mod conditions;
mod places;
mod step;
mod teller;
mod used;
mod why;

pub use step::{Checked, Mark, Step};
pub use used::{Origin, Used};

use std::collections::HashMap;

use uuid::Uuid;

use super::decider::Decider;
use crate::domain::{
    context::Subject,
    ruleset::{Answer, Compiled},
};
use teller::Teller;

/// What things are called by people; what is missing goes by its slug.
#[derive(Debug, Default)]
pub struct Names {
    /// The environment.
    pub environment: String,
    /// Experiences and segments, by identity.
    pub things: HashMap<Uuid, String>,
}

impl Names {
    fn of<'n>(&'n self, id: Uuid, slug: &'n str) -> &'n str {
        self.things.get(&id).map_or(slug, String::as_str)
    }

    fn environment(&self) -> &str {
        if self.environment.is_empty() { "this environment" } else { &self.environment }
    }
}

/// A decision with all its steps.
#[derive(Debug)]
pub struct Explanation<'r> {
    /// What was decided.
    pub answer: &'r Answer,
    /// The experience that serves the key.
    pub experience: Option<Uuid>,
    /// What decided, in a few words.
    pub why: String,
    /// How, in order.
    pub steps: Vec<Step>,
    /// The attributes that were looked at, by name.
    pub used: Vec<Used>,
}

/// Decides like [`super::evaluate`], and tells how; `None`: flag not found.
pub fn explain<'r>(
    compiled: &'r Compiled,
    names: &Names,
    key: &str,
    subject: &Subject<'_>,
) -> Option<Explanation<'r>> {
    let ruleset = &compiled.ruleset;
    let mut teller = Teller::new(compiled, names, subject);
    let place = ruleset.key_place(key)?;
    let answer = Decider::new(ruleset, subject).answer(place, &mut teller)?;
    Some(teller.finish(answer))
}
