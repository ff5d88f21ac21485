//! Why a user gets the values that they get: decided as for an app, and told step by step. Nothing
//! is counted, and nobody is learned of.

mod notes;
mod rules;

use chrono::{DateTime, Utc};
use serde_json::Value as Json;
use uuid::Uuid;

use super::rights::find_environment;
use super::{Actor, OperationError};
use crate::domain::bucketing::Rollout;
use crate::domain::context::{Context, NumberText, Profile, Stored, Subject};
use crate::domain::evaluation::{Explanation, Names, Step, Used, explain as explain_key};
use crate::domain::experience::Kind;
use crate::domain::ruleset::{Compiled, Problem, Reason};
use crate::domain::value::ValueType;
use crate::store::environments::Environment;
use crate::store::{Connection, StoreError, member_lists::MemberListCache, profiles, thing_names};

/// What an environment serves, as of when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rules {
    /// What is served now.
    Live,
    /// The same, with that version of an experience as if it were on and published for everybody.
    Version {
        /// The experience.
        experience_id: Uuid,
        /// The number of the version.
        number: i32,
    },
    /// What was served then. Relative dates and the days of events count from that moment.
    At(DateTime<Utc>),
}

/// Whose values are asked for.
#[derive(Debug)]
pub struct Question<'a> {
    /// Where.
    pub environment_id: Uuid,
    /// What an app would say about the user.
    pub context: &'a Context,
    /// Whether what is stored about the user counts, as it does for apps.
    pub with_profile: bool,
    /// By which rules.
    pub rules: Rules,
    /// Where the members of list segments are held.
    pub lists: &'a MemberListCache,
    /// The names of the keys; none for all.
    pub keys: Option<&'a [String]>,
}

/// What is known of the user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Acquaintance {
    /// The question names nobody.
    Nobody,
    /// The question leaves the profile aside.
    LeftAside,
    /// Nobody of that id was ever seen in the environment.
    Stranger,
    /// They were seen.
    Known,
}

impl Acquaintance {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Acquaintance::Nobody => "nobody",
            Acquaintance::LeftAside => "left_aside",
            Acquaintance::Stranger => "stranger",
            Acquaintance::Known => "known",
        }
    }
}

/// An answer to a [`Question`].
#[derive(Debug)]
pub struct Told {
    /// Where.
    pub environment: Environment,
    /// What is known of the user.
    pub acquaintance: Acquaintance,
    /// The moment that relative dates and days of events counted from.
    pub as_of: DateTime<Utc>,
    /// What to know about the answer, as sentences.
    pub notes: Vec<String>,
    /// The keys that were asked for, each with its decision; none where there is no such key.
    pub keys: Vec<(String, Option<Decision>)>,
    /// What can't be served as the rules say, and is not.
    pub problems: Vec<Problem>,
}

/// A key's value for a user, with the way to it.
#[derive(Debug, Clone)]
pub struct Decision {
    /// The key's name.
    pub key: String,
    /// What values it takes.
    pub value_type: ValueType,
    /// What the user gets.
    pub value: Json,
    /// The variant's name; else `on` or `off`, `default`, or `value`.
    pub variant: String,
    /// The payload of the variant.
    pub payload: Option<Json>,
    /// For a boolean its value, for other types whether the experience is not switched off.
    pub enabled: bool,
    /// The reason, in the word that apps get.
    pub reason: Reason,
    /// What decided, in a few words: `Row 2, iPhone users in New York`.
    pub why: String,
    /// The row that decided, in or out of its percentage.
    pub row: Option<String>,
    /// The number of the version that decided.
    pub version: Option<i32>,
    /// The percentage of the row that decided.
    pub rollout: Option<Rollout>,
    /// The experience that serves the key.
    pub experience: Option<Server>,
    /// How it was decided, in order.
    pub steps: Vec<Step>,
    /// The attributes that were looked at, each with where it came from.
    pub used: Vec<Used>,
}

