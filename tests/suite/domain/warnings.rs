//! What is worth a second look: each warning where it belongs, and nowhere else.

use std::collections::{HashMap, HashSet};

use flagstaff::domain::{
    experience::Kind,
    known_user::KnownUser,
    ruleset::MemberLists,
    trial::{Candidate, Facts, Required, State, Trial, warnings},
    value::Value,
    version::Content,
};
use serde_json::{Value as Json, json};

use super::environment::{context, id, lists, now, source};

/// What surrounds a content that is looked at.
struct Setting {
    environment: Json,
    kind: Kind,
    users: Vec<Json>,
    /// Days since anything was heard of them.
    ago: i64,
    required: Vec<Required>,
    archived: Vec<&'static str>,
    unknown: Vec<&'static str>,
    known: u64,
}

impl Setting {
    /// Three users on iPhone, one of them in Miami, and one on Android.
    fn usual() -> Setting {
        let segment =
            |name: &str, value: &str| json!({"attribute": name, "operator": "is", "value": value});
        Setting {
            environment: json!({"keys": {"on": false, "gate": false}, "segments": {
                "iphone": segment("os", "iOS"), "miami": segment("city", "Miami"),
                "nobody": segment("os", "Symbian"), "list": {"list": ["qa-1"]}}}),
            kind: Kind::FeatureFlag,
            users: vec![
                json!({"user_id": "a", "os": "iOS", "city": "Miami"}),
                json!({"user_id": "b", "os": "iOS", "city": "Rome", "company": "acme"}),
                json!({"user_id": "c", "os": "iOS"}),
                json!({"user_id": "d", "os": "Android"}),
            ],
            ago: 1,
            required: vec![],
            archived: vec![],
            unknown: vec![],
            known: 4,
        }
    }

    /// Each warning as `field: words`.
    fn warnings(&self, mut content: Json) -> Vec<String> {
        if content.get("keys").is_none() {
            content["keys"] = json!(["on"]);
        }
        let content = Content::from_json(&content, "salt").unwrap();
        let candidate =
            Candidate { id: id("flag"), slug: "flag", kind: self.kind, content: &content };
        let mut source = source(&self.environment);
        source.segments.retain(|segment| !self.archived.contains(&segment.slug.as_str()));
        let lists: MemberLists = lists(&self.environment);
        let trial = Trial::new(source.clone(), candidate, &lists).unwrap();
        let users: Vec<KnownUser> = self.users.iter().map(known).collect();
        let seen = now() - chrono::TimeDelta::days(self.ago);
        let reach = trial.reach(users.iter().map(|user| (user, seen)), now());
        let keys = source.keys.iter();
        let default = |json: &Json, value_type| Value::read(value_type, json).unwrap();
        let defaults: HashMap<String, Value> = keys
            .map(|key| (key.name.clone(), default(&key.default_value, key.value_type)))
            .collect();
        let all = |names: &[&str]| -> HashSet<String> {
            names.iter().map(|name| (*name).to_owned()).collect()
        };
        let facts = Facts {
            kind: self.kind,
            defaults: &defaults,
            archived: &all(&self.archived),
            unknown_users: &all(&self.unknown),
            required: &self.required,
            known: self.known,
        };
        let name = |slug: &str| slug.to_uppercase();
        warnings(&content, &reach, &facts)
            .iter()
            .map(|it| format!("{}: {}", it.path(), it.in_words(&content, "Production", &name)))
            .collect()
    }

    fn rows(&self, rows: Json) -> Vec<String> {
        self.warnings(json!({"rows": rows}))
    }
}

fn known(user: &Json) -> KnownUser {
    KnownUser { context: context(user), ..KnownUser::named(user["user_id"].as_str().unwrap()) }
}

fn row(audience: Json, value: bool) -> Json {
    json!({"audience": audience, "serve": {"values": {"on": value}}})
}

fn segment(slug: &str) -> Json {
    row(json!({"segment": slug}), true)
}

fn with(mut row: Json, field: &str, value: Json) -> Json {
    row[field] = value;
    row
}

fn everyone() -> Json {
    row(json!({"everyone": true}), true)
}

#[test]
fn nothing_is_said_of_what_is_fine() {
    let fine = Setting::usual();
    assert_eq!(fine.rows(json!([segment("miami"), segment("iphone")])), [""; 0]);
    let rest = json!({"enabled": true, "rollout": 50, "serve": {"values": {"on": true}}});
    assert_eq!(fine.warnings(json!({"rows": [], "everyone_else": rest})), [""; 0]);
    assert_eq!(fine.rows(json!([])), [""; 0]);
}

