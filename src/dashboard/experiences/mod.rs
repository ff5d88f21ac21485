//! Feature flags and product configs.

pub mod editor;
pub mod list;
mod list_query;
mod reach_words;
