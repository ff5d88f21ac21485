//! What to know about an explanation, as sentences.

use super::{Acquaintance, Question, Rules};
use crate::domain::bucketing::Rollout;
use crate::domain::context::NumberText;
use crate::domain::ruleset::source::Source;
use crate::store::environments::Environment;

pub(super) fn of(
    environment: &Environment,
    source: &Source,
    question: &Question<'_>,
    acquaintance: Acquaintance,
) -> Vec<String> {
    let mut room = NumberText::new();
    let user = question.context.user_id(&mut room).unwrap_or_default();
    let mut notes = Vec::new();
    if acquaintance == Acquaintance::Stranger {
        notes.push(format!(
            "Nobody called {user} was seen in {}. The answer below uses only the attributes you \
             wrote.",
            environment.name
        ));
    }
    if !matches!(question.rules, Rules::At(_)) {
        return notes;
    }
    if acquaintance == Acquaintance::Known {
        notes.push(format!(
            "The properties of {user} are today’s. Their events are counted up to that day."
        ));
    }
    let is_ramping = |ramp: u16| ramp < Rollout::ALL.hundredths();
    if source.experiences.iter().any(|experience| is_ramping(experience.active.ramp)) {
        notes.push("A ramp is shown with the share that it reached in the end.".to_owned());
    }
    notes
}
