use serde_json::{Value as Json, json};

use super::world::World;
use crate::support::story::iphone_in;

const ONE: &str = "/api/v1/feature-flags/auto_playlist/evaluate";
const ALL: &str = "/api/v1/evaluate";

/// The share of 2,000 users in that city who get `true`, in percent.
fn share(world: &World, city: &str) -> f64 {
    let app = world.app();
    let gets_it = |number| {
        let answer = app.post(ONE, &iphone_in(city, &format!("user-{number}")));
        answer.expect(200)["value"] == json!(true)
    };
    (0..2_000).filter(|number| gets_it(*number)).count() as f64 / 20.0
}

#[test]
fn the_cities_get_their_percentages_and_everybody_else_gets_the_default() {
    let world = World::new();
    let (new_york, miami) = (share(&world, "New York"), share(&world, "Miami"));
    assert!((17.0..23.0).contains(&new_york), "{new_york}");
    assert!((27.0..33.0).contains(&miami), "{miami}");
    assert_eq!(share(&world, "Boston"), 0.0);
}

#[test]
fn an_answer_says_what_was_decided_and_why() {
    let world = World::new();
    let answer = world.app().post(ONE, &iphone_in("Boston", "user-1"));
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(
        answer.expect(200),
        json!({"flag_key": "auto_playlist", "enabled": false, "value": false, "variant": "off",
               "payload": null, "reason": "DEFAULT", "version": 1, "rollout_percentage": null})
    );
    let answer = world.app().post(ONE, &iphone_in("New York", "user-1")).expect(200);
    assert_eq!((&answer["reason"], &answer["rollout_percentage"]), (&json!("SPLIT"), &json!(20)));
}

#[test]
fn all_keys_come_at_once_with_a_tag_and_unchanged_ones_as_304() {
    let world = World::new();
    let question = iphone_in("Boston", "user-1");
    let answer = world.app().post(ALL, &question);
    let revision = answer.json()["revision"].clone();
    assert!(revision.as_i64().is_some_and(|revision| revision > 0));
    let entry = json!({"value": false, "variant": "off", "reason": "DEFAULT", "version": 1});
    let wanted = json!({"values": {"auto_playlist": entry}, "revision": revision});
    assert_eq!(answer.expect(200), wanted);

    let tag = answer.header("etag").unwrap().to_owned();
    let again = world.app().with_header("if-none-match", &tag).post(ALL, &question);
    assert_eq!((again.status, again.text.as_str()), (304, ""));
    assert_eq!(again.header("etag"), Some(tag.as_str()));
}

#[test]
fn named_keys_come_alone_and_unknown_ones_not_at_all() {
    let world = World::new();
    let ask = |keys: Json| {
        world.app().post(ALL, &json!({"user_id": "u", "keys": keys})).expect(200)["values"].clone()
    };
    assert_eq!(ask(json!(["nothing"])), json!({}));
    assert_eq!(ask(json!([])), json!({}));
    let both = ask(json!(["auto_playlist", "nothing", "auto_playlist"]));
    assert_eq!(both.as_object().unwrap().len(), 1);
}

#[test]
fn a_credential_is_asked_for_in_each_form_and_refused_with_401() {
    let world = World::new();
    let (client, question) = (world.server.client(), iphone_in("Miami", "u"));
    let bearer = client.with_bearer(&world.story.server_key);
    bearer.post(ONE, &question).expect(200);
    let api_key = format!("Api-Key {}", world.story.client_key);
    client.with_header("authorization", &api_key).post(ONE, &question).expect(200);
    for refused in
        [client.clone(), client.with_bearer("fs_client_nonsense"), client.with_bearer("")]
    {
        let answer = refused.post(ONE, &question);
        assert_eq!(answer.status, 401, "{}", answer.text);
        assert_eq!(answer.header("content-type"), Some("application/problem+json"));
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    }
    let in_the_query = client.post(&format!("{ONE}?api_key={}", world.story.client_key), &question);
    assert_eq!(in_the_query.status, 401);
}

