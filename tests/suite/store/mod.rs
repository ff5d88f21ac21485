//! What the store promises, on real Postgres.

mod audit;
mod credentials;
mod deliveries;
mod fixture;
mod holding;
mod immutability;
mod keys;
mod listen;
mod lists;
mod migrations;
mod people;
mod publications;
mod revisions;
mod rulesets;
mod schema;
mod segments;
mod transactions;
mod user_records;
mod versions;
