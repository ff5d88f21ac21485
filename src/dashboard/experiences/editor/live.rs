//! What follows the typing: the sentences, the bar at the end, what is said of a key. Never a
//! field, so that nothing typed is ever overwritten.

use actix_web::{
    HttpResponse,
    http::header::{HeaderName, HeaderValue},
};
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

/// Has htmx put the editor of the answer in the place of the one on the page.
pub(super) fn into_editor(response: &mut HttpResponse) {
    for (name, value) in [
        ("hx-retarget", "#editor"),
        ("hx-reselect", "#editor"),
        ("hx-reswap", "morph:outerHTML"),
        ("hx-trigger", "modal:close"),
    ] {
        let (name, value) = (HeaderName::from_static(name), HeaderValue::from_static(value));
        response.headers_mut().insert(name, value);
    }
}
