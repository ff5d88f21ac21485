//! What is wrong with a content, said so that a product manager knows where and what to do.

use std::collections::{HashMap, HashSet};

use flagstaff::domain::{
    experience::Kind,
    value::ValueType,
    version::{Content, ProjectNames},
};
use serde_json::{Value as Json, json};

fn names() -> ProjectNames {
    let keys = [
        ("on", ValueType::Boolean),
        ("title", ValueType::String),
        ("seats", ValueType::Integer),
        ("needed", ValueType::Boolean),
    ];
    ProjectNames {
        keys: HashMap::from(keys.map(|(name, value_type)| (name.to_owned(), value_type))),
        segments: HashSet::from(["us".to_owned()]),
        ..ProjectNames::default()
    }
}

fn problems(kind: Kind, content: Json) -> Vec<(String, String)> {
    let problems = match Content::from_json(&content, "salt") {
        Ok(content) => content.validate(kind, &names(), "definition"),
        Err(problems) => problems,
    };
    problems.into_iter().map(|problem| (problem.field, problem.message)).collect()
}

fn fields(kind: Kind, content: Json) -> Vec<String> {
    problems(kind, content).into_iter().map(|problem| problem.0).collect()
}

#[test]
fn every_wrong_field_is_named_at_once() {
    let content = json!({
        "keys": ["on", "a b"], "salt": " ", "extra": 1,
        "prerequisites": [{"key": "needed", "in": []}],
        "variants": [{"name": "", "values": {}}, {"name": "x", "payload": "\u{0}"}, {"name": "y", "description": "y".repeat(5000)}],
        "test_users": [{"user_id": "qa", "serve": {"split": [{"variant": "x", "weight": 1}]}}],
        "rows": [
            {"audience": {"segment": "us", "everyone": true}, "serve": {"values": {}}},
            {"audience": {"everyone": false}, "serve": {"values": {}}},
            {"audience": {"everyone": true}, "rollout": 33.333, "serve": {"values": {}}},
            {"audience": {"everyone": true}, "serve": {"split": [{"variant": "x", "weight": 0}]}},
            {"audience": {"everyone": true}, "serve": {"split": [{"variant": "x", "weight": 1001}]}},
            {"id": "everyone_else", "audience": {"everyone": true}, "serve": {"values": {}}},
            {"audience": {"everyone": true}}],
        "everyone_else": {"enabled": "yes", "serve": {"values": {}, "variant": "x"}}});
    let mut found = fields(Kind::FeatureFlag, content);
    found.dedup();
    assert_eq!(
        found,
        [
            "extra",
            "keys[1]",
            "salt",
            "prerequisites[0].in",
            "variants[0].name",
            "variants[1].payload",
            "variants[2].description",
            "test_users[0].serve",
            "rows[0].audience",
            "rows[1].audience",
            "rows[2].rollout",
            "rows[3].serve.split",
            "rows[4].serve.split[0].weight",
            "rows[4].serve.split",
            "rows[5].id",
            "rows[6].serve",
            "everyone_else.enabled",
            "everyone_else.serve",
        ]
    );
}

#[test]
fn names_must_be_there_and_only_once() {
    let content = json!({
        "keys": ["on", "on"],
        "prerequisites": [{"key": "on", "in": [true]}, {"key": "needed", "in": [true]}, {"key": "needed", "in": [false]}],
        "variants": [{"name": "off"}, {"name": "x", "values": {"title": "no"}}, {"name": "x"}],
        "test_users": [{"user_id": "qa", "serve": {"variant": "z"}}, {"user_id": "qa", "serve": {"variant": "x"}}],
        "rows": [{"id": "a", "audience": {"everyone": true}, "serve": {"split": [{"variant": "x", "weight": 1}, {"variant": "x", "weight": 1}]}},
                 {"id": "a", "audience": {"everyone": true}, "serve": {"values": {"title": "no"}}}]});
    assert_eq!(
        fields(Kind::FeatureFlag, content),
        [
            "keys[1]",
            "variants[2].name",
            "rows[1].id",
            "prerequisites[2].key",
            "test_users[1].user_id",
            "variants[0].name",
            "variants[1].values.title",
            "rows[0].serve.split[1].variant",
            "rows[1].serve.values.title",
            "test_users[0].serve.variant",
            "prerequisites[0].key",
        ]
    );
}

#[test]
fn what_a_project_does_not_have_is_named_with_what_to_do() {
    let content = json!({"keys": ["gone"], "prerequisites": [{"key": "missing", "in": [1]}, {"key": "seats", "in": ["x"]}],
        "rows": [{"audience": {"segment": "mars"}, "serve": {"values": {}}}]});
    assert_eq!(
        problems(Kind::ProductConfig, content),
        [
            (
                "definition.keys[0]",
                "There is no key “gone”, or it is archived. Create it first, or pick another."
            ),
            (
                "definition.prerequisites[0].key",
                "There is no key “missing”, or it is archived. Create it first, or pick another."
            ),
            (
                "definition.prerequisites[1].in[0]",
                "Enter a whole number between -9007199254740991 and 9007199254740991."
            ),
            (
                "definition.rows[0].audience.segment",
                "There is no segment “mars”, or it is archived."
            ),
        ]
        .map(|(field, message)| (field.to_owned(), message.to_owned()))
    );
}

#[test]
fn a_flag_switches_booleans_or_names_its_variants() {
    let serve = |values: Json| json!({"keys": values.as_object().unwrap().keys().collect::<Vec<_>>(), "everyone_else": {"serve": {"values": values}}});
    assert_eq!(fields(Kind::FeatureFlag, serve(json!({"on": true, "needed": false}))), [""; 0]);
    assert_eq!(fields(Kind::FeatureFlag, serve(json!({"seats": 1}))), ["definition.keys"]);
    assert_eq!(fields(Kind::ProductConfig, serve(json!({"seats": 1, "title": "x"}))), [""; 0]);
    assert_eq!(
        fields(Kind::ProductConfig, serve(json!({"seats": "1"}))),
        ["definition.everyone_else.serve.values.seats"]
    );

    let mut flag = serve(json!({"title": "red"}));
    assert_eq!(
        fields(Kind::FeatureFlag, flag.clone()),
        ["definition.everyone_else.serve.values.title"]
    );
    flag["variants"] = json!([{"name": "red"}, {"name": "blue", "values": {"title": "green"}}]);
    assert_eq!(fields(Kind::FeatureFlag, flag), ["definition.variants[1].values.title"]);
}

#[test]
fn a_draft_may_be_without_keys_but_not_what_is_published() {
    let draft = Content::from_json(&json!({"keys": []}), "salt").unwrap();
    assert_eq!(draft.validate(Kind::FeatureFlag, &names(), ""), []);
    let problems = draft.ready_to_publish(Kind::FeatureFlag, "definition");
    assert_eq!(problems[0].field, "definition.keys");
    assert_eq!(problems[0].message, "Choose the key that this flag switches, then publish it.");
    let chosen = Content::from_json(&json!({"keys": ["on"]}), "salt").unwrap();
    assert_eq!(chosen.ready_to_publish(Kind::FeatureFlag, ""), []);
}

#[test]
fn limits_are_said_in_words() {
    let row = json!({"audience": {"everyone": true}, "serve": {"values": {}}});
    let many = json!({"rows": vec![row; 101]});
    let told = problems(Kind::FeatureFlag, many);
    assert_eq!(told, [("rows".to_owned(), "At most 100 rows fit in one version.".to_owned())]);
}
