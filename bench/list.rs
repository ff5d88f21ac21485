//! Measures how long the list of feature flags takes with thousands of them; `bench/list` starts a
//! server and tells it, by variables, where it is.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

use std::{
    env,
    time::{Duration, Instant},
};

use chrono::{TimeDelta, Utc};
use flagstaff::{
    domain::{experience::Kind, value::ValueType},
    operations::{
        Actor, OperationError,
        editing::{self, Draft, NewExperience},
        keys::{self, NewKey},
        publishing::{self, Publish, Replaces},
    },
    store::{
        Connection, Store,
        deliveries::{self, DeliveryAudience, DeliveryCount, DeliverySeries},
        environments,
        environments::Environment,
        key_lists::{self, KeyFilter, KeyOutline},
        projects,
    },
};
use serde_json::json;
use ureq::Agent;
use uuid::Uuid;

const LIST: &str = "/p/default/production/flags";
const PASSWORD: &str = "a long enough password";

/// How many flags are made in one transaction.
const AT_ONCE: usize = 250;

/// What is asked for, and what it is called here.
const ASKED: [(&str, &str); 12] = [
    ("first page", ""),
    ("page 150", "?page=150"),
    ("search", "?q=flag-42"),
    ("search, nothing found", "?q=nothing-like-this"),
    ("tab Live", "?status=live"),
    ("tag", "?tag=tag-7&sort=name"),
    ("by name", "?sort=name"),
    ("by deliveries", "?sort=delivered"),
    ("by deliveries, page 150", "?sort=delivered&page=150"),
    ("by reach", "?sort=reach"),
    ("stale", "?stale=true"),
    ("all of it", "?q=flag&status=live&tag=tag-0&stale=true&sort=delivered"),
];

fn main() {
    let variable = |name| env::var(name).unwrap_or_else(|_| panic!("{name} is not set"));
    let flags: usize = variable("FLAGS").parse().expect("a number");
    let requests: usize = variable("REQUESTS").parse().expect("a number");
    let begun = Instant::now();
    fill(&Store::new(&variable("DATABASE_URL")), flags);
    println!("{flags} flags made in {:.0} s", begun.elapsed().as_secs_f64());
    let browser = Browser::signed_in(&variable("SERVER"));
    println!("{requests} requests each, in ms      p50     p95     max    on the wire");
    for (name, query) in ASKED {
        let mut times = Vec::with_capacity(requests);
        let mut bytes = 0;
        for _ in 0..requests {
            let asked = Instant::now();
            bytes = browser.get(&format!("{LIST}{query}"));
            times.push(asked.elapsed());
        }
        print(name, &mut times, bytes);
    }
}

fn fill(store: &Store, flags: usize) {
    let actor = Actor::command_line();
    let found = store.read(|conn| {
        let project = projects::find_by_key(conn, "default")?.expect("the first project");
        let production = environments::find_by_key(conn, project.id, "production")?;
        Ok::<_, OperationError>(production.expect("its first environment"))
    });
    let production = found.expect("a database");
    for start in (0..flags).step_by(AT_ONCE) {
        let made = store.write(|conn| {
            (start..flags.min(start + AT_ONCE))
                .try_for_each(|number| add(conn, &actor, &production, number))
        });
        made.expect("flags");
    }
    deliver(store, &production);
}

/// Has every key but each seventh delivered in each hour of the last day.
fn deliver(store: &Store, production: &Environment) {
    let names: Vec<KeyOutline> = store
        .read(|conn| {
            let project_id = production.project_id;
            let filter = KeyFilter { project_id, archived: None, value_type: None, search: None };
            key_lists::outlines(conn, &filter)
        })
        .expect("keys");
    for (at, keys) in names.chunks(AT_ONCE).enumerate() {
        let counts: Vec<DeliveryCount> = keys
            .iter()
            .enumerate()
            .filter(|(number, _)| !number.is_multiple_of(7))
            .flat_map(|(number, key)| {
                (0..24).map(move |hour| count(production, key, at, number, hour))
            })
            .collect();
        let added = store.write(|conn| deliveries::add_batch(conn, Uuid::new_v4(), &counts));
        added.expect("deliveries");
    }
}

