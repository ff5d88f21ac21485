//! The end of an experience, and the way back.

use serde_json::json;
use uuid::Uuid;

use super::editing::record;
use super::obstacles::{listed, not_free, word};
use super::rights::{lock_experience, require_publish};
use super::switching::{self, Switch};
use super::{Actor, Link, OperationError, readiness};
use crate::domain::grouped::grouped;
use crate::domain::role::Right;
use crate::store::environments::{self, Environment};
use crate::store::experiences::{self, Experience};
use crate::store::{Connection, StoreError, UsedBy, delivered, key_lists, standings};

/// Which experience shall be archived, and what does not matter then.
#[derive(Debug, Clone, Copy)]
pub struct Archive {
    /// Which.
    pub experience_id: Uuid,
    /// Whether it is switched off in the same moment, wherever it is on.
    pub turn_off: bool,
    /// Whether it goes although apps still ask for its keys.
    pub despite_deliveries: bool,
}

/// What keeps an experience from being archived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Obstacle {
    /// Which kind it is.
    pub kind: ObstacleKind,
    /// What it is, as a sentence.
    pub what: String,
    /// What to do about it, as a sentence.
    pub remedy: &'static str,
    /// What stands in the way.
    pub links: Vec<Link>,
}

impl Obstacle {
    /// Both sentences.
    pub fn message(&self) -> String {
        format!("{} {}", self.what, self.remedy)
    }
}

/// The kinds of what keeps an experience from being archived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ObstacleKind {
    /// It is on somewhere.
    IsOn,
    /// Something requires one of its keys.
    IsUsed,
    /// Apps asked for its keys lately; one may archive it all the same.
    IsAskedFor,
}

/// Archives an experience: it is served nowhere, keeps its history and frees its keys. One that is
/// archived stays so.
///
/// # Errors
/// [`OperationError::Forbidden`] without the right to publish wherever it is published;
/// [`OperationError::Refused`] with every reason while it is on anywhere, another experience
/// requires one of its keys, or apps still ask for them.
pub fn archive(
    conn: &mut Connection,
    actor: &Actor,
    order: &Archive,
) -> Result<Experience, OperationError> {
    let experience_id = order.experience_id;
    let before = lock_experience(conn, actor, Right::Edit, experience_id)?;
    if before.archived_at.is_some() {
        return Ok(before);
    }
    for (environment, is_on) in published_in(conn, &before)? {
        require_publish(actor, &environment)?;
        if is_on && order.turn_off {
            let environment_id = environment.id;
            let switch = Switch { experience_id, environment_id, note: "To be archived." };
            switching::switch_off(conn, actor, &switch)?;
        }
    }
    let mut obstacles = obstacles(conn, &before)?;
    obstacles.retain(|it| it.kind != ObstacleKind::IsAskedFor || !order.despite_deliveries);
    if !obstacles.is_empty() {
        let messages: Vec<String> = obstacles.iter().map(Obstacle::message).collect();
        let links = obstacles.into_iter().flat_map(|it| it.links).collect();
        return Err(OperationError::Refused { message: messages.join(" "), links });
    }
    let after = experiences::archive(conn, experience_id)?;
    let (was, is) = (json!({"archived": false}), json!({"archived": true}));
    record(conn, actor, "experience.archive", Some(was), is, &after)?;
    Ok(after)
}

/// Everything that keeps an experience from being archived right now.
///
/// # Errors
/// Those of the database.
pub fn obstacles(
    conn: &mut Connection,
    experience: &Experience,
) -> Result<Vec<Obstacle>, OperationError> {
    let environments = environments::list(conn, experience.project_id)?;
    let standings = standings::of(conn, &[experience.id])?;
    let published = |environment: &&Environment| {
        standings.iter().any(|standing| standing.environment_id == environment.id)
    };
    let on = |environment: &&Environment| {
        let mut on = standings.iter().filter(|standing| standing.is_on);
        on.any(|standing| standing.environment_id == environment.id)
    };
    let on: Vec<&Environment> = environments.iter().filter(on).collect();
    let published: Vec<&Environment> = environments.iter().filter(published).collect();
    let found = [
        is_on(experience, &on),
        is_used(conn, experience)?,
        is_asked_for(conn, experience, &published)?,
    ];
    Ok(found.into_iter().flatten().collect())
}

fn is_on(experience: &Experience, places: &[&Environment]) -> Option<Obstacle> {
    let names: Vec<String> = places.iter().map(|place| format!("“{}”", place.name)).collect();
    (!names.is_empty()).then(|| Obstacle {
        kind: ObstacleKind::IsOn,
        what: format!("“{}” is on in {}.", experience.name, listed(&names)),
        remedy: "Switch it off there first, and see that nothing breaks.",
        links: Vec::new(),
    })
}

/// Other experiences that require one of its keys.
fn is_used(
    conn: &mut Connection,
    experience: &Experience,
) -> Result<Option<Obstacle>, OperationError> {
    let held = key_lists::held_by(conn, experience.id)?;
    let ids: Vec<Uuid> = held.iter().map(|key| key.id).collect();
    let mut users = key_lists::users(conn, &ids)?;
    let (mut said, mut links) = (Vec::new(), Vec::new());
    for key in held {
        for user in users.remove(&key.id).unwrap_or_default() {
            let UsedBy::Experience { id, kind, slug, name } = user else { continue };
            if id != experience.id {
                said.push(format!("the {} “{name}” requires its key “{}”", word(kind), key.name));
                links.push(Link::experience(kind, slug, name));
            }
        }
    }
    links.dedup();
    Ok((!said.is_empty()).then(|| Obstacle {
        kind: ObstacleKind::IsUsed,
        what: format!("“{}” is used: {}.", experience.name, listed(&said)),
        remedy: "Take that prerequisite out there first.",
        links,
    }))
}

/// Apps that asked for its keys within a day where it is published. What a draft holds hands out
/// its defaults with it and without it.
fn is_asked_for(
    conn: &mut Connection,
    experience: &Experience,
    places: &[&Environment],
) -> Result<Option<Obstacle>, OperationError> {
    let delivered = delivered::within_a_day(conn, experience.id)?;
    let said = places.iter().filter_map(|place| {
        let count = delivered.get(&place.id).copied().filter(|count| *count > 0)?;
        let times =
            if count == 1 { "once".to_owned() } else { format!("{} times", grouped(count)) };
        Some(format!("{times} in “{}”", place.name))
    });
    let said: Vec<String> = said.collect();
    Ok((!said.is_empty()).then(|| Obstacle {
        kind: ObstacleKind::IsAskedFor,
        what: format!(
            "Apps still ask for “{}”: within 24 hours its keys were handed out {}.",
            experience.name,
            listed(&said)
        ),
        remedy: "Take them out of the apps first, or say that it shall be archived despite the \
                 deliveries (despite_deliveries).",
        links: Vec::new(),
    }))
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
