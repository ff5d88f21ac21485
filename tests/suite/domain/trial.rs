//! A content tried on users, beside asking for every user, one by one, what is really decided.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, Utc};
use flagstaff::domain::{
    bucketing::{Bucket, EVERY_POSITION, split_ranges},
    condition::Truth,
    context::NumberText,
    evaluation::{Membership, evaluate},
    experience::Kind,
    known_user::KnownUser,
    ruleset::{MemberLists, Ruleset},
    trial::{Candidate, Concern, ContentReach, Facts, Place, RuleReach, Trial, warnings},
    value::Value,
    version::{Content, Rule, Serve},
};
use proptest::{collection::vec, option, prelude::*, sample::select};
use serde_json::{Value as Json, json};

use super::{
    anything::{any_content, any_serve, any_user, percent},
    environment::{compiled, context, id, now, ruleset, source},
};

const KEYS: [&str; 3] = ["on", "gate", "follower"];

/// A flag that the tried one may require, and one that requires the tried one.
fn environment(live: Option<&Json>, kind: &str, keys: &Json) -> Json {
    let gate = json!({"keys": ["gate"], "rows": [{"id": "g", "serve": {"values": {"gate": true}},
        "audience": {"conditions": {"attribute": "country", "operator": "is_set"}}}]});
    let follower = json!({"keys": ["follower"], "prerequisites": [{"key": "on", "in": [true]}],
        "everyone_else": {"enabled": true, "rollout": 100, "serve": {"values": {"follower": true}}}});
    let mut environment = json!({"keys": keys, "experiences": {
        "gate": {"content": gate}, "follower": {"content": follower}}});
    if let Some(live) = live {
        environment["experiences"]["flag"] = json!({"content": live, "kind": kind});
    }
    environment
}

fn flag_keys() -> Json {
    json!({"on": false, "gate": false, "follower": false})
}

fn known(user: &Json) -> KnownUser {
    KnownUser { context: context(user), ..KnownUser::named("somebody") }
}

fn tried(environment: &Json, kind: Kind, content: &Content, users: &[KnownUser]) -> ContentReach {
    let source = source(environment).around(id("flag"), &content.to_json());
    let candidate = Candidate { id: id("flag"), slug: "flag", kind, content };
    let trial = Trial::new(source, candidate, &MemberLists::new()).unwrap();
    trial.reach(users.iter().map(|user| (user, now())), now())
}

fn value(ruleset: &Ruleset, key: &str, user: &KnownUser) -> String {
    evaluate(ruleset, key, &user.subject(now())).unwrap().json.to_string()
}

/// Whether a rule serves that user, by the numbers of the bucket alone.
fn serves(content: &Content, rule: &Rule, user: &KnownUser) -> Option<usize> {
    let mut room = NumberText::new();
    let text = user.attribute(&content.bucket_by).and_then(|it| it.bucket_text(&mut room));
    let bucket = text.map(|text| Bucket::of(&content.salt, text));
    match &rule.serve {
        Serve::Split(shares) => {
            let weights: Vec<u16> = shares.iter().map(|share| share.weight).collect();
            let ranges = split_ranges(&weights).unwrap();
            let share = ranges.iter().position(|range| range.contains(&bucket.unwrap().position));
            bucket
                .and(share)
                .filter(|share| rule.rollout.contains(bucket.unwrap(), &ranges[*share]))
        }
        _ if rule.rollout.is_all() => Some(0),
        _ => bucket.filter(|it| rule.rollout.contains(*it, &EVERY_POSITION)).map(|_| 0),
    }
}

fn rule_by_hand(content: &Content, rule: &Rule, left: &[&KnownUser]) -> RuleReach {
    let has_text = |user: &KnownUser| {
        let mut room = NumberText::new();
        user.attribute(&content.bucket_by).and_then(|it| it.bucket_text(&mut room)).is_some()
    };
    let split = matches!(rule.serve, Serve::Split(_));
    let able = left.iter().filter(|user| !split || has_text(user));
    let served: Vec<usize> = able.filter_map(|user| serves(content, rule, user)).collect();
    let shares = match &rule.serve {
        Serve::Split(shares) => {
            (0..shares.len()).map(|i| served.iter().filter(|it| **it == i).count()).collect()
        }
        _ => Vec::new(),
    };
    RuleReach { left: left.len(), in_rollout: served.len(), shares }
}

