//! Managing flags over HTTP, in JSON.
//!
//! A handler finds who is calling in its arguments (the table of routes has checked the right),
//! reads what they ask for, calls one operation off the serving threads, and writes the answer.
//! Its annotation is where the OpenAPI description comes from.

mod answer;
pub mod audit_log;
mod body;
mod envelope;
pub mod environments;
mod experiences;
pub mod keys;
mod member;
pub mod openapi;
mod precondition;
pub mod projects;
pub mod publications;
mod query;
mod refusal;
pub mod segments;
pub mod stats;
pub mod versions;
mod work;

pub use envelope::{RequestId, enveloped};
pub use keys::KeyLimit;
pub use member::{Caller, Member};
