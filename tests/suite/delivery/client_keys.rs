//! What client keys say is public knowledge at best, and decides nothing for anybody else.
//!
//! Two environments serve the same, and servers tell both the same. In one of them client keys say
//! whatever they like meanwhile. Every decision has to be the same in both, always.

use flagstaff::{
    operations::{Actor, OperationError, access::sdk_keys},
    store::{environments, sdk_keys::SdkKeyKind},
};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use serde_json::{Value as Json, json};

use super::world::World;
use crate::support::{Client, eventually};

const USERS: [&str; 5] = ["ann", "bob", "carl", "17", "dora"];
const ALL: &str = "/api/v1/evaluate";
const EVENTS: &str = "/api/v1/events";

/// Rows that ask for whatever is stored about a user.
fn content() -> Json {
    let row = |conditions: Json, rollout: f64| {
        json!({"audience": {"conditions": conditions}, "rollout": rollout,
               "serve": {"values": {"auto_playlist": true}}})
    };
    let charged = json!({"event": "Charged", "count": {"at_least": 2}, "within_days": 30});
    let never = json!({"event": "Left", "did": false});
    json!({
        "keys": ["auto_playlist"],
        "bucket_by": "company",
        "rows": [
            row(json!({"all": [{"attribute": "plan", "operator": "is", "value": "pro"}, never]}), 100.0),
            row(charged, 50.0),
            row(json!({"attribute": "seats", "operator": "greater", "value": 10}), 70.0),
        ],
    })
}

/// A key of the environment.
fn key(world: &World, environment: &str, kind: SdkKeyKind) -> Client {
    let made = world.story.store.write(|conn| {
        let project_id = world.story.production.project_id;
        let place = environments::find_by_key(conn, project_id, environment)?.unwrap();
        sdk_keys::create(conn, &Actor::command_line(), &place, kind, "key")
    });
    let made: Result<_, OperationError> = made;
    world.server.app(made.unwrap().1.secret())
}

/// Something that is told of a user. The names are few, so that they meet.
fn report(random: &mut StdRng, id: usize) -> Json {
    let user = USERS[random.random_range(0..USERS.len())];
    let id = format!("id-{id}");
    let names = ["plan", "seats", "company", "user_id", "email"];
    let name = names[random.random_range(0..4)];
    match random.random_range(0..6) {
        0 | 1 => json!({"id": id, "user_id": user, "event": "Charged"}),
        2 => json!({"id": id, "user_id": user, "event": "Left"}),
        3 => json!({"id": id, "user_id": user, "unset": [name]}),
        _ => {
            let values = [json!("pro"), json!(20), json!("free"), json!(["pro"]), json!(true)];
            let value = &values[random.random_range(0..values.len())];
            json!({"id": id, "user_id": user, "set": {name: value}})
        }
    }
}

/// What everybody gets, by what is stored and by what an app says.
fn decisions(server: &Client) -> Vec<Json> {
    let contexts = [json!({}), json!({"plan": "pro"}), json!({"company": "acme"})];
    let ask = |(user, attributes): (&str, &Json)| {
        let question = json!({"user_id": user, "attributes": attributes, "count": false});
        server.post(ALL, &question).expect(200)["values"].clone()
    };
    let all = USERS.iter().flat_map(|user| contexts.iter().map(move |context| (*user, context)));
    all.map(ask).collect()
}

#[test]
fn nothing_a_client_key_says_ever_changes_what_another_call_gets() {
    let world = World::new();
    let version = world.story.save(1, &content());
    world.story.publish(version);
    world.story.publish_in("staging", version);
    let [attacked, quiet] =
        ["production", "staging"].map(|place| key(&world, place, SdkKeyKind::Server));
    let hostile = key(&world, "production", SdkKeyKind::Client);
    for app in [&attacked, &quiet, &hostile] {
        eventually("the keys are known", || {
            (app.post(ALL, &json!({"user_id": "x", "count": false})).status == 200).then_some(())
        });
    }
    let seed = rand::random();
    let mut random = StdRng::seed_from_u64(seed);
    let mut changed = 0;
    let mut before = decisions(&quiet);
    for round in 0..25_usize {
        // The attacker guesses the ids of what servers will tell next.
        let lies: Vec<Json> =
            (0..20).map(|number| report(&mut random, round * 2 + number)).collect();
        hostile.post(EVENTS, &json!({"events": lies})).expect(202);
        let attributes = json!({"plan": "pro", "company": "evil", "seats": round});
        for user in USERS {
            let question = json!({"user_id": user, "attributes": attributes});
            hostile.post(ALL, &question).expect(200);
        }
        let truths: Vec<Json> =
            (0..2).map(|number| report(&mut random, round * 2 + number)).collect();
        let told = [&attacked, &quiet].map(|server| {
            let taken = server.post(EVENTS, &json!({"events": truths})).expect(202);
            taken["results"].clone()
        });
        assert_eq!(told[0], told[1], "seed {seed}, round {round}");
        // A profile that takes long to read leaves a decision open for once.
        let settled = eventually("both decide alike", || {
            let (attacked, quiet) = (decisions(&attacked), decisions(&quiet));
            (attacked == quiet).then_some(quiet)
        });
        changed += usize::from(settled != before);
        before = settled;
    }
    assert!(changed > 3, "what servers tell changes little, so this shows little: seed {seed}");
}
