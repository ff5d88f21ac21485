//! Whether an environment can serve what a transaction has just written: what can't be compiled
//! can't be published.

use super::OperationError;
use super::obstacles::{listed, refused};
use crate::domain::ruleset::source::Source;
use crate::domain::ruleset::{MemberLists, Problem, Ruleset};
use crate::store::environments::Environment;
use crate::store::experiences::{self, Experience};
use crate::store::{Connection, StoreError, rulesets};

/// Refuses what the experience would break, in itself or in others. The caller holds the
/// environment's lock and gives the whole transaction up on a refusal.
pub(super) fn refuse_unservable(
    conn: &mut Connection,
    environment: &Environment,
    experience: &Experience,
) -> Result<(), OperationError> {
    let source = rulesets::load_within(conn, environment.id)?;
    let problems = problems(source);
    if problems.is_empty() {
        return Ok(());
    }
    let mut without = rulesets::load_within(conn, environment.id)?;
    without.experiences.retain(|served| served.id != experience.id);
    let known = self::problems(without);
    let new: Vec<Problem> =
        problems.into_iter().filter(|problem| !known.contains(problem)).collect();
    match new.first() {
        None => Ok(()),
        Some(first) => {
            let message = explained(conn, environment, experience, first, &new)?;
            Err(refused(message))
        }
    }
}

/// What could not be served if everything were on: what is off is not compiled whole, and must not
/// fail on the day when it is switched on.
fn problems(mut source: Source) -> Vec<Problem> {
    source.experiences.iter_mut().for_each(|served| served.switched_on = true);
    Ruleset::compile(source, None, &MemberLists::new()).problems
}

fn explained(
    conn: &mut Connection,
    environment: &Environment,
    experience: &Experience,
    first: &Problem,
    all: &[Problem],
) -> Result<String, StoreError> {
    let own = all.iter().find(|problem| problem.what == experience.slug);
    let reason = own.unwrap_or(first).message.as_str();
    let mut others = Vec::new();
    for problem in all.iter().filter(|problem| problem.what != experience.slug) {
        let other = experiences::find_by_slug(conn, experience.project_id, &problem.what)?;
        let name = other.map_or_else(|| problem.what.clone(), |other| other.name);
        others.push(format!("“{name}”"));
    }
    let mut message = format!(
        "“{}” can't be served like this in “{}”. {reason}",
        experience.name, environment.name
    );
    if !others.is_empty() {
        message.push_str(&format!(" It would break {}, too.", listed(&others)));
    }
    Ok(message)
}
