//! API tokens: with them programs manage one project.

use chrono::{DateTime, Utc};
use diesel::dsl::now;
use diesel::prelude::*;
use uuid::Uuid;

use super::schema::api_tokens;
use super::stored::{Stored, stored_word};
use super::{Connection, StoreError};
use crate::domain::role::Role;

/// Whether a token may change anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TokenScope {
    /// Only reads.
    Read,
    /// Reads and writes.
    Write,
}

impl TokenScope {
    /// The name under which the scope is stored and spoken of in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            TokenScope::Read => "read",
            TokenScope::Write => "write",
        }
    }

    /// The scope of that name.
    pub fn parse(text: &str) -> Option<TokenScope> {
        match text {
            "read" => Some(TokenScope::Read),
            "write" => Some(TokenScope::Write),
            _ => None,
        }
    }
}

stored_word!(TokenScope, "scope of an API token");

/// An API token, without its hash.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(check_for_backend(diesel::pg::Pg))]
#[diesel(table_name = api_tokens)]
pub struct ApiToken {
    /// Identity.
    pub id: Uuid,
    /// The project that it manages.
    pub project_id: Uuid,
    /// The name that it acts under.
    pub name: String,
    /// Whether it may change anything.
    #[diesel(deserialize_as = Stored<TokenScope>)]
    pub scope: TokenScope,
    /// What it is in the project; the caller limits it by what its creator is now.
    #[diesel(deserialize_as = Stored<Role>)]
    pub role: Role,
    /// How it starts, to tell it from others.
    pub prefix: String,
    /// Who made it.
    pub created_by: Option<Uuid>,
    /// When.
    pub created_at: DateTime<Utc>,
    /// When it ends by itself.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was used last, to the minute or so.
    pub last_used_at: Option<DateTime<Utc>>,
    /// Since when it is refused.
    pub revoked_at: Option<DateTime<Utc>>,
}

/// An API token to be.
#[derive(Debug, Clone, Copy)]
pub struct NewApiToken<'a> {
    /// The project that it will manage.
    pub project_id: Uuid,
    /// The name that it acts under.
    pub name: &'a str,
    /// Whether it may change anything.
    pub scope: TokenScope,
    /// What it is in the project.
    pub role: Role,
    /// How it starts, to tell it from others.
    pub prefix: &'a str,
    /// SHA-256 of its text.
    pub token_hash: &'a [u8],
    /// Who makes it.
    pub created_by: Option<Uuid>,
    /// When it ends by itself.
    pub expires_at: Option<DateTime<Utc>>,
}

/// Makes an API token.
///
/// # Errors
/// Those of the database.
pub fn create(conn: &mut Connection, new: &NewApiToken<'_>) -> Result<ApiToken, StoreError> {
    Ok(diesel::insert_into(api_tokens::table)
        .values((
            api_tokens::project_id.eq(new.project_id),
            api_tokens::name.eq(new.name),
            api_tokens::scope.eq(new.scope.as_str()),
            api_tokens::role.eq(new.role.as_str()),
            api_tokens::prefix.eq(new.prefix),
            api_tokens::token_hash.eq(new.token_hash),
            api_tokens::created_by.eq(new.created_by),
            api_tokens::expires_at.eq(new.expires_at),
        ))
        .returning(ApiToken::as_returning())
        .get_result(conn)?)
}

/// The token of that hash, unless it is revoked or has expired.
///
/// # Errors
/// Those of the database.
pub fn find_live(conn: &mut Connection, hash: &[u8]) -> Result<Option<ApiToken>, StoreError> {
    Ok(api_tokens::table
        .filter(api_tokens::token_hash.eq(hash))
        .filter(api_tokens::revoked_at.is_null())
        .filter(api_tokens::expires_at.is_null().or(api_tokens::expires_at.gt(now)))
        .select(ApiToken::as_select())
        .first(conn)
        .optional()?)
}

/// The tokens of a project, revoked ones too, the oldest first.
///
/// # Errors
/// Those of the database.
pub fn list(conn: &mut Connection, project_id: Uuid) -> Result<Vec<ApiToken>, StoreError> {
    Ok(api_tokens::table
        .filter(api_tokens::project_id.eq(project_id))
        .order((api_tokens::created_at, api_tokens::id))
        .select(ApiToken::as_select())
        .load(conn)?)
}

/// Refuses a token of that project from now on.
///
/// # Errors
/// [`StoreError::NotFound`] when the project has no such token, or it is revoked already.
pub fn revoke(conn: &mut Connection, project_id: Uuid, id: Uuid) -> Result<ApiToken, StoreError> {
    Ok(diesel::update(api_tokens::table.find(id))
        .filter(api_tokens::project_id.eq(project_id))
        .filter(api_tokens::revoked_at.is_null())
        .set(api_tokens::revoked_at.eq(now))
        .returning(ApiToken::as_returning())
        .get_result(conn)?)
}

/// Notes that a token was used now.
///
/// # Errors
/// Those of the database.
pub fn touch(conn: &mut Connection, id: Uuid) -> Result<(), StoreError> {
    diesel::update(api_tokens::table.find(id))
        .set(api_tokens::last_used_at.eq(now))
        .execute(conn)?;
    Ok(())
}
