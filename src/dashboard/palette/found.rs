//! What is found of a project.

use uuid::Uuid;

use super::super::ProjectMember;
use crate::{
    domain::experience::Kind,
    operations::{
        OperationError,
        experiences::{self, ExperienceView},
    },
    store::{
        Connection,
        experiences::{self as stored_experiences, Experience},
        finding::{self, Recent},
        keys::{self, Key},
        segments::{self, Segment},
        user_records::{self, Search, UserRecord},
    },
};

/// How many of each kind.
pub(super) const MOST_OF_A_KIND: usize = 8;
/// How many things that somebody worked on lately.
const MOST_RECENT: usize = 5;

/// What is found.
#[derive(Default)]
pub(super) struct Found {
    /// The best match among the experiences, with how it stands.
    pub best: Option<ExperienceView>,
    /// The other ones.
    pub experiences: Vec<Experience>,
    pub keys: Vec<Key>,
    pub segments: Vec<Segment>,
    pub users: Vec<UserRecord>,
    /// What the member worked on lately, where nothing is looked for.
    pub recent: Vec<Thing>,
}

/// Something that somebody worked on.
pub(super) enum Thing {
    Experience(Kind, String, String),
    Key(String),
    Segment(String, String),
}

impl Found {
    pub fn load(
        conn: &mut Connection,
        member: &ProjectMember,
        text: &str,
    ) -> Result<Found, OperationError> {
        let project_id = member.project.id;
        if text.is_empty() {
            return Ok(Found { recent: recent(conn, member)?, ..Found::default() });
        }
        let most = MOST_OF_A_KIND as i64;
        let mut matching = finding::experiences(conn, project_id, text, most)?.into_iter();
        let best = match matching.next() {
            None => None,
            Some(Experience { kind, slug, .. }) => {
                Some(experiences::find_by_slug(conn, &member.actor, project_id, kind, &slug)?)
            }
        };
        let users = Search { environment_id: member.environment.id, starts_with: text };
        Ok(Found {
            best,
            experiences: matching.collect(),
            keys: finding::keys(conn, project_id, text, most)?,
            segments: finding::segments(conn, project_id, text, most)?,
            users: user_records::slice(conn, &users, 0, most)?,
            recent: Vec::new(),
        })
    }
}

fn recent(conn: &mut Connection, member: &ProjectMember) -> Result<Vec<Thing>, OperationError> {
    let Some(person_id) = member.actor.person_id() else { return Ok(Vec::new()) };
    let worked_on = finding::recent(conn, member.project.id, person_id, 2 * MOST_RECENT)?;
    let mut things = Vec::new();
    for recent in worked_on {
        if things.len() < MOST_RECENT {
            things.extend(thing(conn, &recent)?);
        }
    }
    Ok(things)
}

/// A thing that is still there, and not archived.
fn thing(conn: &mut Connection, recent: &Recent) -> Result<Option<Thing>, OperationError> {
    let Ok(id) = Uuid::parse_str(&recent.object_id) else { return Ok(None) };
    Ok(match recent.object_kind.as_str() {
        "experience" => stored_experiences::find(conn, id)?
            .filter(|it| it.archived_at.is_none())
            .map(|it| Thing::Experience(it.kind, it.slug, it.name)),
        "key" => keys::find(conn, id)?
            .filter(|it| it.archived_at.is_none())
            .map(|it| Thing::Key(it.name)),
        "segment" => segments::find(conn, id)?
            .filter(|it| it.archived_at.is_none())
            .map(|it| Thing::Segment(it.slug, it.name)),
        _ => None,
    })
}
