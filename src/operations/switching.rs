//! The switch: on or off at once, per experience and environment. Makes no version.

use serde_json::{Map, json};
use uuid::Uuid;

use super::audit::{self, Change};
use super::obstacles::refused;
use super::rights::{find_environment, lock_usable_experience, require_publish};
use super::{Actor, OperationError, texts};
use crate::domain::reading::Problems;
use crate::domain::role::Right;
use crate::store::environments::Environment;
use crate::store::publications::{self, Publication};
use crate::store::{Connection, switches};

/// Which switch, and why it is moved.
#[derive(Debug, Clone, Copy)]
pub struct Switch<'a> {
    /// Of which experience.
    pub experience_id: Uuid,
    /// Where.
    pub environment_id: Uuid,
    /// Why.
    pub note: &'a str,
}

/// What came of switching.
#[derive(Debug, Clone)]
pub struct Switched {
    /// What is published there.
    pub publication: Publication,
    /// Whether it is on now.
    pub is_on: bool,
    /// Whether it stood otherwise before.
    pub changed: bool,
}

impl Switched {
    /// Refuses when something else was switched than the caller saw published there, by `seen`, the
    /// id of the publication. The caller gives the transaction up.
    ///
    /// # Errors
    /// [`OperationError::Conflict`] with the version that is published by now.
    pub fn refuse_unseen(&self, seen: &str) -> Result<(), OperationError> {
        let live = &self.publication;
        if live.id.to_string() == seen {
            return Ok(());
        }
        let message = format!(
            "{} published version {} in the meantime. Load the page again, and look before you \
             turn it on.",
            live.published_by_name, live.version
        );
        let sides = Map::from_iter([("live".to_owned(), json!(live.version))]);
        Err(OperationError::Conflict { message, sides })
    }
}

/// Switches an experience on in an environment. One that is on stays on.
///
/// # Errors
/// [`OperationError::Forbidden`] without the right to publish there;
/// [`OperationError::Refused`] when nothing is published there, or it is archived.
pub fn switch_on(
    conn: &mut Connection,
    actor: &Actor,
    switch: &Switch<'_>,
) -> Result<Switched, OperationError> {
    let environment = find_environment(conn, actor, switch.environment_id)?;
    require_publish(actor, &environment)?;
    turn(conn, actor, switch, &environment, true)
}

/// Switches an experience off in an environment, at once. One that is off stays off.
///
/// # Errors
/// [`OperationError::Forbidden`] without the right to switch off; [`OperationError::Refused`]
/// when nothing is published there, or it is archived.
pub fn switch_off(
    conn: &mut Connection,
    actor: &Actor,
    switch: &Switch<'_>,
) -> Result<Switched, OperationError> {
    let environment = find_environment(conn, actor, switch.environment_id)?;
    actor.require(Right::SwitchOff, environment.project_id)?;
    turn(conn, actor, switch, &environment, false)
}

fn turn(
    conn: &mut Connection,
    actor: &Actor,
    switch: &Switch<'_>,
    environment: &Environment,
    is_on: bool,
) -> Result<Switched, OperationError> {
    let mut problems = Problems::new();
    let note = texts::description("note", switch.note, &mut problems);
    if !problems.is_empty() {
        return Err(OperationError::Invalid(problems));
    }
    let experience = lock_usable_experience(conn, actor, Right::See, switch.experience_id)?;
    if experience.project_id != environment.project_id {
        return Err(OperationError::NotFound("experience"));
    }
    let publication = publications::active(conn, experience.id, environment.id)?;
    let Some(publication) = publication else {
        let (name, place) = (&experience.name, &environment.name);
        return Err(refused(format!(
            "Nothing of “{name}” is published in “{place}”, so there is nothing to switch. Publish \
             a version there first."
        )));
    };
    let changed = switches::set(conn, experience.id, environment.id, is_on, &note, actor.author())?;
    if changed {
        let change = Change {
            project_id: Some(experience.project_id),
            environment_id: Some(environment.id),
            action: if is_on { "experience.switch_on" } else { "experience.switch_off" },
            object_kind: "experience",
            object_id: experience.id,
            object_name: &experience.name,
            before: Some(json!({"is_on": !is_on})),
            after: Some(json!({"is_on": is_on, "note": note})),
        };
        audit::record(conn, actor, &change)?;
    }
    Ok(Switched { publication, is_on, changed })
}