/// Everything that a trial says of a flag, asked for one by one.
fn check(live: Option<&Json>, draft: &Json, users: &[Json]) -> Result<(), TestCaseError> {
    let content = Content::from_json(draft, "s").unwrap();
    let users: Vec<KnownUser> = users.iter().map(known).collect();
    let before = environment(live, "feature flag", &flag_keys());
    let reach = tried(&before, Kind::FeatureFlag, &content, &users);
    let was = ruleset(&before);
    let is = ruleset(&environment(Some(draft), "feature flag", &flag_keys()));

    let (mut values, mut moves, mut touched) = (BTreeMap::new(), BTreeMap::new(), 0);
    let mut deciding: BTreeMap<String, Vec<&KnownUser>> = BTreeMap::new();
    for user in &users {
        let (from, to) = (value(&was, "on", user), value(&is, "on", user));
        *values.entry(to.clone().into_boxed_str()).or_insert(0) += 1;
        if from != to {
            *moves.entry((from, to)).or_insert(0) += 1;
        }
        touched += KEYS.iter().any(|key| value(&was, key, user) != value(&is, key, user)) as usize;
        let answer = evaluate(&is, "on", &user.subject(now())).unwrap();
        let row = answer
            .decision
            .row
            .clone()
            .unwrap_or_else(|| answer.decision.audience.as_str().to_owned());
        deciding.entry(row).or_default().push(user);
    }
    let left = |row: &str| deciding.get(row).cloned().unwrap_or_default();
    prop_assert_eq!(&reach.keys[0].values, &values);
    let moved = reach.keys[0].effect.moves.iter();
    let moved: BTreeMap<_, _> =
        moved.map(|(it, users)| ((it.from.to_string(), it.to.to_string()), *users)).collect();
    prop_assert_eq!(moved, moves);
    prop_assert_eq!(reach.touched, touched);
    prop_assert_eq!((reach.asked, reach.test_users), (users.len(), left("tester").len()));
    for (row, found) in content.rows.iter().zip(&reach.rows) {
        let expected = rule_by_hand(&content, &row.rule, &left(&row.id));
        let expected = if row.rule.enabled { expected } else { RuleReach::default() };
        prop_assert_eq!(&found.decides, &expected, "row {}", row.id);
    }
    let undecided = left("none").len();
    match content.everyone_else.enabled {
        true => {
            let rule = &content.everyone_else;
            let expected = rule_by_hand(&content, rule, &left("everyone_else"));
            prop_assert_eq!(&reach.everyone_else, &expected);
            prop_assert_eq!(reach.kept_back, undecided);
        }
        false => prop_assert_eq!(reach.everyone_else.left + reach.kept_back, undecided),
    }
    check_warnings(&content, &reach)?;
    check_audiences(draft, &content, &reach, &users)?;
    check_outcomes(&reach, &was, &is, &users)
}

/// Whatever is said never to be reached decides for nobody.
fn check_warnings(content: &Content, reach: &ContentReach) -> Result<(), TestCaseError> {
    let facts = Facts {
        kind: Kind::FeatureFlag,
        defaults: &HashMap::from([("on".to_owned(), Value::Boolean(false))]),
        archived: &HashSet::new(),
        unknown_users: &HashSet::new(),
        required: &[],
        known: reach.asked as u64,
    };
    for warning in warnings(content, reach, &facts) {
        let concern = &warning.concern;
        let unreachable = matches!(
            concern,
            Concern::BelowEveryone(_) | Concern::SameAudience(_) | Concern::Taken { .. }
        );
        let left = match warning.place {
            Place::Row(row) => reach.rows[row].decides.left,
            _ => reach.everyone_else.left,
        };
        prop_assert!(!unreachable || left == 0, "{concern:?}");
    }
    Ok(())
}

/// How many each row describes, and which row takes them, by asking each row alone.
fn check_audiences(
    draft: &Json,
    content: &Content,
    reach: &ContentReach,
    users: &[KnownUser],
) -> Result<(), TestCaseError> {
    let mut alone = json!({"keys": {}, "segments": {}});
    for (i, row) in draft["rows"].as_array().unwrap().iter().enumerate() {
        let all = json!({"attribute": "no-such", "operator": "is_not_set"});
        let conditions = row["audience"].get("conditions").unwrap_or(&all);
        alone["segments"][format!("s{i}")] = conditions.clone();
    }
    let ruleset = compiled(&alone).ruleset;
    let is_in = |row: usize, user: &KnownUser| {
        let members = Membership::new(&ruleset, &format!("s{row}")).unwrap();
        members.of(&user.subject(now())) == Truth::Holds
    };
    for (place, found) in reach.rows.iter().enumerate() {
        let inside: Vec<_> = users.iter().filter(|user| is_in(place, user)).collect();
        prop_assert_eq!(found.described, inside.len());
        let taker = |user: &KnownUser| {
            (0..place).find(|above| content.rows[*above].rule.enabled && is_in(*above, user))
        };
        let mut taken = BTreeMap::new();
        for row in inside.iter().filter_map(|user| taker(user)) {
            *taken.entry(row).or_insert(0) += 1;
        }
        prop_assert_eq!(&found.taken, &taken);
    }
    Ok(())
}

