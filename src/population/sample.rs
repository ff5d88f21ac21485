//! A fair sample of the known users of one environment.

use std::{collections::HashMap, sync::Arc};

use chrono::{DateTime, Utc};

use crate::{domain::known_user::KnownUser, store::population::Placed};

/// A fair sample of the known users of one environment; all of them, where they are few enough.
#[derive(Debug, Default)]
pub struct Sample {
    /// In the order of their places.
    users: Vec<Arc<Placed>>,
    known: u64,
}

impl Sample {
    /// A sample of these users, in the order of their places, of so many in all.
    pub fn new(users: Vec<Placed>, known: u64) -> Sample {
        let known = known.max(users.len() as u64);
        Sample { users: users.into_iter().map(Arc::new).collect(), known }
    }

    /// The users, in an order that has nothing to do with who they are.
    pub fn users(&self) -> impl Iterator<Item = &KnownUser> {
        self.users.iter().map(|placed| &placed.user)
    }

    /// The same, each with when something was last heard of them.
    pub fn last_seen(&self) -> impl Iterator<Item = (&KnownUser, DateTime<Utc>)> {
        self.users.iter().map(|placed| (&placed.user, placed.last_seen_at))
    }

    /// How many users there are in it.
    pub fn len(&self) -> usize {
        self.users.len()
    }

    /// Whether nobody is in it.
    pub fn is_empty(&self) -> bool {
        self.users.is_empty()
    }

    /// How many users are known in all.
    pub fn known(&self) -> u64 {
        self.known
    }

    /// Whether all known users are in it.
    pub fn is_whole(&self) -> bool {
        self.known == self.users.len() as u64
    }

    /// When something was last heard of any of them.
    pub(super) fn last_seen_at(&self) -> Option<DateTime<Utc>> {
        self.users.iter().map(|placed| placed.last_seen_at).max()
    }

    /// The same with what was heard since, of at most that many users.
    pub(super) fn with(&self, heard: Vec<Placed>, most: usize) -> Sample {
        let mut heard: HashMap<Box<str>, Placed> =
            heard.into_iter().map(|placed| (placed.user.id.clone(), placed)).collect();
        let mut users: Vec<Arc<Placed>> = Vec::with_capacity(self.users.len() + heard.len());
        for known in &self.users {
            users.push(heard.remove(&known.user.id).map_or_else(|| Arc::clone(known), Arc::new));
        }
        let was_whole = self.is_whole();
        if !heard.is_empty() {
            users.extend(heard.into_values().map(Arc::new));
            users.sort_by(|one, other| {
                (one.place, &one.user.id).cmp(&(other.place, &other.user.id))
            });
        }
        let known = if was_whole { users.len() as u64 } else { self.known };
        users.truncate(most);
        Sample { users, known }
    }

    /// The same without that user.
    pub(super) fn without(&self, user_id: &str) -> Sample {
        let users: Vec<Arc<Placed>> = self
            .users
            .iter()
            .filter(|placed| placed.user.id.as_ref() != user_id)
            .map(Arc::clone)
            .collect();
        let gone = (self.users.len() - users.len()) as u64;
        Sample { users, known: self.known.saturating_sub(gone) }
    }
}
