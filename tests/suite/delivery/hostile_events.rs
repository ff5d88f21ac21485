//! Events as somebody sends them who means harm, or whose app is broken.

use std::thread;

use serde_json::{Value as Json, json};

use super::world::World;
use crate::support::{Answer, Client};

const EVENTS: &str = "/api/v1/events";

fn event(id: &str, user: &str) -> Json {
    json!({"id": id, "user_id": user, "event": "Seen"})
}

/// The status of each event, with the reason where there is one.
fn fates(answer: &Answer) -> Vec<(String, String)> {
    let text = |json: &Json| json.as_str().unwrap_or_default().to_owned();
    let results = answer.expect(202)["results"].as_array().unwrap().clone();
    results.iter().map(|result| (text(&result["status"]), text(&result["reason"]))).collect()
}

fn send(app: &Client, events: &[Json]) -> Vec<(String, String)> {
    fates(&app.post(EVENTS, &json!({"events": events})))
}

fn statuses(app: &Client, events: &[Json]) -> Vec<String> {
    send(app, events).into_iter().map(|(status, _)| status).collect()
}

#[test]
fn a_call_takes_a_thousand_events_and_says_what_became_of_each() {
    let world = World::new();
    let events: Vec<Json> = (0..1_000)
        .map(|number| match number % 4 {
            0 => event("", "ann"),
            1 => event(&format!("twin-{}", number / 8), "ann"),
            _ => event(&number.to_string(), &format!("user {number} {}", "x".repeat(700))),
        })
        .collect();
    let server = world.server.app(&world.story.server_key);
    let answer = server.post(EVENTS, &json!({"events": events}));
    let fates = fates(&answer);
    assert_eq!(fates.len(), 1_000);
    let of = |wanted: &str| fates.iter().filter(|(status, _)| status == wanted).count();
    assert_eq!((of("refused"), of("duplicate")), (250, 125));
    assert_eq!(answer.json()["results"][999]["id"], "999");
}

#[test]
fn ids_count_once_however_many_batches_come_at_once() {
    let world = World::new();
    let app = world.server.app(&world.story.server_key);
    let stored: usize = thread::scope(|scope| {
        let senders: Vec<_> = (0..8_usize)
            .map(|sender| {
                let app = &app;
                scope.spawn(move || {
                    // Each in an order of its own, so that they meet half way.
                    let mut events: Vec<Json> = (0..100)
                        .map(|number| event(&number.to_string(), &format!("u{}", number % 7)))
                        .collect();
                    events.rotate_left(sender * 13);
                    let statuses = statuses(app, &events);
                    statuses.iter().filter(|status| *status == "stored").count()
                })
            })
            .collect();
        senders.into_iter().map(|sender| sender.join().unwrap()).sum()
    });
    assert_eq!(stored, 100);
}

#[test]
fn what_can_not_be_read_is_refused_in_words_and_never_breaks_anything() {
    let world = World::new();
    let server = world.server.app(&world.story.server_key);
    let set = |set: Json| json!({"id": "1", "user_id": "ann", "set": set});
    let cases = [
        (Json::Null, "“id”"),
        (json!([]), "“id”"),
        (json!("x"), "“id”"),
        (json!({"id": 1, "user_id": "ann", "event": "Seen"}), "“id”"),
        (event("a\0b", "ann"), "U+0000"),
        (event("1", "an\0n"), "U+0000"),
        (event("1", ""), "“user_id”"),
        (event("1", &"x".repeat(1_025)), "1024 bytes"),
        (event(&"x".repeat(201), "ann"), "200 characters"),
        (json!({"id": "1", "user_id": ["ann"], "event": "Seen"}), "“user_id”"),
        (json!({"id": "1", "user_id": "ann", "event": "a\0"}), "U+0000"),
        (json!({"id": "1", "user_id": "ann", "event": {"a": 1}}), "“event”"),
        (json!({"id": "1", "user_id": "ann", "unset": ["a\0"]}), "U+0000"),
        (json!({"id": "1", "user_id": "ann", "unset": "plan"}), "“unset”"),
        (set(json!({"a\0": 1})), "U+0000"),
        (set(json!({"a": "\0"})), "U+0000"),
        (set(json!({"a": ["\0"]})), "U+0000"),
        (set(json!({"": 1})), "can't be a property"),
        (set(json!([1])), "“set”"),
        (set(json!({"a": {"b": 1}})), "“a” must be"),
        (set(json!({"a": "x".repeat(64 * 1024)})), "4096 bytes"),
    ];
    for (event, reason) in cases {
        let good = json!({"id": "good", "user_id": "bob", "event": "Seen"});
        let fates = send(&server, &[event.clone(), good]);
        assert_eq!(fates[0].0, "refused", "{event}");
        assert!(fates[0].1.contains(reason), "{event}: {}", fates[0].1);
        assert!(fates[1].0 == "stored" || fates[1].0 == "duplicate", "{event}: {fates:?}");
    }
}

