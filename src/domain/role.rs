//! Who may do what. The one table of rights; every check asks it.

use serde::{Deserialize, Serialize};

/// What a person or a token is in a project, from the fewest rights to the most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Sees everything in their projects.
    Viewer,
    /// Edits, and publishes in unprotected environments.
    Developer,
    /// Publishes in protected environments too.
    ProductManager,
    /// Everything, in every project.
    Admin,
}

impl Role {
    /// All roles, from the fewest rights to the most.
    pub const ALL: [Role; 4] = [Role::Viewer, Role::Developer, Role::ProductManager, Role::Admin];

    /// The name under which the role is stored, and which the API and the command line use.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Viewer => "viewer",
            Role::Developer => "developer",
            Role::ProductManager => "product-manager",
            Role::Admin => "admin",
        }
    }

    /// The role of that name.
    pub fn parse(text: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.as_str() == text)
    }

    /// Whether this role has that right.
    pub fn may(self, right: Right) -> bool {
        self >= right.least_role()
    }
}

/// Something that a role may or may not do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Right {
    /// See everything in the project; playground; export.
    See,
    /// Create and change keys and segments, edit and save versions, clone.
    Edit,
    /// Publish, schedule, switch on and archive where the environment is not protected.
    Publish,
    /// The same where the environment is protected.
    PublishProtected,
    /// Switch off, pause and roll back a ramp, in any environment.
    SwitchOff,
    /// Make and revoke SDK keys and API tokens.
    Credentials,
    /// People, roles, projects, environments, settings.
    Administer,
}

impl Right {
    /// All rights.
    pub const ALL: [Right; 7] = [
        Right::See,
        Right::Edit,
        Right::Publish,
        Right::PublishProtected,
        Right::SwitchOff,
        Right::Credentials,
        Right::Administer,
    ];

    /// The right to publish in an environment, which depends on its protection.
    pub fn publish_in(protected: bool) -> Right {
        if protected { Right::PublishProtected } else { Right::Publish }
    }

    fn least_role(self) -> Role {
        match self {
            Right::See => Role::Viewer,
            Right::Edit | Right::Publish | Right::SwitchOff | Right::Credentials => Role::Developer,
            Right::PublishProtected => Role::ProductManager,
            Right::Administer => Role::Admin,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_has_the_rights_of_the_table_and_no_others() {
        let table = [
            (Right::See, [true, true, true, true]),
            (Right::Edit, [false, true, true, true]),
            (Right::Publish, [false, true, true, true]),
            (Right::PublishProtected, [false, false, true, true]),
            (Right::SwitchOff, [false, true, true, true]),
            (Right::Credentials, [false, true, true, true]),
            (Right::Administer, [false, false, false, true]),
        ];
        assert_eq!(table.len(), Right::ALL.len());
        for (right, allowed) in table {
            for (role, may) in Role::ALL.into_iter().zip(allowed) {
                assert_eq!(role.may(right), may, "{role:?} {right:?}");
            }
        }
    }

    #[test]
    fn role_names_are_read_back() {
        for role in Role::ALL {
            assert_eq!(Role::parse(role.as_str()), Some(role));
        }
        assert_eq!(Role::parse("owner"), None);
    }
}
