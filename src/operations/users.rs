//! The users of apps: who one of them is, as far as it is known, and forgetting them.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::audit::{self, Change};
use super::explaining::{self, Decision, Question, Rules};
use super::rights::{find_environment, require_publish};
use super::{Actor, OperationError};
use crate::domain::condition::Truth;
use crate::domain::evaluation::segments_of;
use crate::domain::ruleset::Ruleset;
use crate::domain::segment::MemberList;
use crate::store::user_records::{self, UserRecord};
use crate::store::{Connection, member_lists::MemberListCache, population, rulesets, segments};

/// What is known of a user, and what comes of it.
#[derive(Debug)]
pub struct Portrait {
    /// What is stored.
    pub record: UserRecord,
    /// The segments that they are in now, by name.
    pub segments: Vec<Membership>,
    /// The value of every key, by name: as if the app asked now, and said of the user what it said
    /// last.
    pub values: Vec<Decision>,
}

/// A segment that a user is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// Its name in addresses.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// Whether that is known; else nobody can tell who is in it now.
    pub is_known: bool,
}

/// What is known of a user.
///
/// # Errors
/// [`OperationError::NotFound`] without that environment, and of a user who is not known there.
pub fn portray(
    conn: &mut Connection,
    actor: &Actor,
    lists: &MemberListCache,
    environment_id: Uuid,
    user_id: &str,
    now: DateTime<Utc>,
) -> Result<Portrait, OperationError> {
    let missing = || OperationError::NotFound("user");
    let environment = find_environment(conn, actor, environment_id)?;
    let record = user_records::find(conn, environment.id, user_id)?.ok_or_else(missing)?;
    let user = population::find(conn, environment.id, user_id)?.ok_or_else(missing)?;
    let question = Question {
        environment_id: environment.id,
        context: &user.context,
        with_profile: true,
        rules: Rules::Live,
        lists,
        keys: None,
    };
    let told = explaining::explain(conn, actor, &question, now)?;
    let source = rulesets::load(conn, environment.id)?;
    let members = lists.of_segments(conn, &source.segments)?;
    let ruleset = Ruleset::compile(source, None, &members).ruleset;
    let names = segments::names(conn, environment.project_id)?;
    let membership = |(slug, truth): (&str, Truth)| Membership {
        slug: slug.to_owned(),
        name: name_of(&names, slug).to_owned(),
        is_known: truth == Truth::Holds,
    };
    let subject = user.subject(now);
    let mut memberships: Vec<Membership> =
        segments_of(&ruleset, &subject).into_iter().map(membership).collect();
    memberships.sort_by_cached_key(|segment| segment.name.to_lowercase());
    let values = told.keys.into_iter().filter_map(|(_, decision)| decision).collect();
    Ok(Portrait { record, segments: memberships, values })
}

fn name_of<'a>(names: &'a [(String, String)], slug: &'a str) -> &'a str {
    names.iter().find(|(known, _)| known == slug).map_or(slug, |(_, name)| name)
}

/// Forgets all that is stored about a user in an environment, and says whether there was anything.
/// What they get there may change at once, so it takes the right to publish there. The log names
/// the user and nothing of what was known of them.
///
/// # Errors
/// [`OperationError::NotFound`] without that environment; [`OperationError::Forbidden`].
pub fn forget(
    conn: &mut Connection,
    actor: &Actor,
    environment_id: Uuid,
    user_id: &str,
) -> Result<bool, OperationError> {
    let environment = find_environment(conn, actor, environment_id)?;
    require_publish(actor, &environment)?;
    if !user_records::forget(conn, environment.id, user_id)? {
        return Ok(false);
    }
    let change = Change {
        project_id: Some(environment.project_id),
        environment_id: Some(environment.id),
        action: "user.forget",
        object_kind: "user",
        object_id: Uuid::from_u128(MemberList::hash(user_id)),
        object_name: user_id,
        before: None,
        after: None,
    };
    audit::record(conn, actor, &change)?;
    Ok(true)
}
