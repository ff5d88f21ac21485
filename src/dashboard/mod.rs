//! Pages for people.
//!
//! **A page** is a struct above its handler, with a field `layout` and what its template shows; the
//! template lies where the handler does, under `templates/`. A handler is always *who → parse →
//! one call of `work` → answer*:
//!
//! ```text
//! #[derive(Template)]
//! #[template(path = "keys/list.html")]
//! struct ListPage { layout: Layout, keys: Vec<KeyLine> }
//!
//! pub async fn list(member: ProjectMember, store: Data<Store>) -> Answer {
//!     let keys = work::read(&store, …).await?;
//!     Page::show(&ListPage { layout: member.layout("Keys", Section::Keys), keys })
//! }
//! ```
//!
//! Then it gets a row in `routes/dashboard.rs`, which names the right that it needs. The guard
//! finds who asks, in which project and environment, checks the right, and for a form its token.
//!
//! **A fragment** is a template `_name.html` at the page's address + `/_name`, answered with
//! [`Fragment`]. Pages include the same file, so that page and fragment can't differ. A page that
//! htmx asks for comes without the shell around it (`layout.is_part`), for `hx-select`.
//!
//! **A form** has the hidden field of `ui::csrf`, and its handler takes [`Form`]. What is wrong
//! comes back by `PageError::Invalid`: show the same form again with [`FieldErrors`], what was
//! typed, and [`Page::invalid`] or [`Fragment::invalid`]. What was done ends in [`Moved`] (303, or
//! for htmx `HX-Redirect`), or in a [`Fragment`] that replaces the changed part; both with a
//! [`Toast`]. What is done from a list, in a dialog or by a menu, ends in [`Moved::answer_on_list`]:
//! the list is loaded anew in its place. A form with a file is taken as [`UploadForm`], and its row
//! is an [`Admission::Upload`]. All other errors go up by `?`: [`framed`] shows them as a page, or for htmx as a toast.

mod ask;
pub mod assets;
mod code;
mod compressed;
mod cookies;
mod csrf;
mod dialog;
mod did_you_mean;
mod effect_words;
mod error;
mod error_page;
pub mod experiences;
pub mod first_steps;
mod form;
mod framed;
mod guard;
pub mod home;
mod kept_form;
pub mod keys;
mod layout;
mod list_address;
mod local_path;
mod number_words;
mod pager;
pub mod palette;
pub mod playground;
pub mod preferences;
pub mod reports;
mod response;
pub mod segments;
mod session;
pub mod setup;
pub mod sign_in;
mod site;
mod time_words;
mod typed_value;
mod upload;
pub mod users;
mod work;

pub use ask::{Ask, Theme};
pub use error::PageError;
pub use form::{AnyForm, Form};
pub use framed::framed;
pub use guard::{Admission, admit};
pub use layout::{Layout, Rail, Section};
pub use pager::Pager;
pub use response::{Answer, FieldErrors, Fragment, Moved, Page, Toast};
pub use session::{ProjectMember, SignedIn};
pub use site::{SetupCode, Site};
pub use upload::UploadForm;
