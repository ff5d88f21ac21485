//! The tests of the product: one program, so that it links once. The folders mirror `src`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod api;
mod architecture;
mod browser;
mod cli;
mod dashboard;
mod delivery;
mod domain;
mod embedded_postgres;
mod jobs;
mod operations;
mod outage;
mod settings;
mod store;
mod support;
mod test_database;
