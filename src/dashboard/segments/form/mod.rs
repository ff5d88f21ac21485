//! The form of a segment, apart from its page: what was entered, and the conditions that it makes.

mod builder;
mod edit;
mod editing;
mod entered;
mod event_row;
mod exact;
mod group;
mod items;
mod json_text;
mod membership;
mod moments;
mod operators;
mod row;
mod suggestion;
#[cfg(test)]
mod tests;
mod values;

pub use edit::{Edit, NewPart};
pub use editing::Focus;
pub use entered::{Base, Entered};
pub use group::{Group, Match};
pub use items::{Item, of as items_of};
pub use membership::Membership;
pub use moments::Unit;
pub use operators::{Editor, Group as OperatorGroup, groups as operator_groups, label};
pub use row::Row;
pub use suggestion::Suggestion;
