//! Who acts, and the one mechanism that says whether they may.

use uuid::Uuid;

use super::OperationError;
use crate::domain::role::{Right, Role};
use crate::store::{Author, api_tokens::TokenScope, audit::ActorKind};

/// Whoever asks for an operation.
#[derive(Debug, Clone)]
pub struct Actor {
    identity: Identity,
    origin: Origin,
}

/// Who somebody is, as known when the request came.
#[derive(Debug, Clone)]
pub enum Identity {
    /// A person, on pages or with an access token.
    Person {
        /// Identity.
        id: Uuid,
        /// What they are called.
        name: String,
        /// Whether they are admin of every project.
        is_admin: bool,
        /// The projects that they are a member of, with their role there.
        roles: Vec<(Uuid, Role)>,
    },
    /// An API token.
    Token {
        /// Identity.
        id: Uuid,
        /// The name that it acts under.
        name: String,
        /// The only project that it may touch.
        project_id: Uuid,
        /// Whether it may change anything.
        scope: TokenScope,
        /// What it is in its project, no more than its creator is now.
        role: Role,
    },
    /// Somebody who may run programs on the machine itself.
    CommandLine,
    /// A schedule that came due; whether its author still may is checked where it is run.
    Scheduler,
}

/// Where a request came from, for the audit log.
#[derive(Debug, Clone, Default)]
pub struct Origin {
    /// The address of the client.
    pub ip: Option<String>,
    /// The id of the request.
    pub request_id: Option<String>,
}

impl Actor {
    /// An actor whose requests come from there.
    pub fn new(identity: Identity, origin: Origin) -> Actor {
        Actor { identity, origin }
    }

    /// The command line.
    pub fn command_line() -> Actor {
        Actor::new(Identity::CommandLine, Origin::default())
    }

    /// The schedules.
    pub fn scheduler() -> Actor {
        Actor::new(Identity::Scheduler, Origin::default())
    }

    /// Checks a right in a project. For a right to publish, the caller says which one it is with
    /// [`Right::publish_in`].
    ///
    /// # Errors
    /// [`OperationError::NotFound`] where the project is not theirs: a stranger does not even
    /// learn that it exists. [`OperationError::Forbidden`] where their role is too small.
    pub fn require(&self, right: Right, project_id: Uuid) -> Result<(), OperationError> {
        let role = self.role_in(project_id).ok_or(OperationError::NotFound("project"))?;
        if !role.may(right) {
            let needed = least_role(right);
            return Err(OperationError::Forbidden {
                reason: format!(
                    "This needs the role {needed} in the project, and yours is {}.",
                    role.as_str()
                ),
            });
        }
        match &self.identity {
            Identity::Token { scope: TokenScope::Read, .. } if right != Right::See => {
                Err(OperationError::Forbidden {
                    reason: "This token may only read. Use one with the scope “write”.".to_owned(),
                })
            }
            _ => Ok(()),
        }
    }

    /// Checks that what is asked for, which is of no single project (people, new projects), may be
    /// done.
    ///
    /// # Errors
    /// [`OperationError::Forbidden`] for everybody but admins and the command line.
    pub fn require_admin(&self) -> Result<(), OperationError> {
        match self.identity {
            Identity::CommandLine | Identity::Person { is_admin: true, .. } => Ok(()),
            _ => Err(OperationError::Forbidden { reason: "Only an admin may do this.".to_owned() }),
        }
    }

    /// What they are in a project; none where it is not theirs.
    pub fn role_in(&self, project_id: Uuid) -> Option<Role> {
        match &self.identity {
            Identity::Person { is_admin: true, .. }
            | Identity::CommandLine
            | Identity::Scheduler => Some(Role::Admin),
            Identity::Person { roles, .. } => {
                roles.iter().find(|(project, _)| *project == project_id).map(|(_, role)| *role)
            }
            Identity::Token { project_id: own, role, .. } => (*own == project_id).then_some(*role),
        }
    }

    /// Who they are.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Where their request came from.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Their name, as histories show it.
    pub fn name(&self) -> &str {
        match &self.identity {
            Identity::Person { name, .. } | Identity::Token { name, .. } => name,
            Identity::CommandLine => "command line",
            Identity::Scheduler => "schedule",
        }
    }

