//! Publishing: from now on, an environment serves that version. Reverting is publishing an older
//! one.

use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

use super::audit::{self, Change};
use super::contents;
use super::editing::content_of;
use super::obstacles::{not_free, refused};
use super::rights::{find_environment, lock_usable_experience, require_publish};
use super::{Actor, OperationError, readiness, texts};
use crate::domain::reading::Problems;
use crate::domain::role::Right;
use crate::store::environments::Environment;
use crate::store::experiences::Experience;
use crate::store::publications::{
    self, FULL_RAMP, NewPublication, Publication, Replaced, TEST_USERS_ONLY,
};
use crate::store::versions::{self, Version};
use crate::store::{Connection, environments, switches};

/// What shall be published where.
#[derive(Debug, Clone, Copy)]
pub struct Publish<'a> {
    /// Of which experience.
    pub experience_id: Uuid,
    /// Where.
    pub environment_id: Uuid,
    /// The number of the version.
    pub version: i32,
    /// What the caller saw live there.
    pub replaces: Replaces,
    /// Why.
    pub note: &'a str,
}

/// What a caller saw live in an environment. Where something else is live by now, nothing is
/// published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replaces {
    /// Nothing was published there.
    Nothing,
    /// That publication.
    Publication(Uuid),
    /// Whatever is live is replaced, seen or not.
    Anything,
}

/// To whom a version is published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recipients {
    /// Everybody.
    Everybody,
    /// The version's test users; everybody else keeps what was live before.
    TestUsers,
    /// The version's test users, while everybody else gets that earlier publication, or the
    /// defaults: as it was before something that is undone.
    TestUsersBeside(Option<Uuid>),
}

impl Recipients {
    fn ramp(self) -> i16 {
        match self {
            Recipients::Everybody => FULL_RAMP,
            Recipients::TestUsers | Recipients::TestUsersBeside(_) => TEST_USERS_ONLY,
        }
    }

    fn replaced(self, live: Option<&Publication>) -> Replaced {
        match (self, live) {
            (Recipients::TestUsersBeside(rest), _) => Replaced::Earlier(rest),
            // What was live for test users only is nothing that everybody else had.
            (Recipients::TestUsers, Some(live)) if live.is_for_test_users() => {
                Replaced::Earlier(live.replaces_id)
            }
            _ => Replaced::Live,
        }
    }
}

/// What came of publishing.
#[derive(Debug, Clone)]
pub struct Published {
    /// The publication, active from now on.
    pub publication: Publication,
    /// Whether the experience is on there. The first publication switches it on; a later one
    /// leaves the switch as it is.
    pub is_on: bool,
}

/// Publishes a version in an environment now, for everybody.
///
/// # Errors
/// [`OperationError::Forbidden`] without the right to publish there;
/// [`OperationError::Conflict`] with what is live when that is not what the caller saw;
/// [`OperationError::Refused`] when that version is live already, the experience is archived, a
/// key is held elsewhere, a key or segment is archived, or the environment could not serve it.
pub fn publish(
    conn: &mut Connection,
    actor: &Actor,
    request: &Publish<'_>,
) -> Result<Published, OperationError> {
    publish_to(conn, actor, request, Recipients::Everybody)
}

/// The same for everybody, or only for the version's test users.
///
/// # Errors
/// As of [`publish`]; [`OperationError::Refused`] for a version without test users, and while
/// everybody has it already.
pub fn publish_to(
    conn: &mut Connection,
    actor: &Actor,
    request: &Publish<'_>,
    recipients: Recipients,
) -> Result<Published, OperationError> {
    let environment = find_environment(conn, actor, request.environment_id)?;
    require_publish(actor, &environment)?;
    let mut problems = Problems::new();
    let note = texts::description("note", request.note, &mut problems);
    if !problems.is_empty() {
        return Err(OperationError::Invalid(problems));
    }
    let experience = lock_usable_experience(conn, actor, Right::See, request.experience_id)?;
    let environment = environments::lock(conn, environment.id)?;
    if experience.project_id != environment.project_id {
        return Err(OperationError::NotFound("experience"));
    }
    let version = versions::find_by_number(conn, experience.id, request.version)?
        .ok_or(OperationError::NotFound("version"))?;
    let live = publications::active(conn, experience.id, environment.id)?;
    refuse_stale(&environment, request.replaces, live.as_ref())?;
    let replaces = recipients.replaced(live.as_ref());
    match recipients {
        Recipients::Everybody => refuse_same(&environment, &version, live.as_ref())?,
        Recipients::TestUsers | Recipients::TestUsersBeside(_) => {
            let (environment, version, live) = (&environment, &version, live.as_ref());
            Tested { environment, version, live }.refuse(conn, &experience, replaces)?;
        }
    }

    let new = NewPublication {
        experience_id: experience.id,
        environment_id: environment.id,
        version_id: version.id,
        ramp: recipients.ramp(),
        replaces,
        note: &note,
    };
    let open = match live {
        None => publications::open_switched_on,
        Some(_) => publications::open,
    };
    let publication = open(conn, &new, actor.author()).map_err(not_free)?;
    refuse_unsound(conn, &experience, &version)?;
    readiness::refuse_unservable(conn, &environment, &experience)?;
    let is_on = switches::find(conn, experience.id, environment.id)?.unwrap_or(false);
    let published = Published { publication, is_on };
    record(conn, actor, &experience, live.as_ref(), &published)?;
    Ok(published)
}

