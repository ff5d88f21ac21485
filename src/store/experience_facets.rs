//! What lists of experiences can be narrowed by.

use diesel::dsl::{count_star, sql};
use diesel::prelude::*;
use diesel::sql_types::Text;
use uuid::Uuid;

use super::schema::{experiences, people};
use super::{Connection, StoreError};
use crate::domain::experience::Kind;

/// The tags of a project's experiences of that kind, the most frequent first, at most `most`.
///
/// # Errors
/// Those of the database.
pub fn tags(
    conn: &mut Connection,
    project_id: Uuid,
    kind: Kind,
    most: i64,
) -> Result<Vec<String>, StoreError> {
    let tag = sql::<Text>("unnest(experiences.tags)");
    Ok(experiences::table
        .filter(experiences::project_id.eq(project_id))
        .filter(experiences::kind.eq(kind.as_str()))
        .group_by(tag.clone())
        .order((count_star().desc(), tag.clone()))
        .select(tag)
        .limit(most)
        .load(conn)?)
}

/// Who owns experiences of that kind in a project, by name.
///
/// # Errors
/// Those of the database.
pub fn owners(
    conn: &mut Connection,
    project_id: Uuid,
    kind: Kind,
) -> Result<Vec<(Uuid, String)>, StoreError> {
    let owning = experiences::table
        .filter(experiences::project_id.eq(project_id))
        .filter(experiences::kind.eq(kind.as_str()))
        .filter(experiences::owner_id.is_not_null())
        .select(experiences::owner_id.assume_not_null())
        .distinct();
    Ok(people::table
        .filter(people::id.eq_any(owning))
        .order((people::name, people::id))
        .select((people::id, people::name))
        .load(conn)?)
}
