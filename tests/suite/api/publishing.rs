//! Publishing over REST: what it would do, to test users only, promoted, undone.

use chrono::Utc;
use flagstaff::{
    domain::{event::Event, role::Role},
    store::{
        self, environments,
        profiles::{self, Reporter},
        projects,
    },
};
use serde_json::{Value, json};

use super::world::World;
use crate::support::Client;

/// A product config of two keys for users in Rome, and its address; somebody who may publish.
fn begin() -> (World, Client, String) {
    let world = World::new();
    let client = world.member(Role::ProductManager);
    for (name, value_type, default) in
        [("color", "string", json!("red")), ("size", "integer", json!(1))]
    {
        let key = json!({"name": name, "value_type": value_type, "default_value": default});
        client.post("/api/v1/keys", &key).expect(201);
    }
    let romans = json!({"attribute": "city", "operator": "is", "value": "Rome"});
    client.post("/api/v1/segments", &json!({"name": "Romans", "conditions": romans})).expect(201);
    let config = json!({"name": "Theme", "definition": content("green")});
    let made = client.post("/api/v1/product-configs", &config).expect(201);
    let address = format!("/api/v1/product-configs/{}", made["id"].as_str().unwrap());
    (world, client, address)
}

fn content(color: &str) -> Value {
    json!({"keys": ["color", "size"],
           "rows": [{"id": "r1", "audience": {"segment": "romans"},
                     "serve": {"values": {"color": color, "size": 2}}}],
           "test_users": [{"user_id": "qa", "serve": {"values": {"color": "blue"}}}]})
}

/// Twelve users in Rome and eight in Oslo are known in production.
fn know_users(world: &World) {
    let now = Utc::now();
    let reports: Vec<Event> = (0..20)
        .map(|user| {
            let city = if user < 12 { "Rome" } else { "Oslo" };
            let user = format!("u{user:02}");
            let report = json!({"id": user, "user_id": user, "set": {"city": city}});
            Event::read(&report, now).unwrap()
        })
        .collect();
    let took = world.store.write(|conn: &mut store::Connection| {
        let project = projects::find_by_key(conn, "default")?.unwrap();
        let place = environments::find_by_key(conn, project.id, "production")?.unwrap();
        profiles::take(conn, place.id, Reporter::Server, &reports, now)
    });
    took.unwrap();
}

fn live(client: &Client, address: &str, environment: &str) -> Value {
    let list = client.get(&format!("{address}/publications?environment={environment}"));
    list.expect(200)["items"][0].clone()
}

#[test]
fn a_dry_run_says_what_publishing_would_do_and_does_nothing() {
    let (world, client, address) = begin();
    know_users(&world);
    let publish = format!("{address}/versions/1/publish");
    let dry = json!({"environment": "production", "dry_run": true});
    let told = client.post(&publish, &dry).expect(200);
    assert_eq!((&told["version"], &told["replaces"]), (&json!(1), &Value::Null));
    assert_eq!((&told["live_version"], &told["is_on"]), (&Value::Null, &json!(true)));
    let affected = &told["affected"];
    assert_eq!(
        (&affected["known"], &affected["asked"], &affected["users"], &affected["margin"]),
        (&json!(20), &json!(20), &json!(12), &json!(0))
    );
    let [color, size] = affected["keys"].as_array().unwrap().as_slice() else { panic!("{told}") };
    assert_eq!(
        (&color["key"], &color["gain"], &size["gain"]),
        (&json!("color"), &json!(12), &json!(12))
    );
    assert_eq!(
        color["moves"],
        json!([{"direction": "gain", "from": "red", "to": "green", "users": 12,
                "rows": [{"audience": "Romans", "row": "r1", "segment": "romans", "users": 12}]}])
    );
    let examples = affected["examples"].as_array().unwrap();
    assert_eq!(examples.len(), 10);
    assert_eq!(examples[0]["reason_before"], "Nothing gives it a value in Production");
    assert_eq!(examples[0]["reason_after"], "Row 1, Romans");
    assert_eq!(live(&client, &address, "production"), Value::Null);

    let real = json!({"environment": "production", "replaces": null});
    let first = client.post(&publish, &real).expect(201);
    let same = client.post(&publish, &dry).expect(409);
    assert!(same["detail"].as_str().unwrap().contains("already"), "{same}");
    let stale = json!({"environment": "production", "dry_run": true, "replaces": null});
    let next = json!({"base_version": 1, "definition": content("red")});
    client.post(&format!("{address}/versions"), &next).expect(201);
    let publish = format!("{address}/versions/2/publish");
    client.post(&publish, &stale).expect(409);
    client.json("PATCH", "/api/v1/keys/size", &json!({"default_value": 7})).expect(200);
    let told = client.post(&publish, &dry).expect(200);
    assert_eq!((&told["live_version"], &told["replaces"]), (&json!(1), &first["id"]));
    assert_eq!(told["changes"][0]["path"], "rows[0].serve.values.color", "{told}");
    let loss = &told["affected"]["keys"][0]["moves"][0];
    assert_eq!((&loss["direction"], &loss["users"]), (&json!("lose"), &json!(12)));
    let shared = &told["shared_changes"];
    assert_eq!(shared["because"], "live_publication");
    assert_eq!(
        shared["items"],
        json!([{"segment": null, "key": "size", "changes": ["Its default was 1 and is 7."]}])
    );
    world.member(Role::Developer).post(&publish, &dry).expect(403);
    for (body, field) in [
        (json!({"environment": "production", "dry_run": 1}), "dry_run"),
        (json!({"environment": "production", "dryrun": true}), "dryrun"),
        (
            json!({"environment": "production", "replaces": null, "test_users_only": "yes"}),
            "test_users_only",
        ),
    ] {
        let problem = client.post(&publish, &body).expect(422);
        assert_eq!(problem["errors"][0]["field"], field);
    }
}