fn refuse_stale(
    environment: &Environment,
    replaces: Replaces,
    live: Option<&Publication>,
) -> Result<(), OperationError> {
    let seen = match replaces {
        Replaces::Anything => return Ok(()),
        Replaces::Nothing => None,
        Replaces::Publication(id) => Some(id),
    };
    if seen == live.map(|live| live.id) {
        return Ok(());
    }
    let place = &environment.name;
    let message = match live {
        Some(live) => format!(
            "{} published version {} in “{place}” in the meantime. Look at what is live there, \
             then publish again.",
            live.published_by_name, live.version
        ),
        None => format!("Nothing is published in “{place}”. Look again, then publish."),
    };
    let sides = Map::from_iter([
        ("replaces".to_owned(), json!(seen)),
        ("live".to_owned(), live.map_or(Json::Null, in_words)),
    ]);
    Err(OperationError::Conflict { message, sides })
}

fn refuse_same(
    environment: &Environment,
    version: &Version,
    live: Option<&Publication>,
) -> Result<(), OperationError> {
    let same = |live: &&Publication| live.version_id == version.id && live.ramp == FULL_RAMP;
    match live.filter(same) {
        Some(live) => Err(refused(format!(
            "Version {} is published in “{}” already.",
            live.version, environment.name
        ))),
        None => Ok(()),
    }
}

/// A version that is to be published to its test users.
struct Tested<'a> {
    environment: &'a Environment,
    version: &'a Version,
    live: Option<&'a Publication>,
}

impl Tested<'_> {
    fn refuse(
        &self,
        conn: &mut Connection,
        experience: &Experience,
        replaces: Replaced,
    ) -> Result<(), OperationError> {
        let (number, place) = (self.version.number, &self.environment.name);
        if content_of(self.version, experience)?.test_users.is_empty() {
            return Err(refused(format!(
                "Version {number} has no test users. Add some and save, or publish it to everybody."
            )));
        }
        let is_ramping = |live: &Publication| live.ramp < FULL_RAMP && !live.is_for_test_users();
        if self.live.is_some_and(is_ramping) {
            return Err(refused(format!(
                "A ramp is under way in “{place}”. Publish to everybody, which ends it, then \
                 publish to test users."
            )));
        }
        let rest = match replaces {
            Replaced::Live => self.live.cloned(),
            Replaced::Earlier(None) => None,
            Replaced::Earlier(Some(id)) => publications::find(conn, id)?,
        };
        if rest.as_ref().is_some_and(|rest| rest.version_id == self.version.id) {
            return Err(refused(format!(
                "Everybody gets version {number} in “{place}”, its test users too. To take back \
                 what test users get now, publish it to everybody."
            )));
        }
        let is_same = |live: &Publication| {
            live.version_id == self.version.id && live.replaces_id == rest.map(|rest| rest.id)
        };
        match self.live.filter(|live| live.is_for_test_users()).is_some_and(is_same) {
            true => Err(refused(format!(
                "Version {number} is published to its test users in “{place}” already."
            ))),
            false => Ok(()),
        }
    }
}

/// An older version was sound when it was saved; it must be so under today's rules, too.
fn refuse_unsound(
    conn: &mut Connection,
    experience: &Experience,
    version: &Version,
) -> Result<(), OperationError> {
    let content = content_of(version, experience)?;
    let missing = content.ready_to_publish(experience.kind, "");
    if !missing.is_empty() {
        return Err(OperationError::Invalid(missing));
    }
    let checked = contents::check(conn, experience.project_id, experience.kind, content, "");
    checked.map(drop).map_err(|error| match error {
        OperationError::Invalid(_) => refused(format!(
            "Version {} can't be published any more. {error} Save a version without that first.",
            version.number
        )),
        other => other,
    })
}

fn record(
    conn: &mut Connection,
    actor: &Actor,
    experience: &Experience,
    before: Option<&Publication>,
    published: &Published,
) -> Result<(), OperationError> {
    let after = json!({"live": in_words(&published.publication), "is_on": published.is_on});
    let change = Change {
        project_id: Some(experience.project_id),
        environment_id: Some(published.publication.environment_id),
        action: "experience.publish",
        object_kind: "experience",
        object_id: experience.id,
        object_name: &experience.name,
        before: before.map(|live| json!({"live": in_words(live)})),
        after: Some(after),
    };
    Ok(audit::record(conn, actor, &change)?)
}

/// A publication as the audit log and conflicts show it.
fn in_words(publication: &Publication) -> Json {
    json!({
        "publication": publication.id,
        "version": publication.version,
        "test_users_only": publication.is_for_test_users(),
        "note": publication.note,
        "published_by": publication.published_by_name,
        "published_at": publication.published_at,
    })
}
