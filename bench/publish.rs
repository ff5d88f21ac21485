//! Measures how long a publication takes to be served by another process; `bench/publish` starts
//! both and tells it, by variables, where they are.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

use std::{
    env, thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use ureq::Agent;

/// How often the other process is asked.
const ASK_EVERY: Duration = Duration::from_micros(300);

struct Way {
    agent: Agent,
    publisher: String,
    token: String,
    server: String,
    client_key: String,
}

impl Way {
    /// Publishes the flag for everyone or nobody.
    fn publish(&self, on: bool) {
        let percentage = if on { 100 } else { 0 };
        let answer = self
            .agent
            .put(format!("{}/api/v1/feature-flags/measured", self.publisher))
            .header("authorization", format!("Bearer {}", self.token))
            .send_json(json!({"rollout_percentage": percentage}));
        answer.expect("it is published").body_mut().read_to_vec().expect("the whole answer");
    }

    /// What the other process serves.
    fn serves(&self) -> bool {
        let mut answer = self
            .agent
            .post(format!("{}/api/v1/feature-flags/measured/evaluate", self.server))
            .header("x-api-key", &self.client_key)
            .send_json(json!({"user_id": "u", "count": false}))
            .expect("it is served");
        answer.body_mut().read_json::<Value>().expect("JSON")["value"] == true
    }

    /// When the other process serves that, from now on.
    fn served(&self, on: bool) -> Instant {
        while self.serves() != on {
            thread::sleep(ASK_EVERY);
        }
        Instant::now()
    }
}

fn main() {
    let variable = |name| env::var(name).unwrap_or_else(|_| panic!("{name} is not set"));
    let way = Way {
        agent: Agent::new_with_defaults(),
        publisher: variable("PUBLISHER"),
        token: variable("TOKEN"),
        server: variable("SERVER"),
        client_key: variable("CLIENT_KEY"),
    };
    let number: usize = variable("PUBLICATIONS").parse().expect("a number");
    let (mut since_request, mut since_acknowledgement) = (Vec::new(), Vec::new());
    for turn in 0..number {
        let on = turn % 2 == 0;
        thread::scope(|scope| {
            let waiting = scope.spawn(|| way.served(on));
            let requested = Instant::now();
            way.publish(on);
            let acknowledged = Instant::now();
            let served = waiting.join().expect("an answer");
            since_request.push(served.duration_since(requested));
            // Nothing where it was served before the acknowledgement came back.
            since_acknowledgement.push(served.saturating_duration_since(acknowledged));
        });
    }
    println!("{number} publications, in ms      p50     p90     p99     max");
    print("from the acknowledgement", &mut since_acknowledgement);
    print("from the request", &mut since_request);
}

fn print(what: &str, times: &mut [Duration]) {
    times.sort_unstable();
    let at = |percent: usize| times[(times.len() * percent / 100).min(times.len() - 1)];
    let ms = |time: Duration| time.as_secs_f64() * 1e3;
    let [p50, p90, p99, max] = [at(50), at(90), at(99), at(100)].map(ms);
    println!("{what:<26} {p50:>8.1}{p90:>8.1}{p99:>8.1}{max:>8.1}");
}
