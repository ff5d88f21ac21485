//! Stopping on a signal, while apps ask.

use std::{
    sync::atomic::{AtomicBool, AtomicI64, Ordering},
    thread,
    time::{Duration, Instant},
};

use rustix::process::Signal;

use super::{App, Postgres, Process, app::users};
use crate::support::{TestFolder, eventually};

/// Asks one question after the other until the doors are closed; says how many were answered.
fn ask_until_closed(address: &str, key: &str) -> i64 {
    let users = users(0, 1);
    let mut answered = 0;
    while let Ok(mut app) = App::connect(address, key) {
        while app.ask("Miami", &users).is_ok() {
            answered += 1;
        }
    }
    answered
}

/// Stops a process under load by these signals; says how long that took.
fn stop_under_load(signals: &[Signal]) -> Duration {
    let (postgres, data) = (Postgres::start(), TestFolder::new());
    let mut process = Process::start(Some(postgres.url()), &data, &["--demo"]);
    let (address, key) = (process.address(), process.demo().client_key);
    let answered = AtomicI64::new(0);
    let begun = AtomicBool::new(false);
    let took = thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                begun.store(true, Ordering::SeqCst);
                answered.fetch_add(ask_until_closed(&address, &key), Ordering::SeqCst);
            });
        }
        eventually("the load has begun", || begun.load(Ordering::SeqCst).then_some(()));
        thread::sleep(Duration::from_millis(300));
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
    let answered = answered.into_inner();
    assert!(answered > 0);
    assert_eq!(counted, answered, "counted deliveries and those that were answered");
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
