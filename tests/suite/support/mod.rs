//! What many tests need: folders and databases of their own.

mod client;
mod cluster;
mod database;
mod fingerprint;
mod folder;
mod server;
pub mod story;
mod story_neighbours;
mod wait;

pub use self::{
    client::{Answer, Client},
    cluster::{boot_lock, target_folder, test_postgres_folder},
    database::TestDatabase,
    fingerprint::fingerprint,
    folder::TestFolder,
    server::TestServer,
    wait::eventually,
};
