//! Postgres dies while apps ask: they do not notice.

use std::{
    sync::atomic::{AtomicBool, AtomicI64, Ordering},
    thread,
    time::{Duration, Instant},
};

use serde_json::json;

use super::{
    App, Demo, Postgres, Process,
    app::{PLAYLIST, status_of_management, users},
};
use crate::{
    embedded_postgres::{kill_server, server_pid},
    support::{Client, TestFolder, eventually},
};

/// Apps that ask on and on, until told to stop.
struct Load {
    stopped: AtomicBool,
    answered: AtomicI64,
}

impl Load {
    fn new() -> Load {
        Load { stopped: AtomicBool::new(false), answered: AtomicI64::new(0) }
    }

    /// Asks for the same users again and again; each must get what they got at first.
    fn ask_on(&self, address: &str, key: &str, city: &str) {
        let mut app = App::connect(address, key).unwrap();
        let users = users(0, 40);
        let first = app.ask(city, &users).unwrap();
        assert!(first.contains(&true) && first.contains(&false));
        self.answered.fetch_add(40, Ordering::SeqCst);
        while !self.stopped.load(Ordering::SeqCst) {
            assert_eq!(app.ask(city, &users).unwrap(), first);
            self.answered.fetch_add(40, Ordering::SeqCst);
        }
    }

    /// Asks for two cities while `during` runs; says how many answers there were.
    fn while_asking(&self, process: &Process, demo: &Demo, during: impl FnOnce()) -> i64 {
        let (address, key) = (process.address(), &demo.client_key);
        thread::scope(|scope| {
            let asking = ["New York", "Miami"].map(|city| {
                let address = address.clone();
                scope.spawn(move || self.ask_on(&address, key, city))
            });
            let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(during));
            self.stopped.store(true, Ordering::SeqCst);
            asking.into_iter().for_each(|thread| thread.join().unwrap());
            done.unwrap();
        });
        self.answered.load(Ordering::SeqCst)
    }
}

fn serving_goes_on(client: &Client) {
    client.get("/health/live").expect(200);
    client.get("/health/ready").expect(200);
}

/// Management says that the database is away, soon and in a sentence.
fn management_is_away(admin: &Client) {
    let asked = Instant::now();
    let answer = admin.get("/api/v1/feature-flags");
    assert!(asked.elapsed() < Duration::from_millis(2_500), "{:?}", asked.elapsed());
    let problem = answer.expect(503);
    assert_eq!(answer.header("content-type"), Some("application/problem+json"));
    assert!(problem["detail"].as_str().unwrap().contains("database can't be reached"), "{problem}");
}

fn recovers_within(limit: Duration, process: &Process, admin: &Client) {
    let since = Instant::now();
    eventually("management and control are back", || {
        let (management, _) = status_of_management(admin);
        let control = process.client().get("/health/ready/control").status;
        ((management, control) == (200, 200)).then_some(())
    });
    assert!(since.elapsed() < limit, "{:?}", since.elapsed());
}

/// The flag is switched off, which its app sees at once: notifications are heard again.
pub fn publications_are_heard(process: &Process, demo: &Demo, admin: &Client) {
    let app = process.client().with_header("x-api-key", &demo.client_key);
    let body = json!({"environment": "production"});
    let flag = "/api/v1/feature-flags/automatic-playlist";
    let mut quickest = Duration::MAX;
    for (verb, wanted) in [("disable", "DISABLED"), ("enable", "SPLIT")].repeat(3) {
        let asked = Instant::now();
        admin.post(&format!("{flag}/{verb}"), &body).expect(200);
        eventually("the switch is served", || {
            let user = json!({"user_id": "user-1", "count": false,
                              "attributes": {"device_model": "iPhone 15", "city": "Miami"}});
            let answer = app.post(PLAYLIST, &user).expect(200);
            (answer["reason"] == wanted).then_some(())
        });
        quickest = quickest.min(asked.elapsed());
    }
    assert!(quickest < Duration::from_millis(700), "only looking each second: {quickest:?}");
}

#[test]
fn evaluation_goes_on_unchanged_while_a_given_postgres_is_killed_and_comes_back() {
    let (mut postgres, data) = (Postgres::start(), TestFolder::new());
    let process = Process::start(Some(postgres.url()), &data, &["--demo"]);
    let demo = process.demo();
    let admin = process.admin(&demo);
    let client = process.client();
    let answered = Load::new().while_asking(&process, &demo, || {
        postgres.kill();
        let killed = Instant::now();
        management_is_away(&admin);
        eventually("control is not ready", || {
            serving_goes_on(&client);
            (client.get("/health/ready/control").status == 503).then_some(())
        });
        assert!(killed.elapsed() < Duration::from_secs(7), "{:?}", killed.elapsed());
        management_is_away(&admin);
        postgres.revive();
        recovers_within(Duration::from_secs(5), &process, &admin);
        serving_goes_on(&client);
    });
    publications_are_heard(&process, &demo, &admin);
    process.stop();
    let counted = postgres.number("select sum(count) from deliveries_minute");
    assert_eq!(counted, answered, "counted deliveries and those made");
}

#[test]
fn evaluation_goes_on_unchanged_while_the_private_postgres_is_killed_and_brought_back() {
    let data = TestFolder::new();
    let process = Process::start(None, &data, &["--demo"]);
    let demo = process.demo();
    let admin = process.admin(&demo);
    let answered = Load::new().while_asking(&process, &demo, || {
        for _ in 0..2 {
            let killed = kill_server(&data);
            eventually("another Postgres runs", || server_pid(&data).filter(|pid| *pid != killed));
            recovers_within(Duration::from_secs(10), &process, &admin);
            serving_goes_on(&process.client());
        }
    });
    assert!(answered > 0);
    publications_are_heard(&process, &demo, &admin);
    process.stop();
    assert_eq!(server_pid(&data), None);
}
