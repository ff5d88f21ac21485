//! What uses a segment, with its status where the page is.

use std::collections::HashMap;

use uuid::Uuid;

use super::super::{ProjectMember, experiences::kind_pages::KindPages};
use crate::{
    domain::experience::{Kind, Status},
    operations::OperationError,
    store::{
        Connection, UsedBy,
        standings::{self, Standing},
        used_by,
    },
};

/// Something that uses a segment.
#[derive(Debug, Clone)]
pub struct User {
    /// What kind of experience it is; none for another segment.
    pub kind: Option<Kind>,
    /// Its name.
    pub name: String,
    /// Where its page is.
    pub address: String,
    /// How it stands in the environment of the page; none for a segment.
    pub status: Option<Status>,
}

impl User {
    /// The icon of what it is.
    pub fn icon(&self) -> &'static str {
        match self.kind {
            Some(Kind::FeatureFlag) => "flag",
            Some(Kind::ProductConfig) => "config",
            None => "users",
        }
    }
}

/// What uses each of these segments.
pub fn of(
    conn: &mut Connection,
    member: &ProjectMember,
    segment_ids: &[Uuid],
) -> Result<HashMap<Uuid, Vec<User>>, OperationError> {
    let found = used_by::of_segments(conn, segment_ids)?;
    let experiences: Vec<Uuid> = found
        .iter()
        .filter_map(|(_, user)| match user {
            UsedBy::Experience { id, .. } => Some(*id),
            UsedBy::Segment { .. } => None,
        })
        .collect();
    let standings = standings::of(conn, &experiences)?;
    let mut users: HashMap<Uuid, Vec<User>> = HashMap::new();
    for (segment_id, user) in found {
        users.entry(segment_id).or_default().push(shown(user, member, &standings));
    }
    Ok(users)
}

fn shown(user: UsedBy, member: &ProjectMember, standings: &[Standing]) -> User {
    match user {
        UsedBy::Experience { id, kind, slug, name } => {
            let here = standings.iter().find(|standing| {
                standing.experience_id == id && standing.environment_id == member.environment.id
            });
            User {
                kind: Some(kind),
                name,
                address: KindPages::from(kind).address(member, &slug),
                status: Some(Standing::status(here, false)),
            }
        }
        UsedBy::Segment { slug, name, .. } => User {
            kind: None,
            name,
            address: member.path(&format!("/segments/{slug}")),
            status: None,
        },
    }
}

/// "2 feature flags and 1 product config"; none for nobody.
pub fn counted(users: &[User]) -> Option<String> {
    let count = |kind: Option<Kind>, one: &str| {
        let number = users.iter().filter(|user| user.kind == kind).count();
        match number {
            0 => None,
            1 => Some(format!("1 {one}")),
            _ => Some(format!("{number} {one}s")),
        }
    };
    let parts = [
        count(Some(Kind::FeatureFlag), "feature flag"),
        count(Some(Kind::ProductConfig), "product config"),
        count(None, "segment"),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| listed(&parts))
}

/// `a`, `a and b`, `a, b and c`.
pub fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
