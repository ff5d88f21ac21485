//! What holds for whatever comes in.

use flagstaff::domain::{
    bucketing::{Bucket, EVERY_POSITION, Rollout, Salt, split_ranges},
    condition::Condition,
    context::{Attributes, Context, Stored, Subject},
    evaluation::{Names, evaluate, evaluate_all, explain},
    ruleset::{MemberLists, Reason, Ruleset},
    version::{Content, SegmentNames},
};
use proptest::{collection::vec, prelude::*};
use serde_json::{Value as Json, json};

use super::{
    anything::{any_condition, any_content, any_json, any_user, mutate, percent},
    edited::any_edits,
    environment::{ask, attributes, compiled, now, one_flag, ruleset, source, stored_names},
};

/// Compiles a content as it may stand in the database, and asks for its key.
fn survives(content: Json, user: &Json) {
    let environment = json!({"keys": {"on": false}, "experiences": {"flag": {"content": content}}});
    let compiled = Ruleset::compile(source(&environment), None, &MemberLists::new());
    for stored in [Json::Null, json!("unavailable")] {
        ask(user, &stored, |subject| {
            assert!(evaluate(&compiled.ruleset, "on", subject).is_some());
            assert!(explain(&compiled, &Names::default(), "on", subject).is_some());
        });
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn no_context_makes_an_evaluation_fail(user in any_json(), content in any_content()) {
        let text = json!({"attributes": user, "country": user, "tags": user, "user_id": user}).to_string();
        let read: Attributes = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(&read, &serde_json::from_value(text.parse().unwrap()).unwrap());
        let context = Context::new(read);
        let compiled = compiled(&one_flag(content));
        let subject = Subject { context: &context, stored: Stored::Nothing, now: now() };
        prop_assert!(evaluate(&compiled.ruleset, "on", &subject).is_some());
        prop_assert!(explain(&compiled, &Names::default(), "on", &subject).is_some());
    }

    #[test]
    fn no_json_makes_reading_fail(json in any_json()) {
        let _ = Condition::from_json(&json);
        let _ = Content::from_json(&json, "salt");
        survives(json.clone(), &json!({"user_id": "ann"}));
        survives(json!({"keys": ["on"], "rows": json}), &json!({"user_id": "ann"}));
    }

    #[test]
    fn a_content_that_was_tampered_with_is_refused_or_works(
        mut content in any_content(), places in vec((any::<usize>(), any_json()), 1..3), user in any_user()
    ) {
        for (place, planted) in places {
            mutate(&mut content, place, planted);
        }
        survives(content, &user);
    }

    #[test]
    fn what_is_written_is_read_back(content in any_content(), condition in any_condition()) {
        let condition = Condition::from_json(&condition).unwrap();
        prop_assert_eq!(&Condition::from_json(&condition.to_json()).unwrap(), &condition);
        let content = Content::from_json(&content, "salt").unwrap();
        prop_assert_eq!(&Content::from_json(&content.to_json(), "other").unwrap(), &content);
    }

    #[test]
    fn contents_differ_exactly_when_a_change_is_told(before in any_content(), after in any_content()) {
        let before = Content::from_json(&before, "salt").unwrap();
        let after = Content::from_json(&after, "salt").unwrap();
        let names = SegmentNames::default();
        prop_assert_eq!(before.difference(&after, &names).is_empty(), before == after);
        prop_assert_eq!(before.difference(&before, &names), []);
        prop_assert_eq!(after.in_words().len(), after.rows.len() + 1);
    }

    #[test]
    fn every_part_of_a_content_is_told_and_each_change_says_what_differs(
        (before, after, other) in any_edits()
    ) {
        let names = SegmentNames::default();
        for (before, after) in [(&before, &after), (&after, &other)] {
            let changes = before.difference(after, &names);
            prop_assert_eq!(changes.is_empty(), before == after);
            for change in changes {
                prop_assert!(change.was != change.is, "{:?}", change);
                prop_assert!(change.sentence.ends_with('.'), "{:?}", change);
            }
        }
    }

    #[test]
    fn the_first_matching_row_alone_decides(content in any_content(), user in any_user()) {
        let whole = ruleset(&one_flag(content.clone()));
        let answer = ask(&user, &Json::Null, |subject| {
            let answer = evaluate(&whole, "on", subject).unwrap();
            (answer.value.clone(), answer.decision.clone())
        });
        let rows = content["rows"].as_array().unwrap();
        let contains = |row: &Json| {
            let mut row = row.clone();
            row["rollout"] = json!(100);
            row["serve"] = json!({"values": {"on": true}});
            let alone = ruleset(&one_flag(json!({"rows": [row]})));
            ask(&user, &Json::Null, |subject| evaluate(&alone, "on", subject).unwrap().enabled)
        };
        let first = rows.iter().find(|row| contains(row));
        let mut alone = content.clone();
        alone["rows"] = first.into_iter().cloned().collect();
        if first.is_some() {
            alone["everyone_else"] = json!({"serve": {"values": {"on": true}}});
        }
        let alone = ruleset(&one_flag(alone));
        ask(&user, &Json::Null, |subject| {
            let same = evaluate(&alone, "on", subject).unwrap();
            prop_assert_eq!((&same.value, &same.decision), (&answer.0, &answer.1));
            Ok(())
        })?;
    }

    #[test]
    fn no_row_is_skipped_to_a_wider_one(content in any_content(), user in any_user()) {
        // Whatever might be stored, an answer that is given without it is the one given with it.
        let ruleset = ruleset(&one_flag(content));
        let blind = ask(&user, &json!("unavailable"), |s| evaluate(&ruleset, "on", s).unwrap().clone());
        for stored in [
            json!({"events": {}}),
            json!({"events": {"E": {"2026-03-31": 9}}, "properties": {"country": "US", "age": 17, "plan": "x", "tags": ["x"]}}),
            json!({"properties": {"country": "x", "age": -3, "plan": 17}}),
        ] {
            let seeing = ask(&user, &stored, |s| evaluate(&ruleset, "on", s).unwrap().clone());
            if blind.decision.reason != Reason::Stale {
                prop_assert_eq!(seeing.index, blind.index);
            } else {
                prop_assert!(!blind.enabled);
            }
        }
    }

    #[test]
    fn raising_a_rollout_takes_nobody_out_and_changes_no_variant(
        user in any::<u32>(), weights in vec(0..=1_000_u16, 1..6), salt in "[a-z]{1,12}"
    ) {
        let Some(ranges) = split_ranges(&weights) else { return Ok(()) };
        let bucket = Salt::new(&salt).bucket(&user.to_string());
        for range in ranges.iter().filter(|range| range.contains(&bucket.position)) {
            let inside = (0..=10_000).map(|p| Rollout::from_hundredths(p).unwrap().contains(bucket, range));
            let inside: Vec<bool> = inside.collect();
            prop_assert!(inside.is_sorted());
            prop_assert!(!inside[0] && inside[10_000]);
        }
        prop_assert_eq!(ranges.iter().filter(|range| range.contains(&bucket.position)).count(), 1);
    }

    #[test]
    fn all_keys_at_once_agree_with_each_alone(contents in vec(any_content(), 1..4), user in any_user()) {
        let name = |i: usize| format!("key-{i}");
        let mut environment = json!({"keys": {}, "experiences": {}});
        for (i, mut content) in contents.into_iter().enumerate() {
            content["keys"] = json!([name(i)]);
            let text = content.to_string().replace("\"on\"", &format!("\"{}\"", name(i)));
            environment["keys"][name(i)] = json!(false);
            environment["experiences"][format!("flag-{i}")] = json!({"content": text.parse::<Json>().unwrap()});
        }
        let ruleset = ruleset(&environment);
        let context = Context::new(attributes(&user));
        let names = stored_names();
            let subject =
                Subject { context: &context, stored: Stored::Unknown(&names), now: now() };
        evaluate_all(&ruleset, 0..ruleset.keys().len() as u32, &subject, |answer| {
            let key = &ruleset.key_of(answer).unwrap().name;
            assert_eq!(evaluate(&ruleset, key, &subject).unwrap().index, answer.index);
        });
    }
}

#[test]
fn a_rollout_step_by_step_through_the_engine_only_ever_adds_users() {
    let at = |hundredths: u16| {
        let serve =
            json!({"split": [{"variant": "a", "weight": 3}, {"variant": "b", "weight": 1}]});
        let variants =
            json!([{"name": "a", "values": {"on": true}}, {"name": "b", "values": {"on": true}}]);
        let rest = json!({"rollout": percent(hundredths), "serve": serve});
        ruleset(&one_flag(json!({"salt": "s", "variants": variants, "everyone_else": rest})))
    };
    let users: Vec<Json> = (0..100).map(|user| json!({"user_id": format!("u-{user}")})).collect();
    let mut before: Vec<Option<Box<str>>> = vec![None; users.len()];
    for hundredths in (0..=10_000).step_by(7).chain([10_000]) {
        let ruleset = at(hundredths);
        for (user, before) in users.iter().zip(&mut before) {
            let variant = ask(user, &Json::Null, |subject| {
                let answer = evaluate(&ruleset, "on", subject).unwrap();
                answer.enabled.then(|| answer.variant.clone())
            });
            assert!(before.is_none() || *before == variant, "{user} at {hundredths}");
            *before = variant;
        }
    }
    assert!(before.iter().all(Option::is_some));
}

#[test]
fn a_million_users_are_split_in_proportion() {
    let users = 1_000_000;
    let salt = Salt::new("auto-playlist");
    let rollouts = [1, 2_000, 3_333, 5_050, 9_999].map(|p| Rollout::from_hundredths(p).unwrap());
    let weights = [4, 1, 3];
    let ranges = split_ranges(&weights).unwrap();
    let (mut inside, mut shares) = ([0_u32; 5], [0_u32; 3]);
    for user in 0..users {
        let bucket: Bucket = salt.bucket(&format!("user-{user}"));
        for (rollout, count) in rollouts.iter().zip(&mut inside) {
            *count += u32::from(rollout.contains(bucket, &EVERY_POSITION));
        }
        for (range, count) in ranges.iter().zip(&mut shares) {
            *count += u32::from(range.contains(&bucket.position));
        }
    }
    let percent = |count: u32| f64::from(count) * 100.0 / f64::from(users);
    for (rollout, count) in rollouts.iter().zip(inside) {
        assert!((percent(count) - rollout.percent()).abs() < 0.2, "{rollout:?}: {count}");
    }
    for (weight, count) in weights.into_iter().zip(shares) {
        assert!(
            (percent(count) - f64::from(weight) * 100.0 / 8.0).abs() < 0.2,
            "{weight}: {count}"
        );
    }
}
