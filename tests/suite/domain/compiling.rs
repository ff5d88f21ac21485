//! What can't be compiled stays at its last good form, and spoils nothing else.

use flagstaff::domain::{
    evaluation::evaluate,
    ruleset::{Compiled, MOST_NESTING},
};
use serde_json::{Value as Json, json};

use super::environment::{ask, compiled_after, one_flag, source};

fn gets(compiled: &Compiled, key: &str, user: &Json) -> (Json, &'static str) {
    ask(user, &Json::Null, |subject| {
        let answer = evaluate(&compiled.ruleset, key, subject).unwrap();
        (answer.value.to_json(), answer.decision.reason.as_str())
    })
}

fn problems(compiled: &Compiled) -> Vec<&str> {
    compiled.problems.iter().map(|problem| problem.what.as_str()).collect()
}

fn serving(on: bool) -> Json {
    json!({"everyone_else": {"serve": {"values": {"on": on}}}})
}

#[test]
fn an_experience_that_cannot_be_read_keeps_its_last_good_form_and_the_others_go_on() {
    let good = one_flag(serving(true));
    let mut bad = good.clone();
    bad["experiences"]["flag"]["content"]["rows"] = json!("all of them");
    bad["experiences"]["flag"]["version"] = json!(2);
    bad["keys"]["other"] = json!(false);
    bad["experiences"]["other"] = json!({"content": {"keys": ["other"], "everyone_else": {"serve": {"values": {"other": true}}}}});
    let compiled = compiled_after(&bad, Some(&source(&good)));
    assert_eq!(problems(&compiled), ["flag"]);
    assert!(compiled.problems[0].message.contains("Version 2 can't be read. rows"));
    assert_eq!(gets(&compiled, "on", &json!({})), (json!(true), "STATIC"));
    assert_eq!(gets(&compiled, "other", &json!({})), (json!(true), "STATIC"));

    let again = compiled_after(&bad, Some(&compiled.source));
    assert_eq!(gets(&again, "on", &json!({})), (json!(true), "STATIC"), "and goes on keeping it");
}

#[test]
fn without_a_last_good_form_the_default_is_handed_out_as_stale() {
    let mut bad = one_flag(serving(true));
    bad["experiences"]["flag"]["content"]["no such field"] = json!(1);
    let compiled = compiled_after(&bad, None);
    assert_eq!(gets(&compiled, "on", &json!({})), (json!(false), "STALE"));
}

#[test]
fn the_kill_switch_works_on_what_cannot_be_read() {
    let good = one_flag(serving(true));
    let mut bad = good.clone();
    bad["experiences"]["flag"]["content"]["rows"] = json!(1);
    bad["experiences"]["flag"]["on"] = json!(false);
    for previous in [None, Some(&source(&good))] {
        let compiled = compiled_after(&bad, previous);
        assert_eq!(gets(&compiled, "on", &json!({})), (json!(false), "DISABLED"));
    }
}

#[test]
fn a_content_that_names_a_key_twice_cannot_be_served() {
    let mut twice = one_flag(serving(true));
    twice["experiences"]["flag"]["content"]["keys"] = json!(["on", "on"]);
    let compiled = compiled_after(&twice, None);
    assert!(compiled.problems[0].message.contains("The key “on” is here twice"));
    assert_eq!(gets(&compiled, "on", &json!({})), (json!(false), "STALE"));
}

#[test]
fn a_key_that_another_experience_serves_is_not_taken_from_it() {
    let mut both = one_flag(serving(true));
    let content = both["experiences"]["flag"]["content"].clone();
    both["experiences"]["thief"] = json!({"content": content});
    let compiled = compiled_after(&both, None);
    assert_eq!(compiled.problems.len(), 1);
    assert_eq!(gets(&compiled, "on", &json!({})), (json!(true), "STATIC"));
}

#[test]
fn a_segment_that_cannot_be_read_keeps_its_last_good_form() {
    let environment = |rule: Json| {
        let mut environment = one_flag(
            json!({"rows": [{"audience": {"segment": "us"}, "serve": {"values": {"on": true}}}]}),
        );
        environment["segments"] = json!({"us": rule});
        environment
    };
    let good = environment(json!({"attribute": "country", "operator": "is", "value": "US"}));
    for bad in [
        json!({"attribute": "country", "operator": "resembles", "value": "US"}),
        json!({"segment": "nowhere"}),
        json!({"not": {"segment": "us"}}),
    ] {
        let bad = environment(bad);
        let compiled = compiled_after(&bad, Some(&source(&good)));
        assert_eq!(problems(&compiled), ["us"]);
        assert_eq!(
            gets(&compiled, "on", &json!({"country": "US"})),
            (json!(true), "TARGETING_MATCH")
        );
        assert_eq!(gets(&compiled, "on", &json!({"country": "FR"})), (json!(false), "DEFAULT"));
        let compiled = compiled_after(&bad, None);
        assert_eq!(gets(&compiled, "on", &json!({"country": "US"})), (json!(false), "STALE"));
    }
}