/// The experience that serves a key.
#[derive(Debug, Clone)]
pub struct Server {
    /// Identity.
    pub id: Uuid,
    /// Feature flag or product config.
    pub kind: Kind,
    /// Its name in addresses.
    pub slug: String,
    /// What people call it.
    pub name: String,
}

/// Decides as for an app, and tells how.
///
/// # Errors
/// [`OperationError::NotFound`] without that environment or experience;
/// [`OperationError::Invalid`] for a version that is not there, and for a moment that is yet to
/// come.
pub fn explain(
    conn: &mut Connection,
    actor: &Actor,
    question: &Question<'_>,
    now: DateTime<Utc>,
) -> Result<Told, OperationError> {
    let environment = find_environment(conn, actor, question.environment_id)?;
    let compiled = rules::compile(conn, &environment, question, now)?;
    let names = Names {
        environment: environment.name.clone(),
        things: thing_names::of_project(conn, environment.project_id)?,
    };
    let as_of = match question.rules {
        Rules::At(moment) => moment,
        Rules::Live | Rules::Version { .. } => now,
    };
    let (acquaintance, profile) = profile(conn, &environment, question, as_of)?;
    let stored = profile.as_ref().map_or(Stored::Nothing, Stored::Profile);
    let subject = Subject { context: question.context, stored, now: as_of };
    let all = || compiled.ruleset.keys().iter().map(|key| key.name.to_string()).collect();
    let keys: Vec<String> = question.keys.map_or_else(all, <[String]>::to_vec);
    let decide = |key: String| {
        let explanation = explain_key(&compiled, &names, &key, &subject);
        let decision = explanation.and_then(|told| decision(&compiled, &names, told));
        (key, decision)
    };
    let keys = keys.into_iter().map(decide).collect();
    let notes = notes::of(&environment, &compiled.source, question, acquaintance);
    Ok(Told { environment, acquaintance, as_of, notes, keys, problems: compiled.problems })
}

/// What is stored about the user, with their events up to that moment.
fn profile(
    conn: &mut Connection,
    environment: &Environment,
    question: &Question<'_>,
    as_of: DateTime<Utc>,
) -> Result<(Acquaintance, Option<Profile>), StoreError> {
    let mut room = NumberText::new();
    let Some(user_id) = question.context.user_id(&mut room) else {
        return Ok((Acquaintance::Nobody, None));
    };
    if !question.with_profile {
        return Ok((Acquaintance::LeftAside, None));
    }
    // Postgres keeps no text with this character, so nobody is called so.
    let found = match user_id.contains('\0') {
        true => None,
        false => profiles::find(conn, environment.id, user_id)?,
    };
    let Some(mut profile) = found else { return Ok((Acquaintance::Stranger, None)) };
    for days in profile.events.values_mut() {
        days.retain(|(day, _)| *day <= as_of.date_naive());
    }
    Ok((Acquaintance::Known, Some(profile)))
}

fn decision(compiled: &Compiled, names: &Names, explanation: Explanation<'_>) -> Option<Decision> {
    let Explanation { answer, experience, why, steps, used } = explanation;
    let key = compiled.ruleset.key_of(answer)?;
    let experiences = &compiled.source.experiences;
    let server = experience.and_then(|id| experiences.iter().find(|served| served.id == id));
    let how = &answer.decision;
    Some(Decision {
        key: key.name.to_string(),
        value_type: key.value_type,
        value: answer.value.to_json(),
        variant: answer.variant.to_string(),
        payload: how.payload.as_deref().and_then(|payload| serde_json::from_str(payload).ok()),
        enabled: answer.enabled,
        reason: how.reason,
        why,
        row: how.row.clone(),
        version: how.version.map(|version| version.number),
        rollout: how.rollout.or(key.short_rollout),
        experience: server.map(|served| Server {
            id: served.id,
            kind: served.kind,
            slug: served.slug.clone(),
            name: names.things.get(&served.id).unwrap_or(&served.slug).clone(),
        }),
        steps,
        used,
    })
}
