//! Which keys an experience holds and which segments it uses: through its newest version, through
//! what any environment serves, and through what a ramp still leads users away from.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde_json::Value;
use uuid::Uuid;

use super::experiences::Experience;
use super::schema::{
    experiences, holding_versions, key_holders, keys, version_keys, version_segments, versions,
};
use super::stored::Stored;
use super::{Connection, StoreError, segments};
use crate::domain::experience::Kind;

/// A key and the experience that holds it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct HeldKey {
    /// The key.
    #[diesel(select_expression = keys::id)]
    pub key_id: Uuid,
    /// Its name.
    #[diesel(select_expression = keys::name)]
    pub key_name: String,
    /// Who holds it.
    #[diesel(select_expression = experiences::id)]
    pub experience_id: Uuid,
    /// What kind the holder is.
    #[diesel(select_expression = experiences::kind, deserialize_as = Stored<Kind>)]
    pub experience_kind: Kind,
    /// The holder's name in addresses.
    #[diesel(select_expression = experiences::slug)]
    pub experience_slug: String,
    /// The holder's name.
    #[diesel(select_expression = experiences::name)]
    pub experience_name: String,
}

/// A version that gives a key values, and is the newest of its experience or served somewhere.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct GivingVersion {
    /// What kind its experience is.
    #[diesel(select_expression = experiences::kind, deserialize_as = Stored<Kind>)]
    pub experience_kind: Kind,
    /// The experience's name in addresses.
    #[diesel(select_expression = experiences::slug)]
    pub experience_slug: String,
    /// The experience's name.
    #[diesel(select_expression = experiences::name)]
    pub experience_name: String,
    /// Its number.
    #[diesel(select_expression = versions::number)]
    pub number: i32,
    /// Its content.
    #[diesel(select_expression = versions::content)]
    pub content: Value,
}

/// The versions that give a key values and are the newest of their experience or served somewhere.
///
/// # Errors
/// Those of the database.
pub fn giving(conn: &mut Connection, key_id: Uuid) -> Result<Vec<GivingVersion>, StoreError> {
    Ok(holding_versions::table
        .inner_join(
            version_keys::table.on(version_keys::version_id.eq(holding_versions::version_id)),
        )
        .inner_join(versions::table.on(versions::id.eq(holding_versions::version_id)))
        .inner_join(experiences::table.on(experiences::id.eq(holding_versions::experience_id)))
        .filter(version_keys::key_id.eq(key_id))
        .filter(version_keys::purpose.eq("gives"))
        .order((experiences::slug, versions::number))
        .select(GivingVersion::as_select())
        .load(conn)?)
}

/// Rewrites what the experience holds, in the transaction of what caused it.
///
/// # Errors
/// [`StoreError::Archived`] and [`StoreError::KeysHeld`] when it would hold or use what is archived
/// or held by others; [`StoreError::NotFound`] for things of another project.
pub(super) fn refresh(conn: &mut Connection, experience: &Experience) -> Result<(), StoreError> {
    let given = named_keys(conn, experience.id, true)?;
    let required = named_keys(conn, experience.id, false)?;
    let used: Vec<Uuid> = holding_versions::table
        .inner_join(
            version_segments::table
                .on(version_segments::version_id.eq(holding_versions::version_id)),
        )
        .filter(holding_versions::experience_id.eq(experience.id))
        .select(version_segments::segment_id)
        .distinct()
        .load(conn)?;
    let all_keys = given.iter().chain(&required).copied().collect::<Vec<Uuid>>();
    lock_usable_keys(conn, experience.project_id, &all_keys)?;
    segments::lock_usable(conn, experience.project_id, &used)?;
    take(conn, experience.id, &given)
}

fn named_keys(
    conn: &mut Connection,
    experience_id: Uuid,
    given: bool,
) -> Result<Vec<Uuid>, StoreError> {
    Ok(holding_versions::table
        .inner_join(
            version_keys::table.on(version_keys::version_id.eq(holding_versions::version_id)),
        )
        .filter(holding_versions::experience_id.eq(experience_id))
        .filter(version_keys::purpose.eq(if given { "gives" } else { "requires" }))
        .select(version_keys::key_id)
        .distinct()
        .load(conn)?)
}

/// Keeps these keys from being archived until the transaction ends.
fn lock_usable_keys(
    conn: &mut Connection,
    project_id: Uuid,
    ids: &[Uuid],
) -> Result<(), StoreError> {
    let found: Vec<(Uuid, String, Option<DateTime<Utc>>)> = keys::table
        .filter(keys::id.eq_any(ids))
        .filter(keys::project_id.eq(project_id))
        .order(keys::id)
        .select((keys::id, keys::name, keys::archived_at))
        .for_key_share()
        .load(conn)?;
    all_usable(ids, found)
}

/// Whether all of these were found, by identity, name and time of archiving, and none is archived.
pub(super) fn all_usable(
    ids: &[Uuid],
    found: Vec<(Uuid, String, Option<DateTime<Utc>>)>,
) -> Result<(), StoreError> {
    if ids.iter().any(|id| !found.iter().any(|(known, ..)| known == id)) {
        return Err(StoreError::NotFound);
    }
    let archived = found.into_iter().filter(|(.., archived)| archived.is_some());
    let names: Vec<String> = archived.map(|(_, name, _)| name).collect();
    if names.is_empty() { Ok(()) } else { Err(StoreError::Archived(names)) }
}

/// Lets go of every other key, takes these, and finds those that somebody else has. A taker who
/// comes at the same time waits at the primary key, and then sees who was first.
fn take(conn: &mut Connection, experience_id: Uuid, ids: &[Uuid]) -> Result<(), StoreError> {
    diesel::delete(
        key_holders::table
            .filter(key_holders::experience_id.eq(experience_id))
            .filter(key_holders::key_id.ne_all(ids)),
    )
    .execute(conn)?;
    let mut in_order = ids.to_vec();
    in_order.sort_unstable();
    let rows: Vec<_> = in_order
        .iter()
        .map(|id| (key_holders::key_id.eq(*id), key_holders::experience_id.eq(experience_id)))
        .collect();
    diesel::insert_into(key_holders::table).values(rows).on_conflict_do_nothing().execute(conn)?;
    let held: Vec<HeldKey> = key_holders::table
        .inner_join(keys::table)
        .inner_join(experiences::table)
        .filter(key_holders::key_id.eq_any(ids))
        .filter(key_holders::experience_id.ne(experience_id))
        .order(keys::name)
        .select(HeldKey::as_select())
        .load(conn)?;
    if held.is_empty() { Ok(()) } else { Err(StoreError::KeysHeld(held)) }
}
