//! Nobody's change overwrites another's: bases, conflicts, and what publishing replaces.

use flagstaff::domain::role::Role;
use serde_json::{Value, json};

use super::world::World;
use crate::support::Client;

/// A boolean key and a flag over it, in full form.
fn flag(client: &Client) -> String {
    let key = json!({"name": "auto_playlist", "value_type": "boolean", "default_value": false});
    client.post("/api/v1/keys", &key).expect(201);
    let flag = json!({"name": "Automatic playlist", "definition": content(20)});
    let made = client.post("/api/v1/feature-flags", &flag).expect(201);
    assert_eq!((&made["version"], &made["status"]), (&json!(1), &json!("DRAFT")));
    format!("/api/v1/feature-flags/{}", made["id"].as_str().unwrap())
}

fn content(rollout: u32) -> Value {
    json!({"keys": ["auto_playlist"],
           "everyone_else": {"rollout": rollout, "serve": {"values": {"auto_playlist": true}}}})
}

#[test]
fn a_save_needs_the_version_it_starts_from_and_a_stale_one_shows_both_sides() {
    let world = World::new();
    let client = world.member(Role::Developer);
    let versions = format!("{}/versions", flag(&client));
    let without = json!({"definition": content(30)});
    client.post(&versions, &without).expect(428);

    let on_one = |rollout| json!({"base_version": 1, "note": "up", "definition": content(rollout)});
    let made = client.post(&versions, &on_one(30)).expect(201);
    assert_eq!((&made["version"], &made["note"]), (&json!(2), &json!("up")));
    let conflict = client.post(&versions, &on_one(40)).expect(409);
    assert_eq!(conflict["newest"]["version"], 2);
    assert_eq!(conflict["newest"]["definition"]["everyone_else"]["rollout"], 30);
    assert_eq!(conflict["yours"]["definition"]["everyone_else"]["rollout"], 40);

    assert_eq!(conflict["merged"]["definition"], conflict["yours"]["definition"]);
    let rollout = &conflict["conflicts"][0];
    assert_eq!(rollout["place"], "everyone_else.rollout");
    assert_eq!((&rollout["base"]["json"], &rollout["taken"]), (&json!(20), &json!("yours")));
    assert_eq!(
        (&rollout["theirs"]["words"], &rollout["yours"]["words"]),
        (&json!("30 %"), &json!("40 %"))
    );

    for tag in ["\"2\"", "W/\"2\"", "2"] {
        let on_two = client.with_header("if-match", tag);
        let same = on_two.post(&versions, &json!({"definition": content(30)})).expect(200);
        assert_eq!(same["version"], 2, "a save that changes nothing makes no version");
    }
    client.with_header("if-match", "\"x\"").post(&versions, &without).expect(400);
    let stale = client.with_header("if-match", "\"1\"");
    stale.post(&versions, &json!({"definition": content(50)})).expect(409);
    let list = client.get(&versions).expect(200);
    assert_eq!(list["items"].as_array().unwrap().len(), 2);
    let first = client.get(&format!("{versions}/1")).expect(200);
    assert_eq!(first["definition"]["everyone_else"]["rollout"], 20);
    client.get(&format!("{versions}/3")).expect(404);
    let difference = client.get(&format!("{versions}/1/diff/2")).expect(200);
    let changes = difference["changes"].as_array().unwrap();
    assert_eq!((changes.len(), &changes[0]["path"]), (1, &json!("everyone_else.rollout")));
    assert_eq!((&changes[0]["before"], &changes[0]["after"]), (&json!(20), &json!(30)));
    client.get(&format!("{versions}/1/diff/3")).expect(404);
}

