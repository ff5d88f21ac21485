//! The OpenAPI description and the table of routes tell of the same endpoints.

use flagstaff::{
    api::openapi,
    routes::{self, Access, Row},
};
use serde_json::Value;

/// The routes that the description tells of.
fn described(row: &Row) -> bool {
    row.path().starts_with("/api/v1/")
        && row.access() != Access::SdkKey
        && row.method() != "OPTIONS"
}

#[test]
fn the_description_and_the_table_list_the_same_endpoints() {
    let description = serde_json::to_value(openapi::description()).unwrap();
    let mut documented: Vec<String> = Vec::new();
    for (path, item) in description["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            documented.push(format!("{} {path}", method.to_uppercase()));
        }
    }
    let rows = routes::all();
    let mut routed: Vec<String> = rows
        .iter()
        .filter(|row| described(row))
        .map(|row| format!("{} {}", row.method(), row.path()))
        .collect();
    documented.sort();
    routed.sort();
    assert_eq!(documented, routed);
}

#[test]
fn no_two_rows_are_for_the_same_method_and_address() {
    let mut routes: Vec<String> =
        routes::all().iter().map(|row| format!("{} {}", row.method(), row.path())).collect();
    let all = routes.len();
    routes.sort();
    routes.dedup();
    assert_eq!(routes.len(), all);
}

#[test]
fn every_reference_in_the_description_leads_somewhere() {
    let description = serde_json::to_value(openapi::description()).unwrap();
    let mut open = vec![&description];
    while let Some(value) = open.pop() {
        match value {
            Value::Object(fields) => {
                if let Some(target) = fields.get("$ref").and_then(Value::as_str) {
                    assert!(description.pointer(target.trim_start_matches('#')).is_some());
                }
                open.extend(fields.values());
            }
            Value::Array(items) => open.extend(items),
            _ => {}
        }
    }
}
