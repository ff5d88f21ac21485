//! Managing flags over HTTP, in JSON.
//!
//! A handler finds who is calling in its arguments (the table of routes has checked the right),
//! reads what they ask for, calls one operation off the serving threads, and writes the answer.
//! Its annotation is where the OpenAPI description comes from.

mod answer;
pub mod audit_log;
pub mod auth;
mod body;
pub mod bulk;
pub mod docs;
mod envelope;
pub mod environments;
mod experience_bodies;
mod experience_lists;
pub mod experience_preview;
pub mod experiences;
pub mod explain;
mod explain_question;
pub mod feature_flags;
mod flag_bodies;
pub mod keys;
mod member;
pub mod openapi;
mod precondition;
pub mod product_configs;
pub mod projects;
pub mod promotion;
pub mod publications;
mod publish_preview;
pub mod publishing;
mod query;
mod refusal;
pub mod sdk_keys;
pub mod segment_members;
pub mod segment_preview;
pub mod segment_revisions;
pub mod segments;
pub mod stats;
pub mod users;
pub mod versions;
mod work;

pub use body::MOST_BODY;
pub use envelope::enveloped;
pub use member::{Caller, Member};
