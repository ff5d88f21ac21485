//! What saving a segment comes to: saved, a question first, or somebody else's change beside it.

use serde_json::Value as Json;
use uuid::Uuid;

use super::{
    super::ProjectMember,
    find,
    form::{Base, Entered},
};
use crate::{
    domain::{condition::Condition, experience::Status, role::Right},
    operations::{
        OperationError,
        segments::{self, SegmentEdit},
    },
    store::{
        Connection, environments, segment_revisions,
        segments::Segment,
        serving,
        standings::{self, Standing},
    },
};

/// What came of it.
pub enum Outcome {
    /// It is saved.
    Saved(Segment),
    /// There was nothing to save.
    Unchanged(Segment),
    /// It would act at once, and nobody has said yet that it should.
    Asks(Question),
    /// Somebody else was faster.
    Conflict(Theirs),
}

/// What saving would do.
pub struct Question {
    /// The segment's name.
    pub name: String,
    /// Where it acts at once.
    pub effects: Vec<Effect>,
    /// What the conditions are, in words.
    pub before: String,
    /// What they would be.
    pub after: String,
    /// The same, as they would be kept.
    pub conditions: Json,
}

/// An experience that is on somewhere and changes with the segment.
pub struct Effect {
    experience_id: Uuid,
    name: String,
    status: Status,
    /// Where, unless it is where the page is.
    elsewhere: Option<String>,
}

impl Effect {
    /// "Auto playlist (Live in Staging)".
    pub fn words(&self) -> String {
        let status = self.status.label();
        match &self.elsewhere {
            None => format!("{} ({status})", self.name),
            Some(place) => format!("{} ({status} in {place})", self.name),
        }
    }

    /// "2 live flags".
    pub fn counted(effects: &[Effect]) -> String {
        let mut ids: Vec<Uuid> = effects.iter().map(|effect| effect.experience_id).collect();
        ids.sort();
        ids.dedup();
        if ids.len() == 1 { "1 live flag".to_owned() } else { format!("{} live flags", ids.len()) }
    }
}

/// Where a segment acts at once.
pub fn effects(
    conn: &mut Connection,
    member: &ProjectMember,
    segment_id: Uuid,
) -> Result<Vec<Effect>, OperationError> {
    let served = serving::through_segment(conn, segment_id)?;
    let ids: Vec<Uuid> = served.iter().map(|it| it.experience_id).collect();
    let standings = standings::of(conn, &ids)?;
    let mut effects = Vec::new();
    for it in served {
        let standing = standings.iter().find(|standing| {
            standing.experience_id == it.experience_id
                && standing.environment_id == it.environment_id
        });
        if standing.is_none_or(|standing| !standing.is_on) {
            continue;
        }
        let place = member.environments.iter().find(|place| place.id == it.environment_id);
        effects.push(Effect {
            experience_id: it.experience_id,
            name: it.name,
            status: Standing::status(standing, false),
            elsewhere: place
                .filter(|place| place.id != member.environment.id)
                .map(|place| place.name.clone()),
        });
    }
    Ok(effects)
}

/// What somebody else has saved.
pub struct Theirs {
    /// Who, as far as it is known: a new name has no author of its own.
    pub author: Option<String>,
    /// What a form that is saved over it is compared with.
    pub base: Base,
    /// Both sides of what differs.
    pub sides: Vec<Side>,
    /// The name that the segment would have with both changes.
    pub merged_name: String,
    /// Its description, likewise.
    pub merged_description: String,
}

/// One thing that differs.
pub struct Side {
    /// What it is.
    pub what: &'static str,
    /// How it was when the editor opened the page.
    pub before: String,
    /// How somebody else has saved it.
    pub theirs: String,
    /// How it was entered.
    pub yours: String,
}

