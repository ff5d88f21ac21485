//! Users of apps over the API.

use flagstaff::domain::role::Role;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::world::World;
use crate::support::{Client, eventually};

const PLACE: &str = "environment=production";

/// Sends reports with a server key of production, in batches.
fn tell(world: &World, admin: &Client, reports: &[Value]) -> Client {
    let key = json!({"environment": "production", "kind": "server", "name": "shop"});
    let key = admin.post("/api/v1/sdk-keys", &key).expect(201);
    let server = world.anonymous.with_bearer(key["key"].as_str().unwrap());
    eventually("the events are taken", || {
        let taken = server.post("/api/v1/events", &json!({"events": reports}));
        (taken.status == 202).then_some(())
    });
    server
}

fn seen(number: usize) -> Value {
    json!({"id": number.to_string(), "user_id": format!("user-{number}"), "event": "Seen"})
}

fn path(user_id: &str) -> String {
    format!("/api/v1/users/{}?{PLACE}", utf8_percent_encode(user_id, NON_ALPHANUMERIC))
}

#[test]
fn users_are_listed_page_by_page_and_found_by_how_their_ids_start() {
    let world = World::new();
    let admin = world.member(Role::Admin);
    let reports: Vec<Value> = (0..25).map(seen).collect();
    tell(&world, &admin, &reports);
    let viewer = world.member(Role::Viewer);
    let (mut ids, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = viewer.get(&format!("/api/v1/users?{PLACE}&limit=10{cursor}")).expect(200);
        let items = page["items"].as_array().unwrap();
        ids.extend(items.iter().map(|item| item["user_id"].as_str().unwrap().to_owned()));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    ids.sort();
    let mut all: Vec<String> = (0..25).map(|number| format!("user-{number}")).collect();
    all.sort();
    assert_eq!(ids, all);
    let found = viewer.get(&format!("/api/v1/users?{PLACE}&q=user-1&limit=1")).expect(200);
    assert_eq!(found["items"][0]["user_id"], "user-1");
    let next = found["next_cursor"].as_str().unwrap();
    let rest = format!("/api/v1/users?{PLACE}&q=user-1&cursor={next}");
    assert_eq!(viewer.get(&rest).expect(200)["items"].as_array().unwrap().len(), 10);
    for wrong in ["&cursor=x", "&cursor=MTIz", "&limit=0", "&limit=201", "&sort=name"] {
        let problem = viewer.get(&format!("/api/v1/users?{PLACE}{wrong}")).expect(422);
        let field = wrong[1..].split('=').next().unwrap();
        assert_eq!(problem["errors"][0]["field"], field);
    }
    let unnamed = viewer.get("/api/v1/users").expect(422);
    assert_eq!(unnamed["errors"][0]["field"], "environment");
    viewer.get("/api/v1/users?environment=nowhere").expect(404);
}

#[test]
fn a_user_is_read_with_what_comes_of_it_and_forgotten_for_good() {
    let world = World::new();
    let admin = world.member(Role::Admin);
    let id = "ada/1?x=100% 🙂";
    let conditions = json!({"attribute": "plan", "operator": "is", "value": "pro"});
    admin
        .post("/api/v1/segments", &json!({"name": "Payers", "conditions": conditions}))
        .expect(201);
    let flag = json!({"key": "gift", "status": "ACTIVE", "targeting_rules":
        [{"attribute": "plan", "operator": "equals", "value": "pro"}]});
    admin.post("/api/v1/feature-flags", &flag).expect(201);
    let report = json!({"id": "1", "user_id": id, "event": "Charged", "set": {"plan": "pro"}});
    let server = tell(&world, &admin, std::slice::from_ref(&report));

    let user = world.member(Role::Viewer).get(&path(id)).expect(200);
    assert_eq!(user["user_id"], id);
    assert_eq!((&user["properties"], &user["reported"]), (&json!({"plan": "pro"}), &json!({})));
    assert_eq!(user["events"][0]["event"], "Charged");
    assert_eq!(
        (&user["events"][0]["count"], &user["events"][0]["decides"]),
        (&json!(1), &json!(true))
    );
    assert_eq!(user["segments"], json!([{"slug": "payers", "name": "Payers", "is_known": true}]));
    assert_eq!(
        (&user["values"][0]["key"], &user["values"][0]["value"]),
        (&json!("gift"), &json!(true))
    );

    let ask = json!({"user_id": id, "count": false});
    let gift =
        || server.post("/api/v1/feature-flags/gift/evaluate", &ask).expect(200)["value"].clone();
    assert_eq!(gift(), json!(true));
    for role in [Role::Viewer, Role::Developer] {
        assert_eq!(world.member(role).send("DELETE", &path(id), None).status, 403);
    }
    let manager = world.member(Role::ProductManager);
    for _ in 0..2 {
        assert_eq!(manager.send("DELETE", &path(id), None).status, 204);
    }
    // What is read before is believed for two seconds.
    eventually("it is forgotten where values are decided", || {
        (gift() == json!(false)).then_some(())
    });

    let log = admin.get("/api/v1/audit-log?limit=200").expect(200);
    let entries = log["items"].as_array().unwrap();
    let entries: Vec<&Value> = entries.iter().filter(|e| e["action"] == "user.forget").collect();
    assert_eq!(entries.len(), 1, "{log}");
    assert_eq!(entries[0]["object_name"], id);
    assert!(!entries[0].to_string().contains("pro\""), "{}", entries[0]);

    let again = server.post("/api/v1/events", &json!({"events": [report]})).expect(202);
    assert_eq!(again["results"][0]["status"], "duplicate");
}

#[test]
fn an_admin_says_over_the_api_what_is_learned() {
    let world = World::new();
    let admin = world.member(Role::Admin);
    let path = "/api/v1/environments/production";
    let before = admin.get("/api/v1/environments").expect(200)["items"][0].clone();
    assert_eq!(
        (&before["teaches"], &before["client_events_decide"]),
        (&json!("used"), &json!(false))
    );
    let revision = |answer: &Value| answer["revision"].as_i64().unwrap();
    let after = admin.json("PATCH", path, &json!({"teaches": "nothing"})).expect(200);
    assert_eq!(after["teaches"], "nothing");
    assert_eq!(revision(&after), revision(&before) + 1);
    let opted = admin.json("PATCH", path, &json!({"client_events_decide": true})).expect(200);
    assert_eq!(
        (&opted["teaches"], &opted["client_events_decide"]),
        (&json!("nothing"), &json!(true))
    );
    for (body, field) in [
        (json!({"teaches": "all"}), "teaches"),
        (json!({"teaches": 1}), "teaches"),
        (json!({"client_events_decide": "yes"}), "client_events_decide"),
    ] {
        let problem = admin.json("PATCH", path, &body).expect(422);
        assert_eq!(problem["errors"][0]["field"], field);
    }
    let manager = world.member(Role::ProductManager);
    manager.json("PATCH", path, &json!({"teaches": "nothing"})).expect(403);
    let log = admin.get("/api/v1/audit-log?limit=200").expect(200).to_string();
    assert!(log.contains("client_events_decide"), "{log}");
}