fn check_outcomes(
    reach: &ContentReach,
    was: &Ruleset,
    is: &Ruleset,
    users: &[KnownUser],
) -> Result<(), TestCaseError> {
    for outcome in &reach.outcomes {
        let [only] = outcome.values.as_slice() else { panic!("one key") };
        let gets = |ruleset, user: &&KnownUser| value(ruleset, "on", user) == **only;
        let count = |f: &dyn Fn(&&KnownUser) -> bool| users.iter().filter(f).count();
        let expected = (
            count(&|user| gets(was, user)),
            count(&|user| gets(is, user)),
            count(&|user| gets(was, user) && gets(is, user)),
        );
        prop_assert_eq!((outcome.was, outcome.is, outcome.stays), expected);
    }
    prop_assert_eq!(reach.outcomes.iter().map(|it| it.is).sum::<usize>(), users.len());
    Ok(())
}

/// A flag, perhaps with test users and a prerequisite.
fn any_draft() -> impl Strategy<Value = Json> {
    let serve = any_serve().prop_filter("one thing", |serve| serve.get("split").is_none());
    let tester = option::of((select(vec!["x", "US", "17"]), serve));
    (any_content(), tester, any::<bool>()).prop_map(|(mut content, tester, requires)| {
        if let Some((user, serve)) = tester {
            content["test_users"] = json!([{"user_id": user, "serve": serve}]);
        }
        if requires {
            content["prerequisites"] = json!([{"key": "gate", "in": [true]}]);
        }
        content
    })
}

/// A config of three keys of other types.
fn any_config() -> impl Strategy<Value = Json> {
    let serve = prop_oneof![
        (any::<bool>(), 0..3_i32).prop_map(|(dark, size)| match dark {
            true => json!({"values": {"theme": "dark", "size": size}}),
            false => json!({"values": {"size": size}}),
        }),
        Just(json!({"variant": "a"})),
        (0..=5_u16, 1..=5_u16).prop_map(|(a, b)| json!({"split":
            [{"variant": "a", "weight": a}, {"variant": "b", "weight": b}]})),
    ];
    let audience = select(vec![
        json!({"everyone": true}),
        json!({"conditions": {"attribute": "country", "operator": "is", "value": "US"}}),
        json!({"conditions": {"attribute": "plan", "operator": "is_set"}}),
    ]);
    let row = (audience, any::<bool>(), 0..=10_000_u16, serve);
    vec(row, 0..4).prop_map(|rows| {
        let rows = rows.into_iter().enumerate();
        let rows: Vec<Json> = rows
            .map(|(i, (audience, enabled, rollout, serve))| {
                json!({"id": format!("row-{i}"), "audience": audience, "enabled": enabled,
                   "rollout": percent(rollout), "serve": serve})
            })
            .collect();
        json!({"keys": ["theme", "size", "extra"], "salt": "s", "rows": rows, "variants": [
            {"name": "a", "values": {"theme": "dark", "extra": {"n": 1}}},
            {"name": "b", "values": {"size": 7}}]})
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(192) })]

    #[test]
    fn counts_are_what_asking_one_by_one_gives(
        live in option::of(any_draft()), draft in any_draft(), users in vec(any_user(), 0..24)
    ) {
        check(live.as_ref(), &draft, &users)?;
    }

    #[test]
    fn counts_of_several_keys_are_what_asking_one_by_one_gives(
        live in option::of(any_config()), draft in any_config(), users in vec(any_user(), 0..24)
    ) {
        let keys = json!({"theme": "light", "size": 1, "extra": {}, "gate": false,
            "follower": false, "on": false});
        let content = Content::from_json(&draft, "s").unwrap();
        let users: Vec<KnownUser> = users.iter().map(known).collect();
        let before = environment(live.as_ref(), "product config", &keys);
        let reach = tried(&before, Kind::ProductConfig, &content, &users);
        let was = ruleset(&before);
        let is = ruleset(&environment(Some(&draft), "product config", &keys));
        let own = ["theme", "size", "extra"];
        let all = |ruleset: &Ruleset, user: &KnownUser| -> Vec<Box<str>> {
            own.iter().map(|key| value(ruleset, key, user).into_boxed_str()).collect()
        };
        let count = |f: &dyn Fn(&KnownUser) -> bool| users.iter().filter(|user| f(user)).count();
        for outcome in &reach.outcomes {
            let is_it = |ruleset: &Ruleset, user: &KnownUser| all(ruleset, user) == outcome.values;
            prop_assert_eq!(outcome.was, count(&|user| is_it(&was, user)));
            prop_assert_eq!(outcome.is, count(&|user| is_it(&is, user)));
        }
        prop_assert_eq!(reach.touched, count(&|user| all(&was, user) != all(&is, user)));
        for (name, key) in own.iter().zip(&reach.keys) {
            for (json, found) in &key.values {
                prop_assert_eq!(*found, count(&|user| value(&is, name, user) == **json));
            }
            let moved = key.effect.gain + key.effect.lose + key.effect.change;
            let differs = |user: &KnownUser| value(&was, name, user) != value(&is, name, user);
            prop_assert_eq!(moved, count(&differs));
        }
    }
}

