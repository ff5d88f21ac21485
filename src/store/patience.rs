//! Work that is not waited for for ever.
//!
//! Postgres ends by itself what takes too long there, and the system notices a peer that is gone.
//! Neither helps against one that is there and says nothing: a stopped process, a stalled disk, a
//! half-open proxy. libpq waits for it without end, and nothing safe can wake it. So this work
//! runs on a thread of its own, which is left behind, with its connection, when no answer comes;
//! both end when the connection does.

use std::{
    sync::{
        Arc,
        mpsc::{self, RecvTimeoutError},
    },
    thread,
    time::Duration,
};

use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};

use super::{Connection, Store, StoreError, WriteError};

/// How long a read may take: longer than Postgres lets one statement take.
pub const READ_WITHIN: Duration = Duration::from_secs(8);
/// How long a write may take: longer than Postgres lets one transaction take.
const WRITE_WITHIN: Duration = Duration::from_secs(16);
/// How long a write may take that moves a million rows: longer than [`take_time`] lets it take.
const WRITE_AT_LENGTH_WITHIN: Duration = Duration::from_secs(130);

/// Lets the transaction take two minutes, where others take seconds. A limit that has begun to run
/// is not moved by another one, so it is lifted first.
///
/// # Errors
/// Those of the database.
pub fn take_time(conn: &mut Connection) -> Result<(), StoreError> {
    for setting in ["0", "120s"] {
        let limits = pg_settings::table
            .filter(pg_settings::name.eq_any(["statement_timeout", "transaction_timeout"]))
            .select(set_config(pg_settings::name, setting, true));
        limits.load::<String>(conn)?;
    }
    Ok(())
}

diesel::table! {
    /// The settings that this Postgres knows.
    pg_settings (name) {
        name -> Text,
    }
}

diesel::define_sql_function! {
    /// Sets a setting, perhaps for the transaction only.
    fn set_config(name: Text, value: Text, is_local: Bool) -> Text;
}

impl Store {
    /// [`Store::read`], for somebody who waits for the answer.
    ///
    /// # Errors
    /// As of [`Store::read`]; [`StoreError::Unavailable`] after 8 s.
    pub fn read_in_time<T: Send + 'static, E: From<StoreError> + Send + 'static>(
        &self,
        f: impl FnOnce(&mut Connection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E> {
        self.within(READ_WITHIN, |store| store.read(f))?
    }

    /// [`Store::write`], for somebody who waits for the answer.
    ///
    /// # Errors
    /// As of [`Store::write`]; [`StoreError::OutcomeUnknown`] after 16 s.
    pub fn write_in_time<T: Send + 'static, E: WriteError + Send + 'static>(
        &self,
        f: impl FnMut(&mut Connection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E> {
        self.write_within(WRITE_WITHIN, f)
    }

    /// [`Store::write_in_time`], for a write that moves a million rows and asks for the time to do
    /// so ([`take_time`]).
    ///
    /// # Errors
    /// As of [`Store::write_in_time`]; [`StoreError::OutcomeUnknown`] after 130 s.
    pub fn write_at_length<T: Send + 'static, E: WriteError + Send + 'static>(
        &self,
        f: impl FnMut(&mut Connection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E> {
        self.write_within(WRITE_AT_LENGTH_WITHIN, f)
    }

    fn write_within<T: Send + 'static, E: WriteError + Send + 'static>(
        &self,
        limit: Duration,
        f: impl FnMut(&mut Connection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E> {
        let written = self.within(limit, |store| store.write(f));
        written.map_err(|error| match error {
            StoreError::Unavailable(reason) => StoreError::OutcomeUnknown(reason),
            other => other,
        })?
    }

    /// Runs work on this store, and waits for it no longer than `limit`. Whoever works on this
    /// store after that gets new connections.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when there is no answer in time; the work may be done all the
    /// same. [`StoreError::Other`] when it panicked.
    pub fn within<T: Send + 'static>(
        &self,
        limit: Duration,
        work: impl FnOnce(&Store) -> T + Send + 'static,
    ) -> Result<T, StoreError> {
        let (sender, receiver) = mpsc::sync_channel(1);
        let pool = self.pool.load_full();
        let store = self.clone();
        thread::Builder::new()
            .name("database".to_owned())
            .spawn(move || drop(sender.send(work(&store))))
            .map_err(|error| StoreError::Unavailable(format!("the system refuses: {error}")))?;
        receiver.recv_timeout(limit).map_err(|error| match error {
            RecvTimeoutError::Timeout => {
                if Arc::ptr_eq(&pool, &self.pool.load()) {
                    self.renew();
                }
                StoreError::Unavailable(format!("no answer within {} s", limit.as_secs()))
            }
            RecvTimeoutError::Disconnected => StoreError::Other("the work panicked".to_owned()),
        })
    }
}
