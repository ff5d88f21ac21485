use chrono::{TimeDelta, Utc};
use serde_json::{Value as Json, json};

use super::world::World;
use crate::support::Client;

const EVENTS: &str = "/api/v1/events";
const ONE: &str = "/api/v1/feature-flags/auto_playlist/evaluate";

/// Version 2 of the flag: `true` for who has paid, or charged a card three times in 30 days.
fn for_payers(world: &World) {
    let paid = json!({"attribute": "plan", "operator": "is", "value": "pro"});
    let charged =
        json!({"event": "Charged", "did": true, "count": {"at_least": 3}, "within_days": 30});
    let rows = json!([{"audience": {"conditions": {"any": [paid, charged]}},
                       "serve": {"values": {"auto_playlist": true}}}]);
    let version = world.story.save(1, &json!({"keys": ["auto_playlist"], "rows": rows}));
    world.story.publish(version);
}

fn send(app: &Client, events: &[Json]) -> Vec<String> {
    let answer = app.post(EVENTS, &json!({"events": events})).expect(202);
    let results = answer["results"].as_array().unwrap().iter();
    results.map(|result| result["status"].as_str().unwrap().to_owned()).collect()
}

fn gets(app: &Client, user: &str) -> Json {
    app.post(ONE, &json!({"user_id": user})).expect(200)["value"].clone()
}

fn eventually_gets(app: &Client, user: &str, wanted: &Json) {
    crate::support::eventually("the value", || (gets(app, user) == *wanted).then_some(()));
}

#[test]
fn what_a_server_key_stores_decides() {
    let world = World::new();
    for_payers(&world);
    let server = world.server.app(&world.story.server_key);
    let stored = send(&server, &[json!({"id": "1", "user_id": "ann", "set": {"plan": "pro"}})]);
    assert_eq!(stored, ["stored"]);
    eventually_gets(&server, "ann", &json!(true));
    assert_eq!(gets(&server, "bob"), json!(false));
    let context_wins = json!({"user_id": "ann", "attributes": {"plan": "free"}});
    assert_eq!(server.post(ONE, &context_wins).expect(200)["value"], json!(false));
    send(&server, &[json!({"id": "2", "user_id": "ann", "unset": ["plan"]})]);
    eventually_gets(&server, "ann", &json!(false));
}

#[test]
fn an_event_counts_once_however_often_it_is_sent() {
    let world = World::new();
    for_payers(&world);
    let server = world.server.app(&world.story.server_key);
    let charge = |id: &str| json!({"id": id, "user_id": "ann", "event": "Charged"});
    let twice = [charge("1"), charge("1"), charge("2")];
    assert_eq!(send(&server, &twice), ["stored", "duplicate", "stored"]);
    assert_eq!(send(&server, &twice), ["duplicate", "duplicate", "duplicate"]);
    assert_eq!(gets(&server, "ann"), json!(false));
    assert_eq!(send(&server, &[charge("3")]), ["stored"]);
    eventually_gets(&server, "ann", &json!(true));
}

#[test]
fn what_a_client_key_says_decides_nothing() {
    let world = World::new();
    for_payers(&world);
    let charge = |id: &str| json!({"id": id, "user_id": "ann", "event": "Charged"});
    let mut events = vec![json!({"id": "0", "user_id": "ann", "set": {"plan": "pro"}})];
    events.extend(["1", "2", "3"].map(charge));
    assert_eq!(send(&world.app(), &events), ["stored"; 4]);
    let server = world.server.app(&world.story.server_key);
    // A later one of the server key is in force, so the earlier ones would be too.
    send(&server, &[json!({"id": "4", "user_id": "bob", "set": {"plan": "pro"}})]);
    eventually_gets(&server, "bob", &json!(true));
    assert_eq!(gets(&server, "ann"), json!(false));
}

#[test]
fn each_event_that_can_not_be_taken_says_why_and_the_others_are_stored() {
    let world = World::new();
    let late = (Utc::now() - TimeDelta::days(8)).to_rfc3339();
    let early = (Utc::now() + TimeDelta::hours(1)).to_rfc3339();
    let event =
        |id: &str, at: &str| json!({"id": id, "user_id": "ann", "event": "Seen", "timestamp": at});
    let now = Utc::now().to_rfc3339();
    let events = json!({"events": [event("1", &late), event("2", &early), event("3", &now), 7]});
    let answer = world.app().post(EVENTS, &events).expect(202);
    let results = &answer["results"];
    assert!(results[0]["reason"].as_str().unwrap().contains("7 days ago"), "{results}");
    assert!(results[1]["reason"].as_str().unwrap().contains("in the future"), "{results}");
    assert_eq!(results[2], json!({"id": "3", "status": "stored"}));
    assert_eq!(results[3]["status"], "refused");
    assert_eq!(results[3]["id"], Json::Null);
}

#[test]
fn a_call_with_too_many_events_or_none_that_can_be_read_is_refused_whole() {
    let world = World::new();
    let many = vec![json!({}); 1_001];
    world.app().post(EVENTS, &json!({"events": many})).expect(400);
    world.app().post(EVENTS, &json!({"event": []})).expect(400);
    world.server.app("fs_client_unknown").post(EVENTS, &json!({"events": []})).expect(401);
    assert_eq!(send(&world.app(), &[]), Vec::<String>::new());
}
