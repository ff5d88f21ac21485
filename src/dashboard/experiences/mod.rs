//! Feature flags and product configs.

pub mod archiving;
mod came_from;
pub mod cloning;
pub mod editor;
mod filters;
mod kill_switch;
pub mod list;
mod list_query;
mod reach_words;
mod row;
pub mod switch;
pub mod undo;
