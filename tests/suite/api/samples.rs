//! For every route of management: addresses of given things, and a body that it accepts.

use flagstaff::routes::Row;
use serde_json::{Value, json};

use super::world::{Things, USER};

/// A request to a route.
#[derive(Debug, Clone)]
pub struct Sample {
    pub method: String,
    pub path: String,
    pub body: Option<Value>,
}

/// The routes of management, by their addresses.
pub fn is_management(row: &Row) -> bool {
    let path = row.path();
    let of_apps = path.ends_with("/evaluate") || path == "/api/v1/events";
    path.starts_with("/api/v1/") && !of_apps && path != "/api/v1/auth/login"
}

/// Whether its bodies are JSON.
pub fn takes_json(row: &Row) -> bool {
    !row.path().ends_with("/members")
}

/// Whether the address names a thing.
pub fn names_a_thing(row: &Row) -> bool {
    // Several are named in the body, not by the address.
    row.path().contains('{') && !row.path().ends_with("/bulk")
}

/// Requests to that route for these things; `free` is a name that nothing has yet.
pub fn samples(row: &Row, things: &Things, free: &str) -> Vec<Sample> {
    let path = row.path();
    let kinds = match path.contains("{kind}") {
        true => vec!["feature-flags", "product-configs"],
        false => vec![""],
    };
    kinds.into_iter().map(|kind| sample(row, kind, things, free)).collect()
}

fn sample(row: &Row, kind: &str, things: &Things, free: &str) -> Sample {
    let pattern = row.path();
    let id = match (kind, pattern.split('/').nth(3)) {
        ("product-configs", _) | (_, Some("product-configs")) => &things.config,
        (_, Some("sdk-keys")) => &things.sdk_key,
        _ => &things.flag,
    };
    let path = pattern
        .replace("{kind}", kind)
        .replace("{id}", id)
        .replace("{n}", "1")
        .replace("{a}", "1")
        .replace("{b}", "1")
        .replace("{name}", &things.key)
        .replace("{slug}", &things.segment_id)
        .replace("{key}", &things.environment)
        .replace("{user_id}", USER)
        .replace("{project}", &things.project);
    assert!(!path.contains('{'), "no sample of the address {pattern}");
    let environment = match path.split('/').nth(3) {
        Some("users") => format!("&environment={}", things.environment),
        _ if path.ends_with("/stats") => "&environment=staging".to_owned(),
        _ if pattern.ends_with("{id}/preview") => "&environment=staging".to_owned(),
        _ => String::new(),
    };
    let project = if pattern.contains("{project}") { "" } else { "project=default" };
    let method = row.method().to_string();
    let body = body(&method, &pattern, kind, things, free);
    Sample { path: format!("{path}?{project}{environment}"), method, body }
}

fn body(method: &str, pattern: &str, kind: &str, things: &Things, free: &str) -> Option<Value> {
    let conditions = json!({"all": [{"attribute": "plan", "operator": "is", "value": free}]});
    let key = match kind {
        "product-configs" => things.config_slug.replace("-config", "_config_key"),
        _ => things.flag_key.clone(),
    };
    let definition = json!({"keys": [key], "rows": []});
    let last = pattern.rsplit('/').next().unwrap();
    Some(match (method, pattern.trim_start_matches("/api/v1/"), last) {
        ("GET", ..) | ("DELETE", ..) => return None,
        (_, _, "archive" | "unarchive" | "restore" | "members") => return None,
        (_, "projects" | "environments", _) => json!({"key": free, "name": free}),
        (_, "projects/{project}" | "environments/{key}", _) => json!({"name": free}),
        (_, "keys", _) => json!({"name": free, "value_type": "string", "default_value": ""}),
        (_, "keys/{name}", _) => json!({"description": free}),
        (_, "segments", _) => json!({"name": free, "conditions": conditions}),
        (_, "segments/preview", _) => {
            json!({"environment": "staging", "conditions": conditions})
        }
        (_, "segments/{slug}", _) => json!({"description": free}),
        (_, "explain", _) => json!({"environment": "staging", "user_id": free}),
        (_, "sdk-keys", _) => json!({"environment": "staging", "kind": "client", "name": free}),
        ("POST", "feature-flags", _) => json!({"key": free}),
        ("POST", "product-configs", _) => json!({"name": free, "keys": []}),
        ("PUT", "feature-flags/{id}" | "product-configs/{id}", _) => json!({"description": free}),
        (_, _, "bulk") => {
            let id = if kind == "product-configs" { &things.config } else { &things.flag };
            json!({"action": "tag", "ids": [id], "tag": free})
        }
        (_, _, "clone") => json!({"name": free}),
        (_, _, "enable" | "disable") => json!({"environment": "staging"}),
        (_, _, "versions") => json!({"base_version": 1, "note": free, "definition": definition}),
        (_, _, "undo") => json!({"environment": "staging"}),
        (_, _, "promote") => {
            json!({"from": "staging", "to": things.environment, "replaces": null})
        }
        (_, _, "preview") => json!({"definition": definition}),
        (_, _, "publish") => json!({"environment": "staging", "replaces": null}),
        _ => panic!("no sample of a body for {method} {pattern}"),
    })
}
