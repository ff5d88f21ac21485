//! Who may publish where it is protected, in words.

use super::super::ProjectMember;
use crate::{
    domain::role::Right,
    operations::OperationError,
    store::{Connection, memberships, people},
};

/// How many people are named.
const MOST_NAMED: usize = 3;

/// What is said of the protection of the environment to whoever may publish there; nothing where it
/// is not protected.
pub fn protection_in_words(member: &ProjectMember) -> Option<String> {
    let place = &member.environment;
    let is_said = place.protected && member.may_publish();
    is_said.then(|| format!("{} is protected. Your role may publish.", place.name))
}

/// Whom to ask, for a member who may not publish; nothing for one who may.
///
/// # Errors
/// Those of the database.
pub fn whom_to_ask(
    conn: &mut Connection,
    member: &ProjectMember,
) -> Result<String, OperationError> {
    if member.may_publish() {
        return Ok(String::new());
    }
    let names = names(conn, member)?.join(", ");
    let place = &member.environment.name;
    let ask = format!("{place} is protected. Ask a product manager to publish");
    Ok(if names.is_empty() { format!("{ask}.") } else { format!("{ask}: {names}.") })
}

/// Why a member may not publish in the environment that they look at.
///
/// # Errors
/// [`OperationError::Forbidden`] for whoever may not; those of the database.
pub fn require(conn: &mut Connection, member: &ProjectMember) -> Result<(), OperationError> {
    if member.may_publish() {
        return Ok(());
    }
    let names = names(conn, member)?;
    let ask = match names.as_slice() {
        [] => String::new(),
        [only] => format!(" Ask {only}."),
        [first @ .., last] => format!(" Ask {} or {last}.", first.join(", ")),
    };
    let place = &member.environment.name;
    let reason = format!("Publishing in {place} needs a product manager.{ask}");
    Err(OperationError::Forbidden { reason })
}

/// Some of those who may: members of the project first, else admins.
fn names(conn: &mut Connection, member: &ProjectMember) -> Result<Vec<String>, OperationError> {
    let right = Right::publish_in(member.environment.protected);
    let members = memberships::of_project(conn, member.project.id)?;
    let may = members
        .into_iter()
        .filter(|(person, role)| role.may(right) && person.disabled_at.is_none());
    let named: Vec<String> = may.map(|(person, _)| person.name).take(MOST_NAMED).collect();
    if !named.is_empty() {
        return Ok(named);
    }
    let people = people::list(conn)?.into_iter();
    let admins = people.filter(|person| person.is_admin && person.disabled_at.is_none());
    Ok(admins.map(|person| person.name).take(MOST_NAMED).collect())
}
