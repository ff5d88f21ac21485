//! What happens by itself, on a clock: each job is a few lines over the store or an operation.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use chrono::{DateTime, Days, TimeDelta, Utc};

use crate::store::{
    Connection, Store, StoreError, deliveries, key_deliveries, partitions, retention, sessions,
};

/// How long it is remembered who the users of apps are, and how many of them.
#[derive(Debug, Clone, Copy)]
pub struct Retention {
    /// After how many days somebody who was not seen is forgotten.
    pub days_of_users: u32,
    /// After how many days it is forgotten what somebody did.
    pub days_of_events: u32,
    /// How many users an environment knows at most.
    pub users: u32,
}

/// Something that happens again and again.
pub struct Job {
    /// Its name, in the logs.
    pub name: &'static str,
    /// How long after one run the next is due.
    every: TimeDelta,
    /// Does a share of it, and says whether there is more to do.
    run: fn(&mut Connection, DateTime<Utc>, &Retention) -> Result<bool, StoreError>,
}

/// How long a share of a job may take.
const DONE_WITHIN: Duration = Duration::from_secs(6);
/// How long a job goes on with the next share; what is left then is due the next time.
const GOES_ON_FOR: Duration = Duration::from_secs(2);

/// Every job. All of them may run on several replicas at once, and again after a failure.
const JOBS: [Job; 8] = [
    Job {
        name: "make the partitions of the months to come",
        every: TimeDelta::hours(6),
        run: |conn, now, _| partitions::ensure(conn, now).map(|()| false),
    },
    Job {
        name: "let the hours pass for keys that are not asked for",
        every: TimeDelta::minutes(1),
        run: |conn, now, _| key_deliveries::settle(conn, now),
    },
    Job {
        name: "forget the ids of old batches of deliveries",
        every: TimeDelta::hours(1),
        run: |conn, _, _| deliveries::forget_batches(conn).map(|_| false),
    },
    Job {
        name: "forget the ids of old events",
        every: TimeDelta::hours(1),
        run: |conn, now, _| {
            let gone = retention::forget_ids(conn, now.date_naive())?;
            Ok(gone == retention::ROWS_AT_A_TIME)
        },
    },
    Job {
        name: "forget what users did long ago",
        every: TimeDelta::hours(1),
        run: |conn, now, retention| {
            let kept = Days::new(u64::from(retention.days_of_events));
            let Some(oldest) = now.date_naive().checked_sub_days(kept) else { return Ok(false) };
            let gone = retention::forget_days(conn, oldest)?;
            Ok(gone == retention::ROWS_AT_A_TIME)
        },
    },
    Job {
        name: "forget users who were not seen for long",
        every: TimeDelta::hours(1),
        run: |conn, now, retention| {
            let kept = Days::new(u64::from(retention.days_of_users));
            let Some(since) = now.checked_sub_days(kept) else { return Ok(false) };
            let gone = retention::forget_unseen(conn, since)?;
            Ok(gone == retention::USERS_AT_A_TIME)
        },
    },
    Job {
        name: "forget users where there are too many",
        every: TimeDelta::minutes(1),
        run: |conn, _, retention| {
            let gone = retention::forget_surplus(conn, i64::from(retention.users))?;
            Ok(gone == retention::USERS_AT_A_TIME)
        },
    },
    Job {
        name: "forget expired sessions",
        every: TimeDelta::hours(1),
        run: |conn, _, _| sessions::forget_expired(conn).map(|_| false),
    },
];

/// When each job of this process ran last.
pub struct Jobs {
    retention: Retention,
    ran: HashMap<&'static str, DateTime<Utc>>,
}

impl Jobs {
    /// Nothing has run yet.
    pub fn new(retention: Retention) -> Jobs {
        Jobs { retention, ran: HashMap::new() }
    }

    /// Runs what is due at `now`. A job that fails is logged and due again the next time; its
    /// neighbours run all the same.
    pub fn run_at(&mut self, store: &Store, now: DateTime<Utc>) {
        for job in &JOBS {
            if self.ran.get(job.name).is_some_and(|ran| now - *ran < job.every) {
                continue;
            }
            match self.run(job, store, now) {
                Ok(true) => {}
                Ok(false) => drop(self.ran.insert(job.name, now)),
                Err(StoreError::Unavailable(_)) => return,
                Err(error) => tracing::error!(job = job.name, %error, "a job failed"),
            }
        }
    }

    /// Runs a job, share by share; says whether there is more to do.
    fn run(&self, job: &Job, store: &Store, now: DateTime<Utc>) -> Result<bool, StoreError> {
        let since = Instant::now();
        while since.elapsed() < GOES_ON_FOR {
            let (run, retention) = (job.run, self.retention);
            let share = move |store: &Store| store.write(|conn| run(conn, now, &retention));
            if !store.within(DONE_WITHIN, share).flatten()? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