#[test]
fn keys_that_a_content_drops_fall_back_to_their_defaults() {
    let live = json!({"keys": ["theme", "size"], "everyone_else":
        {"enabled": true, "rollout": 100, "serve": {"values": {"theme": "dark", "size": 2}}}});
    let draft = json!({"keys": ["size"], "everyone_else":
        {"enabled": true, "rollout": 100, "serve": {"values": {"size": 2}}}});
    let keys = json!({"theme": "light", "size": 1, "gate": false, "follower": false, "on": false});
    let content = Content::from_json(&draft, "s").unwrap();
    let users = [KnownUser::named("ann"), KnownUser::named("bob")];
    let before = environment(Some(&live), "product config", &keys);
    let reach = tried(&before, Kind::ProductConfig, &content, &users);
    let told: Vec<_> = reach.keys.iter().map(|it| (&*it.name, it.is_own, it.effect.lose)).collect();
    assert_eq!(told, [("size", true, 0), ("theme", false, 2)]);
    assert_eq!(reach.touched, 2);
}

#[test]
fn rows_are_counted_before_there_is_a_key() {
    let draft = json!({"keys": [], "rows": [
        {"id": "r1", "audience": {"everyone": true}, "rollout": 100, "serve": {"values": {}}}]});
    let content = Content::from_json(&draft, "s").unwrap();
    let users = [KnownUser::named("ann"), KnownUser::named("bob")];
    let environment = environment(None, "feature flag", &flag_keys());
    let reach = tried(&environment, Kind::FeatureFlag, &content, &users);
    assert_eq!(reach.rows[0].decides, RuleReach { left: 2, in_rollout: 2, shares: vec![] });
    assert_eq!((reach.keys.len(), reach.touched), (0, 0));
}

#[test]
fn what_can_not_be_served_says_why() {
    let circle = json!({"keys": ["on"], "prerequisites": [{"key": "follower", "in": [true]}]});
    let content = Content::from_json(&circle, "s").unwrap();
    let source = source(&environment(None, "feature flag", &flag_keys()));
    let source = source.around(id("flag"), &content.to_json());
    let candidate =
        Candidate { id: id("flag"), slug: "flag", kind: Kind::FeatureFlag, content: &content };
    let refused = Trial::new(source, candidate, &MemberLists::new()).unwrap_err();
    assert_eq!(refused, "It requires a key whose value depends on itself.");
}

#[test]
fn whoever_was_not_heard_of_lately_is_told_apart() {
    let draft = json!({"keys": ["on"], "rows": [
        {"id": "r1", "audience": {"everyone": true}, "serve": {"values": {"on": true}}}]});
    let content = Content::from_json(&draft, "s").unwrap();
    let source = source(&environment(None, "feature flag", &flag_keys()));
    let candidate =
        Candidate { id: id("flag"), slug: "flag", kind: Kind::FeatureFlag, content: &content };
    let trial = Trial::new(source, candidate, &MemberLists::new()).unwrap();
    let (ann, bob) = (KnownUser::named("ann"), KnownUser::named("bob"));
    let at = |text: &str| -> DateTime<Utc> { text.parse().unwrap() };
    let seen = [(&ann, at("2026-03-01T12:00:00Z")), (&bob, at("2026-03-01T11:59:59Z"))];
    let reach = trial.reach(seen, now());
    assert_eq!((reach.rows[0].described, reach.rows[0].lately), (2, 1));
}
