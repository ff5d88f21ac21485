//! The form of a segment, apart from its page: what was entered, and the conditions that it makes.

mod builder;
mod edit;
mod entered;
mod json_text;
mod moments;
mod operators;
mod row;
#[cfg(test)]
mod tests;
mod values;

pub use builder::Match;
pub use edit::Edit;
pub use entered::{Base, Entered};
pub use moments::Unit;
pub use operators::{Editor, label};
