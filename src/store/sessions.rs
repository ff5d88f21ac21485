//! Who is signed in. A session is known by the SHA-256 of its secret.

use chrono::{DateTime, Utc};
use diesel::dsl::now;
use diesel::prelude::*;
use uuid::Uuid;

use super::people::Person;
use super::schema::{people, sessions};
use super::{Connection, StoreError};

/// A session that has not ended.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(check_for_backend(diesel::pg::Pg))]
#[diesel(table_name = sessions)]
pub struct Session {
    /// SHA-256 of its secret.
    pub token_hash: Vec<u8>,
    /// Who signed in.
    pub person_id: Uuid,
    /// When.
    pub created_at: DateTime<Utc>,
    /// When it was used last, to the minute or so; the caller judges idleness by it.
    pub last_seen_at: DateTime<Utc>,
    /// When it ends, used or not.
    pub expires_at: DateTime<Utc>,
    /// From which address.
    pub ip: Option<String>,
    /// With which browser.
    pub user_agent: Option<String>,
    /// When a second factor was shown.
    pub mfa_at: Option<DateTime<Utc>>,
    /// How many seconds it may rest; none for an access token, which never rests.
    pub idle_seconds: Option<i32>,
}

/// A session to be.
#[derive(Insertable)]
#[diesel(table_name = sessions)]
pub struct NewSession<'a> {
    /// SHA-256 of its secret.
    pub token_hash: &'a [u8],
    /// Who signs in.
    pub person_id: Uuid,
    /// When it ends, used or not.
    pub expires_at: DateTime<Utc>,
    /// From which address; at most 45 characters.
    pub ip: Option<&'a str>,
    /// With which browser; at most 500 characters.
    pub user_agent: Option<&'a str>,
    /// How many seconds it may rest; none for an access token.
    pub idle_seconds: Option<i32>,
}

/// Opens a session, and ends the person's oldest ones beyond `most`. Those of browsers and those of
/// access tokens are counted apart.
///
/// # Errors
/// Those of the database.
pub fn create(
    conn: &mut Connection,
    session: &NewSession<'_>,
    most: u16,
) -> Result<Session, StoreError> {
    let created = diesel::insert_into(sessions::table)
        .values(session)
        .returning(Session::as_returning())
        .get_result(conn)?;
    let oldest: Vec<Vec<u8>> = sessions::table
        .filter(sessions::person_id.eq(session.person_id))
        .filter(sessions::idle_seconds.is_not_null().eq(session.idle_seconds.is_some()))
        .order((sessions::created_at.desc(), sessions::token_hash))
        .offset(i64::from(most))
        .select(sessions::token_hash)
        .load(conn)?;
    diesel::delete(sessions::table.filter(sessions::token_hash.eq_any(oldest))).execute(conn)?;
    Ok(created)
}

/// The session of that hash and its person, unless it has expired or they are disabled.
///
/// # Errors
/// Those of the database.
pub fn find(
    conn: &mut Connection,
    token_hash: &[u8],
) -> Result<Option<(Session, Person)>, StoreError> {
    Ok(sessions::table
        .inner_join(people::table)
        .filter(sessions::token_hash.eq(token_hash))
        .filter(sessions::expires_at.gt(now))
        .filter(people::disabled_at.is_null())
        .select((Session::as_select(), Person::as_select()))
        .first(conn)
        .optional()?)
}

/// Notes that a session was used now.
///
/// # Errors
/// Those of the database.
pub fn touch(conn: &mut Connection, token_hash: &[u8]) -> Result<(), StoreError> {
    diesel::update(sessions::table.find(token_hash))
        .set(sessions::last_seen_at.eq(now))
        .execute(conn)?;
    Ok(())
}

/// Ends a session; answers whether there was one.
///
/// # Errors
/// Those of the database.
pub fn end(conn: &mut Connection, token_hash: &[u8]) -> Result<bool, StoreError> {
    Ok(diesel::delete(sessions::table.find(token_hash)).execute(conn)? == 1)
}

/// Ends every session of a person; answers how many there were.
///
/// # Errors
/// Those of the database.
pub fn end_all_of(conn: &mut Connection, person_id: Uuid) -> Result<usize, StoreError> {
    Ok(diesel::delete(sessions::table.filter(sessions::person_id.eq(person_id))).execute(conn)?)
}

/// Ends a person's sessions in browsers, and leaves access tokens, which are short; answers how many
/// there were.
///
/// # Errors
/// Those of the database.
pub fn end_browsers_of(conn: &mut Connection, person_id: Uuid) -> Result<usize, StoreError> {
    let in_browsers = sessions::table
        .filter(sessions::person_id.eq(person_id))
        .filter(sessions::idle_seconds.is_not_null());
    Ok(diesel::delete(in_browsers).execute(conn)?)
}

/// Forgets the sessions that have expired; answers how many there were.
///
/// # Errors
/// Those of the database.
pub fn forget_expired(conn: &mut Connection) -> Result<usize, StoreError> {
    Ok(diesel::delete(sessions::table.filter(sessions::expires_at.le(now))).execute(conn)?)
}
