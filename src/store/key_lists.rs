//! Lists of keys.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use uuid::Uuid;

use super::keys::Key;
use super::page::{containing, lower, sorted_after};
use super::schema::{key_holders, keys, version_keys};
use super::stored::Stored;
use super::{Connection, Page, PageRequest, Sort, StoreError, UsedBy, used_by};
use crate::domain::value::ValueType;

/// Which keys a list is about.
#[derive(Debug, Clone, Copy)]
pub struct KeyFilter<'a> {
    /// Of which project.
    pub project_id: Uuid,
    /// The archived ones, or the others; none for both.
    pub archived: Option<bool>,
    /// Of this type.
    pub value_type: Option<ValueType>,
    /// Text that the name or the description contains, whatever the case.
    pub search: Option<&'a str>,
}

/// The keys of a project, page by page.
///
/// # Errors
/// [`StoreError::NotFound`] when the page's start is no key of the project.
pub fn list(
    conn: &mut Connection,
    filter: &KeyFilter<'_>,
    sort: Sort,
    page: PageRequest,
) -> Result<Page<Key>, StoreError> {
    let after = match page.after {
        None => None,
        Some(id) => Some(
            keys::table
                .find(id)
                .filter(keys::project_id.eq(filter.project_id))
                .select(Key::as_select())
                .first(conn)?,
        ),
    };
    let query = matching(filter).select(Key::as_select()).limit(page.fetch());
    let found = sorted_after!(query, keys, sort, after).load(conn)?;
    Ok(page.cut(found, |key: &Key| key.id))
}

/// What a key is put in order by.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(check_for_backend(diesel::pg::Pg))]
#[diesel(table_name = keys)]
pub struct KeyOutline {
    /// Identity.
    pub id: Uuid,
    /// What values it takes.
    #[diesel(deserialize_as = Stored<ValueType>)]
    pub value_type: ValueType,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it changed last.
    pub updated_at: DateTime<Utc>,
    /// Since when it is archived.
    pub archived_at: Option<DateTime<Utc>>,
}

/// What the keys of a list are put in order by, in the order of their names.
///
/// # Errors
/// Those of the database.
pub fn outlines(
    conn: &mut Connection,
    filter: &KeyFilter<'_>,
) -> Result<Vec<KeyOutline>, StoreError> {
    Ok(matching(filter)
        .order((lower(keys::name), keys::id))
        .select(KeyOutline::as_select())
        .load(conn)?)
}

/// The keys of these ids, in no order.
///
/// # Errors
/// Those of the database.
pub fn of_ids(conn: &mut Connection, ids: &[Uuid]) -> Result<Vec<Key>, StoreError> {
    Ok(keys::table.filter(keys::id.eq_any(ids)).select(Key::as_select()).load(conn)?)
}

/// How many keys a list is about.
///
/// # Errors
/// Those of the database.
pub fn count(conn: &mut Connection, filter: &KeyFilter<'_>) -> Result<i64, StoreError> {
    Ok(matching(filter).count().get_result(conn)?)
}

/// What a list is about, in no order.
fn matching<'a>(filter: &KeyFilter<'a>) -> keys::BoxedQuery<'a, Pg> {
    let mut query = keys::table.filter(keys::project_id.eq(filter.project_id)).into_boxed();
    if let Some(archived) = filter.archived {
        query = query.filter(keys::archived_at.is_not_null().eq(archived));
    }
    if let Some(value_type) = filter.value_type {
        query = query.filter(keys::value_type.eq(value_type.as_str()));
    }
    if let Some(text) = filter.search {
        let pattern = containing(text);
        query =
            query.filter(keys::name.ilike(pattern.clone()).or(keys::description.ilike(pattern)));
    }
    query
}

/// What uses each of these keys, by name; keys that nothing uses are not in it.
///
/// # Errors
/// Those of the database.
pub fn users(
    conn: &mut Connection,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, Vec<UsedBy>>, StoreError> {
    let named: Vec<(Uuid, Uuid)> = version_keys::table
        .filter(version_keys::key_id.eq_any(ids))
        .select((version_keys::version_id, version_keys::key_id))
        .load(conn)?;
    used_by::experiences_by_key(conn, &named)
}

/// The names of the first `most` keys of those types that nobody holds and that are not archived.
///
/// # Errors
/// Those of the database.
pub fn free_names(
    conn: &mut Connection,
    project_id: Uuid,
    types: &[ValueType],
    most: i64,
) -> Result<Vec<String>, StoreError> {
    let types: Vec<&str> = types.iter().map(|value_type| value_type.as_str()).collect();
    Ok(keys::table
        .left_join(key_holders::table)
        .filter(keys::project_id.eq(project_id))
        .filter(keys::archived_at.is_null())
        .filter(keys::value_type.eq_any(types))
        .filter(key_holders::experience_id.is_null())
        .order(keys::name)
        .limit(most)
        .select(keys::name)
        .load(conn)?)
}

/// The names of the first `most` keys that some experience holds.
///
/// # Errors
/// Those of the database.
pub fn held_names(
    conn: &mut Connection,
    project_id: Uuid,
    most: i64,
) -> Result<Vec<String>, StoreError> {
    Ok(keys::table
        .inner_join(key_holders::table)
        .filter(keys::project_id.eq(project_id))
        .order(keys::name)
        .limit(most)
        .select(keys::name)
        .load(conn)?)
}

/// The keys that an experience holds, by name.
///
/// # Errors
/// Those of the database.
pub fn held_by(conn: &mut Connection, experience_id: Uuid) -> Result<Vec<Key>, StoreError> {
    Ok(keys::table
        .inner_join(key_holders::table)
        .filter(key_holders::experience_id.eq(experience_id))
        .order(keys::name)
        .select(Key::as_select())
        .load(conn)?)
}

/// The keys that a version gives values to, by name.
///
/// # Errors
/// Those of the database.
pub fn given_by(conn: &mut Connection, version_id: Uuid) -> Result<Vec<Key>, StoreError> {
    Ok(keys::table
        .inner_join(version_keys::table)
        .filter(version_keys::version_id.eq(version_id))
        .filter(version_keys::purpose.eq("gives"))
        .order(keys::name)
        .select(Key::as_select())
        .load(conn)?)
}
