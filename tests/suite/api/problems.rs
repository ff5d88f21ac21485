//! Refusals: always problem details, with the headers that every answer has.

use flagstaff::domain::role::Role;
use serde_json::{Value, json};

use super::world::World;
use crate::support::{Answer, Client};

/// The headers of every management answer.
const HEADERS: [(&str, &str); 6] = [
    ("content-security-policy", "default-src 'none'; frame-ancestors 'none'; sandbox"),
    ("x-content-type-options", "nosniff"),
    ("cache-control", "no-store"),
    ("referrer-policy", "same-origin"),
    ("x-frame-options", "DENY"),
    ("cross-origin-resource-policy", "same-origin"),
];

fn check_headers(answer: &Answer) {
    for (name, value) in HEADERS {
        assert_eq!(answer.header(name), Some(value), "{name}");
    }
    assert_eq!(answer.header("server"), None);
    assert_eq!(answer.header("access-control-allow-origin"), None);
    assert_eq!(answer.header("x-request-id").unwrap().len(), 32);
}

fn check_problem(answer: &Answer, status: u16) -> Value {
    check_headers(answer);
    let problem = answer.expect(status);
    assert_eq!(answer.header("content-type"), Some("application/problem+json"));
    assert_eq!(problem["type"], "about:blank");
    assert_eq!(problem["status"], status);
    assert!(problem["title"].as_str().is_some_and(|title| !title.is_empty()));
    assert!(problem["detail"].as_str().is_some_and(|detail| detail.ends_with('.')), "{problem}");
    assert_eq!(problem["request_id"].as_str(), answer.header("x-request-id"));
    problem
}

#[test]
fn every_refusal_is_a_problem_that_says_what_to_do() {
    let world = World::new();
    let admin = world.member(Role::Admin);
    let keys = "/api/v1/keys";
    let key = json!({"name": "a", "value_type": "boolean", "default_value": false});
    check_headers(&admin.get(keys));
    check_headers(&admin.post(keys, &key));

    let raw = |client: &Client, kind: &str, body: &[u8]| {
        client.with_header("content-type", kind).send("POST", keys, Some(body))
    };
    let json_type = "application/json; charset=utf-8";
    check_problem(&raw(&admin, json_type, b"{"), 400);
    let unauthorized = world.anonymous.get(keys);
    check_problem(&unauthorized, 401);
    assert_eq!(unauthorized.header("www-authenticate"), Some("Bearer"));
    check_problem(&world.member(Role::Viewer).post(keys, &key), 403);
    check_problem(&admin.get("/api/v1/keys/b"), 404);
    check_problem(&admin.get("/api/v1/nowhere"), 404);
    check_problem(&admin.get("/nowhere"), 404);
    let wrong_method = admin.send("DELETE", keys, None);
    check_problem(&wrong_method, 405);
    assert_eq!(wrong_method.header("allow"), Some("GET, POST"));
    check_problem(&admin.post(keys, &key), 409);
    check_problem(&raw(&admin, json_type, &vec![b' '; 512 * 1024 + 1]), 413);
    check_problem(&raw(&admin, "text/plain", b"{}"), 415);
    check_problem(&admin.with_header("content-encoding", "gzip").post(keys, &key), 415);
    let invalid = check_problem(&admin.post(keys, &json!({"name": "b", "colour": 1})), 422);
    let fields: Vec<&str> = invalid["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| e["field"].as_str().unwrap())
        .collect();
    assert_eq!(fields, ["colour", "value_type", "default_value"]);
}

#[test]
fn a_body_at_its_limit_is_read() {
    let world = World::new();
    let developer = world.member(Role::Developer).with_header("content-type", "application/json");
    let mut body = br#"{"name":"a","value_type":"boolean","default_value":true}"#.to_vec();
    body.resize(512 * 1024, b' ');
    developer.send("POST", "/api/v1/keys", Some(&body)).expect(201);
}

#[test]
fn a_wrong_password_and_an_unknown_person_are_answered_alike_and_then_have_to_wait() {
    let world = World::new();
    let login = |name: &str, password: &str| {
        let body = json!({"email": name, "password": password});
        world.anonymous.post("/api/v1/auth/login", &body)
    };
    let without_id = |answer: &Answer| {
        let mut problem = check_problem(answer, 401);
        problem.as_object_mut().unwrap().remove("request_id");
        problem
    };
    let wrong = without_id(&login("viewer@x.org", "not the password"));
    let unknown = without_id(&login("nobody@x.org", "not the password"));
    assert_eq!(wrong, unknown);
    assert_eq!(without_id(&login("viewer@x.org", "short")), wrong);
    for _ in 0..3 {
        login("viewer@x.org", "not the password");
    }
    let refused = login("viewer@x.org", "not the password");
    check_problem(&refused, 429);
    assert!(refused.header("retry-after").unwrap().parse::<u64>().unwrap() >= 1);
}

#[test]
fn a_credential_is_the_same_in_each_header_and_none_in_a_query() {
    let world = World::new();
    let scope = flagstaff::store::api_tokens::TokenScope::Read;
    let token = world.api_token("default", scope, Role::Admin);
    let path = "/api/v1/keys";
    for client in [
        world.anonymous.with_bearer(&token),
        world.anonymous.with_header("authorization", &format!("Api-Key {token}")),
        world.anonymous.with_header("x-api-key", &token),
    ] {
        client.get(path).expect(200);
        let key = json!({"name": "a", "value_type": "boolean", "default_value": false});
        check_problem(&client.post(path, &key), 403);
    }
    for query in ["access_token", "token", "api_key"] {
        check_problem(&world.anonymous.get(&format!("{path}?{query}={token}")), 401);
    }
    let basic = world.anonymous.with_header("authorization", &format!("Basic {token}"));
    check_problem(&basic.get(path), 401);
    check_problem(&world.anonymous.with_header("cookie", &format!("sid={token}")).get(path), 401);
}

#[test]
fn the_description_is_there_for_people_and_programs() {
    let world = World::new();
    let page = world.anonymous.get("/docs");
    assert_eq!(page.status, 200);
    assert!(page.text.contains("/api/v1/feature-flags/{id}"));
    assert!(!page.text.contains("<script"));
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    assert_eq!(world.anonymous.get("/openapi.json").expect(200)["openapi"], "3.1.0");
}
