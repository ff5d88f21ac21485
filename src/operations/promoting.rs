//! Promoting: what is live in one environment becomes live in another. It is publishing that
//! version there; nothing moves in the first one.

use uuid::Uuid;

use super::obstacles::refused;
use super::publishing::{self, Publish, Published, Recipients, Replaces};
use super::rights::{find_environment, lock_usable_experience, require_publish};
use super::{Actor, OperationError};
use crate::domain::role::Right;
use crate::store::Connection;
use crate::store::publications;

/// What shall be promoted.
#[derive(Debug, Clone, Copy)]
pub struct Promote<'a> {
    /// Of which experience.
    pub experience_id: Uuid,
    /// The environment in which it is live.
    pub from: Uuid,
    /// The version that the caller saw live there; none for whatever is.
    pub version: Option<i32>,
    /// Where it shall be live, too.
    pub to: Uuid,
    /// What the caller saw live there.
    pub replaces: Replaces,
    /// To whom; none for the same as where it comes from.
    pub recipients: Option<Recipients>,
    /// Why, besides that it is promoted.
    pub note: &'a str,
}

/// Publishes what is live in one environment in another one.
///
/// # Errors
/// [`OperationError::Refused`] where nothing is live in the first one, or another version than the
/// caller saw; those of publishing.
pub fn promote(
    conn: &mut Connection,
    actor: &Actor,
    request: &Promote<'_>,
) -> Result<Published, OperationError> {
    let from = find_environment(conn, actor, request.from)?;
    let to = find_environment(conn, actor, request.to)?;
    require_publish(actor, &to)?;
    if from.id == to.id {
        let message = "Choose another environment than the one that it comes from.";
        return Err(OperationError::invalid("to", message));
    }
    let experience = lock_usable_experience(conn, actor, Right::See, request.experience_id)?;
    let live = publications::active(conn, experience.id, from.id)?.ok_or_else(|| {
        let (name, place) = (&experience.name, &from.name);
        refused(format!("Nothing of “{name}” is published in “{place}”. Publish it there first."))
    })?;
    if request.version.is_some_and(|seen| seen != live.version) {
        return Err(refused(format!(
            "{} published version {} in “{}” in the meantime. Look at what is live there, then \
             promote again.",
            live.published_by_name, live.version, from.name
        )));
    }
    let recipients = request.recipients.unwrap_or(match live.is_for_test_users() {
        true => Recipients::TestUsers,
        false => Recipients::Everybody,
    });
    let note = format!("Promoted from {}. {}", from.name, request.note);
    let publish = Publish {
        experience_id: experience.id,
        environment_id: to.id,
        version: live.version,
        replaces: request.replaces,
        note: note.trim_end(),
    };
    publishing::publish_to(conn, actor, &publish, recipients)
}
