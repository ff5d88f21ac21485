//! Feature flags and product configs.

mod came_from;
mod changes;
mod content_text;
pub mod editor;
pub mod header;
mod kill_switch;
pub mod list;
mod list_query;
mod reach_words;
mod row;
mod segment_names;
pub mod switch;
pub mod undo;
pub mod version;
pub mod versions;
