//! What bodies may hold: no field that is not offered, no depth bomb, no number or text that would
//! change on its way.

use flagstaff::{domain::role::Role, routes};
use serde_json::{Value, json};

use super::{
    samples::{is_management, samples, takes_json},
    world::{Things, World},
};
use crate::support::Client;

/// Fields that only the server decides.
const FORBIDDEN: [&str; 12] = [
    "id",
    "project_id",
    "project",
    "role",
    "is_admin",
    "created_by",
    "created_at",
    "revision",
    "archived_at",
    "published_at",
    "key_hash",
    "made_up",
];

#[test]
fn a_field_that_is_not_offered_is_refused_by_name_and_nothing_changes() {
    let world = World::new();
    let admin = world.member(Role::Admin);
    let own = Things::make(&admin, "default", "own");
    let before = world.fingerprint();
    for row in routes::all().iter().filter(|row| is_management(row) && takes_json(row)) {
        for sample in samples(row, &own, "free") {
            if sample.method == "GET" {
                continue;
            }
            for field in FORBIDDEN {
                let mut body = sample.body.clone().unwrap_or_else(|| json!({}));
                body[field] = json!("x");
                let answer = admin.json(&sample.method, &sample.path, &body);
                let (method, path) = (&sample.method, &sample.path);
                assert_eq!(answer.status, 422, "{method} {path} {field}: {}", answer.text);
                let named: Vec<Value> = answer.json()["errors"].as_array().unwrap().clone();
                assert!(named.iter().any(|error| error["field"] == field), "{method} {path}");
            }
        }
    }
    assert_eq!(world.fingerprint(), before);
}

#[test]
fn unknown_query_parameters_are_refused_by_name() {
    let world = World::new();
    let admin = world.member(Role::Admin);
    let own = Things::make(&admin, "default", "own");
    for row in routes::all().iter().filter(|row| is_management(row)) {
        for sample in samples(row, &own, "free") {
            let path = match sample.path.ends_with('?') {
                true => format!("{}made_up=1", sample.path),
                false => format!("{}&made_up=1", sample.path),
            };
            let answer = match &sample.body {
                Some(body) => admin.json(&sample.method, &path, body),
                None => admin.send(&sample.method, &path, None),
            };
            assert_eq!(answer.status, 422, "{} {path}: {}", sample.method, answer.text);
            assert_eq!(answer.json()["errors"][0]["field"], "made_up");
        }
    }
}

#[test]
fn a_depth_bomb_is_refused_everywhere_with_a_short_answer() {
    let world = World::new();
    let admin = world.member(Role::Admin);
    let own = Things::make(&admin, "default", "own");
    let before = world.fingerprint();
    let client = admin.with_header("content-type", "application/json");
    let bombs = [33, 128, 5_000, 200_000].map(|depth| {
        [format!("{}{}", "[".repeat(depth), "]".repeat(depth)), "{\"a\":".repeat(depth)]
    });
    for row in routes::all().iter().filter(|row| is_management(row) && takes_json(row)) {
        for sample in samples(row, &own, "free") {
            if sample.method == "GET" {
                continue;
            }
            for bomb in bombs.as_flattened().iter().filter(|bomb| bomb.len() < 500_000) {
                let answer = client.send(&sample.method, &sample.path, Some(bomb.as_bytes()));
                assert_eq!(answer.status, 400, "{} {}", sample.method, sample.path);
                assert!(answer.text.len() < 1_024);
            }
        }
    }
    let login = world.anonymous.with_header("content-type", "application/json");
    let bomb = "[".repeat(5_000);
    assert_eq!(login.send("POST", "/api/v1/auth/login", Some(bomb.as_bytes())).status, 400);
    assert_eq!(world.fingerprint(), before);
}

