//! What happens by itself, on a clock: each job is a few lines over the store or an operation.

use std::{collections::HashMap, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};

use crate::store::{Connection, Store, StoreError, deliveries, partitions, profiles, sessions};

/// Something that happens again and again.
pub struct Job {
    /// Its name, in the logs.
    pub name: &'static str,
    /// How long after one run the next is due.
    every: TimeDelta,
    run: fn(&mut Connection, DateTime<Utc>) -> Result<(), StoreError>,
}

/// How long a job may take before the next one has its turn.
const DONE_WITHIN: Duration = Duration::from_secs(6);

/// Every job. All of them may run on several replicas at once, and again after a failure.
const JOBS: [Job; 4] = [
    Job {
        name: "make the partitions of the months to come",
        every: TimeDelta::hours(6),
        run: partitions::ensure,
    },
    Job {
        name: "forget the ids of old batches of deliveries",
        every: TimeDelta::hours(1),
        run: |conn, _| deliveries::forget_batches(conn).map(drop),
    },
    Job {
        name: "forget the ids of old events",
        every: TimeDelta::hours(1),
        run: |conn, now| profiles::forget_old_ids(conn, now.date_naive()).map(drop),
    },
    Job {
        name: "forget expired sessions",
        every: TimeDelta::hours(1),
        run: |conn, _| sessions::forget_expired(conn).map(drop),
    },
];

/// When each job of this process ran last.
#[derive(Default)]
pub struct Jobs {
    ran: HashMap<&'static str, DateTime<Utc>>,
}

impl Jobs {
    /// Runs what is due at `now`. A job that fails is logged and due again the next time; its
    /// neighbours run all the same.
    pub fn run_at(&mut self, store: &Store, now: DateTime<Utc>) {
        for job in &JOBS {
            if self.ran.get(job.name).is_some_and(|ran| now - *ran < job.every) {
                continue;
            }
            let run = job.run;
            let outcome =
                store.within(DONE_WITHIN, move |store| store.write(|conn| run(conn, now)));
            match outcome.flatten() {
                Ok(()) => drop(self.ran.insert(job.name, now)),
                Err(StoreError::Unavailable(_)) => return,
                Err(error) => tracing::error!(job = job.name, %error, "a job failed"),
            }
        }
    }
}
