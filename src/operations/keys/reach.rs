//! Where the default of a key acts.

use super::super::rights::require_where_served;
use super::super::{Actor, OperationError};
use crate::store::keys::Key;
use crate::store::{Connection, environments, serving};

/// Where a change of a key's default acts at once.
#[derive(Debug, Clone, Default)]
pub struct DefaultReach {
    /// The names of the environments that serve the key, in their order.
    pub served_in: Vec<String>,
    /// Why the actor may not change the default, where it is so.
    pub refusal: Option<String>,
}

/// Where a change of the default would act, and whether the actor may make it.
///
/// # Errors
/// Those of the database.
pub fn default_reach(
    conn: &mut Connection,
    actor: &Actor,
    key: &Key,
) -> Result<DefaultReach, OperationError> {
    let environments = environments::list(conn, key.project_id)?;
    let serving = serving::of_key(conn, key.id)?;
    let refusal = match require_where_served(actor, &environments, &serving) {
        Err(OperationError::Forbidden { reason }) => Some(reason),
        other => other.map(|()| None)?,
    };
    let served = environments.into_iter().filter(|place| serving.contains(&place.id));
    Ok(DefaultReach { served_in: served.map(|place| place.name).collect(), refusal })
}
