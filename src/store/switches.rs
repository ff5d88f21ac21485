//! The kill switches, with everybody who ever moved one.

use chrono::{DateTime, Utc};
use diesel::dsl::now;
use diesel::prelude::*;
use uuid::Uuid;

use super::schema::{switch_changes, switches};
use super::{Author, Connection, StoreError, environments};

/// A move of a switch.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(check_for_backend(diesel::pg::Pg))]
#[diesel(table_name = switch_changes)]
pub struct SwitchChange {
    /// Grows with time.
    pub id: i64,
    /// Of which experience.
    pub experience_id: Uuid,
    /// Where.
    pub environment_id: Uuid,
    /// Whether it was switched on, or off.
    pub is_on: bool,
    /// Why.
    pub note: String,
    /// When.
    pub changed_at: DateTime<Utc>,
    /// By whom.
    pub changed_by: Option<Uuid>,
    /// Their name.
    pub changed_by_name: String,
}

/// Whether an experience is on in an environment; none where nobody ever switched it.
///
/// # Errors
/// Those of the database.
pub fn find(
    conn: &mut Connection,
    experience_id: Uuid,
    environment_id: Uuid,
) -> Result<Option<bool>, StoreError> {
    Ok(switches::table
        .find((experience_id, environment_id))
        .select(switches::is_on)
        .first(conn)
        .optional()?)
}

/// Switches an experience on or off in an environment, keeps who did it, and raises the
/// environment's revision. Answers whether that changed anything.
///
/// # Errors
/// [`StoreError::Refused`] by a foreign key for things that are not there.
pub fn set(
    conn: &mut Connection,
    experience_id: Uuid,
    environment_id: Uuid,
    is_on: bool,
    note: &str,
    author: Author<'_>,
) -> Result<bool, StoreError> {
    let moved = turn(conn, experience_id, environment_id, is_on, note, author)?;
    if moved {
        environments::bump_revision(conn, environment_id)?;
    }
    Ok(moved)
}

/// Moves the switch and keeps who did it; answers whether it stood otherwise. The caller raises the
/// revision.
pub(super) fn turn(
    conn: &mut Connection,
    experience_id: Uuid,
    environment_id: Uuid,
    is_on: bool,
    note: &str,
    author: Author<'_>,
) -> Result<bool, StoreError> {
    // Of diesel's two `filter`s, the one that gives ON CONFLICT DO UPDATE its WHERE.
    use diesel::query_dsl::methods::FilterDsl as _;
    let moved = diesel::insert_into(switches::table)
        .values((
            switches::experience_id.eq(experience_id),
            switches::environment_id.eq(environment_id),
            switches::is_on.eq(is_on),
        ))
        .on_conflict((switches::experience_id, switches::environment_id))
        .do_update()
        .set((switches::is_on.eq(is_on), switches::changed_at.eq(now)))
        .filter(switches::is_on.ne(is_on))
        .execute(conn)?;
    if moved == 0 {
        return Ok(false);
    }
    diesel::insert_into(switch_changes::table)
        .values((
            switch_changes::experience_id.eq(experience_id),
            switch_changes::environment_id.eq(environment_id),
            switch_changes::is_on.eq(is_on),
            switch_changes::note.eq(note),
            switch_changes::changed_by.eq(author.person_id),
            switch_changes::changed_by_name.eq(author.name),
        ))
        .execute(conn)?;
    Ok(true)
}

/// Every move of the switch of an experience in an environment, the newest first, at most `limit`.
///
/// # Errors
/// Those of the database.
pub fn history(
    conn: &mut Connection,
    experience_id: Uuid,
    environment_id: Uuid,
    limit: u16,
) -> Result<Vec<SwitchChange>, StoreError> {
    Ok(switch_changes::table
        .filter(switch_changes::experience_id.eq(experience_id))
        .filter(switch_changes::environment_id.eq(environment_id))
        .order(switch_changes::id.desc())
        .limit(i64::from(limit))
        .select(SwitchChange::as_select())
        .load(conn)?)
}
