//! Keys over REST: schemas, bases, and what is wrong at its path.

use flagstaff::domain::role::Role;
use serde_json::{Value, json};

use super::world::World;
use crate::support::Client;

const KEYS: &str = "/api/v1/keys";
const BANNER: &str = "/api/v1/keys/banner";

fn banner(default: Value, schema: Value) -> Value {
    json!({"name": "banner", "value_type": "json", "default_value": default, "schema": schema})
}

fn first_error(problem: &Value) -> (String, String) {
    let error = &problem["errors"][0];
    let text = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
    (text("field"), text("message"))
}

fn titled() -> Value {
    json!({"type": "object", "properties": {"title": {"type": "string"}}})
}

fn patch(client: &Client, status: u16, body: &Value) -> Value {
    client.json("PATCH", BANNER, body).expect(status)
}

#[test]
fn a_schema_is_kept_checked_and_taken_away() {
    let world = World::new();
    let client = world.member(Role::Developer);
    let wrong = client.post(KEYS, &banner(json!({"title": 1}), titled())).expect(422);
    assert_eq!(
        first_error(&wrong),
        ("default_value.title".to_owned(), "This must be text.".to_owned())
    );
    let outside = banner(json!({}), json!({"$ref": "http://127.0.0.1:9/x"}));
    let (field, message) = first_error(&client.post(KEYS, &outside).expect(422));
    assert_eq!(field, "schema.$ref");
    assert!(message.contains("never fetches"), "{message}");
    let made = client.post(KEYS, &banner(json!({"title": "Hi"}), titled())).expect(201);
    assert_eq!(made["schema"], titled());
    patch(&client, 422, &json!({"default_value": []}));
    assert_eq!(patch(&client, 200, &json!({"description": "x"}))["schema"], titled());
    assert_eq!(patch(&client, 200, &json!({"schema": null}))["schema"], Value::Null);
    patch(&client, 200, &json!({"default_value": []}));
    let (field, message) = first_error(&patch(&client, 422, &json!({"schema": titled()})));
    assert_eq!(field, "schema");
    assert!(message.starts_with("The default does not fit it: "), "{message}");
    let boolean = json!({"name": "b", "value_type": "boolean", "default_value": true,
                         "schema": {}});
    assert_eq!(first_error(&client.post(KEYS, &boolean).expect(422)).0, "schema");
}

#[test]
fn values_of_a_config_are_checked_against_the_schema_of_their_key() {
    let world = World::new();
    let client = world.member(Role::Developer);
    client.post(KEYS, &banner(json!({}), titled())).expect(201);
    let definition = |title: Value| {
        json!({"keys": ["banner"],
               "everyone_else": {"serve": {"values": {"banner": {"title": title}}}}})
    };
    let config = |title| json!({"name": "Welcome", "definition": definition(title)});
    let wrong = client.post("/api/v1/product-configs", &config(json!(1))).expect(422);
    let place = "definition.everyone_else.serve.values.banner.title";
    assert_eq!(first_error(&wrong), (place.to_owned(), "This must be text.".to_owned()));
    let made = client.post("/api/v1/product-configs", &config(json!("Hi"))).expect(201);
    let versions = format!("/api/v1/product-configs/{}/versions", made["id"].as_str().unwrap());
    let save = json!({"base_version": 1, "definition": definition(json!(2))});
    assert_eq!(first_error(&client.post(&versions, &save).expect(422)).0, place);
}

#[test]
fn a_change_may_say_on_which_revision_it_stands_and_is_refused_on_an_older_one() {
    let world = World::new();
    let client = world.member(Role::Developer);
    client.post(KEYS, &banner(json!({}), Value::Null)).expect(201);
    let on = |base: i32, text: &str| json!({"description": text, "base_revision": base});
    assert_eq!(patch(&client, 200, &on(1, "Theirs"))["revision"], 2);
    let conflict = patch(&client, 409, &on(1, "Mine"));
    assert_eq!(conflict["newest"]["description"], "Theirs");
    assert_eq!(conflict["yours"]["description"], "Mine");
    let stale = client.with_header("if-match", "\"1\"");
    patch(&stale, 409, &json!({"description": "Mine"}));
    patch(&client.with_header("if-match", "\"2\""), 200, &json!({"description": "Mine"}));
    patch(&client, 200, &json!({"description": "Whatever it is"}));
    let (field, _) = first_error(&patch(&client, 422, &json!({"base_revision": "1"})));
    assert_eq!(field, "base_revision");
    let new = json!({"name": "c", "value_type": "boolean", "default_value": true,
                     "base_revision": 1});
    assert_eq!(first_error(&client.post(KEYS, &new).expect(422)).0, "base_revision");
}

#[test]
fn what_json_would_lose_on_its_way_is_refused_at_its_path() {
    let world = World::new();
    let client = world.member(Role::Developer);
    let typed = client.with_header("content-type", "application/json");
    for (default, field, word) in [
        (r#"{"plans": [{"a": 1, "a": 2}]}"#, "default_value.plans[0].a", "twice"),
        (r#"{"big": 9007199254740993}"#, "default_value.big", "2^53"),
        (r#"["\u0000"]"#, "default_value[0]", "U+0000"),
    ] {
        let body = format!(r#"{{"name": "k", "value_type": "json", "default_value": {default}}}"#);
        let problem = typed.send("POST", KEYS, Some(body.as_bytes())).expect(400);
        let (at, message) = first_error(&problem);
        assert_eq!(at, field, "{problem}");
        assert!(message.contains(word), "{message}");
    }
    let text = json!({"name": "n", "value_type": "integer", "default_value": "7"});
    let (field, message) = first_error(&client.post(KEYS, &text).expect(422));
    assert_eq!(field, "default_value");
    assert!(message.starts_with("Enter a whole number"), "{message}");
    let large = json!({"name": "n", "value_type": "string", "default_value": "x".repeat(70_000)});
    assert_eq!(first_error(&client.post(KEYS, &large).expect(422)).0, "default_value");
}

#[test]
fn a_name_that_is_taken_is_named_at_its_field() {
    let world = World::new();
    let developer = world.member(Role::Developer);
    let key = |name: &str| json!({"name": name, "value_type": "boolean", "default_value": false});
    developer.post(KEYS, &key("banner_on")).expect(201);
    let refused = developer.post(KEYS, &key("BANNER_on")).expect(409);
    let (field, message) = first_error(&refused);
    assert_eq!(field, "name");
    assert!(message.contains("There is a key “banner_on” already."), "{message}");
}
