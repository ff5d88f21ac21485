//! One verb for several experiences at once: each is checked, and it is done with all of them or
//! with none.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::archiving::{self, Archive, Obstacle, ObstacleKind};
use super::editing::{self, Description};
use super::experiences::find_experience;
use super::obstacles::word;
use super::rights::{find_environment, require_publish};
use super::switching::{self, Switch};
use super::undoing::{self, Deed, Undo};
use super::{Actor, Link, OperationError, texts};
use crate::domain::experience::Kind;
use crate::domain::reading::Problems;
use crate::domain::role::Right;
use crate::store::environments;
use crate::store::experiences::{self, Experience};
use crate::store::{Connection, publications, standings, switches};

/// The most experiences at once.
pub const MOST: usize = 200;

/// What shall be done with them.
#[derive(Debug, Clone, Copy)]
pub enum Action<'a> {
    /// They are archived.
    Archive {
        /// Whether also those go whose keys apps still ask for.
        despite_deliveries: bool,
    },
    /// They are switched off in that environment.
    SwitchOff(Uuid),
    /// They get that tag.
    Tag(&'a str),
}

/// Which experiences, and what shall be done with them.
#[derive(Debug, Clone, Copy)]
pub struct Bulk<'a> {
    /// Of which project.
    pub project_id: Uuid,
    /// Of which kind.
    pub kind: Kind,
    /// Their ids, slugs or keys.
    pub ids: &'a [String],
    /// What.
    pub action: Action<'a>,
}

/// What came of it.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// It is done with all of them, in the order in which they were named.
    Done(Vec<Item>),
    /// Nothing was done, since it can't be done with these.
    Refused(Vec<Hindrance>),
}

/// One of them.
#[derive(Debug, Clone)]
pub struct Item {
    /// As it is now.
    pub experience: Experience,
    /// Whether it was otherwise before.
    pub changed: bool,
    /// The move of its switch.
    pub switched: Option<i64>,
}

/// One with which it can't be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hindrance {
    /// What the caller named it by.
    pub id: String,
    /// Where it is found; none where there is nothing of that id.
    pub link: Option<Link>,
    /// Why, each as a sentence.
    pub reasons: Vec<String>,
    /// Whether it can be done all the same, despite the deliveries.
    pub is_only_asked_for: bool,
}

/// Does it with all of them, or with none.
///
/// # Errors
/// [`OperationError::Invalid`] for no ids, too many, or a tag that is none;
/// [`OperationError::Forbidden`] without the right to do that at all in the project.
pub fn apply(
    conn: &mut Connection,
    actor: &Actor,
    bulk: &Bulk<'_>,
) -> Result<Outcome, OperationError> {
    check(conn, actor, bulk)?;
    let (mut found, mut hindrances) = find(conn, bulk)?;
    // In the order in which everything locks: experiences by id, then environments.
    found.sort_by_key(|(_, experience)| experience.id);
    found.dedup_by_key(|(_, experience)| experience.id);
    for (_, experience) in &mut found {
        *experience = experiences::lock(conn, experience.id)?;
    }
    if !matches!(bulk.action, Action::Tag(_)) {
        environments::lock_all(conn, bulk.project_id)?;
    }
    for (id, experience) in &found {
        hindrances.extend(hindrance(conn, actor, bulk.action, id, experience)?);
    }
    let place = |id: &str| bulk.ids.iter().position(|known| known == id);
    if !hindrances.is_empty() {
        hindrances.sort_by_key(|hindrance| place(&hindrance.id));
        return Ok(Outcome::Refused(hindrances));
    }
    let mut items = Vec::new();
    for (id, experience) in &found {
        items.push((place(id), do_with(conn, actor, bulk.action, experience)?));
    }
    items.sort_by_key(|(place, _)| *place);
    Ok(Outcome::Done(items.into_iter().map(|(_, item)| item).collect()))
}

/// With which of them it can't be done right now, and why.
///
/// # Errors
/// As of [`apply`].
pub fn hindrances(
    conn: &mut Connection,
    actor: &Actor,
    bulk: &Bulk<'_>,
) -> Result<Vec<Hindrance>, OperationError> {
    check(conn, actor, bulk)?;
    let (found, mut hindrances) = find(conn, bulk)?;
    for (id, experience) in &found {
        hindrances.extend(hindrance(conn, actor, bulk.action, id, experience)?);
    }
    Ok(hindrances)
}

type Found = (Vec<(String, Experience)>, Vec<Hindrance>);

/// What the ids name; those that name nothing are hindrances.
fn find(conn: &mut Connection, bulk: &Bulk<'_>) -> Result<Found, OperationError> {
    let (mut found, mut hindrances) = (Vec::new(), Vec::new());
    for id in bulk.ids {
        match find_experience(conn, bulk.project_id, bulk.kind, id)? {
            Some(it) if it.project_id == bulk.project_id && it.kind == bulk.kind => {
                found.push((id.clone(), it));
            }
            _ => hindrances.push(Hindrance::unknown(id, bulk.kind)),
        }
    }
    Ok((found, hindrances))
}

