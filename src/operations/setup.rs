//! What a fresh database starts with, and the first person who comes to it.

use super::{
    Actor, Identity, OperationError, Origin,
    access::{
        PasswordHash,
        people::{self, NewPerson},
    },
    demo, projects,
};
use crate::{
    domain::role::Role,
    store::{
        Connection, Constraint, Store, StoreError, environments,
        people::{self as stored_people, Person},
        projects::{self as stored, Project},
    },
};

/// The key of the project that a fresh database has.
pub const FIRST_PROJECT: &str = "default";

/// Gives a database without projects its first one. Replicas that start together make one between
/// them.
///
/// # Errors
/// Those of the database.
pub fn ensure_first_project(store: &Store) -> Result<(), OperationError> {
    match store.write(create_first_project) {
        // Another replica was faster, by the time that the whole of its project was there.
        Err(StoreError::Refused(Constraint::ProjectsKeyUnique)) => Ok(()),
        outcome => Ok(outcome?),
    }
}

fn create_first_project(conn: &mut Connection) -> Result<(), StoreError> {
    if !stored::list(conn)?.is_empty() {
        return Ok(());
    }
    projects::add(conn, &Actor::command_line(), FIRST_PROJECT, "Default project").map(drop)
}

/// What the first person enters.
#[derive(Debug, Clone, Copy)]
pub struct FirstRun<'a> {
    /// What they are called.
    pub name: &'a str,
    /// What they will sign in with.
    pub email: &'a str,
    /// Their password.
    pub password: &'a PasswordHash,
    /// What the first project is called.
    pub project_name: &'a str,
    /// Its key, which never changes afterwards.
    pub project_key: &'a str,
    /// Whether it starts with the demonstration.
    pub with_example: bool,
}

/// Whether nobody is here yet.
///
/// # Errors
/// Those of the database.
pub fn is_open(conn: &mut Connection) -> Result<bool, OperationError> {
    Ok(stored_people::list(conn)?.is_empty())
}

/// Makes the first person, admin of all, and names the first project. Of two that come together
/// one alone gets through.
///
/// # Errors
/// [`OperationError::NotFound`] once there is somebody; [`OperationError::Invalid`]; those of the
/// database.
pub fn first_run(
    conn: &mut Connection,
    origin: &Origin,
    first: &FirstRun<'_>,
) -> Result<(Person, Project), OperationError> {
    let over = || OperationError::NotFound("page");
    let project = stored::find_by_key(conn, FIRST_PROJECT)?.ok_or_else(over)?;
    // Whoever comes second waits here, and then finds somebody.
    environments::lock_all(conn, project.id)?;
    if !is_open(conn)? {
        return Err(over());
    }
    let setter = Actor::new(Identity::CommandLine, origin.clone());
    let project =
        projects::name_first(conn, &setter, &project, first.project_key, first.project_name)?;
    let new = NewPerson {
        email: first.email,
        name: first.name,
        password: first.password,
        role: Role::Admin,
        project: &project,
    };
    let person = people::add(conn, &setter, &new)?;
    if first.with_example {
        let identity = Identity::of_person(conn, person.clone())?;
        let environments = environments::list(conn, project.id)?;
        let production = environments.first().ok_or(OperationError::NotFound("environment"))?;
        demo::load(conn, &Actor::new(identity, origin.clone()), production)?;
    }
    Ok((person, project))
}
