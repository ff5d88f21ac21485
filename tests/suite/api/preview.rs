//! Who would get what from a definition, over the API.

use flagstaff::domain::role::Role;
use serde_json::{Value, json};

use super::world::World;
use crate::support::{Client, eventually};

const PREVIEW: &str = "/api/v1/feature-flags/new-checkout/preview?environment=production";

/// Twenty users, five of them on the plan “pro”, known in production.
fn learn(world: &World, admin: &Client) {
    let key = json!({"environment": "production", "kind": "server", "name": "shop"});
    let key = admin.post("/api/v1/sdk-keys", &key).expect(201);
    let server = world.anonymous.with_bearer(key["key"].as_str().unwrap());
    let report = |user: usize| {
        let plan = if user < 5 { "pro" } else { "free" };
        json!({"id": format!("e{user}"), "user_id": format!("u{user}"), "set": {"plan": plan}})
    };
    let reports: Vec<Value> = (0..20).map(report).collect();
    eventually("the events are taken", || {
        let taken = server.post("/api/v1/events", &json!({"events": reports}));
        (taken.status == 202).then_some(())
    });
}

fn world() -> (World, Client) {
    let world = World::new();
    let admin = world.member(Role::Admin);
    learn(&world, &admin);
    let key = json!({"name": "checkout", "value_type": "boolean", "default_value": false});
    admin.post("/api/v1/keys", &key).expect(201);
    let flag = json!({"key": "new-checkout", "status": "ACTIVE", "rollout_percentage": 0});
    admin.post("/api/v1/feature-flags", &flag).expect(201);
    (world, admin)
}

fn pro(key: &str) -> Value {
    json!({"conditions": {"attribute": "plan", "operator": "is", "value": "pro"}, "key": key})
}

fn definition(key: &str) -> Value {
    let serve = json!({"values": {key: true}});
    let pro = json!({"conditions": pro(key)["conditions"]});
    json!({"keys": [key], "rows": [
        {"id": "r1", "audience": pro, "serve": serve},
        {"id": "r2", "audience": pro, "rollout": 50, "serve": serve},
        {"id": "r3", "audience": {"everyone": true}, "enabled": false, "serve": serve}]})
}

#[test]
fn a_definition_says_whom_it_would_reach_and_what_it_would_change() {
    let (world, _) = world();
    let viewer = world.member(Role::Viewer);
    let asked = json!({"definition": definition("new-checkout")});
    let reach = viewer.post(PREVIEW, &asked).expect(200);
    assert_eq!(
        (&reach["state"], &reach["known"], &reach["asked"]),
        (&json!("live"), &json!(20), &json!(20))
    );
    assert_eq!(reach["rows"][0]["in_rollout"], 5);
    assert_eq!(reach["rows"][1]["described"], 5);
    assert_eq!(
        (&reach["rows"][1]["taken_above"], &reach["rows"][1]["left"]),
        (&json!(5), &json!(0))
    );
    assert_eq!(
        (&reach["rows"][2]["described"], &reach["rows"][2]["left"]),
        (&json!(20), &json!(0))
    );
    assert_eq!(reach["everyone_else"]["left"], 15);
    assert_eq!(reach["change"], json!({"users": 5, "margin": 0}));
    let key = &reach["keys"][0];
    assert_eq!((&key["gain"], &key["lose"]), (&json!(5), &json!(0)));
    assert_eq!(key["values"][0], json!({"value": false, "is_default": true, "users": 15}));
    let warnings = reach["warnings"].as_array().unwrap();
    let said: Vec<_> = warnings.iter().map(|it| (&it["field"], &it["code"])).collect();
    assert_eq!(
        said,
        [
            (&json!("rows[0]"), &json!("leaves_nothing")),
            (&json!("rows[1]"), &json!("same_audience")),
            (&json!("rows[2].enabled"), &json!("off")),
        ]
    );
    assert_eq!(reach["moves"], json!([]));
}

#[test]
fn nothing_is_saved_and_other_environments_are_drafts() {
    let (world, admin) = world();
    let path = "/api/v1/feature-flags/new-checkout";
    let before = admin.get(path).expect(200);
    let asked = json!({"definition": definition("new-checkout")});
    admin.post(PREVIEW, &asked).expect(200);
    let staging = format!("{path}/preview?environment=staging");
    let reach = world.member(Role::Viewer).post(&staging, &asked).expect(200);
    assert_eq!((&reach["state"], &reach["known"]), (&json!("draft"), &json!(0)));
    assert_eq!(admin.get(path).expect(200), before);
}

#[test]
fn another_salt_says_whom_it_moves() {
    let (_world, admin) = world();
    let half = json!({"rollout_percentage": 50});
    admin.json("PUT", "/api/v1/feature-flags/new-checkout", &half).expect(200);
    let flag = admin.get("/api/v1/feature-flags/new-checkout").expect(200);
    let mut definition = flag["definition"].clone();
    definition["salt"] = "another".into();
    let reach = admin.post(PREVIEW, &json!({"definition": definition})).expect(200);
    let moves = &reach["moves"];
    assert_eq!((moves.as_array().unwrap().len(), &moves[0]["by"]), (1, &json!("bucketing")));
    assert_eq!(moves[0]["users"], reach["change"]["users"]);
    assert!(moves[0]["users"].as_u64().unwrap() > 0);
}

#[test]
fn one_to_be_is_tried_with_keys_that_are_there() {
    let (_world, admin) = world();
    for kind in ["feature-flags", "product-configs"] {
        let path = format!("/api/v1/{kind}/new/preview?environment=production");
        let reach = admin.post(&path, &json!({"definition": definition("checkout")})).expect(200);
        assert_eq!((&reach["state"], &reach["change"]["users"]), (&json!("draft"), &json!(5)));
        let problem = admin.post(&path, &json!({"definition": definition("nope")})).expect(422);
        assert_eq!(problem["errors"][0]["field"], "definition.keys[0]");
    }
}

#[test]
fn what_can_not_be_tried_is_refused_by_field() {
    let (world, admin) = world();
    let problem = |path: &str, body: Value| {
        admin.post(path, &body).expect(422)["errors"][0]["field"].as_str().unwrap().to_owned()
    };
    let definition = definition("new-checkout");
    let good = json!({"definition": definition});
    assert_eq!(problem(PREVIEW, json!({})), "definition");
    assert_eq!(problem(PREVIEW, json!({"definition": definition, "note": ""})), "note");
    assert_eq!(problem(&format!("{PREVIEW}&x=1"), good.clone()), "x");
    let nowhere = PREVIEW.split('?').next().unwrap();
    assert_eq!(problem(nowhere, good.clone()), "environment");
    let mut finer = definition.clone();
    finer["rows"][0]["rollout"] = json!(0.001);
    assert_eq!(problem(PREVIEW, json!({"definition": finer})), "definition.rows[0].rollout");
    let mut missing = definition;
    missing["rows"][0]["audience"] = json!({"segment": "nowhere"});
    let field = "definition.rows[0].audience.segment";
    assert_eq!(problem(PREVIEW, json!({"definition": missing})), field);
    admin.post(&PREVIEW.replace("production", "mars"), &good).expect(404);
    admin.post(&PREVIEW.replace("new-checkout", "nope"), &good).expect(404);
    world.anonymous.post(PREVIEW, &good).expect(401);
}
