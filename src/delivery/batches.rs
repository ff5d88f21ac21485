//! Bringing counts to Postgres in batches, each exactly once.
//!
//! A batch is frozen under its id; until its fate is known, new counts go to the next one. The
//! store adds id and counts in one transaction, so sending a batch again is harmless. What can't
//! be brought at a clean stop waits in the data folder for the next start.

use std::{
    collections::HashMap,
    fs, io,
    path::{Path, PathBuf},
};

use chrono::{DateTime, Duration, DurationRound, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::files;
use crate::store::{
    Store, StoreError,
    deliveries::{self, Added, DeliveryCount, DeliverySeries},
};

/// The most different counts that are held while Postgres is away; more are dropped and reported.
const MOST_HELD: usize = 200_000;

/// How long Postgres may take to take a batch; sending it again is harmless.
const TAKEN_WITHIN: std::time::Duration = std::time::Duration::from_secs(6);

/// How old a batch may get; the store forgets the ids of batches after 7 days.
fn too_old() -> Duration {
    Duration::days(1)
}

/// Counts frozen under an id.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Batch {
    id: Uuid,
    frozen_at: DateTime<Utc>,
    counts: Vec<DeliveryCount>,
}

/// The counts that are on their way to Postgres.
pub struct Batches {
    folder: PathBuf,
    open: HashMap<(DateTime<Utc>, DeliverySeries), i64>,
    frozen: Vec<Batch>,
    dropped: u64,
}

impl Batches {
    /// Takes up what an earlier run left in `folder`.
    pub fn take_up(folder: &Path) -> Batches {
        let frozen = left_behind(folder).unwrap_or_else(|error| {
            tracing::warn!(%error, "the counts that an earlier run left can't be read");
            Vec::new()
        });
        Batches { folder: folder.to_owned(), open: HashMap::new(), frozen, dropped: 0 }
    }

    /// Adds counts to the open batch.
    pub fn add(&mut self, counts: Vec<DeliveryCount>) {
        for DeliveryCount { series, minute, count } in counts {
            let minute = minute.duration_trunc(Duration::minutes(1)).unwrap_or(minute);
            let room = self.open.len() < MOST_HELD;
            match self.open.entry((minute, series)) {
                std::collections::hash_map::Entry::Occupied(mut held) => *held.get_mut() += count,
                std::collections::hash_map::Entry::Vacant(place) if room => {
                    place.insert(count);
                }
                std::collections::hash_map::Entry::Vacant(_) => {
                    self.dropped += count.unsigned_abs();
                }
            }
        }
    }

    /// Freezes what is open, unless an earlier batch is still on its way.
    pub fn freeze(&mut self, now: DateTime<Utc>) {
        if self.frozen.is_empty() {
            self.freeze_all(now);
        }
    }

    fn freeze_all(&mut self, now: DateTime<Utc>) {
        if self.open.is_empty() {
            return;
        }
        let counts = self.open.drain();
        let counts =
            counts.map(|((minute, series), count)| DeliveryCount { series, minute, count });
        self.frozen.push(Batch { id: Uuid::now_v7(), frozen_at: now, counts: counts.collect() });
    }

    /// Brings the frozen batches to Postgres, oldest first; what fails is tried again next time.
    ///
    /// # Errors
    /// The first failure, with all batches that are not known to be stored still here.
    pub fn send(&mut self, store: &Store, now: DateTime<Utc>) -> Result<u64, StoreError> {
        let mut sent = 0;
        while let Some(batch) = self.frozen.first() {
            let total: i64 = batch.counts.iter().map(|count| count.count).sum();
            if now - batch.frozen_at > too_old() {
                tracing::warn!(batch = %batch.id, total, "dropped counts that are older than a day");
                self.dropped += total.unsigned_abs();
            } else {
                match add(store, batch.clone()) {
                    Ok(Added::Now | Added::Before) => sent += total.unsigned_abs(),
                    Err(StoreError::Refused(rule)) => {
                        tracing::error!(batch = %batch.id, ?rule, total, "counts that Postgres refuses");
                        self.dropped += total.unsigned_abs();
                    }
                    Err(error) => return Err(error),
                }
            }
            let batch = self.frozen.remove(0);
            remove(&self.file_of(&batch));
        }
        Ok(sent)
    }

    /// Leaves everything that is not known to be stored in the data folder, for the next start.
    ///
    /// # Errors
    /// When the folder can't be written.
    pub fn leave(&mut self, now: DateTime<Utc>) -> io::Result<usize> {
        self.freeze_all(now);
        for batch in &self.frozen {
            files::write_whole(&self.file_of(batch), &serde_json::to_vec(batch)?)?;
        }
        Ok(self.frozen.len())
    }

    /// How many deliveries could not be kept since the start.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// How many different counts wait.
    pub fn waiting(&self) -> usize {
        self.open.len() + self.frozen.iter().map(|batch| batch.counts.len()).sum::<usize>()
    }

    fn file_of(&self, batch: &Batch) -> PathBuf {
        self.folder.join(format!("{}.json", batch.id))
    }
}

fn add(store: &Store, batch: Batch) -> Result<Added, StoreError> {
    store.within(TAKEN_WITHIN, move |store| {
        store.write(|conn| deliveries::add_batch(conn, batch.id, &batch.counts))
    })?
}

fn left_behind(folder: &Path) -> io::Result<Vec<Batch>> {
    let mut batches = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry?.path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        match serde_json::from_slice::<Batch>(&fs::read(&path)?) {
            Ok(batch) => batches.push(batch),
            Err(error) => tracing::warn!(%error, ?path, "left a damaged file of counts alone"),
        }
    }
    batches.sort_by_key(|batch| batch.frozen_at);
    Ok(batches)
}

fn remove(path: &Path) {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            // Harmless: the store knows the batch's id and adds it no second time.
            tracing::warn!(%error, ?path, "can't remove a file of counts that are stored");
        }
        _ => {}
    }
}
