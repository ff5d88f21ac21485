//! Measures what known users cost; `bench/users` starts a server and tells it, by variables, where
//! it is.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

use std::{
    env,
    time::{Duration, Instant},
};

use diesel::{Connection, PgConnection, RunQueryDsl, connection::SimpleConnection, sql_query};
use serde_json::{Value, json};
use ureq::Agent;

/// How many events a call brings.
const BATCH: usize = 1_000;
/// How many calls are made for a percentile.
const CALLS: usize = 2_000;
/// How many previews are asked for.
const PREVIEWS: usize = 50;

struct Way {
    agent: Agent,
    server: String,
    token: String,
    server_key: String,
    client_key: String,
    users: usize,
}

impl Way {
    fn post(&self, path: &str, header: (&str, &str), body: &Value) -> Value {
        let request = self.agent.post(format!("{}{path}", self.server));
        let mut answer = request.header(header.0, header.1).send_json(body).expect(path);
        answer.body_mut().read_json().expect("JSON")
    }

    fn manage(&self, path: &str, body: &Value) -> Value {
        self.post(path, ("authorization", &format!("Bearer {}", self.token)), body)
    }

    /// One report for each user: who they are, and one thing that they did.
    fn reports(&self) -> Vec<Value> {
        let cities = ["New York", "Miami", "Boston", "Paris"];
        let report = |user: usize| {
            json!({"id": format!("event-{user}"), "user_id": format!("user-{user}"),
                   "event": "Charged",
                   "set": {"city": cities[user % cities.len()], "plan": "pro", "seats": user % 50}})
        };
        (0..self.users).map(report).collect()
    }

    /// Sends them all, a thousand a call, over one connection.
    fn ingest(&self) -> Duration {
        let reports = self.reports();
        let calls: Vec<Value> =
            reports.chunks(BATCH).map(|batch| json!({"events": batch})).collect();
        let begin = Instant::now();
        for call in &calls {
            let answer = self.post("/api/v1/events", ("x-api-key", &self.server_key), call);
            assert_eq!(answer["results"][0]["status"], "stored");
        }
        begin.elapsed()
    }

    /// Two flags of the same form: one asks what the app says, one what the user did.
    fn add_flags(&self) {
        let rows = [
            ("said", json!({"attribute": "platform", "operator": "is", "value": "iPhone"})),
            (
                "done",
                json!({"event": "Charged", "did": true, "count": {"at_least": 1}, "within_days": 30}),
            ),
        ];
        for (key, condition) in rows {
            let segment = json!({"name": key, "conditions": {"all": [condition]}});
            self.manage("/api/v1/segments", &segment);
            self.manage(
                "/api/v1/keys",
                &json!({"name": key, "value_type": "boolean", "default_value": false}),
            );
            let row = json!({"audience": {"segment": key}, "rollout": 50,
                             "serve": {"values": {key: true}}});
            let flag =
                json!({"name": key, "keys": [key], "definition": {"keys": [key], "rows": [row]}});
            let made = self.manage("/api/v1/feature-flags", &flag);
            let publish = json!({"environment": "production", "replaces": null});
            let id = made["id"].as_str().expect("an id");
            self.manage(&format!("/api/v1/feature-flags/{id}/versions/1/publish"), &publish);
        }
    }

    fn evaluate(&self, key: &str, user: usize) -> Value {
        let path = format!("/api/v1/feature-flags/{key}/evaluate");
        let question =
            json!({"user_id": format!("user-{user}"), "attributes": {"platform": "iPhone"}});
        self.post(&path, ("x-api-key", &self.client_key), &question)
    }

    /// How long a decision takes that has to read a profile nobody asked for before.
    fn cold(&self) -> Vec<Duration> {
        while self.evaluate("done", 0)["reason"] != "SPLIT" {
            std::thread::sleep(Duration::from_millis(5));
        }
        let step = (self.users / CALLS).max(1);
        let one = |call: usize| {
            let begin = Instant::now();
            let answer = self.evaluate("done", 1 + call * step);
            assert_ne!(answer["reason"], "STALE");
            begin.elapsed()
        };
        (0..CALLS.min(self.users - 1)).map(one).collect()
    }

