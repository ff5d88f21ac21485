//! Everything that is kept in Postgres. The only folder that knows diesel.
//!
//! One noun per file, plain functions over a [`Connection`]; row structs stand beside the queries
//! that serve them. Names say what a function does to the world: `find`, `list`, `load` and other
//! nouns read; `create`, `set`, `append`, `open`, `archive` … write. A function that changes what
//! delivery reads raises the revision itself, so that no caller can forget it.
//!
//! All of it blocks: call it from `web::block`, never from an async handler.

pub mod api_tokens;
pub mod audit;
mod connection;
pub mod delivered;
pub mod deliveries;
pub mod environments;
mod error;
pub mod experience_facets;
pub mod experiences;
pub mod finding;
pub mod holding;
pub mod installation;
pub mod key_deliveries;
pub mod key_lists;
pub mod key_revisions;
pub mod keys;

pub mod lessons;
pub mod listen;
pub mod member_lists;
pub mod memberships;
mod migrate;
mod page;
pub mod partitions;
mod patience;
pub mod people;
pub mod population;
pub mod profiles;
pub mod projects;
pub mod publications;
mod ranking;
pub mod retention;
pub mod rulesets;
mod schema;
pub mod sdk_keys;
pub mod segment_lists;
pub mod segment_revisions;
pub mod segments;
pub mod serving;
pub mod sessions;
pub mod stale;
pub mod standings;
mod stored;
pub mod switches;
pub mod thing_names;
mod transaction;
pub mod used_by;
pub mod user_records;
pub mod version_outcomes;
pub mod versions;

use std::{sync::Arc, time::Duration};

use arc_swap::ArcSwap;
use diesel::r2d2::{ConnectionManager, Pool};
use uuid::Uuid;

pub use connection::is_read_only;
pub use diesel::PgConnection as Connection;
pub use error::{Constraint, StoreError};
pub use holding::HeldKey;
pub use migrate::{MIGRATIONS, migrate};
pub use page::{Page, PageRequest, Sort};
pub use patience::{READ_WITHIN, take_time};
pub use ranking::Order;
pub use transaction::{WriteError, rehearse};
pub use used_by::UsedBy;

const POOL_SIZE: u32 = 8;
const WAIT_FOR_A_CONNECTION: Duration = Duration::from_secs(2);
const CONNECTION_LIFETIME: Duration = Duration::from_secs(30 * 60);

/// Who did something, as rows remember it.
#[derive(Debug, Clone, Copy)]
pub struct Author<'a> {
    /// The person; none for a token, the scheduler or the command line.
    pub person_id: Option<Uuid>,
    /// The name to show.
    pub name: &'a str,
}

/// The database, through a pool of connections.
#[derive(Clone)]
pub struct Store {
    address: Arc<str>,
    connections: u32,
    pool: Arc<ArcSwap<Pool<ConnectionManager<Connection>>>>,
}

impl Store {
    /// Prepares a pool on that database. Connects in the background, so it succeeds with Postgres
    /// away; [`Store::read`] and [`Store::write`] then answer [`StoreError::Unavailable`].
    pub fn new(database_url: &str) -> Store {
        Store::with_pool_of(database_url, POOL_SIZE)
    }

    /// The same with a pool of at most that many connections, for somebody who must never wait for
    /// the others.
    pub fn with_pool_of(database_url: &str, connections: u32) -> Store {
        let address = connection::with_defaults(database_url);
        let pool = Arc::new(ArcSwap::from_pointee(pool(&address, connections)));
        Store { address: address.into(), connections, pool }
    }

    /// Leaves all connections to who holds them now.
    fn renew(&self) {
        tracing::warn!("Postgres does not answer; giving up the connections to it");
        self.pool.store(Arc::new(pool(&self.address, self.connections)));
    }

    /// Runs reads on one connection.
    ///
    /// # Errors
    /// What `f` answers, or [`StoreError::Unavailable`] when no connection comes free in 2 s.
    pub fn read<T, E: From<StoreError>>(
        &self,
        f: impl FnOnce(&mut Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut connection = self.pool.load_full().get().map_err(StoreError::from)?;
        f(&mut connection)
    }

    /// Runs `f` in one transaction: all of it happens, or nothing. `f` runs again, at most three
    /// times in all, when Postgres gave the transaction up in favour of another one; so it must
    /// change nothing but the database.
    ///
    /// # Errors
    /// What `f` answers; [`StoreError::Unavailable`] when no connection comes free in 2 s;
    /// [`StoreError::OutcomeUnknown`] when the connection broke while the commit was under way.
    pub fn write<T, E: WriteError>(
        &self,
        f: impl FnMut(&mut Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut connection = self.pool.load_full().get().map_err(StoreError::from)?;
        transaction::run(&mut connection, f)
    }
}

fn pool(address: &str, connections: u32) -> Pool<ConnectionManager<Connection>> {
    Pool::builder()
        .max_size(connections)
        .min_idle(Some(1))
        .connection_timeout(WAIT_FOR_A_CONNECTION)
        .max_lifetime(Some(CONNECTION_LIFETIME))
        .test_on_check_out(true)
        .connection_customizer(Box::new(connection::SessionSettings))
        .error_handler(Box::new(connection::LogPoolErrors))
        .build_unchecked(ConnectionManager::new(address))
}
