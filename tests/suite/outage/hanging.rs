//! A Postgres that neither answers nor goes away.

use std::{
    thread,
    time::{Duration, Instant},
};

use rustix::process::Signal;
use serde_json::json;

use super::{
    Demo, Postgres, Process, Proxy,
    app::{PLAYLIST, status_of_management},
    under_load::publications_are_heard,
};
use crate::support::{Client, TestFolder, eventually};

/// Apps and whoever watches over them are answered at once.
fn serving_goes_on(process: &Process, demo: &Demo) {
    let client = process.client();
    let question = json!({"user_id": "u", "attributes": {"city": "Miami"}});
    let asked = Instant::now();
    client.with_header("x-api-key", &demo.client_key).post(PLAYLIST, &question).expect(200);
    client.get("/health/ready").expect(200);
    assert_eq!(client.get("/metrics").status, 200);
    assert!(asked.elapsed() < Duration::from_secs(1), "{:?}", asked.elapsed());
}

/// Several people work with it at once: each is told that the database is away.
fn management_is_away(admin: &Client, limit: Duration) {
    thread::scope(|scope| {
        let asking: Vec<_> = (0..4).map(|_| scope.spawn(|| status_of_management(admin))).collect();
        for answer in asking {
            let (status, took) = answer.join().unwrap();
            assert_eq!(status, 503);
            assert!(took < limit, "{took:?}");
        }
    });
}

#[test]
fn a_postgres_that_hangs_holds_up_neither_evaluation_nor_the_way_back() {
    let (postgres, data) = (Postgres::start(), TestFolder::new());
    let proxy = Proxy::to(postgres.url());
    let mut process = Process::start(Some(&proxy.url()), &data, &["--demo"]);
    let demo = process.demo();
    let (admin, client) = (process.admin(&demo), process.client());
    serving_goes_on(&process, &demo);
    let before = process.threads();

    proxy.go_silent();
    let is_away = thread::scope(|scope| {
        let managing = scope.spawn(|| management_is_away(&admin, Duration::from_secs(12)));
        while !managing.is_finished() {
            serving_goes_on(&process, &demo);
        }
        managing.join()
    });
    is_away.unwrap();
    client.get("/health/ready/control").expect(503);
    // By now it is known that nothing comes back on the old connections.
    let left_behind = process.threads();
    for _ in 0..2 {
        management_is_away(&admin, Duration::from_secs(6));
    }
    assert!(process.threads() <= left_behind + 2, "{left_behind}, then {}", process.threads());
    serving_goes_on(&process, &demo);

    proxy.heal();
    let healed = Instant::now();
    eventually("management and control are back", || {
        serving_goes_on(&process, &demo);
        let control = client.get("/health/ready/control").status;
        ((status_of_management(&admin).0, control) == (200, 200)).then_some(())
    });
    assert!(healed.elapsed() < Duration::from_secs(10), "{:?}", healed.elapsed());
    publications_are_heard(&process, &demo, &admin);

    proxy.close_half_open();
    eventually("threads that were left behind end", || {
        (process.threads() <= before + 2).then_some(())
    });

    proxy.go_silent();
    process.signal(Signal::INT);
    assert!(process.ended_within(Duration::from_secs(25)).success());
}
