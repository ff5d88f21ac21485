//! Flagstaff: feature flags and remote config, decided by product managers, served by one binary.
//!
//! The rooms, from the ground up; a room imports only from rooms above it in this list
//! (`tests/suite/architecture.rs` holds the table):
//!
//! - [`settings`]: every flag and variable, defined once, checked into ready values.
//! - [`logging`]: starts the structured logs.
//! - [`domain`]: pure values and rules. No clock, no database, no web, no randomness.
//! - [`store`]: everything that is kept in Postgres, as plain functions over a connection.
//! - [`operations`]: the verbs of the product; each checks the right and leaves an audit entry.
//! - [`embedded_postgres`]: a private Postgres for whoever gives no `DATABASE_URL`.
//! - [`http`]: what every HTTP door shares: bodies, strict JSON, credentials, problem details.
//! - [`delivery`]: answering apps, from memory.
//! - [`api`]: managing flags over HTTP, in JSON.
//! - [`dashboard`]: pages for people.
//! - [`routes`]: every URL in tables; each row names the right that it needs.
//! - [`jobs`]: what happens by itself, on a clock.
//! - [`server`]: the running product: start and stop side by side.
//! - [`cli`]: the command line.

pub mod api;
pub mod cli;
pub mod dashboard;
pub mod delivery;
pub mod domain;
pub mod embedded_postgres;
pub mod http;
pub mod jobs;
pub mod logging;
pub mod operations;
pub mod population;
pub mod routes;
pub mod server;
pub mod settings;
pub mod store;
