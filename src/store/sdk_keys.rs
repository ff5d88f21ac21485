//! SDK keys: with them apps evaluate in one environment.

use chrono::{DateTime, Utc};
use diesel::dsl::now;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::environments;
use super::schema::sdk_keys;
use super::stored::{Stored, stored_word};
use super::{Connection, StoreError};

/// What an SDK key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SdkKeyKind {
    /// Public by nature: evaluates and sends events.
    Client,
    /// Secret: also stores properties that decide, and downloads rules.
    Server,
}

impl SdkKeyKind {
    /// The name under which the kind is stored and spoken of in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            SdkKeyKind::Client => "client",
            SdkKeyKind::Server => "server",
        }
    }

    /// The kind of that name.
    pub fn parse(text: &str) -> Option<SdkKeyKind> {
        match text {
            "client" => Some(SdkKeyKind::Client),
            "server" => Some(SdkKeyKind::Server),
            _ => None,
        }
    }
}

stored_word!(SdkKeyKind, "kind of SDK key");

/// An SDK key, without its hash.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(check_for_backend(diesel::pg::Pg))]
#[diesel(table_name = sdk_keys)]
pub struct SdkKey {
    /// Identity.
    pub id: Uuid,
    /// Where it evaluates.
    pub environment_id: Uuid,
    /// What it may do.
    #[diesel(deserialize_as = Stored<SdkKeyKind>)]
    pub kind: SdkKeyKind,
    /// What people call it.
    pub name: String,
    /// How it starts, to tell it from others.
    pub prefix: String,
    /// The key itself, where it is a client key.
    pub client_key: Option<String>,
    /// Who made it.
    pub created_by: Option<Uuid>,
    /// When.
    pub created_at: DateTime<Utc>,
    /// When it was used last, to the minute or so.
    pub last_used_at: Option<DateTime<Utc>>,
    /// Since when it is refused.
    pub revoked_at: Option<DateTime<Utc>>,
}

/// An SDK key to be.
#[derive(Debug, Clone, Copy)]
pub struct NewSdkKey<'a> {
    /// Where it evaluates.
    pub environment_id: Uuid,
    /// What it may do.
    pub kind: SdkKeyKind,
    /// What people call it.
    pub name: &'a str,
    /// How it starts, to tell it from others.
    pub prefix: &'a str,
    /// SHA-256 of its text.
    pub key_hash: &'a [u8],
    /// Its text where it is a client key, else none.
    pub client_key: Option<&'a str>,
    /// Who makes it.
    pub created_by: Option<Uuid>,
}

/// What delivery needs of a key that is not revoked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveSdkKey {
    /// Identity.
    pub id: Uuid,
    /// SHA-256 of its text.
    pub key_hash: Vec<u8>,
    /// Where it evaluates.
    pub environment_id: Uuid,
    /// What it may do.
    pub kind: SdkKeyKind,
}

/// Makes an SDK key, and raises the revision of its project's environments.
///
/// # Errors
/// [`StoreError::NotFound`] without that environment.
pub fn create(conn: &mut Connection, new: &NewSdkKey<'_>) -> Result<SdkKey, StoreError> {
    let created = diesel::insert_into(sdk_keys::table)
        .values((
            sdk_keys::environment_id.eq(new.environment_id),
            sdk_keys::kind.eq(new.kind.as_str()),
            sdk_keys::name.eq(new.name),
            sdk_keys::prefix.eq(new.prefix),
            sdk_keys::key_hash.eq(new.key_hash),
            sdk_keys::client_key.eq(new.client_key),
            sdk_keys::created_by.eq(new.created_by),
        ))
        .returning(SdkKey::as_returning())
        .get_result(conn)?;
    bump_project_of(conn, new.environment_id)?;
    Ok(created)
}

/// The SDK key of that id.
///
/// # Errors
/// Those of the database.
pub fn find(conn: &mut Connection, id: Uuid) -> Result<Option<SdkKey>, StoreError> {
    Ok(sdk_keys::table.find(id).select(SdkKey::as_select()).first(conn).optional()?)
}

/// The SDK keys of an environment, revoked ones too, the oldest first.
///
/// # Errors
/// Those of the database.
pub fn list(conn: &mut Connection, environment_id: Uuid) -> Result<Vec<SdkKey>, StoreError> {
    Ok(sdk_keys::table
        .filter(sdk_keys::environment_id.eq(environment_id))
        .order((sdk_keys::created_at, sdk_keys::id))
        .select(SdkKey::as_select())
        .load(conn)?)
}

/// Every key of every environment that is not revoked, for delivery.
///
/// # Errors
/// Those of the database.
pub fn live(conn: &mut Connection) -> Result<Vec<LiveSdkKey>, StoreError> {
    let rows: Vec<(Uuid, Vec<u8>, Uuid, Stored<SdkKeyKind>)> = sdk_keys::table
        .filter(sdk_keys::revoked_at.is_null())
        .order(sdk_keys::id)
        .select((sdk_keys::id, sdk_keys::key_hash, sdk_keys::environment_id, sdk_keys::kind))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(id, key_hash, environment_id, kind)| LiveSdkKey {
            id,
            key_hash,
            environment_id,
            kind: kind.0,
        })
        .collect())
}

/// Refuses a key from now on, and raises the revision of its project's environments. Revoking it
/// again changes nothing.
///
/// # Errors
/// [`StoreError::NotFound`].
pub fn revoke(conn: &mut Connection, id: Uuid) -> Result<SdkKey, StoreError> {
    let revoked = diesel::update(sdk_keys::table.find(id).filter(sdk_keys::revoked_at.is_null()))
        .set(sdk_keys::revoked_at.eq(now))
        .returning(SdkKey::as_returning())
        .get_result(conn)
        .optional()?;
    match revoked {
        Some(key) => {
            bump_project_of(conn, key.environment_id)?;
            Ok(key)
        }
        None => find(conn, id)?.ok_or(StoreError::NotFound),
    }
}

/// Notes that these keys were used now.
///
/// # Errors
/// Those of the database.
pub fn touch(conn: &mut Connection, ids: &[Uuid]) -> Result<(), StoreError> {
    diesel::update(sdk_keys::table.filter(sdk_keys::id.eq_any(ids)))
        .set(sdk_keys::last_used_at.eq(now))
        .execute(conn)?;
    Ok(())
}

fn bump_project_of(conn: &mut Connection, environment_id: Uuid) -> Result<(), StoreError> {
    let environment = environments::find(conn, environment_id)?.ok_or(StoreError::NotFound)?;
    environments::bump_project(conn, environment.project_id)
}
