//! What many tests need: folders and databases of their own.

mod cluster;
mod database;
mod folder;

pub use self::{database::TestDatabase, folder::TestFolder};
