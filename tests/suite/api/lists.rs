//! Lists: page by page, searched, filtered and sorted; and numbers as JSON and CSV.

use flagstaff::{domain::role::Role, store::sdk_keys::SdkKeyKind};
use serde_json::{Value, json};

use super::world::World;
use crate::support::{Client, eventually};

/// The values of one field over all pages.
fn pages(client: &Client, path: &str, field: &str) -> Vec<String> {
    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = client.get(&format!("{path}{cursor}")).expect(200);
        let items = page["items"].as_array().unwrap();
        found.extend(items.iter().map(|item| item[field].as_str().unwrap().to_owned()));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return found,
        }
    }
}

#[test]
fn keys_come_page_by_page_in_the_order_that_is_asked_for() {
    let world = World::new();
    let client = world.member(Role::Developer);
    for name in ["beta", "Alpha", "gamma", "alpha_two", "delta"] {
        let key = json!({"name": name, "value_type": "string", "default_value": "",
                         "description": format!("The {name}")});
        client.post("/api/v1/keys", &key).expect(201);
    }
    let by_name = ["Alpha", "alpha_two", "beta", "delta", "gamma"];
    assert_eq!(pages(&client, "/api/v1/keys?limit=2", "name"), by_name);
    let newest_first = ["delta", "alpha_two", "gamma", "Alpha", "beta"];
    assert_eq!(pages(&client, "/api/v1/keys?limit=1&sort=created", "name"), newest_first);
    assert_eq!(pages(&client, "/api/v1/keys?q=ALPHA", "name"), ["Alpha", "alpha_two"]);
    assert!(pages(&client, "/api/v1/keys?q=%25", "name").is_empty());
    client.send("POST", "/api/v1/keys/beta/archive", None).expect(200);
    assert_eq!(pages(&client, "/api/v1/keys?status=archived", "name"), ["beta"]);
    for query in ["limit=0", "limit=201", "limit=x", "sort=size", "status=x", "cursor=x"] {
        client.get(&format!("/api/v1/keys?{query}")).expect(422);
    }
    client.get("/api/v1/keys?limit=1&limit=2").expect(400);
}

#[test]
fn flags_are_found_by_status_tag_and_text() {
    let world = World::new();
    let client = world.member(Role::ProductManager);
    let make = |key: &str, status: &str, tags: Value| {
        let flag = json!({"key": key, "status": status, "tags": tags});
        client.post("/api/v1/feature-flags", &flag).expect(201)
    };
    make("idea", "DRAFT", json!(["music"]));
    make("shown", "ACTIVE", json!(["music", "ios"]));
    make("hidden", "INACTIVE", json!([]));
    let found = |query: &str| pages(&client, &format!("/api/v1/feature-flags?{query}"), "key");
    assert_eq!(found("limit=2"), ["hidden", "idea", "shown"]);
    assert_eq!(found("status=draft"), ["idea"]);
    assert_eq!(found("status=ACTIVE"), ["shown"]);
    assert_eq!(found("status=live"), ["shown"]);
    assert_eq!(found("status=INACTIVE"), ["hidden"]);
    assert_eq!(found("status=draft&environment=staging"), ["hidden", "idea", "shown"]);
    assert_eq!(found("tag=music"), ["idea", "shown"]);
    assert_eq!(found("q=HOW"), ["shown"]);
    client.get("/api/v1/feature-flags?status=big").expect(422);
    client.get("/api/v1/feature-flags?environment=moon").expect(404);
}

