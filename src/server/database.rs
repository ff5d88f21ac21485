//! The database: a given one or a private one, with the tables of this build.

use std::time::Duration;

use crate::{
    embedded_postgres::{self, DATABASE, Durability, EmbeddedPostgres, Options},
    operations::{OperationError, setup},
    settings::{Database as Choice, DatabaseSettings},
    store::{self, Store, StoreError},
};

/// Why there is no database to use.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// The private Postgres does not start.
    #[error(transparent)]
    Private(#[from] embedded_postgres::StartError),
    /// Postgres answers, but its tables can't be brought up to what this build expects.
    #[error("The tables can't be brought up to date: {0}")]
    Tables(StoreError),
    /// Postgres answers, but a fresh database can't be set up.
    #[error("The database can't be set up: {0}")]
    Setup(OperationError),
}

/// The database, and whatever runs for it.
pub struct Database {
    /// Its address, for libpq.
    pub url: String,
    /// The pool of dashboard, API and statistics.
    pub store: Store,
    private: Option<EmbeddedPostgres>,
    prepared: bool,
}

/// What is left to do once Postgres is there.
pub struct Preparation {
    url: String,
    store: Store,
}

impl Database {
    /// Finds the database, and starts the private one where none is given.
    ///
    /// # Errors
    /// When the private one does not start.
    pub fn open(settings: &DatabaseSettings) -> Result<Database, DatabaseError> {
        Database::with(settings, EmbeddedPostgres::start)
    }

    /// Like [`open`](Self::open), but the private one may also be that of another process, which
    /// then goes on running it.
    ///
    /// # Errors
    /// When the private one does not start.
    pub fn attach(settings: &DatabaseSettings) -> Result<Database, DatabaseError> {
        Database::with(settings, EmbeddedPostgres::attach_or_start)
    }

    fn with(
        settings: &DatabaseSettings,
        start: impl FnOnce(&Options) -> Result<EmbeddedPostgres, embedded_postgres::StartError>,
    ) -> Result<Database, DatabaseError> {
        let (url, private) = match &settings.database {
            Choice::Given(url) => (url.expose().to_owned(), None),
            Choice::Private => {
                let options = Options::new(&settings.data_dir, Durability::Durable);
                let private = start(&options)?;
                (private.url(DATABASE), Some(private))
            }
        };
        let store = Store::new(&url);
        Ok(Database { url, store, private, prepared: false })
    }

    /// Brings the tables up to date and sets a fresh database up; says whether Postgres was there
    /// to do it.
    ///
    /// # Errors
    /// When Postgres is there and refuses.
    pub fn prepare(&mut self) -> Result<bool, DatabaseError> {
        self.prepared =
            Preparation { url: self.url.clone(), store: self.store.clone() }.try_now()?;
        Ok(self.prepared)
    }

    /// What is left to do, if anything.
    pub fn preparation(&self) -> Option<Preparation> {
        let (url, store) = (self.url.clone(), self.store.clone());
        (!self.prepared).then_some(Preparation { url, store })
    }

    /// Lets go of the database, and stops the private one.
    pub fn close(self) {
        drop(self.store);
        if let Some(private) = self.private
            && let Err(error) = private.stop()
        {
            tracing::error!(%error, "the private Postgres does not stop");
        }
    }
}

impl Preparation {
    /// How long to wait between two tries.
    pub const PATIENCE: Duration = Duration::from_secs(1);

    /// Does it, if Postgres is there; says whether it was.
    ///
    /// # Errors
    /// When Postgres is there and refuses.
    pub fn try_now(&self) -> Result<bool, DatabaseError> {
        match store::migrate(&self.url) {
            Ok(migrations) if migrations.is_empty() => {}
            Ok(migrations) => tracing::info!(?migrations, "brought the tables up to date"),
            Err(StoreError::Unavailable(reason)) => {
                tracing::warn!(reason, "Postgres is away");
                return Ok(false);
            }
            Err(error) => return Err(DatabaseError::Tables(error)),
        }
        match setup::ensure_first_project(&self.store) {
            Ok(()) => Ok(true),
            Err(OperationError::Unavailable(_)) => Ok(false),
            Err(error) => Err(DatabaseError::Setup(error)),
        }
    }
}
