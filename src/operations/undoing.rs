//! Undoing what was published or switched a moment ago, as long as nothing newer came.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::obstacles::refused;
use super::publishing::{self, Publish, Published, Recipients, Replaces};
use super::rights::{find_environment, lock_usable_experience};
use super::switching::{self, Switch, Switched};
use super::{Actor, OperationError};
use crate::domain::role::Right;
use crate::store::Connection;
use crate::store::environments::Environment;
use crate::store::publications::{self, Publication};
use crate::store::switches::{self, SwitchChange};

/// What is noted with a switch that is turned back.
const UNDONE: &str = "Undone.";
/// What a note ends with where an earlier version is published again.
const WAS_UNDONE: &str = "was undone.";
/// For how long something can be undone.
const MINUTES: i64 = 10;

/// What shall be undone, and where.
#[derive(Debug, Clone, Copy)]
pub struct Undo {
    /// Of which experience.
    pub experience_id: Uuid,
    /// Where.
    pub environment_id: Uuid,
    /// What.
    pub deed: Deed,
    /// When it is asked for.
    pub now: DateTime<Utc>,
}

/// What somebody did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// Made that publication.
    Published(Uuid),
    /// Made that move of the switch.
    Switched(i64),
}

/// What came of undoing.
#[derive(Debug, Clone)]
pub enum Undone {
    /// The switch stands as before. So ends the first publication, too: there is none to go back
    /// to.
    Switched(Switched),
    /// The publication before is published anew.
    Published(Published),
}

/// What was done last in an environment.
///
/// # Errors
/// [`OperationError::Refused`] where nothing was published yet.
pub fn newest(
    conn: &mut Connection,
    experience_id: Uuid,
    environment: &Environment,
) -> Result<Deed, OperationError> {
    let live = publications::active(conn, experience_id, environment.id)?.ok_or_else(|| {
        refused(format!(
            "Nothing is published in “{}”, so there is nothing to undo.",
            environment.name
        ))
    })?;
    let moves = switches::history(conn, experience_id, environment.id, 1)?;
    let later = moves.first().filter(|moved| moved.changed_at > live.published_at);
    let note = later.map_or(live.note.as_str(), |moved| moved.note.as_str());
    if note == UNDONE || note.ends_with(WAS_UNDONE) {
        return Err(refused(format!(
            "What was done last in “{}” was undone already. Say which publication to undo.",
            environment.name
        )));
    }
    Ok(later.map_or(Deed::Published(live.id), |moved| Deed::Switched(moved.id)))
}

/// Undoes a publication or a move of the switch.
///
/// # Errors
/// [`OperationError::Refused`] when it is too long ago, or something newer was published or
/// switched there; those of publishing and switching.
pub fn undo(
    conn: &mut Connection,
    actor: &Actor,
    request: &Undo,
) -> Result<Undone, OperationError> {
    let environment = find_environment(conn, actor, request.environment_id)?;
    let experience = lock_usable_experience(conn, actor, Right::See, request.experience_id)?;
    let live = publications::active(conn, experience.id, environment.id)?;
    let moves = switches::history(conn, experience.id, environment.id, 1)?;
    let newest = live.zip(moves.into_iter().next());
    let Some((live, moved)) = newest.filter(|(live, moved)| is_newest(request.deed, live, moved))
    else {
        return Err(refused(format!(
            "Something newer was published or switched in “{}” since, so this was not undone.",
            environment.name
        )));
    };
    let done_at = match request.deed {
        Deed::Published(_) => live.published_at,
        Deed::Switched(_) => moved.changed_at,
    };
    if request.now - done_at > TimeDelta::minutes(MINUTES) {
        return Err(refused(format!(
            "That was more than {MINUTES} minutes ago, so it was not undone here. Publish or switch \
             what you want now."
        )));
    }
    match request.deed {
        Deed::Switched(_) => turn(conn, actor, request, !moved.is_on),
        Deed::Published(_) => match publications::before(conn, &live)? {
            None => turn(conn, actor, request, false),
            Some(before) => publish_again(conn, actor, &live, &before),
        },
    }
}

/// Whether nothing came after it. The first publication moves the switch in the same moment.
fn is_newest(deed: Deed, live: &Publication, moved: &SwitchChange) -> bool {
    match deed {
        Deed::Published(id) => live.id == id && moved.changed_at <= live.published_at,
        Deed::Switched(id) => moved.id == id && live.published_at <= moved.changed_at,
    }
}

fn turn(
    conn: &mut Connection,
    actor: &Actor,
    request: &Undo,
    on: bool,
) -> Result<Undone, OperationError> {
    let switch = Switch {
        experience_id: request.experience_id,
        environment_id: request.environment_id,
        note: UNDONE,
    };
    let turned = match on {
        true => switching::switch_on(conn, actor, &switch),
        false => switching::switch_off(conn, actor, &switch),
    };
    Ok(Undone::Switched(turned?))
}

fn publish_again(
    conn: &mut Connection,
    actor: &Actor,
    live: &Publication,
    before: &Publication,
) -> Result<Undone, OperationError> {
    let publish = Publish {
        experience_id: live.experience_id,
        environment_id: live.environment_id,
        version: before.version,
        replaces: Replaces::Publication(live.id),
        note: &format!("Version {} {WAS_UNDONE}", live.version),
    };
    let recipients = match before.is_for_test_users() {
        true => Recipients::TestUsersBeside(before.replaces_id),
        false => Recipients::Everybody,
    };
    Ok(Undone::Published(publishing::publish_to(conn, actor, &publish, recipients)?))
}
