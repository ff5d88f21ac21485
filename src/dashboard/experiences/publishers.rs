//! Who may publish where it is protected, in words.

use super::super::ProjectMember;
use crate::{
    domain::role::Right,
    operations::OperationError,
    store::{Connection, memberships, people},
};

/// How many people are named.
const MOST_NAMED: usize = 3;

/// What is said of the protection of the environment that the member looks at: that they may
/// publish there, or whom to ask. Nothing where it is not protected.
///
/// # Errors
/// Those of the database.
pub fn protection_in_words(
    conn: &mut Connection,
    member: &ProjectMember,
) -> Result<Option<String>, OperationError> {
    let place = &member.environment;
    if !place.protected {
        return Ok(None);
    }
    if member.may_publish() {
        return Ok(Some(format!("{} is protected. Your role may publish.", place.name)));
    }
    let (whom, names) = whom_to_ask(conn, member)?;
    let ask = format!("{} is protected. Ask {whom} to publish", place.name);
    let names = names.join(", ");
    Ok(Some(if names.is_empty() { format!("{ask}.") } else { format!("{ask}: {names}.") }))
}

/// Checks that a member may publish in the environment that they look at.
///
/// # Errors
/// [`OperationError::Forbidden`], with whom to ask; those of the database.
pub fn require(conn: &mut Connection, member: &ProjectMember) -> Result<(), OperationError> {
    if member.may_publish() {
        return Ok(());
    }
    let place = &member.environment.name;
    let reason = protection_in_words(conn, member)?
        .unwrap_or_else(|| format!("Your role may not publish in {place}. Ask an admin."));
    Err(OperationError::Forbidden { reason })
}

/// Some of those who may: members of the project first, else admins.
fn whom_to_ask(
    conn: &mut Connection,
    member: &ProjectMember,
) -> Result<(&'static str, Vec<String>), OperationError> {
    let members = memberships::of_project(conn, member.project.id)?;
    let may = members
        .into_iter()
        .filter(|(person, role)| role.may(Right::PublishProtected) && person.disabled_at.is_none());
    let named: Vec<String> = may.map(|(person, _)| person.name).take(MOST_NAMED).collect();
    if !named.is_empty() {
        return Ok(("a product manager", named));
    }
    let people = people::list(conn)?.into_iter();
    let admins = people.filter(|person| person.is_admin && person.disabled_at.is_none());
    Ok(("an admin", admins.map(|person| person.name).take(MOST_NAMED).collect()))
}