    /// The person, where it is one.
    pub fn person_id(&self) -> Option<Uuid> {
        match self.identity {
            Identity::Person { id, .. } => Some(id),
            _ => None,
        }
    }

    /// Who they are, as rows remember it.
    pub fn author(&self) -> Author<'_> {
        Author { person_id: self.person_id(), name: self.name() }
    }

    /// The person or the token.
    pub(super) fn id(&self) -> Option<Uuid> {
        match self.identity {
            Identity::Person { id, .. } | Identity::Token { id, .. } => Some(id),
            Identity::CommandLine | Identity::Scheduler => None,
        }
    }

    pub(super) fn kind(&self) -> ActorKind {
        match self.identity {
            Identity::Person { .. } => ActorKind::Person,
            Identity::Token { .. } => ActorKind::ApiToken,
            Identity::CommandLine => ActorKind::CommandLine,
            Identity::Scheduler => ActorKind::Scheduler,
        }
    }
}

/// The name of the smallest role that has the right.
fn least_role(right: Right) -> &'static str {
    Role::ALL.into_iter().find(|role| role.may(right)).map_or("admin", Role::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(is_admin: bool, roles: Vec<(Uuid, Role)>) -> Actor {
        let identity =
            Identity::Person { id: Uuid::from_u128(7), name: "Ada".to_owned(), is_admin, roles };
        Actor::new(identity, Origin::default())
    }

    fn token(scope: TokenScope, role: Role, project_id: Uuid) -> Actor {
        let (id, name) = (Uuid::from_u128(8), "ci".to_owned());
        Actor::new(Identity::Token { id, name, project_id, scope, role }, Origin::default())
    }

    const OWN: Uuid = Uuid::from_u128(1);
    const FOREIGN: Uuid = Uuid::from_u128(2);

    #[test]
    fn a_member_has_the_rights_of_their_role_and_no_others() {
        for role in Role::ALL {
            let actor = person(false, vec![(OWN, role)]);
            for right in Right::ALL {
                match actor.require(right, OWN) {
                    Ok(()) => assert!(role.may(right)),
                    Err(error) => {
                        assert!(!role.may(right));
                        assert!(matches!(error, OperationError::Forbidden { .. }));
                    }
                }
            }
        }
    }

    #[test]
    fn a_stranger_does_not_learn_that_the_project_exists() {
        let member = person(false, vec![(OWN, Role::ProductManager)]);
        for actor in [member, token(TokenScope::Write, Role::Admin, OWN)] {
            for right in Right::ALL {
                let refusal = actor.require(right, FOREIGN);
                assert!(matches!(refusal, Err(OperationError::NotFound("project"))));
            }
        }
    }

    #[test]
    fn an_admin_is_admin_of_every_project() {
        assert!(person(true, Vec::new()).require(Right::Administer, FOREIGN).is_ok());
        assert!(person(true, Vec::new()).require_admin().is_ok());
        assert!(person(false, vec![(OWN, Role::ProductManager)]).require_admin().is_err());
        assert!(token(TokenScope::Write, Role::Admin, OWN).require_admin().is_err());
        assert!(Actor::command_line().require_admin().is_ok());
    }

    #[test]
    fn a_token_that_reads_changes_nothing_whatever_its_role() {
        let reader = token(TokenScope::Read, Role::Admin, OWN);
        assert!(reader.require(Right::See, OWN).is_ok());
        for right in Right::ALL.into_iter().filter(|right| *right != Right::See) {
            assert!(matches!(reader.require(right, OWN), Err(OperationError::Forbidden { .. })));
        }
    }

    #[test]
    fn a_refusal_names_the_role_that_is_needed() {
        let refusal = person(false, vec![(OWN, Role::Developer)])
            .require(Right::publish_in(true), OWN)
            .map_err(|error| error.to_string());
        let sentence =
            "This needs the role product-manager in the project, and yours is developer.";
        assert_eq!(refusal, Err(sentence.to_owned()));
    }
}
