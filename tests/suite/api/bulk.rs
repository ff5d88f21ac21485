//! Several experiences at once, and what keeps one from being archived.

use flagstaff::domain::role::Role;
use serde_json::{Value, json};

use super::world::World;
use crate::support::{Client, eventually};

fn make(client: &Client, key: &str, status: &str) -> Value {
    let flag = json!({"key": key, "status": status});
    client.post("/api/v1/feature-flags", &flag).expect(201)
}

fn status(client: &Client, key: &str) -> Value {
    client.get(&format!("/api/v1/feature-flags/{key}")).expect(200)["status"].clone()
}

const BULK: &str = "/api/v1/feature-flags/bulk";

#[test]
fn several_flags_are_switched_off_tagged_and_archived_at_once() {
    let world = World::new();
    let client = world.member(Role::ProductManager);
    let first = make(&client, "first", "ACTIVE");
    make(&client, "second", "ACTIVE");
    let ids = json!([first["id"], "second"]);
    let tag = json!({"action": "tag", "ids": ids, "tag": "music"});
    let tagged = client.post(BULK, &tag).expect(200);
    assert_eq!((&tagged["action"], &tagged["changed"]), (&json!("tag"), &json!(2)));
    assert_eq!(tagged["items"][0]["slug"], "first");
    let refused = client.post(BULK, &json!({"action": "archive", "ids": ids})).expect(409);
    assert_eq!(refused["items"].as_array().unwrap().len(), 2);
    assert_eq!(refused["items"][0]["name"], "first");
    let reason = refused["items"][0]["reasons"][0].as_str().unwrap();
    assert!(reason.contains("is on in “Production”."), "{reason}");
    let off = json!({"action": "switch_off", "ids": ids, "environment": "production"});
    assert_eq!(client.post(BULK, &off).expect(200)["changed"], 2);
    assert_eq!(status(&client, "first"), "INACTIVE");
    assert_eq!(client.post(BULK, &off).expect(200)["changed"], 0);
    client.post(BULK, &json!({"action": "archive", "ids": ids})).expect(200);
    assert_eq!(status(&client, "second"), "ARCHIVED");
}

#[test]
fn one_that_can_not_go_along_keeps_all_as_they_are() {
    let world = World::new();
    let client = world.member(Role::ProductManager);
    make(&client, "on", "ACTIVE");
    make(&client, "idea", "DRAFT");
    let off = json!({"action": "switch_off", "ids": ["on", "idea"], "environment": "production"});
    let refused = client.post(BULK, &off).expect(409);
    assert_eq!(refused["items"].as_array().unwrap().len(), 1);
    assert_eq!(refused["items"][0]["id"], "idea");
    assert_eq!(status(&client, "on"), "ACTIVE");
    let unknown = json!({"action": "tag", "ids": ["on", "nothing"], "tag": "x"});
    let refused = client.post(BULK, &unknown).expect(409);
    assert_eq!(refused["items"][0]["reasons"], json!(["There is no such feature flag."]));
    assert_eq!(client.get("/api/v1/feature-flags/on").expect(200)["tags"], json!([]));
}

#[test]
fn an_order_says_what_it_needs_and_nothing_else() {
    let world = World::new();
    let client = world.member(Role::ProductManager);
    make(&client, "bulk", "ACTIVE");
    for (order, field) in [
        (json!({"ids": ["bulk"]}), "action"),
        (json!({"action": "delete", "ids": ["bulk"]}), "action"),
        (json!({"action": "tag", "ids": ["bulk"]}), "tag"),
        (json!({"action": "tag", "ids": ["bulk"], "tag": ""}), "tag"),
        (json!({"action": "switch_off", "ids": ["bulk"]}), "environment"),
        (json!({"action": "archive", "ids": [], "despite_deliveries": true}), "ids"),
        (json!({"action": "archive", "ids": ["bulk", 3]}), "ids[1]"),
        (json!({"action": "archive", "ids": ["bulk"], "tag": "x"}), "tag"),
        (json!({"action": "archive", "ids": ["bulk"], "force": true}), "force"),
    ] {
        let wrong = client.post(BULK, &order).expect(422);
        assert_eq!(wrong["errors"][0]["field"], field, "{order}");
    }
    let viewer = world.member(Role::Viewer);
    viewer.post(BULK, &json!({"action": "tag", "ids": ["bulk"], "tag": "x"})).expect(403);
    assert_eq!(status(&client, "bulk"), "ACTIVE", "a flag may be called like the address");
}

#[test]
fn what_apps_ask_for_is_archived_only_on_purpose() {
    let world = World::new();
    let client = world.member(Role::ProductManager);
    for key in ["by_delete", "by_status", "by_post", "by_bulk"] {
        make(&client, key, "ACTIVE");
        let off = json!({"environment": "production"});
        client.post(&format!("/api/v1/feature-flags/{key}/disable"), &off).expect(200);
    }
    let app = json!({"environment": "production", "kind": "client", "name": "app"});
    let app = client.post("/api/v1/sdk-keys", &app).expect(201);
    let app = world.anonymous.with_bearer(app["key"].as_str().unwrap());
    let asked = || app.post("/api/v1/evaluate", &json!({"user_id": "u"}));
    eventually("the app is known, and its flags", || {
        let answer = asked();
        (answer.status == 200 && answer.json()["values"].as_object()?.len() == 4).then_some(())
    });
    let delete = |query: &str| {
        let path = format!("/api/v1/feature-flags/by_delete{query}");
        client.send("DELETE", &path, None)
    };
    let stats = "/api/v1/feature-flags/by_bulk/stats?environment=production";
    eventually("the deliveries are counted", || {
        let stats = client.get(stats).expect(200);
        (stats["by_value"].as_array()?.is_empty()).then_some(()).xor(Some(()))
    });
    let refused = delete("").expect(409);
    let detail = refused["detail"].as_str().unwrap();
    assert!(detail.starts_with("Apps still ask for “by_delete”: within 24 hours"), "{detail}");
    assert!(detail.contains("in “Production”.") && detail.contains("despite_deliveries"));
    delete("?despite_deliveries=perhaps").expect(422);
    delete("?despite_deliveries=true").expect(200);
    let put = |body: Value| client.json("PUT", "/api/v1/feature-flags/by_status", &body);
    put(json!({"status": "ARCHIVED"})).expect(409);
    put(json!({"status": "ARCHIVED", "despite_deliveries": true})).expect(200);
    let post = |body: Value| client.post("/api/v1/feature-flags/by_post/archive", &body);
    post(json!({})).expect(409);
    post(json!({"despite_deliveries": true})).expect(200);
    let bulk = |despite: bool| {
        let ids = json!(["by_bulk"]);
        let order = json!({"action": "archive", "ids": ids, "despite_deliveries": despite});
        client.post(BULK, &order)
    };
    bulk(false).expect(409);
    bulk(true).expect(200);
}