#[test]
fn a_row_whose_known_users_are_all_taken_above_is_never_reached() {
    let setting = Setting::usual();
    let taken = "rows[1]: Never reached: row 1 takes its only known user.";
    assert_eq!(setting.rows(json!([segment("iphone"), segment("miami")])), [taken]);
    let ten = with(segment("iphone"), "rollout", json!(10));
    assert_eq!(setting.rows(json!([ten, segment("miami")])), [taken]);
    let off = with(segment("iphone"), "enabled", json!(false));
    let said = "rows[0].enabled: Off: skipped. Its users go on to what is below.";
    assert_eq!(setting.rows(json!([off, segment("miami")])), [said]);
    let both = row(
        json!({"conditions": {"any": [
        {"attribute": "os", "operator": "is", "value": "Android"}, {"segment": "iphone"}]}}),
        true,
    );
    let android = row(
        json!({"conditions":
        {"attribute": "os", "operator": "is", "value": "Android"}}),
        true,
    );
    let several = setting.rows(json!([segment("iphone"), android, both]));
    assert_eq!(several, ["rows[2]: Never reached: rows 1 and 2 take all 4 known users."]);
}

#[test]
fn test_users_and_prerequisites_make_no_row_unreachable() {
    let mut setting = Setting::usual();
    setting.required = vec![required(State::Live, false)];
    let content = json!({"rows": [segment("miami")],
        "prerequisites": [{"key": "gate", "in": [true]}],
        "test_users": [{"user_id": "a", "serve": {"values": {"on": true}}}]});
    let never = "prerequisites[0].in: No known user in Production has the value of “gate” that \
                 this requires, so everyone gets the default.";
    assert_eq!(setting.warnings(content), [never]);
}

#[test]
fn what_stands_below_everyone_or_twice_is_never_reached_whoever_is_known() {
    let mut setting = Setting::usual();
    for users in [setting.users.clone(), vec![]] {
        setting.known = users.len() as u64;
        setting.users = users;
        let below = "Never reached: row 1 is for everyone.";
        let rest = json!({"enabled": true, "rollout": 100, "serve": {"values": {"on": true}}});
        let content = json!({"rows": [everyone(), segment("miami")], "everyone_else": rest});
        let said = [format!("rows[1]: {below}"), format!("everyone_else: {below}")];
        assert_eq!(setting.warnings(content), said);
        let same = row(json!({"conditions": {"all": [{"segment": "iphone"}]}}), true);
        let twice = setting.rows(json!([segment("iphone"), same]));
        let said = [
            "rows[0]: Leaves nobody for row 2, which has the same audience.",
            "rows[1]: Never reached: row 1 has the same audience.",
        ];
        assert_eq!(twice, said);
    }
}

#[test]
fn a_row_that_gives_the_default_says_whether_it_blocks() {
    let setting = Setting::usual();
    let gives = |slug: &str| row(json!({"segment": slug}), false);
    let blocks = "rows[0].serve: Gives the default: only keeps its users from what is below.";
    assert_eq!(setting.rows(json!([gives("miami"), segment("iphone")])), [blocks]);
    let idle = "rows[0].serve: Gives the default, which its users get anyway.";
    assert_eq!(setting.rows(json!([gives("miami")])), [idle]);
    let rest = json!({"enabled": true, "rollout": 100, "serve": {"values": {"on": true}}});
    let content = json!({"rows": [gives("miami")], "everyone_else": rest});
    assert_eq!(setting.warnings(content), [blocks]);
    let rest = json!({"enabled": true, "rollout": 100, "serve": {"values": {}}});
    let said = "everyone_else.serve: Gives the default, which they get anyway.";
    assert_eq!(setting.warnings(json!({"everyone_else": rest})), [said]);
}

#[test]
fn a_variant_with_a_payload_is_more_than_the_default() {
    let setting = Setting::usual();
    let content = |payload: Json| {
        json!({
        "variants": [{"name": "quiet", "values": {"on": false}, "payload": payload}],
        "rows": [{"audience": {"segment": "miami"}, "serve": {"variant": "quiet"}}]})
    };
    let said = "rows[0].serve: Gives the default, which its users get anyway.";
    assert_eq!(setting.warnings(content(Json::Null)), [said]);
    assert_eq!(setting.warnings(content(json!({"a": 1}))), [""; 0]);
}

#[test]
fn a_segment_without_known_users_says_so_and_of_a_sample_only_that() {
    let mut setting = Setting::usual();
    let said = "rows[0].audience: No known user in Production is in “NOBODY”.";
    assert_eq!(setting.rows(json!([segment("nobody")])), [said]);
    let conditions =
        row(json!({"conditions": {"attribute": "os", "operator": "is", "value": "X"}}), true);
    let said = "rows[0].audience: No known user in Production is described by these conditions.";
    assert_eq!(setting.rows(json!([conditions])), [said]);
    setting.known = 2_000_000;
    let said = "rows[0].audience: None of the 4 users that were asked is in “NOBODY”.";
    assert_eq!(setting.rows(json!([segment("nobody")])), [said]);
    (setting.known, setting.users) = (0, vec![]);
    assert_eq!(setting.rows(json!([segment("nobody")])), [""; 0]);
}

#[test]
fn a_segment_whose_users_were_not_seen_for_30_days_says_so() {
    let mut setting = Setting::usual();
    setting.ago = 30;
    assert_eq!(setting.rows(json!([segment("iphone")])), [""; 0]);
    setting.ago = 31;
    let said = "rows[0].audience: No known user who is in “IPHONE” was seen in the last 30 days.";
    assert_eq!(setting.rows(json!([segment("iphone")])), [said]);
}

