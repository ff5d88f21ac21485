//! What operations promise, on a real Postgres.

mod access;
mod archiving;
mod bulk;
mod editing;
mod environments;
mod explaining;
mod fixture;
mod key_schemas;
mod keys;
mod listing;
mod publishing;
mod reach;
mod segment_lists;
mod segments;
mod short_form;
mod switching;
mod undoing;
mod users;
mod views;
