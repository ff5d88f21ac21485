//! People: who may sign in, and what they are in which project.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    super::{
        Actor, OperationError,
        audit::{self, Change},
        texts,
    },
    PasswordHash,
};
use crate::{
    domain::{
        reading::{FieldError, Problems},
        role::Role,
    },
    store::{
        Connection, Constraint, StoreError, memberships,
        people::{self, Person},
        projects::Project,
        sessions,
    },
};

const MOST_EMAIL: usize = 254;

/// A person to be, as entered.
#[derive(Debug, Clone, Copy)]
pub struct NewPerson<'a> {
    /// What they will sign in with.
    pub email: &'a str,
    /// What they are called.
    pub name: &'a str,
    /// Their password.
    pub password: &'a PasswordHash,
    /// What they are in the project; an admin is admin of all.
    pub role: Role,
    /// The project that they are a member of.
    pub project: &'a Project,
}

/// Everybody, by name.
///
/// # Errors
/// [`OperationError::Forbidden`] unless by an admin; those of the database.
pub fn list(conn: &mut Connection, actor: &Actor) -> Result<Vec<Person>, OperationError> {
    actor.require_admin()?;
    Ok(people::list(conn)?)
}

/// Adds a person.
///
/// # Errors
/// [`OperationError::Forbidden`] unless by an admin; [`OperationError::Invalid`], also when the
/// email is taken; those of the database.
pub fn add(
    conn: &mut Connection,
    actor: &Actor,
    new: &NewPerson<'_>,
) -> Result<Person, OperationError> {
    actor.require_admin()?;
    let mut problems = Problems::new();
    let email = check_email(new.email, &mut problems);
    let name = texts::name("name", new.name, &mut problems);
    if !problems.is_empty() {
        return Err(OperationError::Invalid(problems));
    }
    let is_admin = new.role == Role::Admin;
    let password_hash = new.password.as_str();
    let row = people::NewPerson { email, name: &name, password_hash, is_admin };
    let person = people::create(conn, &row).map_err(|error| match error {
        StoreError::Refused(Constraint::PeopleEmailUnique) => OperationError::invalid(
            "email",
            "Somebody with this email is here already. Choose another one, or reset their password.",
        ),
        other => other.into(),
    })?;
    if !is_admin {
        memberships::set(conn, person.id, new.project.id, new.role)?;
    }
    let after = json!({
        "email": person.email, "name": person.name, "role": new.role, "project": new.project.key,
    });
    record(conn, actor, &person, "person.add", None, Some(after))?;
    Ok(person)
}

/// Gives a person another password, and ends all of their sessions.
///
/// # Errors
/// [`OperationError::Forbidden`] unless by an admin; [`OperationError::NotFound`]; those of the
/// database.
pub fn reset_password(
    conn: &mut Connection,
    actor: &Actor,
    person_id: Uuid,
    password: &PasswordHash,
) -> Result<Person, OperationError> {
    let person = find(conn, actor, person_id)?;
    people::set_password_hash(conn, person.id, password.as_str())?;
    sessions::end_all_of(conn, person.id)?;
    record(conn, actor, &person, "person.reset_password", None, None)?;
    Ok(person)
}

/// Keeps a person from signing in, and ends all of their sessions; or lets them in again.
///
/// # Errors
/// [`OperationError::Forbidden`] unless by an admin; [`OperationError::NotFound`];
/// [`OperationError::Refused`] for the only admin; those of the database.
pub fn set_disabled(
    conn: &mut Connection,
    actor: &Actor,
    person_id: Uuid,
    disabled: bool,
) -> Result<Person, OperationError> {
    let person = find(conn, actor, person_id)?;
    if person.disabled_at.is_some() == disabled {
        return Ok(person);
    }
    if disabled {
        keep_one_admin(conn, &person)?;
        sessions::end_all_of(conn, person.id)?;
    }
    people::set_disabled(conn, person.id, disabled)?;
    let action = if disabled { "person.disable" } else { "person.enable" };
    record(conn, actor, &person, action, None, None)?;
    find(conn, actor, person_id)
}