#[test]
fn json_is_kept_exactly_or_refused() {
    let world = World::new();
    let client = world.member(Role::Developer).with_header("content-type", "application/json");
    let mut number = 0;
    let mut keep = |value_type: &str, value: &str| {
        number += 1;
        let body = format!(
            r#"{{"name":"k{number}","value_type":"{value_type}","default_value":{value}}}"#
        );
        let made = client.send("POST", "/api/v1/keys", Some(body.as_bytes()));
        match made.status {
            201 => {
                let kept = client.get(&format!("/api/v1/keys/k{number}")).expect(200);
                Some(kept["default_value"].to_string())
            }
            400 | 422 => None,
            status => panic!("{value}: {status} {}", made.text),
        }
    };
    for (value_type, value, kept) in [
        ("integer", "9007199254740991", Some("9007199254740991")),
        ("integer", "-9007199254740991", Some("-9007199254740991")),
        ("integer", "9007199254740992", None),
        ("integer", "18446744073709551616", None),
        ("integer", "1.5", None),
        ("decimal", "0.1", Some("0.1")),
        ("decimal", "-0.0", None),
        ("decimal", "1e400", None),
        ("decimal", "NaN", None),
        ("decimal", "3", Some("3.0")),
        ("json", r#"{"a":[1,1.0,null]}"#, Some(r#"{"a":[1,1.0,null]}"#)),
        ("json", "null", Some("null")),
        ("json", r#"{"a":1,"a":2}"#, None),
        ("json", "[1,]", None),
        ("string", r#""\u0000""#, None),
        ("string", r#""\ud800""#, None),
        ("string", r#""🏳️‍🌈 e\u0301 é \r\n\u202e""#, Some("\"🏳️‍🌈 e\u{301} é \\r\\n\u{202e}\"")),
        ("boolean", "\"true\"", None),
    ] {
        assert_eq!(keep(value_type, value).as_deref(), kept, "{value_type} {value}");
    }
    let bom = b"\xef\xbb\xbf{}";
    assert_eq!(client.send("POST", "/api/v1/keys", Some(bom)).status, 400);
}

/// Texts that trip programs up.
fn awkward_texts() -> Vec<String> {
    let mut texts: Vec<String> = [
        "\0",
        "a\0b",
        " ",
        "",
        "\u{feff}",
        "\u{200b}",
        "\u{202e}txt",
        "e\u{301}",
        "é",
        "🏳️‍🌈",
        "../..",
        "a\r\nb",
        "OFF",
        "null",
        "%00",
        "'; drop table keys; --",
        "<script>",
        "new",
        "settings",
    ]
    .map(str::to_owned)
    .to_vec();
    texts.push("\u{200b}".repeat(100_000));
    texts.push("a\u{301}".repeat(5_000));
    texts
}

#[test]
fn awkward_text_in_any_field_is_kept_exactly_or_refused() {
    let world = World::new();
    let admin = world.member(Role::Admin);
    let own = Things::make(&admin, "default", "own");
    for row in routes::all().iter().filter(|row| is_management(row)) {
        for sample in samples(row, &own, "free") {
            let Some(body) = sample.body.as_ref().and_then(Value::as_object) else { continue };
            for field in body.keys() {
                for text in awkward_texts() {
                    let mut body = json!(body);
                    body[field] = json!(text);
                    check(&admin, &sample.method, &sample.path, field, &body);
                }
            }
        }
    }
}

fn check(client: &Client, method: &str, path: &str, field: &str, body: &Value) {
    let answer = client.json(method, path, body);
    let said = answer.text.chars().take(300).collect::<String>();
    assert!(answer.status < 500, "{method} {path} {field}: {said}");
    // A version that changes nothing is not saved, and so keeps the note that it has.
    let unchanged = answer.status == 200 && field == "note";
    let kept_as_text = ["name", "description", "note"].contains(&field) && !unchanged;
    if matches!(answer.status, 200 | 201) && kept_as_text {
        let sent = body[field].as_str().unwrap();
        let kept = answer.json()[field].as_str().unwrap_or(sent).to_owned();
        assert!(kept == sent || kept == sent.trim(), "{method} {path} {field}: {said}");
    }
}

#[test]
fn awkward_text_in_any_address_or_query_is_no_fault_of_ours() {
    let world = World::new();
    let admin = world.member(Role::Admin);
    let awkward = [
        "%00",
        "a%00b",
        "%ff",
        "%f0%9f%8f%b3",
        "..%2f..",
        "%2e%2e",
        "new",
        "-1",
        "0",
        "2147483648",
        "99999999999999999999",
        "'--",
        "%25",
        "{}",
        "%0d%0a",
        "NULL",
        "%e2%80%8b",
    ];
    for row in routes::all().iter().filter(|row| is_management(row)) {
        let pattern = row.path().replace("{kind}", "feature-flags");
        for text in awkward {
            let mut path = pattern.clone();
            for name in ["{id}", "{n}", "{a}", "{b}", "{name}", "{slug}", "{key}", "{project}"] {
                path = path.replace(name, text);
            }
            let method = row.method().as_str();
            let answer = match method {
                "GET" | "DELETE" => admin.send(method, &path, None),
                _ => admin.json(method, &path, &json!({})),
            };
            assert!(answer.status < 500, "{method} {path}: {}", answer.text);
            if method == "GET" {
                for name in [
                    "q",
                    "cursor",
                    "limit",
                    "sort",
                    "status",
                    "tag",
                    "environment",
                    "from",
                    "to",
                    "bucket",
                    "segment",
                    "project",
                    "action",
                    "actor_id",
                ] {
                    let path = format!("{path}?{name}={text}");
                    let answer = admin.get(&path);
                    assert!(answer.status < 500, "{method} {path}: {}", answer.text);
                }
            }
        }
    }
}