/// Checks what was entered, and whether they may do that at all.
fn check(conn: &mut Connection, actor: &Actor, bulk: &Bulk<'_>) -> Result<(), OperationError> {
    match bulk.action {
        Action::SwitchOff(id) => {
            actor.require(Right::SwitchOff, bulk.project_id)?;
            find_environment(conn, actor, id)?;
        }
        Action::Archive { .. } | Action::Tag(_) => actor.require(Right::Edit, bulk.project_id)?,
    }
    let mut problems = Problems::new();
    if bulk.ids.is_empty() {
        return Err(OperationError::invalid("ids", "Choose at least one."));
    }
    if bulk.ids.len() > MOST {
        return Err(OperationError::invalid("ids", format!("At most {MOST} go at once.")));
    }
    if let Action::Tag(tag) = bulk.action {
        texts::tags("tag", &[tag.to_owned()], &mut problems);
    }
    if problems.is_empty() { Ok(()) } else { Err(OperationError::Invalid(problems)) }
}

impl Hindrance {
    fn unknown(id: &str, kind: Kind) -> Hindrance {
        let reasons = vec![format!("There is no such {}.", word(kind))];
        Hindrance { id: id.to_owned(), link: None, reasons, is_only_asked_for: false }
    }
}

/// Why it can't be done with one of them.
fn hindrance(
    conn: &mut Connection,
    actor: &Actor,
    action: Action<'_>,
    id: &str,
    experience: &Experience,
) -> Result<Option<Hindrance>, OperationError> {
    let mut is_only_asked_for = false;
    let archived = experience.archived_at.is_some();
    let reasons = match action {
        Action::Archive { .. } if archived => Vec::new(),
        Action::Archive { despite_deliveries } => {
            let mut reasons = not_theirs(conn, actor, experience)?;
            let mut obstacles = archiving::obstacles(conn, experience)?;
            obstacles.retain(|it| it.kind != ObstacleKind::IsAskedFor || !despite_deliveries);
            is_only_asked_for = reasons.is_empty()
                && obstacles.iter().all(|it| it.kind == ObstacleKind::IsAskedFor);
            reasons.extend(obstacles.iter().map(reason));
            reasons
        }
        _ if archived => vec!["It is archived. Unarchive it first.".to_owned()],
        Action::SwitchOff(place) => match publications::active(conn, experience.id, place)? {
            Some(_) => Vec::new(),
            None => vec![
                "Nothing of it is published there, so there is nothing to switch off.".to_owned(),
            ],
        },
        Action::Tag(tag) => too_many_tags(experience, tag),
    };
    let link = Link::experience(experience.kind, &experience.slug, &experience.name);
    let id = id.to_owned();
    Ok((!reasons.is_empty()).then_some(Hindrance {
        id,
        link: Some(link),
        reasons,
        is_only_asked_for,
    }))
}

/// What is in the way of one of several. That it can be done all the same is said for all of them.
fn reason(obstacle: &Obstacle) -> String {
    match obstacle.kind {
        ObstacleKind::IsAskedFor => obstacle.what.clone(),
        ObstacleKind::IsOn | ObstacleKind::IsUsed => obstacle.message(),
    }
}

/// Where it is published and they may not publish.
fn not_theirs(
    conn: &mut Connection,
    actor: &Actor,
    experience: &Experience,
) -> Result<Vec<String>, OperationError> {
    let places = environments::list(conn, experience.project_id)?;
    let standings = standings::of(conn, &[experience.id])?;
    let published = places
        .iter()
        .filter(|place| standings.iter().any(|standing| standing.environment_id == place.id));
    let refused = published.filter_map(|place| require_publish(actor, place).err());
    Ok(refused.map(|error| error.to_string()).collect())
}

fn too_many_tags(experience: &Experience, tag: &str) -> Vec<String> {
    let mut problems = Problems::new();
    let with_it: Vec<String> = experience.tags.iter().cloned().chain([tag.to_owned()]).collect();
    texts::tags("tag", &with_it, &mut problems);
    problems.into_iter().map(|problem| problem.message).collect()
}

fn do_with(
    conn: &mut Connection,
    actor: &Actor,
    action: Action<'_>,
    before: &Experience,
) -> Result<Item, OperationError> {
    let experience_id = before.id;
    let mut item = Item { experience: before.clone(), changed: false, switched: None };
    match action {
        Action::Archive { despite_deliveries } => {
            let order = Archive { experience_id, turn_off: false, despite_deliveries };
            item.experience = archiving::archive(conn, actor, &order)?;
            item.changed = before.archived_at.is_none();
        }
        Action::Tag(tag) => {
            let tags: Vec<String> =
                before.tags.iter().cloned().chain([tag.trim().to_owned()]).collect();
            let change = Description { tags: Some(&tags), ..Description::default() };
            item.experience = editing::describe(conn, actor, experience_id, &change)?;
            item.changed = item.experience.tags != before.tags;
        }
        Action::SwitchOff(environment_id) => {
            let switch = Switch { experience_id, environment_id, note: "" };
            item.changed = switching::switch_off(conn, actor, &switch)?.changed;
            let newest = switches::history(conn, experience_id, environment_id, 1)?;
            item.switched = newest.first().map(|newest| newest.id).filter(|_| item.changed);
        }
    }
    Ok(item)
}

/// Switches experiences on again that were switched off together: all of them, or none.
///
/// # Errors
/// [`OperationError::Refused`] when it is too long ago for one, or something newer was published or
/// switched; [`OperationError::Forbidden`] without the right to publish there.
pub fn undo_switch_off(
    conn: &mut Connection,
    actor: &Actor,
    environment_id: Uuid,
    moves: &[(Uuid, i64)],
    now: DateTime<Utc>,
) -> Result<(), OperationError> {
    let mut moves = moves.to_vec();
    moves.sort_unstable();
    for (experience_id, switched) in moves {
        let deed = Deed::Switched(switched);
        undoing::undo(conn, actor, &Undo { experience_id, environment_id, deed, now })?;
    }
    Ok(())
}
