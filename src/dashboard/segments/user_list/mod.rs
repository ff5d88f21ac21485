//! Segments that are lists of users: their page, what fills them, and what they hold.

mod about;
mod create;
mod download;
mod fill;
mod page;
mod question;

pub use about::save as save_about;
pub use create::{create, new};
pub use download::download;
pub use fill::fill;
pub use page::{Asked, Shown, check, show};

use super::{super::number_words::counted, Place, find, revisions, save, used_in};
use crate::dashboard::upload::{FILE, PASTED};

/// "12,000 users".
pub(super) fn users(count: i32) -> String {
    counted(usize::try_from(count).unwrap_or_default(), "user")
}

/// What of a form with user ids is shown again.
#[derive(Debug, Default)]
struct Pasted {
    text: String,
    errors: crate::dashboard::FieldErrors,
}

impl Pasted {
    /// Where a message stands: at the file, or at what was pasted.
    fn error(&self, of: &str) -> Option<&str> {
        self.errors.of(of)
    }

    /// What is wrong with the file.
    fn of_file(&self) -> Option<&str> {
        self.error(FILE)
    }

    /// What is wrong with what was pasted.
    fn of_text(&self) -> Option<&str> {
        self.error(PASTED)
    }
}