#[test]
fn a_stale_save_comes_back_with_both_sides_put_together() {
    let world = World::new();
    let client = world.member(Role::Developer);
    let versions = format!("{}/versions", flag(&client));
    let mut theirs = content(20);
    theirs["test_users"] =
        json!([{"user_id": "qa-7", "serve": {"values": {"auto_playlist": true}}}]);
    client.post(&versions, &json!({"base_version": 1, "definition": theirs})).expect(201);
    let yours = json!({"base_version": 1, "definition": content(40)});
    let conflict = client.post(&versions, &yours).expect(409);
    assert_eq!(conflict["conflicts"], json!([]));
    let merged = &conflict["merged"]["definition"];
    assert_eq!(merged["everyone_else"]["rollout"], 40);
    assert_eq!(merged["test_users"][0]["user_id"], "qa-7");
    let on_top = json!({"base_version": conflict["newest"]["version"], "definition": merged});
    assert_eq!(client.post(&versions, &on_top).expect(201)["definition"], *merged);
    let unknown = json!({"base_version": 99, "definition": content(50)});
    assert_eq!(client.post(&versions, &unknown).expect(409)["merged"], Value::Null);
}

#[test]
fn a_difference_names_its_part_and_calls_segments_by_their_names() {
    let world = World::new();
    let client = world.member(Role::Developer);
    let segment = json!({"name": "Pro users", "kind": "rules", "conditions": {"attribute": "plan", "operator": "is", "value": "pro"}});
    let slug = client.post("/api/v1/segments", &segment).expect(201)["slug"].clone();
    let versions = format!("{}/versions", flag(&client));
    let mut definition = content(20);
    definition["rows"] = json!([{"audience": {"segment": slug}, "rollout": 10,
                                 "serve": {"values": {"auto_playlist": true}}}]);
    client.post(&versions, &json!({"base_version": 1, "definition": definition})).expect(201);
    let difference = client.get(&format!("{versions}/1/diff/2")).expect(200);
    let change = &difference["changes"][0];
    assert_eq!((&change["group"], &change["kind"]), (&json!("targeting"), &json!("added")));
    let sentence =
        "New row 1 for Pro users: 10 % get auto_playlist = true; the others get the default.";
    assert_eq!(change["sentence"], sentence);
}

#[test]
fn a_put_of_a_definition_needs_its_base_too() {
    let world = World::new();
    let client = world.member(Role::Developer);
    let flag = flag(&client);
    client.json("PUT", &flag, &json!({"definition": content(30)})).expect(428);
    let edit = json!({"name": "Playlist", "base_version": 1, "definition": content(30)});
    let saved = client.json("PUT", &flag, &edit).expect(200);
    assert_eq!((&saved["version"], &saved["name"]), (&json!(2), &json!("Playlist")));
    let stale = json!({"name": "Lost", "base_version": 1, "definition": content(40)});
    client.json("PUT", &flag, &stale).expect(409);
    assert_eq!(client.get(&flag).expect(200)["name"], "Playlist");
}

#[test]
fn publishing_says_what_it_replaces_and_reverting_publishes_an_older_version() {
    let world = World::new();
    let client = world.member(Role::ProductManager);
    let flag = flag(&client);
    let version = json!({"base_version": 1, "definition": content(30)});
    client.post(&format!("{flag}/versions"), &version).expect(201);
    let publish = |version: u32, replaces: Value| {
        let body = json!({"environment": "production", "replaces": replaces, "note": "go"});
        client.post(&format!("{flag}/versions/{version}/publish"), &body)
    };
    let into = json!({"environment": "production"});
    client.post(&format!("{flag}/versions/1/publish"), &into).expect(428);
    let first = publish(1, Value::Null).expect(201);
    assert_eq!((&first["version"], &first["is_on"]), (&json!(1), &json!(true)));
    let conflict = publish(2, Value::Null).expect(409);
    assert_eq!(conflict["live"]["publication"], first["id"]);
    let second = publish(2, first["id"].clone()).expect(201);
    assert_eq!(second["replaces"], first["id"]);
    let reverted = publish(1, second["id"].clone()).expect(201);
    assert_eq!(reverted["version"], 1);
    let history = client.get(&format!("{flag}/publications?environment=production&limit=2"));
    let history = history.expect(200);
    assert_eq!(history["items"][0]["id"], reverted["id"]);
    let cursor = history["next_cursor"].as_str().unwrap();
    let rest = client.get(&format!("{flag}/publications?cursor={cursor}")).expect(200);
    assert_eq!(rest["items"][0]["id"], first["id"]);
    assert_eq!(rest["next_cursor"], Value::Null);
    let shown = client.get(&flag).expect(200);
    assert_eq!((&shown["live_version"], &shown["version"]), (&json!(1), &json!(2)));
    assert_eq!(shown["publication"], reverted["id"]);
}

