//! The end of an experience, and the way back.

use serde_json::json;
use uuid::Uuid;

use super::editing::record;
use super::obstacles::{listed, not_free, refused};
use super::rights::{lock_experience, require_publish};
use super::switching::{self, Switch};
use super::{Actor, OperationError, readiness};
use crate::domain::role::Right;
use crate::store::environments::{self, Environment};
use crate::store::experiences::{self, Experience};
use crate::store::{Connection, StoreError, standings};

/// Archives an experience: it is served nowhere, keeps its history and frees its keys. One that is
/// archived stays so.
///
/// # Errors
/// [`OperationError::Forbidden`] without the right to publish wherever it is published;
/// [`OperationError::Refused`] while it is on anywhere, naming where.
pub fn archive(
    conn: &mut Connection,
    actor: &Actor,
    experience_id: Uuid,
) -> Result<Experience, OperationError> {
    let before = lock_experience(conn, actor, Right::Edit, experience_id)?;
    if before.archived_at.is_some() {
        return Ok(before);
    }
    let places = published_in(conn, &before)?;
    for (environment, _) in &places {
        require_publish(actor, environment)?;
    }
    let on: Vec<String> = places
        .iter()
        .filter(|(_, is_on)| *is_on)
        .map(|(environment, _)| format!("“{}”", environment.name))
        .collect();
    if !on.is_empty() {
        return Err(refused(format!(
            "“{}” is on in {}. Switch it off there first, and see that nothing breaks.",
            before.name,
            listed(&on)
        )));
    }
    let after = experiences::archive(conn, experience_id)?;
    let (was, is) = (json!({"archived": false}), json!({"archived": true}));
    record(conn, actor, "experience.archive", Some(was), is, &after)?;
    Ok(after)
}

/// The same of one that may be on: it is switched off wherever it is on, in the same moment.
///
/// # Errors
/// [`OperationError::Forbidden`] without the right to publish wherever it is published.
pub fn switch_off_and_archive(
    conn: &mut Connection,
    actor: &Actor,
    experience_id: Uuid,
) -> Result<Experience, OperationError> {
    let experience = lock_experience(conn, actor, Right::Edit, experience_id)?;
    if experience.archived_at.is_none() {
        for (environment, is_on) in published_in(conn, &experience)? {
            require_publish(actor, &environment)?;
            if is_on {
                let environment_id = environment.id;
                let switch = Switch { experience_id, environment_id, note: "To be archived." };
                switching::switch_off(conn, actor, &switch)?;
            }
        }
    }
    archive(conn, actor, experience_id)
}

/// Takes an experience back into use, with its keys, and leaves it off wherever it was published.
/// One that is not archived stays so.
///
/// # Errors
/// [`OperationError::Forbidden`] without the right to publish wherever it is published;
/// [`OperationError::Refused`] naming what is taken or archived by now.
pub fn unarchive(
    conn: &mut Connection,
    actor: &Actor,
    experience_id: Uuid,
) -> Result<Experience, OperationError> {
    let before = lock_experience(conn, actor, Right::Edit, experience_id)?;
    if before.archived_at.is_none() {
        return Ok(before);
    }
    let places = published_in(conn, &before)?;
    for (environment, _) in &places {
        require_publish(actor, environment)?;
    }
    let after = experiences::unarchive(conn, experience_id).map_err(not_free)?;
    for (environment, _) in &places {
        readiness::refuse_unservable(conn, environment, &after)?;
    }
    let (was, is) = (json!({"archived": true}), json!({"archived": false}));
    record(conn, actor, "experience.unarchive", Some(was), is, &after)?;
    Ok(after)
}

/// Where it has an active publication, locked in the order of their ids, and whether it is on
/// there.
fn published_in(
    conn: &mut Connection,
    experience: &Experience,
) -> Result<Vec<(Environment, bool)>, StoreError> {
    let mut standings = standings::of(conn, &[experience.id])?;
    standings.sort_by_key(|standing| standing.environment_id);
    let mut places = Vec::new();
    for standing in standings {
        places.push((environments::lock(conn, standing.environment_id)?, standing.is_on));
    }
    Ok(places)
}