#[test]
fn flags_and_configs_are_found_by_owner_segment_and_staleness_and_say_where_they_stand() {
    let world = World::new();
    let client = world.member(Role::ProductManager);
    let conditions = json!({"attribute": "city", "operator": "is", "value": "Miami"});
    client
        .post("/api/v1/segments", &json!({"name": "Miami", "conditions": conditions}))
        .expect(201);
    let key = json!({"name": "dark_mode", "value_type": "integer", "default_value": 3});
    client.post("/api/v1/keys", &key).expect(201);
    let row = json!({"audience": {"segment": "miami"}, "serve": {"values": {"dark_mode": 4}}});
    let config = json!({"name": "Theme", "tags": ["look"],
                        "definition": {"keys": ["dark_mode"], "rows": [row]}});
    let config = client.post("/api/v1/product-configs", &config).expect(201);
    client.post("/api/v1/product-configs", &json!({"name": "Idea", "keys": []})).expect(201);
    let publish = json!({"environment": "staging", "replaces": null});
    let version =
        format!("/api/v1/product-configs/{}/versions/1/publish", config["id"].as_str().unwrap());
    client.post(&version, &publish).expect(201);
    let found = |query: &str| pages(&client, &format!("/api/v1/product-configs?{query}"), "slug");
    assert_eq!(found("segment=miami"), ["theme"]);
    assert_eq!(found("q=LOO"), ["theme"], "a tag is found as well");
    let owner = config["owner_id"].as_str().unwrap();
    assert_eq!(found(&format!("owner={owner}")), ["idea", "theme"]);
    assert!(found("owner=7f000000-0000-4000-8000-000000000000").is_empty());
    assert_eq!(found("sort=reach&environment=staging"), ["theme", "idea"]);
    assert_eq!(found("sort=delivered&environment=staging&limit=1"), ["idea", "theme"]);
    assert!(found("stale=true&environment=staging").is_empty());
    let list = client.get("/api/v1/product-configs?segment=miami").expect(200);
    let places = list["items"][0]["environments"].as_array().unwrap();
    let places: Vec<_> = places.iter().map(|it| (&it["environment"], &it["status"])).collect();
    assert_eq!(
        places,
        [(&json!("production"), &json!("draft")), (&json!("staging"), &json!("live"))]
    );
    for (query, field) in [
        ("owner=me", "owner"),
        ("segment=nowhere", "segment"),
        ("stale=1", "stale"),
        ("stale=true", "environment"),
        ("sort=reach", "environment"),
        ("sort=size", "sort"),
        ("colour=red", "colour"),
    ] {
        let wrong = client.get(&format!("/api/v1/product-configs?{query}")).expect(422);
        assert_eq!(wrong["errors"][0]["field"], field, "{query}");
    }
    let flag = |key: &str, default: bool| {
        let flag = json!({"key": key, "status": "ACTIVE", "default_value": default});
        client.post("/api/v1/feature-flags", &flag).expect(201)
    };
    flag("useful", false);
    let idle = flag("idle", true);
    let on = json!({"base_version": 1, "definition": {"keys": ["idle"],
                    "everyone_else": {"serve": {"values": {"idle": true}}}}});
    client.post("/api/v1/feature-flags/idle/versions", &on).expect(201);
    let publish = json!({"environment": "production", "replaces": idle["publication"]});
    client.post("/api/v1/feature-flags/idle/versions/2/publish", &publish).expect(201);
    assert_eq!(pages(&client, "/api/v1/feature-flags?stale=true", "key"), ["idle"]);
    let one = client.get("/api/v1/feature-flags/idle").expect(200);
    assert_eq!(one["environments"][1]["status"], "draft");
}

