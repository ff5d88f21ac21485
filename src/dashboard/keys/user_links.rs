//! What uses a key.

use crate::{
    dashboard::{ProjectMember, experiences::kind_pages::KindPages},
    domain::experience::Kind,
    store::UsedBy,
};

/// Something that uses a key, as a link.
pub struct User {
    /// The icon of its kind.
    pub icon: &'static str,
    /// Its name.
    pub name: String,
    /// Where it is.
    pub address: String,
}

/// Those, as links.
pub fn links(member: &ProjectMember, users: &[UsedBy]) -> Vec<User> {
    users.iter().map(|user| link(member, user)).collect()
}

/// It, as a link.
pub fn link(member: &ProjectMember, user: &UsedBy) -> User {
    let (icon, address) = match user {
        UsedBy::Experience { kind, slug, .. } => {
            let icon = match kind {
                Kind::FeatureFlag => "flag",
                Kind::ProductConfig => "config",
            };
            (icon, KindPages::from(*kind).address(member, slug))
        }
        UsedBy::Segment { slug, .. } => ("users", member.path(&format!("/segments/{slug}"))),
    };
    User { icon, name: user.name().to_owned(), address }
}
