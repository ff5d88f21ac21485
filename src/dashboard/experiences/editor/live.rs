//! What follows the typing: the sentences, the bar at the end, what is said of a key. Never a
//! field, so that nothing typed is ever overwritten.

use askama::Template;

use super::{
    super::super::{Answer, Fragment},
    view::EditorView,
};

/// The parts that follow.
#[derive(Template)]
#[template(path = "experiences/editor/_live.html")]
pub struct Live {
    editor: EditorView,
}

impl Live {
    /// Those of what is typed so far.
    ///
    /// # Errors
    /// [`PageError::Broken`](super::super::super::PageError::Broken) when the template fails.
    pub fn show(editor: EditorView) -> Answer {
        Fragment::of(&Live { editor })?.show()
    }
}
