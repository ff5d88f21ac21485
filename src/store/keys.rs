//! Keys: the named, typed values that the code of apps reads.

use chrono::{DateTime, Utc};
use diesel::dsl::now;
use diesel::prelude::*;
use serde_json::Value;
use uuid::Uuid;

use super::page::lower;
use super::schema::{experiences, key_holders, key_revisions, keys, version_keys};
use super::stored::Stored;
use super::{Author, Connection, HeldKey, StoreError, UsedBy, environments, used_by};
use crate::domain::value::ValueType;

/// A key.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(check_for_backend(diesel::pg::Pg))]
#[diesel(table_name = keys)]
pub struct Key {
    /// Identity.
    pub id: Uuid,
    /// Its project.
    pub project_id: Uuid,
    /// The name that apps say; never changes.
    pub name: String,
    /// What values it takes; never changes.
    #[diesel(deserialize_as = Stored<ValueType>)]
    pub value_type: ValueType,
    /// What it hands out where nothing else decides.
    pub default_value: Value,
    /// What it is for.
    pub description: String,
    /// What its JSON values have to look like.
    pub schema: Option<Value>,
    /// Grows by one with every change of the three fields above.
    pub revision: i32,
    /// Who made it.
    pub created_by: Option<Uuid>,
    /// When.
    pub created_at: DateTime<Utc>,
    /// When it changed last.
    pub updated_at: DateTime<Utc>,
    /// Since when it is archived.
    pub archived_at: Option<DateTime<Utc>>,
}

/// A key to be.
#[derive(Debug, Clone, Copy)]
pub struct NewKey<'a> {
    /// Its project.
    pub project_id: Uuid,
    /// The name that apps will say.
    pub name: &'a str,
    /// What values it takes.
    pub value_type: ValueType,
    /// What may change later.
    pub fields: KeyFields<'a>,
}

/// What may change of a key; each change is kept as a revision.
#[derive(Debug, Clone, Copy)]
pub struct KeyFields<'a> {
    /// What it hands out where nothing else decides.
    pub default_value: &'a Value,
    /// What it is for.
    pub description: &'a str,
    /// What its JSON values have to look like.
    pub schema: Option<&'a Value>,
}

/// What a key was at one time.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(check_for_backend(diesel::pg::Pg))]
#[diesel(table_name = key_revisions)]
pub struct KeyRevision {
    /// From 1.
    pub number: i32,
    /// The default then.
    pub default_value: Value,
    /// The description then.
    pub description: String,
    /// The schema then.
    pub schema: Option<Value>,
    /// Who made it so.
    pub author_id: Option<Uuid>,
    /// Their name.
    pub author_name: String,
    /// When.
    pub created_at: DateTime<Utc>,
}

/// Adds a key with its first revision, and raises the revision of the project's environments.
///
/// # Errors
/// [`super::Constraint::KeysNameUnique`] when the name is taken, whatever its case.
pub fn create(
    conn: &mut Connection,
    new: &NewKey<'_>,
    author: Author<'_>,
) -> Result<Key, StoreError> {
    let key: Key = diesel::insert_into(keys::table)
        .values((
            keys::project_id.eq(new.project_id),
            keys::name.eq(new.name),
            keys::value_type.eq(new.value_type.as_str()),
            keys::default_value.eq(new.fields.default_value),
            keys::description.eq(new.fields.description),
            keys::schema.eq(new.fields.schema),
            keys::created_by.eq(author.person_id),
        ))
        .returning(Key::as_returning())
        .get_result(conn)?;
    remember(conn, &key, author)?;
    environments::bump_project(conn, new.project_id)?;
    Ok(key)
}

/// The key of that id.
///
/// # Errors
/// Those of the database.
pub fn find(conn: &mut Connection, id: Uuid) -> Result<Option<Key>, StoreError> {
    Ok(keys::table.find(id).select(Key::as_select()).first(conn).optional()?)
}

/// The key of exactly that name.
///
/// # Errors
/// Those of the database.
pub fn find_by_name(
    conn: &mut Connection,
    project_id: Uuid,
    name: &str,
) -> Result<Option<Key>, StoreError> {
    Ok(keys::table
        .filter(keys::project_id.eq(project_id))
        .filter(keys::name.eq(name))
        .select(Key::as_select())
        .first(conn)
        .optional()?)
}

/// The key of that name, whatever its case.
///
/// # Errors
/// Those of the database.
pub fn find_in_any_case(
    conn: &mut Connection,
    project_id: Uuid,
    name: &str,
) -> Result<Option<Key>, StoreError> {
    Ok(keys::table
        .filter(keys::project_id.eq(project_id))
        .filter(lower(keys::name).eq(lower(name)))
        .select(Key::as_select())
        .first(conn)
        .optional()?)
}

/// The keys of exactly those names, archived ones too, by name; names that are unknown are not in
/// it.
///
/// # Errors
/// Those of the database.
pub fn find_by_names(
    conn: &mut Connection,
    project_id: Uuid,
    names: &[&str],
) -> Result<Vec<Key>, StoreError> {
    Ok(keys::table
        .filter(keys::project_id.eq(project_id))
        .filter(keys::name.eq_any(names))
        .order(keys::name)
        .select(Key::as_select())
        .load(conn)?)
}

