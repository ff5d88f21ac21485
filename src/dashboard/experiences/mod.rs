//! Feature flags and product configs.

pub mod archiving;
pub mod bulk;
mod came_from;
mod changes;
mod clone_keys;
pub mod cloning;
mod content_text;
pub mod editor;
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
mod sparkline;
pub mod switch;
mod told;
pub mod undo;
pub mod version;
pub mod versions;
