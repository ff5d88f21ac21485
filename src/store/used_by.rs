//! What uses a key or a segment, and so keeps it from being archived.

use std::collections::HashMap;

use diesel::prelude::*;
use uuid::Uuid;

use super::page::lower;
use super::schema::{experiences, holding_versions, segment_members, segments, version_segments};
use super::stored::Stored;
use super::{Connection, StoreError};
use crate::domain::experience::Kind;

/// Something that uses a key or a segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UsedBy {
    /// An experience whose newest version, or a version that an environment serves, names it.
    Experience {
        /// Its identity.
        id: Uuid,
        /// Feature flag or product config.
        kind: Kind,
        /// Its name in addresses.
        slug: String,
        /// Its name.
        name: String,
    },
    /// A segment whose conditions name it.
    Segment {
        /// Its identity.
        id: Uuid,
        /// Its name in addresses.
        slug: String,
        /// Its name.
        name: String,
    },
}

impl UsedBy {
    /// The name of what uses it.
    pub fn name(&self) -> &str {
        match self {
            UsedBy::Experience { name, .. } | UsedBy::Segment { name, .. } => name,
        }
    }
}

/// What uses each of these segments: experiences, then segments that are not archived, each by
/// name.
///
/// # Errors
/// Those of the database.
pub fn of_segments(
    conn: &mut Connection,
    segment_ids: &[Uuid],
) -> Result<Vec<(Uuid, UsedBy)>, StoreError> {
    let experiences: Vec<(Uuid, Uuid, Stored<Kind>, String, String)> = version_segments::table
        .inner_join(
            holding_versions::table
                .on(holding_versions::version_id.eq(version_segments::version_id)),
        )
        .inner_join(experiences::table.on(experiences::id.eq(holding_versions::experience_id)))
        .filter(version_segments::segment_id.eq_any(segment_ids))
        .order((lower(experiences::name), experiences::id, version_segments::segment_id))
        .select((
            version_segments::segment_id,
            experiences::id,
            experiences::kind,
            experiences::slug,
            experiences::name,
        ))
        .load(conn)?;
    let members: Vec<(Uuid, Uuid, String, String)> = segment_members::table
        .inner_join(segments::table.on(segments::id.eq(segment_members::segment_id)))
        .filter(segment_members::named_segment_id.eq_any(segment_ids))
        .filter(segments::archived_at.is_null())
        .order((lower(segments::name), segments::id))
        .select((segment_members::named_segment_id, segments::id, segments::slug, segments::name))
        .load(conn)?;
    let experiences = experiences.into_iter().map(|(used, id, kind, slug, name)| {
        (used, UsedBy::Experience { id, kind: kind.0, slug, name })
    });
    let members = members
        .into_iter()
        .map(|(used, id, slug, name)| (used, UsedBy::Segment { id, slug, name }));
    // An experience can hold the same segment through more than one version.
    let mut users: Vec<(Uuid, UsedBy)> = Vec::new();
    for user in experiences.chain(members) {
        if !users.contains(&user) {
            users.push(user);
        }
    }
    Ok(users)
}

/// The experiences that hold or use something through one of these versions, by name. The versions
/// come as values and not as a query, so that Postgres looks at them alone.
pub(super) fn experiences_through(
    conn: &mut Connection,
    version_ids: &[Uuid],
) -> Result<Vec<UsedBy>, StoreError> {
    let holding = holding_versions::table
        .filter(holding_versions::version_id.eq_any(version_ids))
        .select(holding_versions::experience_id);
    let rows: Vec<(Uuid, Stored<Kind>, String, String)> = experiences::table
        .filter(experiences::id.eq_any(holding))
        .order((lower(experiences::name), experiences::id))
        .select((experiences::id, experiences::kind, experiences::slug, experiences::name))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(id, kind, slug, name)| UsedBy::Experience { id, kind: kind.0, slug, name })
        .collect())
}

/// The same for several keys at once: `named` says which version names which key.
pub(super) fn experiences_by_key(
    conn: &mut Connection,
    named: &[(Uuid, Uuid)],
) -> Result<HashMap<Uuid, Vec<UsedBy>>, StoreError> {
    let versions: Vec<Uuid> = named.iter().map(|(version, _)| *version).collect();
    let rows: Vec<(Uuid, Uuid, Stored<Kind>, String, String)> = holding_versions::table
        .inner_join(experiences::table.on(experiences::id.eq(holding_versions::experience_id)))
        .filter(holding_versions::version_id.eq_any(versions))
        .order((lower(experiences::name), experiences::id))
        .select((
            holding_versions::version_id,
            experiences::id,
            experiences::kind,
            experiences::slug,
            experiences::name,
        ))
        .load(conn)?;
    let mut users: HashMap<Uuid, Vec<UsedBy>> = HashMap::new();
    for (version, id, kind, slug, name) in rows {
        let user = UsedBy::Experience { id, kind: kind.0, slug, name };
        for (_, key) in named.iter().filter(|(naming, _)| *naming == version) {
            let users = users.entry(*key).or_default();
            if !users.contains(&user) {
                users.push(user.clone());
            }
        }
    }
    Ok(users)
}
