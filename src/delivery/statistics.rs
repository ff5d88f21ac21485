//! Bringing what was counted to Postgres, every few seconds and at a clean stop.

use std::{
    io,
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use chrono::{DateTime, Utc};

use super::{Delivery, batches::Batches};
use crate::store::{Store, StoreError, sdk_keys};

/// How long Postgres may take to note which keys were used.
const TOUCHED_WITHIN: Duration = Duration::from_secs(6);

/// The counts of this process on their way to Postgres.
pub struct Statistics {
    delivery: Arc<Delivery>,
    store: Store,
    batches: Mutex<Batches>,
    collected: AtomicU64,
    dropped: AtomicU64,
    /// Kept apart, so that who asks never waits for a batch that is on its way.
    waiting: AtomicUsize,
}

impl Statistics {
    /// Counts for `delivery`; takes up what an earlier run left in `folder`.
    pub fn new(delivery: Arc<Delivery>, store: Store, folder: &Path) -> Statistics {
        let batches = Mutex::new(Batches::take_up(folder));
        let (collected, dropped) = (AtomicU64::new(0), AtomicU64::new(0));
        let waiting = AtomicUsize::new(0);
        Statistics { delivery, store, batches, collected, dropped, waiting }
    }

    /// Collects what was counted since the last time into the minute of `moment`. Quick, and
    /// called at the end of each minute, so that counts stand in the minute they belong to.
    pub fn collect(&self, moment: DateTime<Utc>) {
        let counts = self.delivery.counting.collect(moment);
        let total: i64 = counts.iter().map(|count| count.count).sum();
        self.collected.fetch_add(total.unsigned_abs(), Ordering::Relaxed);
        let mut batches = self.batches();
        batches.add(counts);
        self.tell(&batches);
    }

    /// Brings what was collected to Postgres, and notes which SDK keys were used. Blocks.
    ///
    /// # Errors
    /// When Postgres does not take it; it is kept and brought the next time.
    pub fn flush(&self, now: DateTime<Utc>) -> Result<u64, StoreError> {
        let mut batches = self.batches();
        batches.freeze(now);
        let mut sent = batches.send(&self.store, now)?;
        // What was counted while an earlier batch was stuck.
        batches.freeze(now);
        sent += batches.send(&self.store, now)?;
        self.tell(&batches);
        let used = self.delivery.used_keys();
        if !used.is_empty() {
            let touching = move |store: &Store| store.write(|conn| sdk_keys::touch(conn, &used));
            self.store.within(TOUCHED_WITHIN, touching)??;
        }
        Ok(sent)
    }

    /// The end of a clean stop: everything is brought to Postgres, or left in the data folder for
    /// the next start. Blocks.
    ///
    /// # Errors
    /// When neither is possible; the counts are then lost.
    pub fn finish(&self, now: DateTime<Utc>) -> io::Result<()> {
        self.collect(now);
        if let Err(error) = self.flush(now) {
            let left = self.batches().leave(now)?;
            tracing::warn!(%error, batches = left, "left counts in the data folder for the next start");
        }
        Ok(())
    }

    /// How many deliveries were collected, and how many of them could not be kept.
    pub fn totals(&self) -> (u64, u64) {
        (self.collected.load(Ordering::Relaxed), self.dropped.load(Ordering::Relaxed))
    }

    /// How many different counts wait to be brought to Postgres.
    pub fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    fn tell(&self, batches: &Batches) {
        self.dropped.store(batches.dropped(), Ordering::Relaxed);
        self.waiting.store(batches.waiting(), Ordering::Relaxed);
    }

    fn batches(&self) -> std::sync::MutexGuard<'_, Batches> {
        self.batches.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
