//! What uses a key or a segment, and so keeps it from being archived.

use uuid::Uuid;

use super::stored::Stored;
use crate::domain::experience::Kind;

/// Something that uses a key or a segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UsedBy {
    /// An experience whose newest version, or a version that an environment serves, names it.
    Experience {
        /// Its identity.
        id: Uuid,
        /// Feature flag or product config.
        kind: Kind,
        /// Its name in addresses.
        slug: String,
        /// Its name.
        name: String,
    },
    /// A segment whose conditions name it.
    Segment {
        /// Its identity.
        id: Uuid,
        /// Its name in addresses.
        slug: String,
        /// Its name.
        name: String,
    },
}

impl UsedBy {
    /// From the columns id, kind, slug and name of an experience.
    pub(super) fn experience(
        (id, kind, slug, name): (Uuid, Stored<Kind>, String, String),
    ) -> UsedBy {
        UsedBy::Experience { id, kind: kind.0, slug, name }
    }

    /// The name of what uses it.
    pub fn name(&self) -> &str {
        match self {
            UsedBy::Experience { name, .. } | UsedBy::Segment { name, .. } => name,
        }
    }
}
