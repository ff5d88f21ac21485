//! Threads that keep up: what is served with Postgres, and Postgres with what was counted.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};

use super::database::Preparation;
use crate::{
    delivery::{Delivery, Statistics, refresh::Refresh},
    jobs::Jobs,
    population::Population,
    store::Store,
};

/// How often counts are brought to Postgres.
const FLUSH_EVERY: Duration = Duration::from_secs(5);
/// How often it is looked whether a job is due.
const JOBS_EVERY: Duration = Duration::from_secs(30);
/// How often it is looked whether a sample of known users is to be drawn anew.
const SAMPLES_EVERY: Duration = Duration::from_secs(5);
/// How often the threads look whether they are to stop.
const TICK: Duration = Duration::from_millis(50);

/// The threads.
pub struct Background {
    stopping: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Background {
    /// Starts them. What is left to prepare is done first, as soon as Postgres is there.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(
        mut refresh: Refresh,
        delivery: Arc<Delivery>,
        statistics: Arc<Statistics>,
        population: Arc<Population>,
        store: Store,
        jobs: Jobs,
        preparation: Option<Preparation>,
    ) -> io::Result<Background> {
        let stopping = Arc::new(AtomicBool::new(false));
        let stop = Arc::clone(&stopping);
        let refreshing = thread::Builder::new().name("refresh".to_owned()).spawn(move || {
            let stopped = || stop.load(Ordering::Relaxed);
            prepare(preparation, &stopped);
            refresh.run(stopped);
        })?;
        let stop = Arc::clone(&stopping);
        let counting = thread::Builder::new().name("statistics".to_owned()).spawn(move || {
            count(&statistics, &|| stop.load(Ordering::Relaxed));
        })?;
        let (stop, keeper) = (Arc::clone(&stopping), store.clone());
        let learning = thread::Builder::new().name("teaching".to_owned()).spawn(move || {
            delivery.teaching().run(&keeper, &|| stop.load(Ordering::Relaxed));
        })?;
        let stop = Arc::clone(&stopping);
        let working = thread::Builder::new().name("jobs".to_owned()).spawn(move || {
            work(&store, jobs, &|| stop.load(Ordering::Relaxed));
        })?;
        let stop = Arc::clone(&stopping);
        let sampling = thread::Builder::new().name("population".to_owned()).spawn(move || {
            sample(&population, &|| stop.load(Ordering::Relaxed));
        })?;
        Ok(Background {
            stopping,
            threads: vec![refreshing, counting, learning, working, sampling],
        })
    }

    /// Stops them, and waits until they have.
    pub fn stop(self) {
        self.stopping.store(true, Ordering::Relaxed);
        for thread in self.threads {
            if thread.join().is_err() {
                tracing::error!("a background thread had died");
            }
        }
    }
}

fn prepare(preparation: Option<Preparation>, stopped: &dyn Fn() -> bool) {
    let Some(preparation) = preparation else { return };
    while !stopped() {
        match preparation.try_now() {
            Ok(true) => return,
            Ok(false) => {}
            Err(error) => tracing::error!(%error, "Postgres is there but can't be used"),
        }
        rest(Preparation::PATIENCE, stopped);
    }
}

fn sample(population: &Population, stopped: &dyn Fn() -> bool) {
    while !stopped() {
        population.keep_up();
        rest(SAMPLES_EVERY, stopped);
    }
}

fn work(store: &Store, mut jobs: Jobs, stopped: &dyn Fn() -> bool) {
    while !stopped() {
        jobs.run_at(store, Utc::now());
        rest(JOBS_EVERY, stopped);
    }
}

/// Waits that long, or until it is time to stop.
fn rest(time: Duration, stopped: &dyn Fn() -> bool) {
    let since = Instant::now();
    while since.elapsed() < time && !stopped() {
        thread::sleep(TICK);
    }
}

/// Collects at the end of each minute and before each flush, so that counts stand in the minute
/// in which they happened.
fn count(statistics: &Statistics, stopped: &dyn Fn() -> bool) {
    let (mut since, mut flushed) = (Utc::now(), Instant::now());
    let mut away = false;
    while !stopped() {
        thread::sleep(TICK);
        let now = Utc::now();
        let due = flushed.elapsed() >= FLUSH_EVERY;
        if due || minute(now) != minute(since) {
            statistics.collect(since);
            since = now;
        }
        if due {
            let result = statistics.flush(now);
            match &result {
                Err(error) if !away => {
                    tracing::warn!(%error, "counts wait until Postgres takes them");
                }
                Ok(_) if away => tracing::info!("the counts that waited are stored"),
                _ => {}
            }
            away = result.is_err();
            flushed = Instant::now();
        }
    }
}

fn minute(moment: DateTime<Utc>) -> i64 {
    moment.timestamp().div_euclid(60)
}
