//! What was changed of the segments and defaults that a version names, in words.

use super::super::super::time_words;
use crate::operations::shared_changes::{SharedChanges, Since, Thing};

/// What was changed. `experiences/_publish_body.html` shows it.
#[derive(Debug, Clone)]
pub struct SharedWords {
    /// Since when.
    pub intro: String,
    /// What, and how.
    pub items: Vec<(String, Vec<String>)>,
}

impl SharedWords {
    /// In words, for that version in that environment; nothing where nothing was changed.
    pub fn of(shared: SharedChanges, number: i32, place: &str) -> Option<SharedWords> {
        if shared.changes.is_empty() {
            return None;
        }
        let since = match shared.since {
            Since::LastLive(at) => {
                format!("version {number} was last live in {place} ({})", time_words::at(at))
            }
            Since::LiveBegan(live, at) => {
                format!("version {live} went live in {place} ({})", time_words::at(at))
            }
            Since::Saved(_) => format!("version {number} was saved"),
        };
        let items = shared.changes.into_iter().map(|change| match change.thing {
            Thing::Segment(_, name) => (name, change.changes),
            Thing::Default(name) => (name, change.changes),
        });
        Some(SharedWords { intro: format!("Changed since {since}:"), items: items.collect() })
    }
}
