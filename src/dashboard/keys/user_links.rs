//! What uses a key.

use crate::{dashboard::ProjectMember, domain::experience::Kind, store::UsedBy};

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

fn link(member: &ProjectMember, user: &UsedBy) -> User {
    let (icon, list, slug) = match user {
        UsedBy::Experience { kind: Kind::FeatureFlag, slug, .. } => ("flag", "flags", slug),
        UsedBy::Experience { kind: Kind::ProductConfig, slug, .. } => ("config", "configs", slug),
        UsedBy::Segment { slug, .. } => ("users", "segments", slug),
    };
    let address = member.path(&format!("/{list}/{slug}"));
    User { icon, name: user.name().to_owned(), address }
}
