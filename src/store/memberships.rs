//! Who is what in which project.

use diesel::prelude::*;
use uuid::Uuid;

use super::people::Person;
use super::schema::{memberships, people};
use super::stored::Stored;
use super::{Connection, StoreError};
use crate::domain::role::Role;

/// What that person is in that project now: an admin is admin of all, a disabled person nothing.
///
/// # Errors
/// Those of the database.
pub fn role(
    conn: &mut Connection,
    person_id: Uuid,
    project_id: Uuid,
) -> Result<Option<Role>, StoreError> {
    let found: Option<(bool, Option<Stored<Role>>)> =
        people::table
            .left_join(memberships::table.on(
                memberships::person_id.eq(people::id).and(memberships::project_id.eq(project_id)),
            ))
            .filter(people::id.eq(person_id))
            .filter(people::disabled_at.is_null())
            .select((people::is_admin, memberships::role.nullable()))
            .first(conn)
            .optional()?;
    Ok(found.and_then(
        |(is_admin, role)| {
            if is_admin { Some(Role::Admin) } else { role.map(|role| role.0) }
        },
    ))
}

/// The projects that a person is a member of, with their role there. An admin needs none.
///
/// # Errors
/// Those of the database.
pub fn of_person(conn: &mut Connection, person_id: Uuid) -> Result<Vec<(Uuid, Role)>, StoreError> {
    let rows: Vec<(Uuid, Stored<Role>)> = memberships::table
        .filter(memberships::person_id.eq(person_id))
        .order(memberships::project_id)
        .select((memberships::project_id, memberships::role))
        .load(conn)?;
    Ok(rows.into_iter().map(|(project, role)| (project, role.0)).collect())
}

/// The members of a project with their roles, by name; admins only where they are members too.
///
/// # Errors
/// Those of the database.
pub fn of_project(
    conn: &mut Connection,
    project_id: Uuid,
) -> Result<Vec<(Person, Role)>, StoreError> {
    let rows: Vec<(Person, Stored<Role>)> = memberships::table
        .inner_join(people::table.on(people::id.eq(memberships::person_id)))
        .filter(memberships::project_id.eq(project_id))
        .order((people::name, people::id))
        .select((Person::as_select(), memberships::role))
        .load(conn)?;
    Ok(rows.into_iter().map(|(person, role)| (person, role.0)).collect())
}

/// Gives a person a role in a project, in place of the one they had.
///
/// # Errors
/// `memberships_role_known` for [`Role::Admin`], which belongs to the person
/// ([`super::people::set_admin`]).
pub fn set(
    conn: &mut Connection,
    person_id: Uuid,
    project_id: Uuid,
    role: Role,
) -> Result<(), StoreError> {
    diesel::insert_into(memberships::table)
        .values((
            memberships::person_id.eq(person_id),
            memberships::project_id.eq(project_id),
            memberships::role.eq(role.as_str()),
        ))
        .on_conflict((memberships::person_id, memberships::project_id))
        .do_update()
        .set(memberships::role.eq(role.as_str()))
        .execute(conn)?;
    Ok(())
}

/// Takes a person out of a project; answers whether they were in it.
///
/// # Errors
/// Those of the database.
pub fn remove(
    conn: &mut Connection,
    person_id: Uuid,
    project_id: Uuid,
) -> Result<bool, StoreError> {
    let rows = diesel::delete(memberships::table.find((person_id, project_id))).execute(conn)?;
    Ok(rows == 1)
}
