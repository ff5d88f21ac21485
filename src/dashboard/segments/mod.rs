//! Segments: the list, the builder, and what ends them.
//!
//! **Made in a dialog of another page.** A link to `…/segments/new` with `hx-get`,
//! `hx-target="#modal-body"` and `hx-swap="innerHTML"` opens the form in the dialog: a name and
//! the rows of the builder. What is wrong comes back into the dialog with 422. A segment that was
//! made closes the dialog and fires `segment:created` on the page, with the segment as detail:
//!
//! ```text
//! HX-Trigger: {"modal:close":true,"segment:created":{"slug":"iphone-users","name":"iPhone users"}}
//! ```
//!
//! The page listens with `hx-trigger="segment:created from:body"`, or in its script, and adds the
//! segment without losing anything. Without script the link leads to the page of the same form.
//!
//! **The form** ([`form`]) is one for all of these. Its buttons `do=…` change what is entered and
//! save nothing: they answer with the whole page, or for htmx with the builder alone, so that
//! nothing else that was typed is touched. `…/segments/_preview` says in words what is entered.
//!
//! **A list** ([`user_list`]) has a page of its own kind: users come in by a form with a file.

mod archive;
mod clone;
mod create;
mod edit;
mod form;
mod known;
mod list;
mod list_query;
mod matches;
mod page;
mod preview;
mod read;
mod revision;
mod revisions;
mod save;
mod used_in;
pub mod user_list;

pub use archive::{archive, ask as ask_to_archive, unarchive};
pub use clone::{ask as ask_to_clone, clone};
pub use create::{create, new};
pub use edit::{save, show};
pub use list::segments;
pub use matches::count;
pub use preview::preview;
pub use revision::{restore, revision};
pub use revisions::revisions;

use crate::{
    operations::OperationError,
    store::{Connection, segments as stored, segments::Segment},
};

/// What an address names: project, environment, segment.
type Place = actix_web::web::Path<(String, String, String)>;

/// The segment that an address names.
fn find(
    conn: &mut Connection,
    project_id: uuid::Uuid,
    slug: &str,
) -> Result<Segment, OperationError> {
    stored::find_by_slug(conn, project_id, slug)?.ok_or(OperationError::NotFound("segment"))
}
