//! The requests of the reference page "Creating Feature Flags", as they stand there.

use flagstaff::{domain::role::Role, store::sdk_keys::SdkKeyKind};
use serde_json::{Value, json};

use super::world::{PASSWORD, World};
use crate::support::{Answer, Client, eventually};

const CREATE: &str = r#"{
  "key": "new-checkout-flow",
  "name": "New Checkout Flow",
  "description": "Redesigned single-page checkout experience",
  "rollout_percentage": 0,
  "status": "DRAFT"
}"#;

const TARGETING_RULES: &str = r#"{
  "targeting_rules": [
    {
      "attribute": "plan",
      "operator": "equals",
      "value": "enterprise"
    },
    {
      "attribute": "country",
      "operator": "in",
      "value": ["US", "CA", "GB"]
    }
  ]
}"#;

const ACTIVATE: &str = r#"{
  "rollout_percentage": 10,
  "status": "ACTIVE"
}"#;

const EVALUATE: &str = r#"{
  "user_id": "user-123",
  "attributes": {"plan": "enterprise", "country": "US"}
}"#;

fn send(client: &Client, method: &str, path: &str, body: &str) -> Answer {
    let client = client.with_header("content-type", "application/json");
    client.send(method, path, Some(body.as_bytes()))
}

/// Those fields of an answer.
fn part(answer: &Value, fields: &[&str]) -> Value {
    fields.iter().map(|field| ((*field).to_owned(), answer[*field].clone())).collect()
}

#[test]
fn the_reference_page_works_as_it_is_written() {
    for role in [Role::Admin, Role::ProductManager] {
        let world = World::new();
        let login = format!(r#"{{"username":"{}@x.org","password":"{PASSWORD}"}}"#, role.as_str());
        let answer = send(&world.anonymous, "POST", "/api/v1/auth/login", &login).expect(200);
        assert_eq!(answer["token_type"], "bearer");
        assert_eq!(answer["expires_in"], 900);
        let client = world.anonymous.with_bearer(answer["access_token"].as_str().unwrap());

        let made = send(&client, "POST", "/api/v1/feature-flags", CREATE).expect(201);
        let fields =
            ["key", "name", "description", "status", "rollout_percentage", "targeting_rules"];
        let expected = json!({
            "key": "new-checkout-flow",
            "name": "New Checkout Flow",
            "description": "Redesigned single-page checkout experience",
            "status": "DRAFT",
            "rollout_percentage": 0,
            "targeting_rules": [],
        });
        assert_eq!(part(&made, &fields), expected);
        for moment in ["created_at", "updated_at"] {
            chrono::DateTime::parse_from_rfc3339(made[moment].as_str().unwrap()).unwrap();
        }

        let path = format!("/api/v1/feature-flags/{}", made["id"].as_str().unwrap());
        let targeted = send(&client, "PUT", &path, TARGETING_RULES).expect(200);
        assert_eq!(targeted["targeting_rules"][0]["value"], "enterprise");
        assert_eq!(targeted["targeting_rules"][1]["value"], json!(["US", "CA", "GB"]));
        assert_eq!((&targeted["status"], &targeted["version"]), (&json!("DRAFT"), &json!(2)));

        let active = send(&client, "PUT", &path, ACTIVATE).expect(200);
        let fields = ["status", "rollout_percentage", "version", "live_version"];
        let expected =
            json!({"status": "ACTIVE", "rollout_percentage": 10, "version": 3, "live_version": 3});
        assert_eq!(part(&active, &fields), expected);
        evaluates(&world, &client);
    }
}

fn evaluates(world: &World, client: &Client) {
    let key = json!({"environment": "production", "kind": SdkKeyKind::Server, "name": "shop"});
    let key = client.post("/api/v1/sdk-keys", &key).expect(201);
    let app = world.anonymous.with_header("x-api-key", key["key"].as_str().unwrap());
    let path = "/api/v1/feature-flags/new-checkout-flow/evaluate";
    let answer = eventually("the flag is served", || {
        let answer = send(&app, "POST", path, EVALUATE);
        (answer.status == 200).then(|| answer.json())
    });
    assert_eq!(answer["flag_key"], "new-checkout-flow");
    assert!(answer["enabled"].is_boolean());
    assert_eq!(answer["rollout_percentage"], 10);
}

#[test]
fn a_developer_may_not_activate_in_production_and_nothing_changes() {
    let world = World::new();
    let developer = world.member(Role::Developer);
    let made = send(&developer, "POST", "/api/v1/feature-flags", CREATE).expect(201);
    let path = format!("/api/v1/feature-flags/{}", made["id"].as_str().unwrap());
    let before = world.fingerprint();
    let problem = send(&developer, "PUT", &path, ACTIVATE).expect(403);
    assert!(problem["detail"].as_str().unwrap().contains("protected"), "{problem}");
    assert_eq!(world.fingerprint(), before);
    send(&developer, "PUT", &format!("{path}?environment=staging"), ACTIVATE).expect(200);
}
