//! Feature flags and product configs.

pub mod archiving;
mod came_from;
mod changes;
pub mod cloning;
pub mod comparing;
mod content_text;
pub mod edit_from;
pub mod editor;
mod environments;
mod filters;
pub mod header;
mod kill_switch;
pub mod kind_pages;
pub mod list;
mod list_query;
pub mod publish;
mod publishers;
pub mod reach;
mod reach_words;
mod row;
mod segment_names;
pub mod switch;
pub mod undo;
pub mod version;
pub mod versions;
