//! How a value is decided, rule by rule; most of it as data in `decisions.json`.

use flagstaff::domain::{
    bucketing::{Bucket, EVERY_POSITION, Rollout},
    context::{Context, Stored, Subject},
    evaluation::{Names, evaluate, evaluate_all, explain},
    ruleset::{Answer, Ruleset},
};
use serde_json::{Value as Json, json};

use super::environment::{ask, compiled, context, id, now, one_flag, ruleset, stored_names};

fn told(answer: &Answer) -> Json {
    let decision = &answer.decision;
    let payload = decision.payload.as_ref().map(|payload| payload.parse::<Json>().unwrap());
    json!({
        "gets": answer.value.to_json(),
        "because": decision.reason.as_str(),
        "variant": answer.variant,
        "enabled": answer.enabled,
        "payload": payload,
        "row": decision.row,
        "audience": decision.audience.as_str(),
        "version": decision.version.map(|version| version.number),
    })
}

#[test]
fn every_rule_decides_as_it_is_told() {
    let cases: Vec<Json> = serde_json::from_str(include_str!("decisions.json")).unwrap();
    for case in cases {
        let compiled = compiled(&case["given"]);
        for wanted in case["asks"].as_array().unwrap() {
            let user = wanted.get("user").cloned().unwrap_or(json!({}));
            let told = ask(&user, &wanted["stored"], |subject| {
                let key = wanted["key"].as_str().unwrap();
                let answer = evaluate(&compiled.ruleset, key, subject);
                let explained = explain(&compiled, &Names::default(), key, subject);
                assert_eq!(answer.map(|a| a.index), explained.map(|e| e.answer.index));
                answer.map_or_else(|| json!({"gets": "flag not found"}), told)
            });
            for (what, value) in wanted.as_object().unwrap() {
                if !["user", "stored", "key"].contains(&what.as_str()) {
                    assert_eq!(&told[what], value, "{}: {what} of {wanted}", case["rule"]);
                }
            }
        }
    }
}

fn decided<'r>(ruleset: &'r Ruleset, key: &str, user: &Json) -> &'r Answer {
    ask(user, &Json::Null, |subject| evaluate(ruleset, key, subject).unwrap())
}

#[test]
fn a_ramp_takes_a_fair_sample_by_a_salt_of_its_own() {
    let content = |on: bool| json!({"keys": ["on"], "salt": "flag", "everyone_else": {"serve": {"values": {"on": on}}}});
    let environment = json!({"keys": {"on": false}, "experiences": {"flag": {
        "version": 2, "ramp": 25, "content": content(true),
        "replaces": {"version": 1, "content": content(false)}}}});
    let ruleset = ruleset(&environment);
    let salt = format!("flag/ramp/{}", id("flag publication 2"));
    let reached = Rollout::from_hundredths(2_500).unwrap();
    for user in (0..2_000).map(|number| format!("user-{number}")) {
        let inside = reached.contains(Bucket::of(&salt, &user), &EVERY_POSITION);
        let answer = decided(&ruleset, "on", &json!({"user_id": user}));
        let version = answer.decision.version.unwrap().number;
        assert_eq!((answer.enabled, version), (inside, if inside { 2 } else { 1 }), "{user}");
    }
}

#[test]
fn the_share_that_a_ramp_reached_is_bucketed_by_the_active_version() {
    let content = |bucket_by: &str, on: bool| {
        json!({"keys": ["on"], "bucket_by": bucket_by, "salt": "flag",
               "everyone_else": {"serve": {"values": {"on": on}}}})
    };
    let environment = json!({"keys": {"on": false}, "experiences": {"flag": {
        "version": 2, "ramp": 50, "content": content("company", true),
        "replaces": {"version": 1, "content": content("user_id", false)}}}});
    let ruleset = ruleset(&environment);
    let of = |user: u32, company: &str| {
        decided(&ruleset, "on", &json!({"user_id": user, "company": company})).enabled
    };
    let companies = ["acme", "globex", "initech", "umbrella", "hooli", "stark", "wayne", "tyrell"];
    assert!(companies.iter().any(|company| of(1, company)));
    assert!(companies.iter().any(|company| !of(1, company)));
    for company in companies {
        assert!((2..50).all(|user| of(user, company) == of(1, company)), "{company}");
    }
}

#[test]
fn keys_of_one_experience_are_decided_together() {
    let environment = json!({"keys": {"a": "none", "b": "none", "c": 0}, "experiences": {
        "config": {"kind": "product config", "content": {"keys": ["c", "a", "b"],
            "variants": [{"name": "x", "values": {"a": "x", "b": "x", "c": 1}},
                         {"name": "y", "values": {"a": "y", "b": "y", "c": 2}}],
            "everyone_else": {"rollout": 80, "serve": {"split": [
                {"variant": "x", "weight": 2}, {"variant": "y", "weight": 1}]}}}}}});
    let ruleset = ruleset(&environment);
    for user in 0..500 {
        let a = decided(&ruleset, "a", &json!({"user_id": user}));
        let b = decided(&ruleset, "b", &json!({"user_id": user}));
        assert_eq!((a.json.as_ref(), &a.decision), (b.json.as_ref(), &b.decision));
    }
}

#[test]
fn the_everyday_flag_says_its_percentage() {
    let rule = |rollout: f64| json!({"rollout": rollout, "serve": {"values": {"on": true}}});
    let rollout = |content: Json| {
        let ruleset = ruleset(&one_flag(content));
        ruleset.keys()[0].short_rollout.map(Rollout::percent)
    };
    assert_eq!(rollout(json!({"everyone_else": rule(12.5)})), Some(12.5));
    let mut row = rule(20.0);
    row["audience"] =
        json!({"conditions": {"attribute": "plan", "operator": "is", "value": "pro"}});
    assert_eq!(rollout(json!({"rows": [row]})), Some(20.0));
    assert_eq!(rollout(json!({"rows": [row, row], "everyone_else": rule(50.0)})), None);
    row["audience"] = json!({"everyone": true});
    row["enabled"] = json!(false);
    assert_eq!(rollout(json!({"rows": [row], "everyone_else": rule(50.0)})), None);
}

#[test]
fn all_keys_at_once_are_the_keys_one_by_one() {
    let cases: Vec<Json> = serde_json::from_str(include_str!("decisions.json")).unwrap();
    for case in cases {
        let ruleset = ruleset(&case["given"]);
        for user in [json!({}), json!({"user_id": "ann", "country": "US", "os": "iOS"})] {
            let context: Context = context(&user);
            let names = stored_names();
            let subject =
                Subject { context: &context, stored: Stored::Unknown(&names), now: now() };
            let mut all = Vec::new();
            evaluate_all(&ruleset, 0..ruleset.keys().len() as u32, &subject, |a| all.push(a.index));
            let keys = ruleset.keys().iter();
            let one_by_one: Vec<_> =
                keys.map(|key| evaluate(&ruleset, &key.name, &subject).unwrap().index).collect();
            assert_eq!(all, one_by_one, "{}", case["rule"]);
        }
    }
}