#[test]
fn huge_numbers_are_kept_as_they_can_be_or_refused() {
    let world = World::new();
    let server = world.server.app(&world.story.server_key);
    let numbers = [
        "1e308",
        "-1e308",
        "1e-320",
        "18446744073709551615",
        "-9223372036854775808",
        "123456789012345678901234567890",
        "0.1",
        "-0.0",
    ];
    for (number, text) in numbers.iter().enumerate() {
        let body = format!(
            r#"{{"events": [{{"id": "{number}", "user_id": {text}, "set": {{"n": {text}, "l": [{text}]}}}}]}}"#
        );
        let client = server.with_header("content-type", "application/json");
        let answer = client.send("POST", EVENTS, Some(body.as_bytes()));
        assert_eq!(fates(&answer)[0].0, "stored", "{text}");
        let ask = format!(r#"{{"user_id": {text}}}"#);
        let path = "/api/v1/feature-flags/auto_playlist/evaluate";
        client.send("POST", path, Some(ask.as_bytes())).expect(200);
    }
    let endless = r#"{"events": [{"id": "x", "user_id": "ann", "set": {"n": 1e400}}]}"#;
    let client = server.with_header("content-type", "application/json");
    client.send("POST", EVENTS, Some(endless.as_bytes())).expect(400);
}

#[test]
fn the_properties_of_a_user_stay_within_64_kib() {
    let world = World::new();
    let server = world.server.app(&world.story.server_key);
    let part = |number: usize| {
        let set: Json =
            (0..3).map(|i| (format!("p{number}-{i}"), json!("x".repeat(1_000)))).collect();
        json!({"id": number.to_string(), "user_id": "ann", "set": set})
    };
    let fates = send(&server, &(0..40).map(part).collect::<Vec<_>>());
    let stored = fates.iter().filter(|(status, _)| status == "stored").count();
    assert_eq!(stored, 21, "{fates:?}");
    assert!(fates[39].1.contains("64 KiB"), "{}", fates[39].1);
    // There is room again for who makes it.
    let unset: Vec<String> = (0..3).map(|i| format!("p0-{i}")).collect();
    let less = json!({"id": "less", "user_id": "ann", "unset": unset});
    assert_eq!(statuses(&server, &[less, part(39)]), ["stored", "stored"]);
}

#[test]
fn what_is_set_and_unset_happens_in_the_order_of_the_batch() {
    let world = World::new();
    let server = world.server.app(&world.story.server_key);
    let report = |id: &str, set: Json, unset: Json| json!({"id": id, "user_id": "ann", "set": set, "unset": unset});
    send(
        &server,
        &[
            report("1", json!({"a": 1, "b": 1, "c": 1}), json!([])),
            report("2", json!({"a": 2}), json!(["b"])),
            report("3", json!({"c": 3}), json!(["c", "a"])),
            report("4", json!({"b": 4}), json!(["b"])),
        ],
    );
    let stored = world
        .story
        .store
        .read(|conn| flagstaff::store::user_records::find(conn, world.story.production.id, "ann"));
    assert_eq!(stored.unwrap().unwrap().properties, json!({"b": 4, "c": 3}));
}

#[test]
fn bodies_that_are_too_large_or_no_json_are_refused_whole() {
    let world = World::new();
    let client = world.app().with_header("content-type", "application/json");
    let large = format!(r#"{{"events": [], "x": "{}"}}"#, "x".repeat(1_100_000));
    for (body, status) in [
        (large.as_str(), 413),
        ("", 400),
        ("{", 400),
        ("[]", 400),
        (r#"{"events": {}}"#, 400),
        (r#"{"events": [{"id": "1"]}"#, 400),
        (&"[".repeat(100_000), 400),
    ] {
        let answer = client.send("POST", EVENTS, Some(body.as_bytes()));
        assert_eq!(answer.status, status, "{:.40}: {}", body, answer.text);
        assert_eq!(answer.header("content-type"), Some("application/problem+json"));
    }
    assert_eq!(statuses(&world.app(), &[event("1", "ann")]), ["stored"]);
}
