//! Who is affected by publishing: known users who gain, lose or change a value, found by deciding
//! for them by what an environment serves and by what it would serve.

mod told;

pub use told::{AffectedExample, AffectedKey, AffectedMove, AffectedRow, Owner};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::OperationError;
use crate::domain::effect::Effect;
use crate::domain::evaluation::Names;
use crate::domain::reach::Estimate;
use crate::domain::ruleset::source::{ExperienceSource, PublicationSource, Source};
use crate::domain::ruleset::{Cause, Compiled, MemberLists, Ruleset};
use crate::population::Population;
use crate::store::environments::Environment;
use crate::store::{Connection, StoreError, experiences, rulesets, thing_names};
use told::Teller;

/// What an environment serves of an experience, looked at before something is done.
#[derive(Debug)]
pub struct Before {
    environment: Environment,
    served: Option<ExperienceSource>,
}

/// What an environment serves, and what it would serve.
#[derive(Debug)]
pub struct Foreseen {
    environment: Environment,
    before: Source,
    after: Source,
    /// The names of the keys that the experience gives values to, before or after.
    own: Vec<String>,
}

/// Who is affected.
#[derive(Debug, Clone)]
pub struct Affected {
    /// Where.
    pub environment: Environment,
    /// How many users are known there.
    pub known: u64,
    /// How many of them were asked.
    pub asked: usize,
    /// How many of those who were asked get another value of any key.
    pub touched: usize,
    /// What happens to each key whose value changes for somebody: those of the experience first,
    /// then those of experiences that require one of them.
    pub keys: Vec<AffectedKey>,
    /// Some of those who are touched, with the reasons.
    pub examples: Vec<AffectedExample>,
}

impl Affected {
    /// What a number of those who were asked says about all known users.
    pub fn estimate(&self, found: usize) -> Estimate {
        Estimate::new(found, self.asked, self.known)
    }

    /// Whether all known users were asked.
    pub fn is_exact(&self) -> bool {
        self.asked as u64 >= self.known
    }
}

impl Before {
    /// Looks at an experience, and keeps it as it is until the transaction ends; none for one that
    /// is yet to be made.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] without that experience.
    pub fn look(
        conn: &mut Connection,
        environment: &Environment,
        experience_id: Option<Uuid>,
    ) -> Result<Before, StoreError> {
        let served = match experience_id {
            None => None,
            Some(id) => {
                experiences::lock(conn, id)?;
                rulesets::load_experience(conn, environment.id, id)?
            }
        };
        Ok(Before { environment: environment.clone(), served })
    }

    /// Looks again after it was done, within the same transaction. Nothing but that experience
    /// tells before and after apart.
    ///
    /// # Errors
    /// Those of the database.
    pub fn and_after(
        self,
        conn: &mut Connection,
        experience_id: Uuid,
    ) -> Result<Foreseen, StoreError> {
        let after = rulesets::load_within(conn, self.environment.id)?;
        let now = after.experiences.iter().find(|served| served.id == experience_id);
        let own = self.served.iter().chain(now).flat_map(named_keys).collect();
        let mut before = after.clone();
        before.experiences.retain(|served| served.id != experience_id);
        before.experiences.extend(self.served);
        Ok(Foreseen { environment: self.environment, before, after, own })
    }
}

impl Foreseen {
    /// Asks the known users. Belongs outside of the transaction in which it was foreseen.
    ///
    /// # Errors
    /// Those of the database.
    pub fn ask(
        self,
        conn: &mut Connection,
        population: &Population,
        now: DateTime<Utc>,
    ) -> Result<Affected, OperationError> {
        let Foreseen { environment, mut before, mut after, own } = self;
        let lists = population.member_lists(conn, &after.segments)?;
        let (keys, needed) = dependents(&before, &after, &own, &lists);
        for source in [&mut before, &mut after] {
            source.experiences.retain(|served| needed.contains(&served.slug));
        }
        let before = Ruleset::compile(before, None, &lists);
        let after = Ruleset::compile(after, None, &lists);
        let sample = population.sample(environment.id, now)?;
        let effect = Effect::between(&before.ruleset, &after.ruleset, &keys, sample.users(), now);
        let names = Names {
            environment: environment.name.clone(),
            things: thing_names::of_project(conn, environment.project_id)?,
        };
        let teller = Teller { before: &before, after: &after, names: &names, own: &own, now };
        Ok(Affected {
            known: sample.known(),
            asked: effect.asked,
            touched: effect.touched,
            keys: teller.keys(&effect),
            examples: teller.examples(&effect),
            environment,
        })
    }
}

/// The keys whose values can move, and the slugs of the experiences that decide them.
fn dependents(
    before: &Source,
    after: &Source,
    own: &[String],
    lists: &MemberLists,
) -> (Vec<Box<str>>, Vec<String>) {
    let (mut keys, mut needed) = (Vec::new(), Vec::new());
    for source in [before, after] {
        let Compiled { ruleset, .. } = Ruleset::compile(source.clone(), None, lists);
        let found = ruleset.dependents(Cause::Values(own));
        keys.extend(found.keys);
        needed.extend(found.needed.into_iter().map(String::from));
    }
    keys.sort_unstable();
    keys.dedup();
    (keys, needed)
}

/// The names of the keys that an experience gives values to.
fn named_keys(served: &ExperienceSource) -> Vec<String> {
    let replaced = served.active.replaces.as_deref();
    [&served.active].into_iter().chain(replaced).flat_map(keys_of).collect()
}

fn keys_of(publication: &PublicationSource) -> Vec<String> {
    let keys = publication.content.get("keys").and_then(serde_json::Value::as_array);
    let names = keys.into_iter().flatten().filter_map(serde_json::Value::as_str);
    names.map(str::to_owned).collect()
}