#[test]
fn the_audit_log_tells_who_did_what_in_which_request() {
    let world = World::new();
    let client = world.member(Role::Developer);
    let key = json!({"name": "a", "value_type": "string", "default_value": ""});
    let made = client.post("/api/v1/keys", &key);
    let edit = json!({"description": "What it is for"});
    client.json("PATCH", "/api/v1/keys/a", &edit).expect(200);
    let log = client.get("/api/v1/audit-log?object_kind=key").expect(200);
    let entry = &log["items"][1];
    assert_eq!(entry["action"], "key.create");
    assert_eq!(entry["actor_name"], "developer@x.org");
    assert_eq!(entry["actor_kind"], "person");
    assert_eq!(entry["request_id"].as_str(), made.header("x-request-id"));
    assert_eq!(entry["ip"], "127.0.0.1");
    assert_eq!(log["items"][0]["after"]["description"], "What it is for");
    let actions = pages(&client, "/api/v1/audit-log?object_kind=key&limit=1", "action");
    assert_eq!(actions, ["key.edit", "key.create"]);
    let of_now = "/api/v1/audit-log?action=key.edit&from=2020-01-01T00:00:00Z";
    assert_eq!(pages(&client, of_now, "action").len(), 1);
    client.get("/api/v1/audit-log?from=yesterday").expect(422);
}

#[test]
fn a_server_key_is_shown_once_and_a_revoked_one_is_refused() {
    let world = World::new();
    let developer = world.member(Role::Developer);
    let make = |kind: SdkKeyKind| {
        let body = json!({"environment": "staging", "kind": kind, "name": "app"});
        developer.post("/api/v1/sdk-keys", &body).expect(201)
    };
    let (server, client) = (make(SdkKeyKind::Server), make(SdkKeyKind::Client));
    assert!(server["key"].as_str().unwrap().starts_with("fs_server_"));
    let list = world.member(Role::Viewer).get("/api/v1/sdk-keys?environment=staging").expect(200);
    assert_eq!(list["items"][0]["key"], Value::Null);
    assert_eq!(list["items"][1]["key"], client["key"]);
    let app = world.anonymous.with_bearer(client["key"].as_str().unwrap());
    let status = || app.post("/api/v1/evaluate", &json!({"user_id": "u"})).status;
    eventually("the key is known", || (status() == 200).then_some(()));
    let path = format!("/api/v1/sdk-keys/{}", client["id"].as_str().unwrap());
    let revoked = developer.send("DELETE", &path, None).expect(200);
    assert!(revoked["revoked_at"].is_string());
    eventually("the key is refused", || (status() == 401).then_some(()));
}

#[test]
fn deliveries_are_counted_as_json_and_csv() {
    let world = World::new();
    let client = world.member(Role::ProductManager);
    let flag = json!({"key": "shown", "status": "ACTIVE"});
    let flag = client.post("/api/v1/feature-flags", &flag).expect(201);
    let key = json!({"environment": "production", "kind": "client", "name": "app"});
    let key = client.post("/api/v1/sdk-keys", &key).expect(201);
    let app = world.anonymous.with_bearer(key["key"].as_str().unwrap());
    let ask = || app.post("/api/v1/feature-flags/shown/evaluate", &json!({"user_id": "u"}));
    eventually("the flag is served", || (ask().status == 200).then_some(()));
    let stats = format!(
        "/api/v1/feature-flags/{}/stats?environment=production",
        flag["id"].as_str().unwrap()
    );
    let counted = eventually("the deliveries are counted", || {
        let stats = client.get(&stats).expect(200);
        stats["by_value"][0].is_object().then_some(stats)
    });
    assert_eq!(counted["by_value"][0]["key"], "shown");
    assert_eq!(counted["by_value"][0]["value"], "true");
    assert_eq!(counted["series"][0]["count"], counted["by_value"][0]["count"]);
    let csv = client.with_header("accept", "text/csv").get(&format!("{stats}&bucket=day"));
    assert_eq!(csv.header("content-type"), Some("text/csv; charset=utf-8"));
    let lines: Vec<&str> = csv.text.lines().collect();
    assert_eq!((lines[0], lines.len()), ("start,count", 2));
    for query in [
        "bucket=year",
        "from=x",
        "from=2000-01-01T00:00:00Z&bucket=minute",
        "from=2030-01-01T00:00:00Z&to=2020-01-01T00:00:00Z",
    ] {
        client.get(&format!("{stats}&{query}")).expect(422);
    }
    client.get(&format!("{stats}&segment=nobody")).expect(404);
}
