//! Managing flags over HTTP, in JSON.
//!
//! A handler finds who is calling in its arguments (the table of routes has checked the right),
//! reads what they ask for, calls one operation off the serving threads, and writes the answer.
//! Its annotation is where the OpenAPI description comes from.

mod answer;
mod body;
mod envelope;
pub mod keys;
mod member;
pub mod openapi;
mod query;
mod refusal;
mod work;

pub use envelope::{RequestId, enveloped};
pub use member::{Caller, Member};
