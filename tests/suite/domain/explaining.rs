//! What an explanation says: each step in words, with what it saw.

use flagstaff::domain::{
    evaluation::{Checked, Mark, Names, Origin, Step, evaluate, explain},
    ruleset::Reason,
};
use proptest::{collection::vec, prelude::*};
use serde_json::{Value as Json, json};

use super::{
    anything::{any_content, any_user},
    environment::{ask, compiled, compiled_after, id, one_flag},
};

/// An explanation as a person reads it: a sign, what was looked at, and why.
fn told(environment: &Json, user: &Json, stored: &Json) -> Vec<String> {
    let compiled = compiled(environment);
    ask(user, stored, |subject| {
        let steps = explain(&compiled, &names(), "on", subject).unwrap().steps;
        steps.iter().flat_map(lines).collect()
    })
}

fn names() -> Names {
    let called = [("flag", "Auto playlist"), ("close", "Close friends"), ("friends", "Friends")];
    Names {
        environment: "Production".to_owned(),
        things: called.into_iter().map(|(slug, name)| (id(slug), name.to_owned())).collect(),
    }
}

fn lines(step: &Step) -> Vec<String> {
    let detail = if step.detail.is_empty() { "" } else { " | " };
    let line = format!("{} {}{detail}{}", sign(step.result), step.outcome, step.detail);
    let inside = step.conditions.iter().flat_map(|checked| condition_lines(checked, 1));
    std::iter::once(line).chain(inside).collect()
}

fn condition_lines(checked: &Checked, depth: usize) -> Vec<String> {
    let has = if checked.has.is_empty() { "" } else { " | " };
    let (indent, sign) = ("  ".repeat(depth), sign(checked.result));
    let line = format!("{indent}{sign} {}{has}{}", checked.condition, checked.has);
    let inside = checked.inside.iter().flat_map(|part| condition_lines(part, depth + 1));
    std::iter::once(line).chain(inside).collect()
}

fn sign(mark: Mark) -> char {
    match mark {
        Mark::Yes => '+',
        Mark::No => '-',
        Mark::Unknown => '?',
        Mark::Serves => '>',
        Mark::NotLookedAt => '.',
    }
}

fn why(environment: &Json, user: &Json, stored: &Json) -> String {
    let compiled = compiled(environment);
    ask(user, stored, |subject| explain(&compiled, &names(), "on", subject).unwrap().why)
}

fn playlist() -> Json {
    json!({
        "keys": {"on": false, "needed": true},
        "segments": {"friends": {"list": ["ann"]},
                     "close": {"any": [{"segment": "friends"},
                                       {"event": "Met", "count": {"at_least": 2}, "within_days": 7}]}},
        "experiences": {"flag": {"version": 7, "content": {"keys": ["on"], "salt": "s",
            "prerequisites": [{"key": "needed", "in": [true]}],
            "test_users": [{"user_id": "qa", "serve": {"values": {"on": true}}}],
            "rows": [
                {"id": "us", "audience": {"conditions": {"all": [
                    {"attribute": "country", "operator": "is", "value": "US"},
                    {"not": {"attribute": "plan", "operator": "is_not", "value": "pro"}}]}},
                 "serve": {"values": {}}},
                {"id": "off", "audience": {"everyone": true}, "enabled": false, "serve": {"values": {}}},
                {"id": "close", "audience": {"segment": "close"}, "rollout": 30,
                 "serve": {"values": {"on": true}}},
                {"id": "again", "audience": {"segment": "close"}, "serve": {"values": {"on": true}}}]}}}})
}

#[test]
fn every_step_is_told_with_what_it_saw() {
    let stored = json!({"properties": {"plan": "free"},
                        "events": {"Met": {"2026-03-30": 2, "2026-03-01": 5}}});
    assert_eq!(
        told(&playlist(), &json!({"user_id": "cleo", "country": "FR"}), &stored),
        [
            "+ Auto playlist is on in Production, version 7",
            "- Not a test user",
            "+ Not in a ramp: version 7 is for everybody",
            "+ needed is true, as this needs",
            "- Row 1, users where country is “US” and not (plan is not “pro”): does not match",
            "  - country is “US” | country is FR",
            "  - not this",
            "    + plan is not “pro” | plan is free",
            ". Row 2, everyone: switched off, passed over",
            "+ Row 3, Close friends: matches",
            "  + at least one of these",
            "    - in segment Friends",
            "      - on the list of this segment | cleo is not on it",
            "    + did “Met” at least 2 times in the last 7 days | did “Met” 2 times in the last 7 days",
            "+ In the 30 % | their place is 29 of 0 to 99, under 30",
            "> Serves true | reason SPLIT · row 3 · version 7",
            ". Row 4 and everyone else: not looked at",
        ]
    );
}

