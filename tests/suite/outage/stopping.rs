//! Stopping on a signal, while apps ask.

use std::{
    sync::atomic::{AtomicI64, Ordering},
    thread,
    time::{Duration, Instant},
};

use rustix::process::Signal;

use super::{App, Postgres, Process, app::users};
use crate::support::{TestFolder, eventually};

/// Asks one question after the other until the doors are closed, and counts the answers.
fn ask_until_closed(address: &str, key: &str, answered: &AtomicI64) {
    let users = users(0, 1);
    while let Ok(mut app) = App::connect(address, key) {
        while app.ask("Miami", &users).is_ok() {
            answered.fetch_add(1, Ordering::SeqCst);
        }
    }
}

/// Stops a process under load by these signals; says how long that took.
fn stop_under_load(signals: &[Signal]) -> Duration {
    let (postgres, data) = (Postgres::start(), TestFolder::new());
    let mut process = Process::start(Some(postgres.url()), &data, &["--demo"]);
    let (address, key) = (process.address(), process.demo().client_key);
    let answered = AtomicI64::new(0);
    let took = thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| ask_until_closed(&address, &key, &answered));
        }
        eventually("there is load", || (answered.load(Ordering::SeqCst) > 100).then_some(()));
        let since = Instant::now();
        process.signal(signals[0]);
        if let Some(second) = signals.get(1) {
            eventually("balancers are told", || {
                (process.client().get("/health/ready").status == 503).then_some(())
            });
            process.signal(*second);
        }
        let status = process.ended_within(Duration::from_secs(25));
        assert_eq!(status.code(), Some(0), "{}", process.log());
        since.elapsed()
    });
    let counted = postgres.number("select sum(count) from deliveries_minute");
    assert_eq!(counted, answered.into_inner(), "counted deliveries and those that were answered");
    took
}

#[test]
fn sigterm_gives_balancers_time_and_loses_nothing() {
    let took = stop_under_load(&[Signal::TERM]);
    assert!(took >= Duration::from_secs(5), "balancers had only {took:?} to notice");
}

#[test]
fn a_second_sigterm_hurries_and_loses_nothing() {
    let took = stop_under_load(&[Signal::TERM, Signal::TERM]);
    assert!(took < Duration::from_secs(5), "{took:?}");
}

#[test]
fn sigint_stops_at_once_and_loses_nothing() {
    let took = stop_under_load(&[Signal::INT]);
    assert!(took < Duration::from_secs(5), "{took:?}");
}
