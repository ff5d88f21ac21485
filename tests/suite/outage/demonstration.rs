//! The demonstration, for many users over HTTP, on two replicas.

use std::{env, thread};

use super::{App, Postgres, Process, app::users};
use crate::support::TestFolder;

/// How many users each city has: `bench/exact` asks for 100,000.
fn users_of_a_city() -> usize {
    env::var("USERS_OF_A_CITY").map_or(20_000, |number| number.parse().unwrap())
}

/// What users of a city get, asked on two connections at once.
fn values(address: &str, key: &str, city: &str, number: usize) -> Vec<bool> {
    let part = |from: usize, to: usize| {
        let mut app = App::connect(address, key).unwrap();
        let mut values = Vec::with_capacity(to - from);
        for chunk in users(from, to).chunks(100) {
            values.extend(app.ask(city, chunk).unwrap());
        }
        values
    };
    thread::scope(|scope| {
        let first = scope.spawn(|| part(0, number / 2));
        let mut second = part(number / 2, number);
        let mut all = first.join().unwrap();
        all.append(&mut second);
        all
    })
}

fn percent(values: &[bool]) -> f64 {
    values.iter().filter(|value| **value).count() as f64 * 100.0 / values.len() as f64
}

#[test]
fn each_city_gets_its_percentage_on_every_replica_and_all_of_it_is_counted() {
    let number = users_of_a_city();
    // Four standard deviations of a fair draw, 0.5 points for 100,000 users.
    let tolerance = 0.5 * (100_000.0 / number as f64).sqrt();
    let (postgres, one, other) = (Postgres::start(), TestFolder::new(), TestFolder::new());
    let one = Process::start(Some(postgres.url()), &one, &["--demo"]);
    let key = one.demo().client_key;
    let other = Process::start(Some(postgres.url()), &other, &[]);

    for (city, share) in [("New York", 20.0), ("Miami", 30.0)] {
        let got = values(&one.address(), &key, city, number);
        let found = percent(&got);
        assert!((found - share).abs() <= tolerance, "{city}: {found} % instead of {share} %");
        assert!(got == values(&other.address(), &key, city, number), "{city}: replicas differ");
    }
    let elsewhere = values(&other.address(), &key, "Boston", number / 10);
    assert!(elsewhere.iter().all(|value| !value));

    other.stop();
    one.stop();
    let counted = postgres.number("select sum(count) from deliveries_minute");
    assert_eq!(counted, 4 * number as i64 + number as i64 / 10);
}
