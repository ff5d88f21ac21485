//! Who may publish in an environment, in words.

use super::{super::ProjectMember, editor::docks};
use crate::{operations::OperationError, store::Connection};

/// What is said of the protection of the environment to whoever may publish there; nothing where it
/// is not protected.
pub fn protection_in_words(member: &ProjectMember) -> Option<String> {
    let place = &member.environment;
    let is_said = place.protected && member.may_publish();
    is_said.then(|| format!("{} is protected. Your role may publish.", place.name))
}

/// Checks that a member may publish in the environment that they look at.
///
/// # Errors
/// [`OperationError::Forbidden`], with whom to ask; those of the database.
pub fn require(conn: &mut Connection, member: &ProjectMember) -> Result<(), OperationError> {
    match member.may_publish() {
        true => Ok(()),
        false => Err(OperationError::Forbidden { reason: docks::publishers(conn, member)? }),
    }
}