#[test]
fn an_unknown_flag_is_404_in_words() {
    let world = World::new();
    let answer = world.app().post("/api/v1/feature-flags/nothing/evaluate", &json!({}));
    assert_eq!(answer.header("content-type"), Some("application/problem+json"));
    assert!(answer.expect(404)["detail"].as_str().unwrap().contains("no flag"));
}

#[test]
fn scripts_of_any_page_may_ask_with_a_client_key_but_not_with_a_server_key() {
    let world = World::new();
    let preflight = world
        .server
        .client()
        .with_header("origin", "https://shop.example")
        .with_header("access-control-request-method", "POST")
        .with_header("access-control-request-headers", "x-api-key,content-type")
        .send("OPTIONS", ONE, None);
    assert_eq!(preflight.status, 204);
    assert_eq!(preflight.header("access-control-allow-origin"), Some("*"));
    assert_eq!(preflight.header("access-control-allow-headers"), Some("x-api-key,content-type"));
    assert!(preflight.header("access-control-allow-methods").unwrap().contains("POST"));

    let origin = |key: &str| {
        let answer = world.server.app(key).post(ONE, &json!({}));
        answer.header("access-control-allow-origin").map(str::to_owned)
    };
    assert_eq!(origin(&world.story.client_key).as_deref(), Some("*"));
    assert_eq!(origin(&world.story.server_key), None);
    let exposed = world.app().post(ALL, &json!({}));
    assert!(exposed.header("access-control-expose-headers").unwrap().contains("ETag"));
}

#[test]
fn nothing_in_a_context_makes_an_evaluation_fail() {
    let world = World::new();
    for attributes in [
        json!({}),
        Json::Null,
        json!({"platform": null, "city": {"name": "Miami"}, "n": 1e308, "l": [1, [2], {"a": 3}]}),
        json!({"platform": ["iPhone"], "city": 17, "": "empty name", "emoji": "🎉\u{0}"}),
    ] {
        let question = json!({"user_id": "u", "attributes": attributes, "unknown": {"field": []}});
        let answer = world.app().post(ONE, &question).expect(200);
        assert_eq!(answer["value"], json!(false), "{question}");
    }
    world.app().post(ONE, &json!({"user_id": 17})).expect(200);
    world.app().post(ONE, &json!({"user_id": null})).expect(200);
}

#[test]
fn what_breaks_a_limit_is_refused_with_a_sentence_and_without_an_echo() {
    let world = World::new();
    let app = world.app().with_header("content-type", "application/json");
    let send = |body: &[u8]| app.send("POST", ONE, Some(body));
    let many: serde_json::Map<_, _> = (0..257).map(|n| (format!("a{n}"), json!(n))).collect();
    let large = json!({"attributes": {"canary": "x".repeat(1_025)}}).to_string();
    for (status, body) in [
        (400, "not json canary".to_owned()),
        (400, String::new()),
        (400, "[]".to_owned()),
        (400, json!({"user_id": ["canary"]}).to_string()),
        (400, json!({"attributes": "canary"}).to_string()),
        (400, json!({"attributes": many}).to_string()),
        (400, large),
        (400, r#"{"attributes": {"canary": 1, "canary": 2}}"#.to_owned()),
        (400, format!("{}{}", "[".repeat(40), "]".repeat(40))),
        (400, "[".repeat(60_000)),
        (413, json!({"attributes": {"canary": "x".repeat(70_000)}}).to_string()),
    ] {
        let answer = send(body.as_bytes());
        assert_eq!(answer.status, status, "{}", &body[..body.len().min(60)]);
        assert!(answer.text.len() < 1_024 && !answer.text.contains("canary"), "{}", answer.text);
        assert!(!answer.json()["detail"].as_str().unwrap().is_empty());
    }
}

#[test]
fn superfluous_slashes_do_no_harm() {
    let world = World::new();
    world.app().post(&format!("/{ONE}/"), &json!({})).expect(200);
    world.app().post("//api//v1/evaluate/", &json!({})).expect(200);
}

#[test]
fn an_app_can_not_manage_and_a_wrong_method_is_405() {
    let world = World::new();
    assert_eq!(world.app().get("/api/v1/keys").status, 401);
    let answer = world.app().get(ALL);
    assert_eq!(answer.status, 405);
    assert!(answer.header("allow").unwrap().contains("POST"));
}
