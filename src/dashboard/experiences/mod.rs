//! Feature flags and product configs.

mod came_from;
pub mod editor;
mod kill_switch;
pub mod list;
mod list_query;
mod reach_words;
mod row;
pub mod switch;
pub mod undo;