/// Saves what was entered, as far as it differs from what was there when the page was opened.
pub fn save(
    conn: &mut Connection,
    member: &ProjectMember,
    slug: &str,
    entered: &Entered,
    condition: &Condition,
    confirmed: bool,
) -> Result<Outcome, OperationError> {
    // Locked as the operation does it, so that what is compared here is what it finds.
    environments::lock_all(conn, member.project.id)?;
    let found = find(conn, member.project.id, slug)?;
    let base = segment_revisions::find(conn, found.id, entered.base.revision)?;
    let base = base.and_then(|base| Condition::from_json(&base.conditions).ok());
    let changed = base.as_ref().is_none_or(|base| !base.says_the_same_as(condition));
    let name = Some(entered.name.trim()).filter(|name| *name != entered.base.name);
    let description =
        Some(entered.description.as_str()).filter(|text| *text != entered.base.description);
    if !changed && name.is_none() && description.is_none() {
        return Ok(Outcome::Unchanged(found));
    }
    let taken = |mine: Option<&str>, base: &str, now: &str| {
        mine.is_some_and(|mine| now != base && now != mine)
    };
    let is_stale = (changed && entered.base.revision != found.revision)
        || taken(name, &entered.base.name, &found.name)
        || taken(description, &entered.base.description, &found.description);
    if is_stale {
        return Ok(Outcome::Conflict(theirs(conn, &found, entered, base.as_ref(), condition)?));
    }
    if changed && !confirmed && may_act_everywhere(conn, member, found.id)? {
        let effects = effects(conn, member, found.id)?;
        if !effects.is_empty() {
            let before = base.map(|base| base.in_words()).unwrap_or_default();
            let (name, after, conditions) = (found.name, condition.in_words(), condition.to_json());
            return Ok(Outcome::Asks(Question { name, effects, before, after, conditions }));
        }
    }
    let json = condition.to_json();
    let edit = SegmentEdit {
        name,
        description,
        conditions: changed.then_some(&json),
        base_revision: changed.then_some(entered.base.revision),
    };
    Ok(Outcome::Saved(segments::edit(conn, &member.actor, found.id, &edit)?))
}

/// Whether the member may publish wherever the segment is served. Else there is nothing to ask:
/// the operation says why not.
pub fn may_act_everywhere(
    conn: &mut Connection,
    member: &ProjectMember,
    segment_id: Uuid,
) -> Result<bool, OperationError> {
    let served = serving::of_segment(conn, segment_id)?;
    let mut places = member.environments.iter().filter(|place| served.contains(&place.id));
    Ok(places.all(|place| member.may(Right::publish_in(place.protected))))
}

fn theirs(
    conn: &mut Connection,
    found: &Segment,
    entered: &Entered,
    base: Option<&Condition>,
    yours: &Condition,
) -> Result<Theirs, OperationError> {
    let newest = segment_revisions::find(conn, found.id, found.revision)?
        .ok_or(OperationError::NotFound("segment"))?;
    let is_newer = newest.number != entered.base.revision;
    let words = |condition: &Condition| condition.in_words();
    let now = Condition::from_json(&newest.conditions).as_ref().map(words).unwrap_or_default();
    let before = base.map(words).unwrap_or_else(|| "Not known".to_owned());
    let sides = [
        ("Name", &entered.base.name, &found.name, entered.name.trim().to_owned()),
        ("Description", &entered.base.description, &found.description, entered.description.clone()),
        ("Who is in it", &before, &now, yours.in_words()),
    ];
    let differing = sides
        .into_iter()
        .filter(|(_, before, theirs, yours)| *before != *theirs || **before != *yours);
    let mine_or_theirs = |mine: &str, base: &str, theirs: &str| {
        if mine == base { theirs.to_owned() } else { mine.to_owned() }
    };
    Ok(Theirs {
        author: is_newer.then_some(newest.author_name),
        sides: differing
            .map(|(what, before, theirs, yours)| {
                let said = |text: &str| match text {
                    "" => "Nothing".to_owned(),
                    text => text.to_owned(),
                };
                Side { what, before: said(before), theirs: said(theirs), yours: said(&yours) }
            })
            .collect(),
        merged_name: mine_or_theirs(entered.name.trim(), &entered.base.name, &found.name),
        merged_description: mine_or_theirs(
            &entered.description,
            &entered.base.description,
            &found.description,
        ),
        base: Base {
            // Conditions that were left alone stay compared with what they were, so that theirs
            // are kept.
            revision: match base {
                Some(base) if base.says_the_same_as(yours) => entered.base.revision,
                _ => newest.number,
            },
            name: found.name.clone(),
            description: found.description.clone(),
        },
    })
}