/// Gives a person a role: in that project, or, as admin, in all. Whoever was admin and gets
/// another role is no admin any more. Ends their sessions in browsers: a cookie that
/// somebody got hold of before is worth nothing with the new rights.
///
/// # Errors
/// [`OperationError::Forbidden`] unless by an admin; [`OperationError::NotFound`];
/// [`OperationError::Refused`] for the only admin; those of the database.
pub fn set_role(
    conn: &mut Connection,
    actor: &Actor,
    person_id: Uuid,
    project: &Project,
    role: Role,
) -> Result<(), OperationError> {
    let person = find(conn, actor, person_id)?;
    let before = role_of(conn, &person, project.id)?;
    if before == Some(role) {
        return Ok(());
    }
    let is_admin = role == Role::Admin;
    if person.is_admin != is_admin {
        if person.is_admin {
            keep_one_admin(conn, &person)?;
        }
        people::set_admin(conn, person.id, is_admin)?;
    }
    if !is_admin {
        memberships::set(conn, person.id, project.id, role)?;
    }
    sessions::end_browsers_of(conn, person.id)?;
    let in_words = |role: Option<Role>| json!({"role": role, "project": project.key});
    let (before, after) = (in_words(before), in_words(Some(role)));
    Ok(record(conn, actor, &person, "person.set_role", Some(before), Some(after))?)
}

/// Takes a person out of a project.
///
/// # Errors
/// [`OperationError::Forbidden`] unless by an admin; [`OperationError::NotFound`] when they are
/// not in it; those of the database.
pub fn remove_from_project(
    conn: &mut Connection,
    actor: &Actor,
    person_id: Uuid,
    project: &Project,
) -> Result<(), OperationError> {
    let person = find(conn, actor, person_id)?;
    let before = json!({"role": role_of(conn, &person, project.id)?, "project": project.key});
    if !memberships::remove(conn, person.id, project.id)? {
        return Err(OperationError::NotFound("member of this project"));
    }
    Ok(record(conn, actor, &person, "person.remove_from_project", Some(before), None)?)
}

fn find(conn: &mut Connection, actor: &Actor, person_id: Uuid) -> Result<Person, OperationError> {
    actor.require_admin()?;
    people::find(conn, person_id)?.ok_or(OperationError::NotFound("person"))
}

fn role_of(
    conn: &mut Connection,
    person: &Person,
    project_id: Uuid,
) -> Result<Option<Role>, StoreError> {
    if person.is_admin {
        return Ok(Some(Role::Admin));
    }
    let roles = memberships::of_person(conn, person.id)?;
    Ok(roles.into_iter().find(|(project, _)| *project == project_id).map(|(_, role)| role))
}

/// Refuses to leave an installation that nobody can look after.
fn keep_one_admin(conn: &mut Connection, person: &Person) -> Result<(), OperationError> {
    let another = people::list(conn)?
        .into_iter()
        .any(|other| other.is_admin && other.disabled_at.is_none() && other.id != person.id);
    if !person.is_admin || another {
        return Ok(());
    }
    let message = format!("{} is the only admin. Make somebody else admin first.", person.name);
    Err(OperationError::Refused { message, links: Vec::new() })
}

fn check_email<'a>(text: &'a str, problems: &mut Problems) -> &'a str {
    let text = text.trim();
    let parts = text.split_once('@');
    let well_made = text.len() <= MOST_EMAIL
        && !text.chars().any(|c| c.is_whitespace() || c.is_control())
        && parts.is_some_and(|(who, at)| !who.is_empty() && !at.is_empty() && !at.contains('@'));
    if !well_made {
        let message = "This is not an email address. Write it like ada@example.com.";
        problems.push(FieldError::new("email", message));
    }
    text
}

fn record(
    conn: &mut Connection,
    actor: &Actor,
    person: &Person,
    action: &str,
    before: Option<Value>,
    after: Option<Value>,
) -> Result<(), StoreError> {
    let change = Change {
        project_id: None,
        environment_id: None,
        action,
        object_kind: "person",
        object_id: person.id,
        object_name: &person.name,
        before,
        after,
    };
    audit::record(conn, actor, &change)
}
