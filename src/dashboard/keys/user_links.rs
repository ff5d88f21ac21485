//! What uses a key.

use crate::{dashboard::ProjectMember, domain::experience::Kind, store::UsedBy};

/// Something that uses a key, as a link where there is a page for it.
pub struct User {
    /// The icon of its kind.
    pub icon: &'static str,
    /// Its name.
    pub name: String,
    /// Where it is, if there is a page for it.
    pub address: Option<String>,
}

/// Those, as links.
pub fn links(member: &ProjectMember, users: &[UsedBy]) -> Vec<User> {
    users.iter().map(|user| link(member, user)).collect()
}

/// It, as a link.
pub fn link(member: &ProjectMember, user: &UsedBy) -> User {
    let (icon, list, slug) = match user {
        UsedBy::Experience { kind: Kind::FeatureFlag, slug, .. } => ("flag", Some("flags"), slug),
        UsedBy::Experience { kind: Kind::ProductConfig, slug, .. } => ("config", None, slug),
        UsedBy::Segment { slug, .. } => ("users", Some("segments"), slug),
    };
    let address = list.map(|list| member.path(&format!("/{list}/{slug}")));
    User { icon, name: user.name().to_owned(), address }
}