/// The same, kept as they are until the transaction ends.
///
/// # Errors
/// Those of the database.
pub fn keep_by_names(
    conn: &mut Connection,
    project_id: Uuid,
    names: &[&str],
) -> Result<Vec<Key>, StoreError> {
    Ok(keys::table
        .filter(keys::project_id.eq(project_id))
        .filter(keys::name.eq_any(names))
        .order(keys::id)
        .select(Key::as_select())
        .for_key_share()
        .load(conn)?)
}

/// The key of that id, locked until the transaction ends.
///
/// # Errors
/// [`StoreError::NotFound`].
pub fn lock(conn: &mut Connection, id: Uuid) -> Result<Key, StoreError> {
    Ok(keys::table.find(id).select(Key::as_select()).for_update().first(conn)?)
}

/// How many keys of a project are not archived.
///
/// # Errors
/// Those of the database.
pub fn count(conn: &mut Connection, project_id: Uuid) -> Result<i64, StoreError> {
    Ok(keys::table
        .filter(keys::project_id.eq(project_id))
        .filter(keys::archived_at.is_null())
        .count()
        .get_result(conn)?)
}

/// Changes the default, the description or the schema, keeps the revision, and raises the revision
/// of the project's environments. The caller holds the lock and has compared.
///
/// # Errors
/// [`StoreError::NotFound`].
pub fn update(
    conn: &mut Connection,
    id: Uuid,
    fields: &KeyFields<'_>,
    author: Author<'_>,
) -> Result<Key, StoreError> {
    let key: Key = diesel::update(keys::table.find(id))
        .set((
            keys::default_value.eq(fields.default_value),
            keys::description.eq(fields.description),
            keys::schema.eq(fields.schema),
            keys::revision.eq(keys::revision + 1),
            keys::updated_at.eq(now),
        ))
        .returning(Key::as_returning())
        .get_result(conn)?;
    remember(conn, &key, author)?;
    environments::bump_project(conn, key.project_id)?;
    Ok(key)
}

/// Archives a key that nothing uses, and raises the revision of the project's environments.
///
/// # Errors
/// [`StoreError::NotFound`]; [`StoreError::InUse`] with what uses it.
pub fn archive(conn: &mut Connection, id: Uuid) -> Result<Key, StoreError> {
    // Whoever takes the key locks it first, so the answer below stays true.
    lock(conn, id)?;
    let users = used_by(conn, id)?;
    if !users.is_empty() {
        return Err(StoreError::InUse(users));
    }
    let key: Key = diesel::update(keys::table.find(id))
        .set((keys::archived_at.eq(now), keys::updated_at.eq(now)))
        .returning(Key::as_returning())
        .get_result(conn)?;
    environments::bump_project(conn, key.project_id)?;
    Ok(key)
}

/// Takes a key back into use, and raises the revision of the project's environments.
///
/// # Errors
/// [`StoreError::NotFound`].
pub fn unarchive(conn: &mut Connection, id: Uuid) -> Result<Key, StoreError> {
    let key: Key = diesel::update(keys::table.find(id))
        .set((keys::archived_at.eq(None::<DateTime<Utc>>), keys::updated_at.eq(now)))
        .returning(Key::as_returning())
        .get_result(conn)?;
    environments::bump_project(conn, key.project_id)?;
    Ok(key)
}

/// The revision of that number.
///
/// # Errors
/// Those of the database.
pub fn revision(
    conn: &mut Connection,
    id: Uuid,
    number: i32,
) -> Result<Option<KeyRevision>, StoreError> {
    Ok(key_revisions::table
        .find((id, number))
        .select(KeyRevision::as_select())
        .first(conn)
        .optional()?)
}

/// Every revision of a key, the newest first.
///
/// # Errors
/// Those of the database.
pub fn revisions(conn: &mut Connection, id: Uuid) -> Result<Vec<KeyRevision>, StoreError> {
    Ok(key_revisions::table
        .filter(key_revisions::key_id.eq(id))
        .order(key_revisions::number.desc())
        .select(KeyRevision::as_select())
        .load(conn)?)
}

/// Which of these keys are held, and by whom, by name.
///
/// # Errors
/// Those of the database.
pub fn holders(conn: &mut Connection, ids: &[Uuid]) -> Result<Vec<HeldKey>, StoreError> {
    Ok(key_holders::table
        .inner_join(keys::table)
        .inner_join(experiences::table)
        .filter(key_holders::key_id.eq_any(ids))
        .order(keys::name)
        .select(HeldKey::as_select())
        .load(conn)?)
}

/// The experiences that hold a key or require a value of it, by name.
///
/// # Errors
/// Those of the database.
pub fn used_by(conn: &mut Connection, id: Uuid) -> Result<Vec<UsedBy>, StoreError> {
    let versions: Vec<Uuid> = version_keys::table
        .filter(version_keys::key_id.eq(id))
        .select(version_keys::version_id)
        .distinct()
        .load(conn)?;
    used_by::experiences_through(conn, &versions)
}

fn remember(conn: &mut Connection, key: &Key, author: Author<'_>) -> Result<(), StoreError> {
    diesel::insert_into(key_revisions::table)
        .values((
            key_revisions::key_id.eq(key.id),
            key_revisions::number.eq(key.revision),
            key_revisions::default_value.eq(&key.default_value),
            key_revisions::description.eq(&key.description),
            key_revisions::schema.eq(&key.schema),
            key_revisions::author_id.eq(author.person_id),
            key_revisions::author_name.eq(author.name),
        ))
        .execute(conn)?;
    Ok(())
}
