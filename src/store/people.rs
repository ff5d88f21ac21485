//! People who sign in.

use chrono::{DateTime, Utc};
use diesel::dsl::now;
use diesel::prelude::*;
use uuid::Uuid;

use super::page::lower;
use super::schema::people;
use super::{Connection, StoreError};

/// A person. Their password's hash stays in the table; [`find_for_sign_in`] alone hands it out.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(check_for_backend(diesel::pg::Pg))]
#[diesel(table_name = people)]
pub struct Person {
    /// Identity.
    pub id: Uuid,
    /// What they sign in with.
    pub email: String,
    /// What they are called.
    pub name: String,
    /// Whether they are admin of every project.
    pub is_admin: bool,
    /// Since when they are known.
    pub created_at: DateTime<Utc>,
    /// When something of this changed last.
    pub updated_at: DateTime<Utc>,
    /// Since when they may not sign in any more.
    pub disabled_at: Option<DateTime<Utc>>,
}

/// A person to be.
#[derive(Insertable)]
#[diesel(table_name = people)]
pub struct NewPerson<'a> {
    /// What they will sign in with; unique whatever its case.
    pub email: &'a str,
    /// What they are called.
    pub name: &'a str,
    /// The hash of their password, never the password.
    pub password_hash: &'a str,
    /// Whether they are admin of every project.
    pub is_admin: bool,
}

/// Adds a person.
///
/// # Errors
/// [`super::Constraint::PeopleEmailUnique`] when the email is taken.
pub fn create(conn: &mut Connection, person: &NewPerson<'_>) -> Result<Person, StoreError> {
    Ok(diesel::insert_into(people::table)
        .values(person)
        .returning(Person::as_returning())
        .get_result(conn)?)
}

/// The person of that id.
///
/// # Errors
/// Those of the database.
pub fn find(conn: &mut Connection, id: Uuid) -> Result<Option<Person>, StoreError> {
    Ok(people::table.find(id).select(Person::as_select()).first(conn).optional()?)
}

/// The person of that email, whatever its case.
///
/// # Errors
/// Those of the database.
pub fn find_by_email(conn: &mut Connection, email: &str) -> Result<Option<Person>, StoreError> {
    Ok(people::table
        .filter(lower(people::email).eq(lower(email)))
        .select(Person::as_select())
        .first(conn)
        .optional()?)
}

/// The person of that email and the hash of their password, unless they are disabled.
///
/// # Errors
/// Those of the database.
pub fn find_for_sign_in(
    conn: &mut Connection,
    email: &str,
) -> Result<Option<(Person, String)>, StoreError> {
    Ok(people::table
        .filter(lower(people::email).eq(lower(email)))
        .filter(people::disabled_at.is_null())
        .select((Person::as_select(), people::password_hash))
        .first(conn)
        .optional()?)
}

/// Everybody, by name.
///
/// # Errors
/// Those of the database.
pub fn list(conn: &mut Connection) -> Result<Vec<Person>, StoreError> {
    Ok(people::table
        .order((lower(people::name), people::id))
        .select(Person::as_select())
        .load(conn)?)
}

/// What people of these ids are called.
///
/// # Errors
/// Those of the database.
pub fn names(conn: &mut Connection, ids: &[Uuid]) -> Result<Vec<(Uuid, String)>, StoreError> {
    Ok(people::table
        .filter(people::id.eq_any(ids))
        .select((people::id, people::name))
        .load(conn)?)
}

/// Changes what a person is called.
///
/// # Errors
/// [`StoreError::NotFound`] when nobody has that id.
pub fn set_name(conn: &mut Connection, id: Uuid, name: &str) -> Result<(), StoreError> {
    one_changed(
        diesel::update(people::table.find(id))
            .set((people::name.eq(name), people::updated_at.eq(now)))
            .execute(conn)?,
    )
}

/// Replaces the hash of a person's password. Their sessions go on until they are ended.
///
/// # Errors
/// [`StoreError::NotFound`] when nobody has that id.
pub fn set_password_hash(conn: &mut Connection, id: Uuid, hash: &str) -> Result<(), StoreError> {
    one_changed(
        diesel::update(people::table.find(id))
            .set((people::password_hash.eq(hash), people::updated_at.eq(now)))
            .execute(conn)?,
    )
}

/// Makes a person admin of every project, or no longer.
///
/// # Errors
/// [`StoreError::NotFound`] when nobody has that id.
pub fn set_admin(conn: &mut Connection, id: Uuid, is_admin: bool) -> Result<(), StoreError> {
    one_changed(
        diesel::update(people::table.find(id))
            .set((people::is_admin.eq(is_admin), people::updated_at.eq(now)))
            .execute(conn)?,
    )
}

/// Keeps a person from signing in from now on, or lets them again. Their sessions go on until they
/// are ended.
///
/// # Errors
/// [`StoreError::NotFound`] when nobody has that id.
pub fn set_disabled(conn: &mut Connection, id: Uuid, disabled: bool) -> Result<(), StoreError> {
    let person = people::table.find(id);
    one_changed(if disabled {
        diesel::update(person)
            .set((people::disabled_at.eq(now), people::updated_at.eq(now)))
            .execute(conn)?
    } else {
        diesel::update(person)
            .set((people::disabled_at.eq(None::<DateTime<Utc>>), people::updated_at.eq(now)))
            .execute(conn)?
    })
}

fn one_changed(rows: usize) -> Result<(), StoreError> {
    if rows == 1 { Ok(()) } else { Err(StoreError::NotFound) }
}