#[test]
fn the_numbers_that_a_step_saw_are_told_too() {
    let compiled = compiled(&playlist());
    let stored = json!({"events": {"Met": {"2026-03-30": 2}}});
    ask(&json!({"user_id": "cleo"}), &stored, |subject| {
        let explanation = explain(&compiled, &names(), "on", subject).unwrap();
        let step = explanation.steps.iter().find(|step| step.step == "percentage").unwrap();
        assert_eq!(
            Json::Object(step.inputs.clone()),
            json!({"percent": 30, "bucket_by": "user_id", "salt": "s", "allocation": 29,
                   "position": 28_231_759})
        );
        assert_eq!(explanation.why, "In the 30 % of row 3, Close friends");
        assert_eq!(explanation.experience, Some(id("flag")));
    });
}

#[test]
fn what_decides_early_leaves_the_rest_unseen() {
    assert_eq!(
        told(&playlist(), &json!({"user_id": "qa"}), &Json::Null),
        [
            "+ Auto playlist is on in Production, version 7",
            "+ A test user of version 7, whatever the rows say",
            "> Serves true | reason TARGETING_MATCH · version 7",
            ". Rows 1 to 4 and everyone else: not looked at",
        ]
    );
    let mut off = playlist();
    off["experiences"]["flag"]["on"] = json!(false);
    assert_eq!(
        told(&off, &json!({"user_id": "qa"}), &Json::Null),
        [
            "- Auto playlist is off in Production: the default",
            "> Serves false | reason DISABLED · version 7",
            ". Rows 1 to 4 and everyone else: not looked at",
        ]
    );
    let mut unmet = playlist();
    unmet["keys"]["needed"] = json!(false);
    let told = told(&unmet, &json!({}), &Json::Null);
    assert_eq!(
        told[1..4],
        [
            "- No user id, so not a test user",
            "+ Not in a ramp: version 7 is for everybody",
            "- needed is false, and this needs true: the default",
        ]
    );
}

#[test]
fn a_key_without_a_publication_says_so() {
    let environment = json!({"keys": {"on": false}});
    assert_eq!(
        told(&environment, &json!({}), &Json::Null),
        [
            "- No flag or config gives this key a value in Production: the default",
            "> Serves false | reason DEFAULT",
        ]
    );
}

fn ramping(replaced: Json) -> Json {
    let content = |on: bool| {
        json!({"keys": ["on"], "bucket_by": "company", "salt": "flag",
               "everyone_else": {"serve": {"values": {"on": on}}}})
    };
    let replaces = match replaced {
        Json::Null => Json::Null,
        _ => json!({"version": 6, "content": content(false)}),
    };
    json!({"keys": {"on": false}, "experiences": {"flag": {
        "version": 7, "ramp": 25, "content": content(true), "replaces": replaces}}})
}

#[test]
fn a_ramp_tells_the_place_and_who_decides_outside_of_it() {
    let place = |company: &str| {
        told(&ramping(json!(true)), &json!({"user_id": "ann", "company": company}), &Json::Null)
    };
    let all = ["acme", "globex", "initech", "umbrella", "hooli", "stark", "wayne", "tyrell"];
    let inside = all.into_iter().map(place).find(|told| told[2].starts_with('+')).unwrap();
    let outside = all.into_iter().map(place).find(|told| told[2].starts_with('-')).unwrap();
    assert!(
        inside[2].starts_with("+ In the 25 % that the ramp of version 7 has reached | company is ")
    );
    assert!(
        inside[2].contains(", whose place is ") && inside[2].ends_with(", under 25"),
        "{inside:?}"
    );
    assert!(
        outside[2].starts_with(
            "- Outside the 25 % that the ramp of version 7 has reached: version 6, which it replaces, decides |"
        ) && outside[2].ends_with(", not under 25"),
        "{outside:?}"
    );
    assert_eq!(outside[3], "- Not a test user");
    assert_eq!(
        outside.last().unwrap(),
        "> Serves false | reason STATIC · everyone else · version 6"
    );
}

