//! `POST /explain`: what it answers, and what it refuses with the path of the field.

use flagstaff::domain::role::Role;
use serde_json::{Value, json};

use super::world::World;
use crate::support::{Answer, Client, eventually};

const EXPLAIN: &str = "/api/v1/explain";

/// A flag `auto_playlist`, live in staging for 20 % of those on iPhone.
fn playlist() -> (World, Client) {
    let world = World::new();
    let admin = world.member(Role::Admin);
    let flag = json!({"key": "auto_playlist", "name": "Auto playlist", "rollout_percentage": 20,
        "targeting_rules": [{"attribute": "platform", "operator": "equals", "value": "iPhone"}]});
    admin.post("/api/v1/feature-flags", &flag).expect(201);
    let path = "/api/v1/feature-flags/auto_playlist/versions/1/publish";
    admin.post(path, &json!({"environment": "staging", "replaces": null})).expect(201);
    (world, admin)
}

fn lines(explained: &Value) -> Vec<String> {
    let text = |step: &Value, name: &str| step[name].as_str().unwrap_or_default().to_owned();
    let steps = explained["steps"].as_array().unwrap().iter();
    steps.map(|step| format!("{}: {}", text(step, "result"), text(step, "outcome"))).collect()
}

fn fields(answer: &Answer) -> Vec<String> {
    let problem = answer.expect(422);
    let errors = problem["errors"].as_array().unwrap().iter();
    errors.map(|error| error["field"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_viewer_is_told_why_step_by_step() {
    let (world, admin) = playlist();
    let question = json!({"environment": "staging", "user_id": "user-1", "key": "auto_playlist",
                          "attributes": {"platform": "iPhone"}});
    let told = world.member(Role::Viewer).post(EXPLAIN, &question).expect(200);
    for (name, value) in [
        ("environment", json!("staging")),
        ("key", json!("auto_playlist")),
        ("profile", json!("stranger")),
        ("reason", json!("SPLIT")),
        ("version", json!(1)),
        ("rollout_percentage", json!(20)),
    ] {
        assert_eq!(told[name], value, "{name}");
    }
    assert_eq!(told["experience"]["name"], "Auto playlist");
    assert_eq!(told["used"], json!([{"name": "platform", "value": "iPhone", "origin": "request"}]));
    let lines = lines(&told);
    assert_eq!(lines[0], "yes: Auto playlist is on in Staging, version 1");
    assert_eq!(lines[3], "yes: Row 1, users where platform is “iPhone”: matches");
    assert_eq!(lines.last().unwrap(), "not_looked_at: Everyone else: not looked at");
    let key = admin.post(
        "/api/v1/sdk-keys",
        &json!({"environment": "staging", "kind": "server", "name": "a"}),
    );
    let app = world.anonymous.with_bearer(key.expect(201)["key"].as_str().unwrap());
    eventually("the key works", || {
        let asked =
            json!({"user_id": "user-1", "attributes": {"platform": "iPhone"}, "count": false});
        let answer = app.post("/api/v1/feature-flags/auto_playlist/evaluate", &asked);
        (answer.status == 200).then(|| {
            let served = answer.json();
            for same in [
                "value",
                "variant",
                "payload",
                "reason",
                "version",
                "rollout_percentage",
                "enabled",
            ] {
                assert_eq!(served[same], told[same], "{same}");
            }
        })
    });
}

#[test]
fn several_keys_or_all_come_as_a_list() {
    let (world, admin) = playlist();
    let viewer = world.member(Role::Viewer);
    let key = json!({"name": "limit", "value_type": "integer", "default_value": 3});
    admin.post("/api/v1/keys", &key).expect(201);
    let names = |question: Value| -> Vec<Value> {
        let told = viewer.post(EXPLAIN, &question).expect(200);
        told["decisions"].as_array().unwrap().iter().map(|one| one["key"].clone()).collect()
    };
    assert_eq!(names(json!({"environment": "staging"})), ["auto_playlist", "limit"]);
    let two = json!({"environment": "staging", "keys": ["limit", "auto_playlist"]});
    assert_eq!(names(two), ["limit", "auto_playlist"]);
    assert_eq!(names(json!({"environment": "staging", "keys": []})).len(), 0);
}

#[test]
fn a_version_and_a_moment_can_be_asked_for() {
    let (_world, admin) = playlist();
    let ask = |more: Value| {
        let mut question = json!({"environment": "production", "key": "auto_playlist",
                                  "attributes": {"platform": "iPhone"}, "user_id": 17});
        question.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        admin.post(EXPLAIN, &question)
    };
    assert_eq!(ask(json!({})).expect(200)["why"], "Nothing gives it a value in Production");
    let flag = admin.get("/api/v1/feature-flags/auto_playlist").expect(200);
    for name in [&flag["id"], &flag["slug"], &json!("auto_playlist")] {
        let told = ask(json!({"experience": name, "version": 1})).expect(200);
        assert!(
            told["why"]
                .as_str()
                .unwrap()
                .ends_with(" the 20 % of row 1, users where platform is “iPhone”"),
            "{told}"
        );
    }
    let told = ask(json!({"at": "2020-01-01T00:00:00+02:00"}));
    assert_eq!(told.status, 404, "there was no such key then: {}", told.text);
    assert_eq!(fields(&ask(json!({"at": "2999-01-01T00:00:00Z"}))), ["at"]);
    assert_eq!(fields(&ask(json!({"experience": "auto_playlist", "version": 2}))), ["version"]);
    assert_eq!(ask(json!({"experience": "nothing", "version": 1})).status, 404);
}

#[test]
fn what_is_wrong_is_named_by_its_path() {
    let (_world, admin) = playlist();
    let at = |more: Value| {
        let mut question = json!({"environment": "staging"});
        question.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        fields(&admin.post(EXPLAIN, &question))
    };
    assert_eq!(fields(&admin.post(EXPLAIN, &json!({}))), ["environment"]);
    for (more, path) in [
        (json!({"environment": 1}), "environment"),
        (json!({"user": "ann"}), "user"),
        (json!({"user_id": true}), "user_id"),
        (json!({"user_id": ["ann"]}), "user_id"),
        (json!({"attributes": []}), "attributes"),
        (json!({"attributes": {"a": "x".repeat(1_025)}}), "attributes"),
        (json!({"key": 1}), "key"),
        (json!({"keys": "auto_playlist"}), "keys"),
        (json!({"keys": ["auto_playlist", 1]}), "keys[1]"),
        (json!({"keys": ["auto_playlist", "nothing"]}), "keys[1]"),
        (json!({"key": "auto_playlist", "keys": []}), "keys"),
        (json!({"profile": "no"}), "profile"),
        (json!({"experience": "auto_playlist"}), "experience"),
        (json!({"version": 1}), "version"),
        (json!({"experience": "auto_playlist", "version": 0}), "version"),
        (json!({"experience": "auto_playlist", "version": 1, "at": "2026-01-01T00:00:00Z"}), "at"),
        (json!({"at": "yesterday"}), "at"),
        (json!({"at": "0000-01-01T00:00:00Z"}), "at"),
    ] {
        assert_eq!(at(more.clone()), [path], "{more}");
    }
    let everything = json!({"user_id": {}, "keys": [null], "version": "1", "x": 1});
    assert_eq!(at(everything), ["x", "user_id", "keys[0]", "version", "version"]);
    let nowhere = json!({"environment": "nowhere"});
    assert_eq!(admin.post(EXPLAIN, &nowhere).status, 404);
    let nul = admin.post(EXPLAIN, &json!({"environment": "staging", "user_id": "a\0b"}));
    assert_eq!(nul.status, 400, "{}", nul.text);
    let no_key = json!({"environment": "staging", "key": "nothing"});
    assert_eq!(admin.post(EXPLAIN, &no_key).status, 404);
}

#[test]
fn an_explanation_is_not_counted_and_teaches_nothing() {
    let (world, admin) = playlist();
    let key = admin.post(
        "/api/v1/sdk-keys",
        &json!({"environment": "staging", "kind": "server", "name": "a"}),
    );
    let app = world.anonymous.with_bearer(key.expect(201)["key"].as_str().unwrap());
    let before = world.fingerprint();
    for number in 0..20 {
        let question = json!({"environment": "staging", "user_id": format!("secret-{number}"),
                              "attributes": {"platform": "iPhone"}});
        admin.post(EXPLAIN, &question).expect(200);
    }
    assert_eq!(world.fingerprint(), before);
    // What an app asks afterwards is written down, and nothing beside it.
    eventually("the key works", || {
        let asked = json!({"user_id": "marker", "attributes": {"platform": "iPhone"}});
        let answer = app.post("/api/v1/feature-flags/auto_playlist/evaluate", &asked);
        (answer.status == 200).then_some(())
    });
    let stats = "/api/v1/feature-flags/auto_playlist/stats?environment=staging&bucket=day";
    let counted = eventually("deliveries are added", || {
        let series = admin.get(stats).expect(200)["series"].as_array().unwrap().clone();
        series.first().map(|bucket| bucket["count"].clone())
    });
    assert_eq!(counted, json!(1));
    let marker = json!({"environment": "staging", "user_id": "marker", "key": "auto_playlist"});
    eventually("the user is learned of", || {
        let told = admin.post(EXPLAIN, &marker).expect(200);
        (told["profile"] == "known").then_some(())
    });
    let question = json!({"environment": "staging", "user_id": "secret-1", "key": "auto_playlist"});
    assert_eq!(admin.post(EXPLAIN, &question).expect(200)["profile"], "stranger");
}

#[test]
fn whoever_is_no_member_learns_nothing() {
    let (world, admin) = playlist();
    admin.post("/api/v1/projects", &json!({"key": "other", "name": "Other"})).expect(201);
    world.add_person("stranger@x.org", Role::ProductManager, "other");
    let question = json!({"environment": "staging"});
    assert_eq!(world.anonymous.post(EXPLAIN, &question).status, 401);
    let stranger = world.sign_in("stranger@x.org");
    let path = format!("{EXPLAIN}?project=default");
    assert_eq!(stranger.post(&path, &question).status, 404);
}
