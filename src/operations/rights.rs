//! Rights that depend on where something is served.

use uuid::Uuid;

use super::obstacles::refused;
use super::{Actor, OperationError};
use crate::domain::role::Right;
use crate::store::Connection;
use crate::store::environments::{self, Environment};
use crate::store::experiences::{self, Experience};

/// Checks a right in the project of a thing that was found by its identity. A stranger is told the
/// same as when there were no such thing.
pub(super) fn require_for(
    actor: &Actor,
    right: Right,
    project_id: Uuid,
    what: &'static str,
) -> Result<(), OperationError> {
    if actor.role_in(project_id).is_none() {
        return Err(OperationError::NotFound(what));
    }
    actor.require(right, project_id)
}

/// The environment of that id, for somebody whose project it belongs to.
pub(super) fn find_environment(
    conn: &mut Connection,
    actor: &Actor,
    id: Uuid,
) -> Result<Environment, OperationError> {
    let environment =
        environments::find(conn, id)?.ok_or(OperationError::NotFound("environment"))?;
    require_for(actor, Right::See, environment.project_id, "environment")?;
    Ok(environment)
}

/// Checks the right to publish in an environment.
pub(super) fn require_publish(
    actor: &Actor,
    environment: &Environment,
) -> Result<(), OperationError> {
    let right = Right::publish_in(environment.protected);
    actor.require(right, environment.project_id).map_err(|error| match error {
        OperationError::Forbidden { reason } if environment.protected => {
            let name = &environment.name;
            OperationError::Forbidden { reason: format!("“{name}” is protected. {reason}") }
        }
        other => other,
    })
}

/// Checks the right to change something of the whole project, which acts at once wherever it is
/// served: that needs the right to publish there.
pub(super) fn require_where_served(
    actor: &Actor,
    environments: &[Environment],
    serving: &[Uuid],
) -> Result<(), OperationError> {
    let served = environments.iter().filter(|environment| serving.contains(&environment.id));
    for environment in served {
        require_publish(actor, environment).map_err(|error| match error {
            OperationError::Forbidden { reason } => OperationError::Forbidden {
                reason: format!("This would act in “{}” at once. {reason}", environment.name),
            },
            other => other,
        })?;
    }
    Ok(())
}

/// Locks an experience for a change by somebody who has that right in its project. Everything that
/// saves, publishes, switches or archives starts so.
pub(super) fn lock_experience(
    conn: &mut Connection,
    actor: &Actor,
    right: Right,
    id: Uuid,
) -> Result<Experience, OperationError> {
    let missing = OperationError::NotFound("experience");
    let Some(found) = experiences::find(conn, id)? else { return Err(missing) };
    require_for(actor, right, found.project_id, "experience")?;
    Ok(experiences::lock(conn, id)?)
}

/// The same, of one that is not archived.
pub(super) fn lock_usable_experience(
    conn: &mut Connection,
    actor: &Actor,
    right: Right,
    id: Uuid,
) -> Result<Experience, OperationError> {
    let experience = lock_experience(conn, actor, right, id)?;
    if experience.archived_at.is_some() {
        let name = &experience.name;
        return Err(refused(format!("“{name}” is archived. Unarchive it first.")));
    }
    Ok(experience)
}
