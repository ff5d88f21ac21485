//! The verbs of the product. Each exists once, whoever calls: pages, REST, jobs, command line.
//!
//! An operation runs inside one transaction of its caller (`store.write(|conn| …)`) and always in
//! the same order: it asks [`Actor::require`] for the right, asks the domain, writes through the
//! store, and leaves an entry with [`audit::record`]. It knows neither HTTP nor a clock.

pub mod access;
mod actor;
pub mod affected;
pub mod archiving;
pub mod audit;
pub mod blast_radius;
pub mod bulk;
pub mod content_reach;
mod contents;
pub mod demo;
mod demo_users;
pub mod editing;
pub mod environments;
mod error;
pub mod experiences;
pub mod explaining;
pub mod flags;
pub mod history;
pub mod keys;
pub mod merging;
mod obstacles;
pub mod previewing;
pub mod projects;
pub mod promoting;
pub mod publishing;
pub mod reach;
mod readiness;
mod rights;
pub mod segment_lists;
mod segment_names;
pub mod segment_revisions;
mod segment_tree;
pub mod segments;
pub mod setup;
pub mod shared_changes;
pub mod short_form;
pub mod switching;
mod texts;
pub mod undoing;
pub mod users;

pub use actor::{Actor, Identity, Origin};
pub use error::{Link, OperationError};