#[test]
fn a_default_that_cannot_be_read_keeps_its_last_good_form() {
    let good = json!({"keys": {"title": "Hello"}});
    let mut now = source(&good);
    now.keys[0].default_value = json!(17);
    let compiled = flagstaff::domain::ruleset::Ruleset::compile(
        now,
        Some(&source(&good)),
        &Default::default(),
    );
    assert_eq!(problems(&compiled), ["title"]);
    assert_eq!(gets(&compiled, "title", &json!({})), (json!("Hello"), "DEFAULT"));
}

/// Flags a, b, c …, each of which requires the keys that it is told to.
fn requiring(needs: &[(&str, &[&str])]) -> Json {
    let mut environment = json!({"keys": {}, "experiences": {}});
    for (key, needs) in needs {
        let needs: Vec<_> = needs.iter().map(|key| json!({"key": key, "in": [true]})).collect();
        environment["keys"][key] = json!(false);
        environment["experiences"][key] = json!({"content": {"keys": [key], "prerequisites": needs,
            "everyone_else": {"serve": {"values": {*key: true}}}}});
    }
    environment
}

#[test]
fn requirements_that_run_in_a_circle_are_reported_and_stale() {
    let compiled = compiled_after(
        &requiring(&[("a", &["b"]), ("b", &["a"]), ("c", &["a"]), ("d", &[])]),
        None,
    );
    let mut told = problems(&compiled);
    told.sort_unstable();
    told.dedup();
    assert_eq!(told, ["a", "b"]);
    for key in ["a", "b", "c"] {
        assert_eq!(gets(&compiled, key, &json!({})), (json!(false), "STALE"), "{key}");
    }
    assert_eq!(gets(&compiled, "d", &json!({})), (json!(true), "STATIC"));
}

#[test]
fn what_closes_a_circle_goes_back_to_its_last_good_form() {
    let before = requiring(&[("a", &["b"]), ("b", &[])]);
    let compiled =
        compiled_after(&requiring(&[("a", &["b"]), ("b", &["a"])]), Some(&source(&before)));
    assert!(problems(&compiled).contains(&"b"));
    assert_eq!(gets(&compiled, "b", &json!({})), (json!(true), "STATIC"));
    assert_eq!(gets(&compiled, "a", &json!({})), (json!(true), "STATIC"));
}

#[test]
fn a_last_good_form_that_would_close_a_circle_is_not_served() {
    let before = requiring(&[("a", &["b"]), ("b", &[])]);
    let mut now = requiring(&[("a", &[]), ("b", &["a"])]);
    now["experiences"]["a"]["content"]["rows"] = json!("unreadable");
    let compiled = compiled_after(&now, Some(&source(&before)));
    let (value, _) = gets(&compiled, "b", &json!({}));
    assert!(value.is_boolean());
}

#[test]
fn diamonds_of_requirements_and_segments_take_no_time() {
    let depth = MOST_NESTING;
    let mut environment = json!({"keys": {}, "segments": {}, "experiences": {}});
    for level in 0..depth {
        let (a, b) = (format!("a{level}"), format!("b{level}"));
        let required = (level > 0).then(|| [format!("a{}", level - 1), format!("b{}", level - 1)]);
        let required: Vec<_> =
            required.iter().flatten().map(|key| json!({"key": key, "in": [true]})).collect();
        let inner: Vec<_> = match level {
            0 => vec![json!({"attribute": "os", "operator": "is", "value": "iOS"})],
            _ => vec![json!({"segment": format!("s{}", level - 1)}); 50],
        };
        environment["keys"][&a] = json!(false);
        environment["keys"][&b] = json!(false);
        environment["segments"][format!("s{level}")] = json!({"all": inner});
        environment["experiences"][&a] = json!({"kind": "product config", "content": {"keys": [a, b], "prerequisites": required,
            "rows": [{"audience": {"segment": format!("s{level}")}, "serve": {"values": {&a: true, &b: true}}}]}});
    }
    let compiled = compiled_after(&environment, None);
    assert_eq!(compiled.problems, []);
    let last = format!("b{}", depth - 1);
    assert_eq!(gets(&compiled, &last, &json!({"os": "iOS"})).0, json!(true));
    assert_eq!(gets(&compiled, &last, &json!({"os": "web"})).0, json!(false));
}

#[test]
fn requirements_lead_on_so_far_and_no_farther() {
    let names: Vec<String> = (0..400).map(|i| format!("k{i}")).collect();
    let needs: Vec<Vec<&str>> =
        (0..400).map(|i| if i == 0 { vec![] } else { vec![names[i - 1].as_str()] }).collect();
    let chain: Vec<(&str, &[&str])> =
        names.iter().zip(&needs).map(|(name, needs)| (name.as_str(), needs.as_slice())).collect();
    let compiled = compiled_after(&requiring(&chain), None);
    assert_eq!(gets(&compiled, &names[MOST_NESTING], &json!({})).0, json!(true));
    assert_eq!(gets(&compiled, &names[MOST_NESTING + 1], &json!({})), (json!(false), "STALE"));
    assert_eq!(gets(&compiled, "k399", &json!({})), (json!(false), "STALE"));
}