#[test]
fn without_a_place_nobody_is_in_a_ramp() {
    let told = told(&ramping(Json::Null), &json!({"user_id": "ann"}), &Json::Null);
    assert_eq!(
        told[2..],
        [
            "- Outside the 25 % that the ramp of version 7 has reached, and nothing was published before: the default | company is not set, which gives them no place",
            "> Serves false | reason DEFAULT",
            ". Everyone else: not looked at",
        ]
    );
    assert_eq!(
        why(&ramping(Json::Null), &json!({"user_id": "ann"}), &Json::Null),
        "The ramp has not reached them"
    );
}

#[test]
fn a_split_says_which_part_the_user_falls_into() {
    let content = json!({"salt": "s", "variants": [
            {"name": "a", "values": {"on": true}}, {"name": "b", "values": {"on": false}}],
        "everyone_else": {"serve": {"split": [
            {"variant": "a", "weight": 1}, {"variant": "b", "weight": 1}]}}});
    let told = told(&one_flag(content.clone()), &json!({"user_id": "cleo"}), &Json::Null);
    assert_eq!(
        told[3..5],
        [
            "+ No row matches: everyone else decides",
            "+ In the 100 % | their place is 29 of 0 to 99, under 100; their position 28231759 of 0 to 42949672 falls to variant “b”",
        ]
    );
    assert_eq!(
        why(&one_flag(content), &json!({"user_id": "cleo"}), &Json::Null),
        "Everyone else, by its split"
    );
}

#[test]
fn the_hundredth_that_a_percentage_cuts_is_told_apart() {
    // The place of cleo is 29, at 0.657 of it.
    let content = |percent: f64| {
        one_flag(json!({"salt": "s",
            "everyone_else": {"rollout": percent, "serve": {"values": {"on": true}}}}))
    };
    let detail =
        |percent: f64| told(&content(percent), &json!({"user_id": "cleo"}), &Json::Null)[4].clone();
    assert_eq!(
        detail(29.0),
        "- Outside the 29 %: the default | their place is 29 of 0 to 99, not under 29"
    );
    assert_eq!(
        detail(29.5),
        "- Outside the 29.5 %: the default | their place is 29 of 0 to 99, of which 29.5 % takes a part without them in it"
    );
    assert_eq!(
        detail(29.7),
        "+ In the 29.7 % | their place is 29 of 0 to 99, of which 29.7 % takes a part with them in it"
    );
    assert_eq!(
        why(&content(29.0), &json!({"user_id": "cleo"}), &Json::Null),
        "Outside the 29 % of everyone else"
    );
}

#[test]
fn what_could_not_be_read_is_told() {
    let content = json!({"rows": [{"id": "a", "audience": {"conditions":
        {"attribute": "plan", "operator": "is", "value": "pro"}}, "serve": {"values": {"on": true}}}]});
    let environment = one_flag(content);
    let compiled = compiled(&environment);
    ask(&json!({"user_id": "ann"}), &json!("unavailable"), |subject| {
        let explanation = explain(&compiled, &names(), "on", subject).unwrap();
        assert_eq!(explanation.answer.decision.reason, Reason::Stale);
        assert_eq!(explanation.used[0].origin, Origin::Unknown);
    });
    assert_eq!(
        told(&environment, &json!({"user_id": "ann"}), &json!("unavailable"))[3..5],
        [
            "? Row 1, users where plan is “pro”: needs what could not be read, so the default",
            "  ? plan is “pro” | plan could not be read",
        ]
    );
    let mut unreadable = json!({"keys": {"on": false}, "segments": {"s": {"list": null}},
        "experiences": {"flag": {"content": {"keys": ["on"],
            "rows": [{"audience": {"segment": "s"}, "serve": {"values": {"on": true}}}]}}}});
    let told_of_list = told(&unreadable, &json!({"user_id": "ann"}), &Json::Null);
    assert_eq!(told_of_list[4], "  ? who is in this segment | it could not be read");
    unreadable["experiences"]["flag"]["content"] = json!({"keys": ["on"], "rows": 17});
    let compiled = compiled_after(&unreadable, None);
    ask(&json!({}), &Json::Null, |subject| {
        let explanation = explain(&compiled, &names(), "on", subject).unwrap();
        assert_eq!(
            explanation.steps[0].outcome,
            "What Auto playlist serves can't be read: the default"
        );
        assert_eq!(explanation.steps.len(), 2);
    });
}

