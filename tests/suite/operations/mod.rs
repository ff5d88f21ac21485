//! What operations promise, on a real Postgres.

mod access;
mod affected;
mod archiving;
mod bulk;
mod content_reach;
mod editing;
mod environments;
mod explaining;
mod fixture;
mod key_schemas;
mod keys;
mod listing;
mod promoting;
mod publishing;
mod reach;
mod segment_lists;
mod segments;
mod short_form;
mod switching;
mod test_users;
mod undoing;
mod users;
mod views;