fn count(
    place: &Environment,
    key: &KeyOutline,
    at: usize,
    number: usize,
    hour: i64,
) -> DeliveryCount {
    let series = DeliverySeries {
        environment_id: place.id,
        key_id: key.id,
        version_id: None,
        row_id: None,
        audience: DeliveryAudience::None,
        segment_id: None,
        variant: "off".to_owned(),
        value_label: "false".to_owned(),
        value_hash: 1,
        reason: "DEFAULT".to_owned(),
    };
    let count = ((at * 31 + number * 17) % 997 + 1) as i64 + hour;
    DeliveryCount { series, minute: Utc::now() - TimeDelta::hours(hour), count }
}

/// A flag with two rows; every tenth is live.
fn add(
    conn: &mut Connection,
    actor: &Actor,
    production: &Environment,
    number: usize,
) -> Result<(), OperationError> {
    let project_id = production.project_id;
    let key = format!("flag-{number}");
    let new = NewKey {
        project_id,
        name: &key,
        value_type: ValueType::Boolean,
        default_value: &json!(false),
        description: "",
        schema: None,
    };
    keys::create(conn, actor, &new, u32::MAX)?;
    let row = |city: &str| {
        let condition = json!({"attribute": "city", "operator": "is", "value": city});
        json!({"audience": {"conditions": {"all": [condition]}}, "rollout": 20,
               "serve": {"values": {key.as_str(): true}}})
    };
    let content = json!({"keys": [key], "rows": [row("New York"), row("Miami")]});
    let new = NewExperience {
        project_id,
        kind: Kind::FeatureFlag,
        name: &format!("Flag number {number}"),
        description: "One of thousands",
        tags: &[format!("tag-{}", number % 20), format!("team-{}", number % 7)],
        owner_id: None,
        draft: Draft::Definition(&content),
        note: "",
    };
    let (flag, _) = editing::create(conn, actor, &new)?;
    if number.is_multiple_of(10) {
        let publish = Publish {
            experience_id: flag.id,
            environment_id: production.id,
            version: 1,
            replaces: Replaces::Nothing,
            note: "",
        };
        publishing::publish(conn, actor, &publish)?;
    }
    Ok(())
}

/// Somebody who is signed in.
struct Browser {
    agent: Agent,
    server: String,
    session: String,
}

impl Browser {
    fn signed_in(server: &str) -> Browser {
        let config = Agent::config_builder().max_redirects(0).build();
        let (agent, server) = (Agent::new_with_config(config), server.to_owned());
        let mut page = agent.get(format!("{server}/login")).call().expect("the log-in page");
        let visit = cookie(&page, "visit");
        let page = page.body_mut().read_to_string().expect("text");
        let (_, token) = page.split_once("name=\"csrf\" value=\"").expect("a form");
        let token = token.split('"').next().expect("a token");
        let form = [("email", "bench@example.com"), ("password", PASSWORD), ("csrf", token)];
        let answer = agent
            .post(format!("{server}/login"))
            .header("cookie", &visit)
            .send_form(form)
            .expect("an answer");
        let session = cookie(&answer, "sid");
        Browser { agent, server, session }
    }

    /// How many bytes come for an address.
    fn get(&self, address: &str) -> usize {
        let mut answer = self
            .agent
            .get(format!("{}{address}", self.server))
            .header("cookie", &self.session)
            .header("accept-encoding", "br")
            .call()
            .expect("a page");
        assert_eq!(answer.status(), 200);
        answer.body_mut().read_to_vec().expect("the whole page").len()
    }
}

fn cookie(answer: &ureq::http::Response<ureq::Body>, name: &str) -> String {
    let cookies = answer.headers().get_all("set-cookie").iter();
    let mut cookies = cookies.filter_map(|cookie| cookie.to_str().ok()?.split(';').next());
    let found = cookies.find(|cookie| cookie.starts_with(&format!("{name}=")));
    found.expect("a cookie").to_owned()
}

fn print(what: &str, times: &mut [Duration], bytes: usize) {
    times.sort_unstable();
    let at = |percent: usize| times[(times.len() * percent / 100).min(times.len() - 1)];
    let ms = |time: Duration| time.as_secs_f64() * 1e3;
    let [p50, p95, max] = [at(50), at(95), at(100)].map(ms);
    println!("{what:<28} {p50:>10.1}{p95:>8.1}{max:>8.1}{:>12.1} kB", bytes as f64 / 1e3);
}