#[test]
fn attributes_are_told_with_where_they_came_from() {
    let test = |name: &str| json!({"attribute": name, "operator": "is", "value": "x"});
    let content = json!({"rows": [{"audience": {"conditions": {"any": [
        test("city"), test("plan"), test("os")]}}, "serve": {"values": {"on": true}}}]});
    let compiled = compiled(&one_flag(content));
    let user = json!({"user_id": "ann", "city": "Rome", "unused": 1});
    ask(&user, &json!({"properties": {"city": "Bath", "plan": "pro"}}), |subject| {
        let used = explain(&compiled, &names(), "on", subject).unwrap().used;
        let used: Vec<_> = used.into_iter().map(|u| (u.name, u.value, u.origin)).collect();
        assert_eq!(
            used,
            [
                ("city".to_owned(), json!("Rome"), Origin::Request),
                ("os".to_owned(), Json::Null, Origin::NotSet),
                ("plan".to_owned(), json!("pro"), Origin::Profile),
            ]
        );
    });
}

#[test]
fn segments_that_name_several_others_are_told_once_each() {
    let mut environment = one_flag(json!({"rows": [
        {"audience": {"segment": "s-0"}, "serve": {"values": {"on": true}}}]}));
    for depth in 0..19 {
        let next = json!({"segment": format!("s-{}", depth + 1)});
        environment["segments"][format!("s-{depth}")] =
            json!({"all": [next, next, {"not": next}, next]});
    }
    environment["segments"]["s-19"] = json!({"attribute": "os", "operator": "is", "value": "x"});
    let told = told(&environment, &json!({"user_id": "ann"}), &Json::Null);
    assert!(told.len() < 200, "{}", told.len());
    assert_eq!(told.iter().filter(|line| line.contains("os is “x”")).count(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn what_is_explained_is_what_is_served(
        contents in vec(any_content(), 1..3), user in any_user(), ramp in 0..=100_u8, on in any::<bool>()
    ) {
        let mut environment = one_flag(contents[0].clone());
        let flag = &mut environment["experiences"]["flag"];
        (flag["version"], flag["ramp"], flag["on"]) = (json!(2), json!(ramp), json!(on));
        if let Some(replaced) = contents.get(1) {
            flag["replaces"] = json!({"version": 1, "content": replaced});
            flag["replaces"]["content"]["keys"] = json!(["on"]);
        }
        let compiled = compiled(&environment);
        for stored in [Json::Null, json!("unavailable"), json!({"properties": {"plan": "x", "country": "US"}})] {
            ask(&user, &stored, |subject| {
                let served = evaluate(&compiled.ruleset, "on", subject).unwrap();
                let explained = explain(&compiled, &names(), "on", subject).unwrap();
                prop_assert_eq!(explained.answer.index, served.index);
                let last = explained.steps.iter().rfind(|step| step.result == Mark::Serves).unwrap();
                prop_assert_eq!(&last.outcome, &format!("Serves {}", served.json));
                let rows = explained.steps.iter().filter(|step| step.step == "row");
                let matched = rows.filter(|step| step.result == Mark::Yes).count();
                // What places a user in the percentage of a row may be unreadable.
                if served.decision.reason != Reason::Stale {
                    let row = served.decision.row.as_deref();
                    let by_row = row.is_some_and(|row| row != "everyone_else");
                    prop_assert_eq!(matched, usize::from(by_row));
                }
                prop_assert!(!explained.why.is_empty());
                Ok(())
            })?;
        }
    }
}