#[test]
fn a_developer_switches_off_everywhere_and_on_only_where_it_is_not_protected() {
    let world = World::new();
    let manager = world.member(Role::ProductManager);
    let developer = world.member(Role::Developer);
    let flag = flag(&manager);
    let into = |place: &str| json!({"environment": place, "replaces": null});
    let publish = format!("{flag}/versions/1/publish");
    developer.post(&publish, &into("production")).expect(403);
    developer.post(&publish, &into("staging")).expect(201);
    manager.post(&publish, &into("production")).expect(201);

    let switch = |client: &Client, word: &str, place: &str| {
        client.post(&format!("{flag}/{word}"), &json!({"environment": place, "note": "why"}))
    };
    for place in ["production", "staging"] {
        let off = switch(&developer, "disable", place).expect(200);
        assert_eq!((&off["is_on"], &off["changed"]), (&json!(false), &json!(true)));
    }
    assert_eq!(switch(&developer, "disable", "staging").expect(200)["changed"], false);
    switch(&developer, "enable", "production").expect(403);
    switch(&developer, "enable", "staging").expect(200);
    let on = manager.send("POST", &format!("{flag}/enable?environment=production"), None);
    assert_eq!(on.expect(200)["live_version"], 1);
    manager.send("POST", &format!("{flag}/enable"), None).expect(422);
}

#[test]
fn what_is_in_use_names_its_holder_and_what_is_archived_comes_back() {
    let world = World::new();
    let client = world.member(Role::ProductManager);
    let flag = flag(&client);
    let refused = client.send("POST", "/api/v1/keys/auto_playlist/archive", None).expect(409);
    let link = json!([{"kind": "feature_flag", "slug": "automatic-playlist",
                       "name": "Automatic playlist"}]);
    assert_eq!(refused["links"], link);
    let another = json!({"name": "Another", "keys": ["auto_playlist"]});
    let held = client.post("/api/v1/product-configs", &another).expect(409);
    assert_eq!(held["links"], link);
    let key = client.get("/api/v1/keys/auto_playlist").expect(200);
    assert_eq!(key["held_by"]["slug"], "automatic-playlist");

    let archived = client.send("DELETE", &flag, None).expect(200);
    assert_eq!(archived["status"], "ARCHIVED");
    client.send("POST", "/api/v1/keys/auto_playlist/archive", None).expect(200);
    client.send("POST", &format!("{flag}/unarchive"), None).expect(409);
    client.send("POST", "/api/v1/keys/auto_playlist/unarchive", None).expect(200);
    client.send("POST", &format!("{flag}/unarchive"), None).expect(200);
    let copy = client.post(&format!("{flag}/clone"), &json!({"name": "Copy"})).expect(201);
    assert_eq!((&copy["slug"], &copy["definition"]["keys"]), (&json!("copy"), &json!([])));
}

#[test]
fn the_keys_of_a_config_may_stand_beside_its_definition_where_they_agree() {
    let world = World::new();
    let client = world.member(Role::ProductManager);
    for key in ["volume", "speed"] {
        let body = json!({"name": key, "value_type": "integer", "default_value": 1});
        client.post("/api/v1/keys", &body).expect(201);
    }
    let create = |keys: &[&str], definition: Value| {
        let body = json!({"name": "Player", "keys": keys, "definition": definition});
        client.post("/api/v1/product-configs", &body)
    };
    create(&["volume"], json!({"keys": ["speed"]})).expect(422);
    let made = create(&["volume"], json!({"rows": []})).expect(201);
    assert_eq!(made["definition"]["keys"], json!(["volume"]));
    let made = create(&["speed"], json!({"keys": ["speed"]})).expect(201);
    assert_eq!(made["definition"]["keys"], json!(["speed"]));
}
