use flagstaff::domain::value::ValueType;
use flagstaff::operations::Actor;
use flagstaff::operations::flags::{FlagStatus, FlagView};
use flagstaff::operations::short_form::{self, FlagEdit, NewFlag};
use flagstaff::store::keys;
use serde_json::{Value, json};
use uuid::Uuid;

use super::fixture::{Fixture, KEY_LIMIT, Outcome, is_forbidden, on_for_all};

fn new<'a>(fixture: &Fixture, key: &'a str) -> NewFlag<'a> {
    NewFlag {
        project_id: fixture.project_id,
        environment_id: fixture.production.id,
        key,
        name: Some("New Checkout Flow"),
        description: "Redesigned checkout",
        tags: &[],
        default_value: None,
        rollout_percentage: None,
        targeting_rules: None,
        status: None,
        note: "",
    }
}

fn change(fixture: &Fixture) -> FlagEdit<'static> {
    FlagEdit {
        environment_id: fixture.production.id,
        key: None,
        name: None,
        description: None,
        tags: None,
        default_value: None,
        rollout_percentage: None,
        targeting_rules: None,
        status: None,
        publish: true,
        despite_deliveries: false,
        note: "",
    }
}

fn create(fixture: &Fixture, actor: &Actor, flag: &NewFlag<'_>) -> Outcome<FlagView> {
    fixture.run(|conn| short_form::create(conn, actor, flag, KEY_LIMIT))
}

fn edit(fixture: &Fixture, actor: &Actor, id: Uuid, change: &FlagEdit<'_>) -> Outcome<FlagView> {
    fixture.run(|conn| short_form::edit(conn, actor, id, change))
}

/// Percentage, rules, newest and live version, status.
fn said(flag: &FlagView) -> (Value, Value, i32, Option<i32>, FlagStatus) {
    let short = flag.short.as_ref().unwrap();
    let rules = short.targeting_rules_json();
    (short.rollout.to_json(), rules, flag.newest.number, flag.live_version(), flag.status)
}

#[test]
fn the_everyday_flag_is_created_targeted_and_activated() {
    let fixture = Fixture::new();
    let zero = json!(0);
    let draft = NewFlag {
        rollout_percentage: Some(&zero),
        status: Some(FlagStatus::Draft),
        ..new(&fixture, "new-checkout-flow")
    };
    let flag = create(&fixture, &fixture.pia, &draft).unwrap();
    assert_eq!(said(&flag), (json!(0), json!([]), 1, None, FlagStatus::Draft));
    assert_eq!(flag.key.as_ref().unwrap().default_value, json!(false));

    let rules = json!([{"attribute": "plan", "operator": "equals", "value": "enterprise"}]);
    let ours = json!([{"attribute": "plan", "operator": "is", "value": "enterprise"}]);
    let targeted = FlagEdit { targeting_rules: Some(&rules), ..change(&fixture) };
    let flag = edit(&fixture, &fixture.dev, flag.experience.id, &targeted).unwrap();
    assert_eq!(said(&flag), (json!(0), ours.clone(), 2, None, FlagStatus::Draft));

    let ten = json!(10);
    let active = FlagEdit {
        rollout_percentage: Some(&ten),
        status: Some(FlagStatus::Active),
        ..change(&fixture)
    };
    let flag = edit(&fixture, &fixture.pia, flag.experience.id, &active).unwrap();
    assert_eq!(said(&flag), (json!(10), ours, 3, Some(3), FlagStatus::Active));
}

#[test]
fn a_change_of_a_live_flag_is_published_unless_the_caller_says_not_to() {
    let fixture = Fixture::new();
    let active = NewFlag { status: Some(FlagStatus::Active), ..new(&fixture, "a") };
    let flag = create(&fixture, &fixture.pia, &active).unwrap();
    let id = flag.experience.id;
    let (ten, twenty, thirty) = (json!(10), json!(20), json!(30));
    let to = |percent| FlagEdit { rollout_percentage: Some(percent), ..change(&fixture) };
    let flag = edit(&fixture, &fixture.pia, id, &to(&ten)).unwrap();
    assert_eq!((flag.newest.number, flag.live_version()), (2, Some(2)));
    let later = FlagEdit { publish: false, ..to(&twenty) };
    let flag = edit(&fixture, &fixture.dev, id, &later).unwrap();
    assert_eq!((flag.newest.number, flag.live_version()), (3, Some(2)));

    let before = fixture.revisions();
    let outcome = edit(&fixture, &fixture.dev, id, &to(&thirty));
    assert!(is_forbidden(&outcome));
    assert_eq!(fixture.revisions(), before);
    let same = edit(&fixture, &fixture.pia, id, &change(&fixture)).unwrap();
    assert_eq!((same.newest.number, same.live_version()), (3, Some(2)), "nothing was changed");
}

