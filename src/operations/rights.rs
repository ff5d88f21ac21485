//! Rights that depend on where something is served.

use uuid::Uuid;

use super::{Actor, OperationError};
use crate::domain::role::Right;
use crate::store::environments::Environment;

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