    fn previews(&self) -> Vec<Duration> {
        let one = |seats: usize| {
            let conditions = json!({"all": [
                {"attribute": "city", "operator": "in", "value": ["New York", "Miami"]},
                {"attribute": "seats", "operator": "greater", "value": seats},
                {"event": "Charged", "did": true, "count": {"at_least": 1}, "within_days": 30},
            ]});
            let begin = Instant::now();
            self.manage(
                "/api/v1/segments/preview",
                &json!({"environment": "production", "conditions": conditions}),
            );
            begin.elapsed()
        };
        (0..PREVIEWS).map(one).collect()
    }
}

/// How long the same rows take by COPY, into tables like those with the same indexes.
fn copy(users: usize) -> Duration {
    let url = env::var("DATABASE_URL").expect("DATABASE_URL is set");
    let mut conn = PgConnection::establish(&url).expect("a connection");
    let tables = ["profiles", "event_days", "event_ids"];
    for table in tables {
        // A copy through a file on the server reads as COPY FROM STDIN does, without a client.
        let like = format!("create table bench_{table} (like {table} including all)");
        conn.batch_execute(&like).expect("a table like it");
        let out = format!("create temp table out_{table} as select * from {table} limit {users}");
        conn.batch_execute(&out).expect("its rows");
    }
    let columns = [
        (
            "profiles",
            "environment_id, user_id, properties, reported, decides, first_seen_at, last_seen_at",
        ),
        ("event_days", "environment_id, user_id, decides, event, day, times"),
        ("event_ids", "environment_id, decides, id, taken_on"),
    ];
    let file = |table: &str| format!("/tmp/flagstaff-bench-{table}");
    for (table, columns) in columns {
        let write = format!("copy (select {columns} from out_{table}) to '{}'", file(table));
        conn.batch_execute(&write).expect("a file");
    }
    let begin = Instant::now();
    for (table, columns) in columns {
        let read = format!("copy bench_{table} ({columns}) from '{}'", file(table));
        sql_query(read).execute(&mut conn).expect("copied");
    }
    let took = begin.elapsed();
    for table in tables {
        conn.batch_execute(&format!("drop table bench_{table}")).expect("gone");
    }
    took
}

fn percentile(times: &mut [Duration], share: f64) -> f64 {
    times.sort();
    let place = ((times.len() - 1) as f64 * share) as usize;
    times[place].as_secs_f64() * 1e3
}

fn main() {
    let variable = |name| env::var(name).unwrap_or_else(|_| panic!("{name} is not set"));
    let way = Way {
        agent: Agent::new_with_defaults(),
        server: variable("SERVER"),
        token: variable("TOKEN"),
        server_key: variable("SERVER_KEY"),
        client_key: variable("CLIENT_KEY"),
        users: variable("USERS").parse().expect("a number of users"),
    };
    if env::args().nth(1).as_deref() == Some("ingest") {
        let took = way.ingest().as_secs_f64();
        let copied = copy(way.users).as_secs_f64();
        let per_second = |time: f64| way.users as f64 / time;
        println!(
            "events a second on one core: {:.0} taken, {:.0} by COPY alone, ratio {:.2}",
            per_second(took),
            per_second(copied),
            took / copied
        );
        return;
    }
    way.add_flags();
    let mut cold = way.cold();
    println!(
        "evaluation with a profile to read: {:.2} ms median, {:.2} ms at the 99th percentile",
        percentile(&mut cold, 0.5),
        percentile(&mut cold, 0.99)
    );
    let mut previews = way.previews();
    let first = previews[0].as_secs_f64() * 1e3;
    println!(
        "live count over {} known users: {first:.0} ms the first, {:.0} ms median, {:.0} ms at the \
         95th percentile",
        way.users,
        percentile(&mut previews[1..], 0.5),
        percentile(&mut previews[1..], 0.95)
    );
}