#[test]
fn a_percent_of_0_is_said_of_rows_that_are_on() {
    let setting = Setting::usual();
    let zero = with(segment("iphone"), "rollout", json!(0));
    let said = "rows[0].rollout: 0 %: all of them get the default.";
    assert_eq!(setting.rows(json!([zero.clone()])), [said]);
    let off = "rows[0].enabled: Off: skipped. Its users go on to what is below.";
    assert_eq!(setting.rows(json!([with(zero, "enabled", json!(false))])), [off]);
    let rest = json!({"enabled": true, "rollout": 0, "serve": {"values": {"on": true}}});
    let said = "everyone_else.rollout: 0 %: all of them get the default.";
    assert_eq!(setting.warnings(json!({"everyone_else": rest})), [said]);
}

#[test]
fn splits_and_variants_that_nobody_gets_say_so() {
    let setting = Setting::usual();
    let split = |weights: [u16; 3]| {
        let shares = ["a", "b", "c"].iter().zip(weights);
        let shares: Vec<Json> =
            shares.map(|(name, weight)| json!({"variant": name, "weight": weight})).collect();
        let variants: Vec<Json> =
            ["a", "b", "c"].map(|name| json!({"name": name, "values": {"on": true}})).into();
        json!({"variants": variants, "rows": [
            {"audience": {"segment": "iphone"}, "serve": {"split": shares}}]})
    };
    let said = "rows[0].serve.split: “b” has a weight of 0, so nobody gets it.";
    assert_eq!(setting.warnings(split([1, 0, 1])), [said]);
    let said = "rows[0].serve.split: The split gives everything to “a”.";
    assert_eq!(setting.warnings(split([1, 0, 0])), [said]);
    let mut content = split([1, 1, 1]);
    content["rows"][0]["serve"] = json!({"variant": "a"});
    content["test_users"] = json!([{"user_id": "a", "serve": {"variant": "b"}}]);
    let said = [
        "variants[1]: No row that is on serves this variant; only test users get it.",
        "variants[2]: No row that is on serves this variant.",
    ];
    assert_eq!(setting.warnings(content), said);
}

#[test]
fn in_a_multivariate_flag_a_value_serves_its_variant() {
    let mut setting = Setting::usual();
    setting.environment["keys"] = json!({"layout": "plain"});
    let content = json!({"keys": ["layout"],
        "variants": [{"name": "list", "values": {"layout": "list"}},
                     {"name": "grid", "values": {"layout": "grid"}}],
        "rows": [{"audience": {"segment": "iphone"}, "serve": {"values": {"layout": "list"}}}]});
    let said = "variants[1]: No row that is on serves this variant.";
    assert_eq!(setting.warnings(content), [said]);
}

#[test]
fn unknown_test_users_and_archived_segments_are_named() {
    let mut setting = Setting::usual();
    (setting.unknown, setting.archived) = (vec!["qa-9"], vec!["miami"]);
    let content = json!({"rows": [segment("miami"), segment("iphone")], "test_users": [
        {"user_id": "a", "serve": {"values": {"on": true}}},
        {"user_id": "qa-9", "serve": {"values": {"on": true}}}]});
    let said = [
        "test_users[1].user_id: “qa-9” is not known in Production yet. Check the id.",
        "rows[0].audience: “MIAMI” is archived. Choose another segment, or remove the row.",
    ];
    assert_eq!(setting.warnings(content), said);
}

#[test]
fn an_attribute_that_most_users_lack_is_said_where_it_matters() {
    let setting = Setting::usual();
    let content = |percent: u16| {
        json!({"bucket_by": "company",
        "rows": [with(segment("iphone"), "rollout", json!(percent))]})
    };
    let said = "bucket_by: Only about 1 of 4 known users have “company”. The others get the \
                default wherever a row is below 100 % or splits.";
    assert_eq!(setting.warnings(content(20)), [said]);
    assert_eq!(setting.warnings(content(100)), [""; 0]);
}

fn required(state: State, default_meets: bool) -> Required {
    Required { holder: Some("New player".to_owned()), state, default_meets }
}

#[test]
fn a_prerequisite_that_nothing_serves_here_says_what_comes_of_it() {
    let mut setting = Setting::usual();
    let mut said = |required: Required| {
        setting.required = vec![required];
        let content = json!({"prerequisites": [{"key": "gate", "in": [true]}]});
        setting.warnings(content).pop().unwrap()
    };
    assert_eq!(
        said(required(State::Off, false)),
        "prerequisites[0].key: “New player” is off in Production: “gate” has its default, so \
         everyone gets the default here, too."
    );
    assert_eq!(
        said(required(State::Draft, true)),
        "prerequisites[0].key: “New player” is not published in Production: “gate” has its \
         default, which is what this requires."
    );
    assert_eq!(
        said(Required { holder: None, ..required(State::Draft, false) }),
        "prerequisites[0].key: Nothing serves “gate” in Production: it has its default, so \
         everyone gets the default here, too."
    );
}
