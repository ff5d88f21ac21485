use serde_json::json;

use super::world::World;

const ONE: &str = "/ofrep/v1/evaluate/flags/auto_playlist";
const ALL: &str = "/ofrep/v1/evaluate/flags";

#[test]
fn a_provider_gets_value_reason_and_variant() {
    let world = World::new();
    let question =
        json!({"context": {"targetingKey": "user-1", "platform": "iPhone", "city": "Boston"}});
    let wanted = json!({"key": "auto_playlist", "value": false, "reason": "DEFAULT",
                        "variant": "off", "metadata": {"version": 1}});
    assert_eq!(world.app().post(ONE, &question).expect(200), wanted);
    let all = world.app().post(ALL, &question);
    assert!(all.header("access-control-expose-headers").unwrap().contains("ETag"));
    assert_eq!(all.expect(200), json!({"flags": [wanted], "metadata": {}}));
}

#[test]
fn the_targeting_key_is_the_users_id_as_it_is_for_the_native_interface() {
    let world = World::new();
    for number in 0..50 {
        let user = format!("user-{number}");
        let attributes = json!({"platform": "iPhone", "city": "Miami"});
        let native = json!({"user_id": user, "attributes": attributes});
        let native = world.app().post("/api/v1/feature-flags/auto_playlist/evaluate", &native);
        let context = json!({"targetingKey": user, "platform": "iPhone", "city": "Miami"});
        let ofrep = world.app().post(ONE, &json!({"context": context}));
        assert_eq!(native.expect(200)["value"], ofrep.expect(200)["value"], "{user}");
    }
}

#[test]
fn the_tag_depends_on_the_whole_answer() {
    let world = World::new();
    let ask = |city: &str, tag: &str| {
        let context = json!({"targetingKey": "user-2", "platform": "iPhone", "city": city});
        world.app().with_header("if-none-match", tag).post(ALL, &json!({"context": context}))
    };
    let first = ask("Boston", "");
    let tag = first.header("etag").unwrap();
    assert_eq!(ask("Boston", tag).status, 304);
    let elsewhere = ask("Miami", tag);
    assert_eq!(elsewhere.status == 304, elsewhere.text.is_empty());
    assert_ne!(elsewhere.header("etag"), Some(tag));
}

#[test]
fn errors_are_in_the_form_of_the_protocol() {
    let world = World::new();
    let app = world.app().with_header("content-type", "application/json");
    let unknown = app.post("/ofrep/v1/evaluate/flags/nothing", &json!({"context": {}}));
    let unknown = unknown.expect(404);
    assert_eq!(unknown["errorCode"], "FLAG_NOT_FOUND");
    assert_eq!(unknown["key"], "nothing");
    assert!(unknown["errorDetails"].is_string());

    let parse = app.send("POST", ONE, Some(b"nonsense")).expect(400);
    assert_eq!(
        (&parse["errorCode"], &parse["key"]),
        (&json!("PARSE_ERROR"), &json!("auto_playlist"))
    );
    let wrong = app.post(ONE, &json!({"context": {"targetingKey": ["x"]}})).expect(400);
    assert_eq!(wrong["errorCode"], "INVALID_CONTEXT");
    let all = app.send("POST", ALL, Some(b"nonsense")).expect(400);
    assert_eq!((&all["errorCode"], all.get("key")), (&json!("PARSE_ERROR"), None));

    let stranger = world.server.client().with_bearer("wrong-key").post(ONE, &json!({}));
    assert_eq!(stranger.header("content-type"), Some("application/json"));
    assert_eq!(stranger.header("access-control-allow-origin"), Some("*"));
    assert!(stranger.expect(401)["errorDetails"].is_string());
}

#[test]
fn a_request_without_a_context_and_odd_slashes_are_understood() {
    let world = World::new();
    world.app().post(&format!("/{ONE}"), &json!({})).expect(200);
    world.app().post(&format!("{ALL}/"), &json!({"context": null})).expect(200);
}
