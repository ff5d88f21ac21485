//! The words and rules of the product, as pure values and functions.
//!
//! Time and stored data come in as arguments; answers come out. Nothing here does I/O, reads a
//! clock or draws a random number.

pub mod bucketing;
pub mod condition;
pub mod context;
pub mod credential;
pub mod effect;
pub mod evaluation;
pub mod event;
pub mod experience;
pub mod grouped;
pub mod json_schema;
pub mod key;
pub mod known_user;
pub mod reach;
pub mod reading;
pub mod role;
pub mod ruleset;
pub mod segment;
pub mod slug;
pub mod trial;
pub mod user_ids;
pub mod value;
pub mod version;
