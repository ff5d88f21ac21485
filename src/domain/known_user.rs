//! Known users: those with a profile, or named by evaluations.

use chrono::{DateTime, Utc};

use crate::domain::context::{Attribute, Attributes, Context, Profile, Stored, Subject};

/// A known user, as previews and counts look at them.
#[derive(Debug, Clone, PartialEq)]
pub struct KnownUser {
    /// The user's id.
    pub id: Box<str>,
    /// What was last said about them, as if the app asked again and said the same.
    pub context: Context,
    /// What is stored about them.
    pub profile: Profile,
}

impl KnownUser {
    /// Somebody of whom nothing but the id is known.
    pub fn named(id: &str) -> KnownUser {
        let context = Context::of_user(id, Attributes::default());
        KnownUser { id: id.into(), context, profile: Profile::default() }
    }

    /// The user, to decide for at that moment.
    pub fn subject(&self, now: DateTime<Utc>) -> Subject<'_> {
        Subject { context: &self.context, stored: Stored::Profile(&self.profile), now }
    }

    /// The attribute of that name; the context wins over the profile.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.context.get(name).or_else(|| self.profile.properties.get(name))
    }
}
