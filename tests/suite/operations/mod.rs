//! What operations promise, on a real Postgres.

mod access;
mod archiving;
mod content_reach;
mod editing;
mod environments;
mod explaining;
mod fixture;
mod key_schemas;
mod keys;
mod publishing;
mod reach;
mod segment_lists;
mod segments;
mod short_form;
mod switching;
mod undoing;
mod users;
mod views;