#[test]
fn what_is_live_is_promoted_and_undone() {
    let (_world, client, address) = begin();
    let staging = json!({"environment": "staging", "replaces": null});
    client.post(&format!("{address}/versions/1/publish"), &staging).expect(201);
    let promote = format!("{address}/promote");
    let there = json!({"from": "staging", "to": "production", "replaces": null, "note": "Go."});
    let dry = json!({"from": "staging", "to": "production", "dry_run": true});
    let told = client.post(&promote, &dry).expect(200);
    assert_eq!((&told["environment"], &told["version"]), (&json!("production"), &json!(1)));
    let promoted = client.post(&promote, &there).expect(201);
    assert_eq!(promoted["note"], "Promoted from Staging. Go.");
    client.post(&promote, &there).expect(409);
    client.post(&promote, &json!({"from": "staging", "to": "production"})).expect(428);
    let unknown = json!({"from": "nowhere", "to": "production", "replaces": null});
    client.post(&promote, &unknown).expect(404);
    let same = json!({"from": "staging", "to": "staging", "replaces": null});
    assert_eq!(client.post(&promote, &same).expect(422)["errors"][0]["field"], "to");

    let next = json!({"base_version": 1, "definition": content("blue")});
    client.post(&format!("{address}/versions"), &next).expect(201);
    let second = json!({"environment": "production", "replaces": promoted["id"]});
    let second = client.post(&format!("{address}/versions/2/publish"), &second).expect(201);
    let undo = format!("{address}/undo");
    let earlier = json!({"environment": "production", "publication": promoted["id"]});
    client.post(&undo, &earlier).expect(409);
    let this = json!({"environment": "production", "publication": second["id"]});
    let undone = client.post(&undo, &this).expect(200);
    assert_eq!((&undone["live_version"], &undone["is_on"]), (&json!(1), &json!(true)));
    assert_eq!(undone["publication"]["note"], "Version 2 was undone.");
    let undone = client.post(&undo, &json!({"environment": "staging"})).expect(200);
    assert_eq!((&undone["is_on"], &undone["publication"]), (&json!(false), &Value::Null));
    // Asked again, as by a client that lost the answer, it stays undone.
    client.post(&undo, &json!({"environment": "staging"})).expect(409);
    assert_eq!(live(&client, &address, "production")["version"], 1);
    client.post(&undo, &json!({})).expect(422);
}

#[test]
fn test_users_come_first_where_that_is_asked_for() {
    let (_world, client, address) = begin();
    let publish = format!("{address}/versions/1/publish");
    let only = json!({"environment": "production", "replaces": null, "test_users_only": true});
    let published = client.post(&publish, &only).expect(201);
    assert_eq!((&published["test_users_only"], &published["ramp"]), (&json!(true), &json!(0.0)));
    let read = client.get(&address).expect(200);
    let mut production = read["environments"].as_array().unwrap().iter();
    let production = production.find(|it| it["environment"] == "production").unwrap();
    assert_eq!(production["status"], "ramping", "{read}");
    let everybody = json!({"environment": "production", "replaces": published["id"]});
    let published = client.post(&publish, &everybody).expect(201);
    assert_eq!((&published["test_users_only"], &published["ramp"]), (&json!(false), &json!(100.0)));
}
