//! The page where an experience is created and edited.
//!
//! One form says everything. [`entered::Entered`] is that form as it was typed, [`around::Around`]
//! what it has to know of its project, [`saving`] keeps it; `edits` are its buttons that change the
//! structure. All of it goes by the same address as the page and works without script: the buttons
//! are those of the form, and each answer is the whole page, of which htmx takes a part.

pub mod around;
pub mod conflict;
mod counting;
pub mod create;
pub mod docks;
pub mod edit;
pub mod edits;
pub mod entered;
mod keys;
mod live;
mod placing;
pub mod reading;
pub mod saving;
mod sentences;
mod view;