#[test]
fn the_status_switches_and_archives() {
    let fixture = Fixture::new();
    let active = NewFlag { status: Some(FlagStatus::Active), ..new(&fixture, "a") };
    let flag = create(&fixture, &fixture.pia, &active).unwrap();
    let id = flag.experience.id;
    let to = |actor, status| {
        edit(&fixture, actor, id, &FlagEdit { status: Some(status), ..change(&fixture) })
    };
    assert!(fixture.refused(|| to(&fixture.pia, FlagStatus::Draft)).contains("INACTIVE"));
    assert!(fixture.refused(|| to(&fixture.pia, FlagStatus::Archived)).contains("Switch it off"));
    assert_eq!(to(&fixture.dev, FlagStatus::Inactive).unwrap().status, FlagStatus::Inactive);
    assert!(is_forbidden(&to(&fixture.dev, FlagStatus::Active)));
    assert_eq!(to(&fixture.pia, FlagStatus::Active).unwrap().status, FlagStatus::Active);
    to(&fixture.pia, FlagStatus::Inactive).unwrap();
    assert_eq!(to(&fixture.pia, FlagStatus::Archived).unwrap().status, FlagStatus::Archived);
    assert_eq!(to(&fixture.pia, FlagStatus::Archived).unwrap().status, FlagStatus::Archived);
    fixture.refused(|| to(&fixture.pia, FlagStatus::Active));
}

#[test]
fn a_flag_takes_a_free_boolean_key_with_its_default() {
    let fixture = Fixture::new();
    fixture.try_key(&fixture.pia, "on", ValueType::Boolean, &json!(true)).unwrap();
    fixture.try_key(&fixture.pia, "text", ValueType::String, &json!("")).unwrap();
    let other = NewFlag { default_value: Some(false), ..new(&fixture, "on") };
    let sentence = fixture.refused(|| create(&fixture, &fixture.pia, &other));
    assert!(sentence.contains("its default is true"), "{sentence}");
    let flag = create(&fixture, &fixture.pia, &new(&fixture, "on")).unwrap();
    assert_eq!(flag.newest.content["everyone_else"]["serve"], json!({"values": {"on": false}}));

    let taken = fixture.refused(|| create(&fixture, &fixture.pia, &new(&fixture, "on")));
    assert!(taken.contains("holds the key “on”"), "{taken}");
    let text = fixture.refused(|| create(&fixture, &fixture.pia, &new(&fixture, "text")));
    assert!(text.contains("of type string"), "{text}");
}

#[test]
fn whoever_may_not_publish_there_creates_nothing() {
    let fixture = Fixture::new();
    let active = NewFlag { status: Some(FlagStatus::Active), ..new(&fixture, "a") };
    fixture.refused(|| create(&fixture, &fixture.dev, &active));
    let key = fixture.store.read(|conn| keys::find_by_name(conn, fixture.project_id, "a"));
    assert!(key.unwrap().is_none());
    let staging = NewFlag { environment_id: fixture.staging.id, ..active };
    create(&fixture, &fixture.dev, &staging).unwrap();
}

#[test]
fn a_flag_that_says_more_than_the_short_form_keeps_its_content() {
    let fixture = Fixture::new();
    fixture.key("a");
    let mut content = on_for_all("a");
    content["test_users"] = json!([{"user_id": "qa", "serve": {"values": {"a": true}}}]);
    let flag = fixture.flag("Rich", &content);
    let ten = json!(10);
    let percent = FlagEdit { rollout_percentage: Some(&ten), ..change(&fixture) };
    let sentence = fixture.refused(|| edit(&fixture, &fixture.pia, flag.id, &percent));
    assert!(sentence.contains("Send its definition"), "{sentence}");
    let name = FlagEdit { name: Some("Richer"), ..change(&fixture) };
    let renamed = edit(&fixture, &fixture.pia, flag.id, &name).unwrap();
    assert_eq!((renamed.experience.name.as_str(), renamed.newest.number), ("Richer", 1));
    assert_eq!(renamed.short, None);
}

#[test]
fn problems_of_the_short_form_are_named_by_its_fields() {
    let fixture = Fixture::new();
    let (percent, rules) = (json!(120), json!([{"attribute": "plan", "operator": "like"}]));
    let flag = NewFlag {
        rollout_percentage: Some(&percent),
        targeting_rules: Some(&rules),
        ..new(&fixture, "a")
    };
    let sentence = fixture.refused(|| create(&fixture, &fixture.pia, &flag));
    assert!(sentence.contains("rollout_percentage: "), "{sentence}");
    assert!(sentence.contains("targeting_rules[0].operator: "), "{sentence}");
}
