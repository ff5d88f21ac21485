use flagstaff::domain::value::ValueType;
use flagstaff::operations::OperationError;
use flagstaff::operations::keys::{self, KeyEdit, NewKey};
use serde_json::json;

use super::fixture::{Fixture, KEY_LIMIT, is_forbidden, on_for_all};

#[test]
fn a_key_is_created_with_its_first_revision_and_an_audit_entry_everywhere_at_once() {
    let fixture = Fixture::new();
    let before = fixture.revisions();
    let key = fixture.try_key(&fixture.dev, "ratio", ValueType::Decimal, &json!(1)).unwrap();
    assert_eq!((key.revision, key.default_value), (1, json!(1.0)));
    assert_eq!(fixture.revisions(), (before.0 + 1, before.1 + 1));
    let entry = &fixture.audit()[0];
    assert_eq!((entry.action.as_str(), entry.actor_name.as_str()), ("key.create", "Dev"));
    assert_eq!(entry.after.as_ref().unwrap()["default_value"], json!(1.0));
}

#[test]
fn a_viewer_cannot_create_a_key() {
    let fixture = Fixture::new();
    let outcome = fixture.try_key(&fixture.vic, "a", ValueType::Boolean, &json!(true));
    assert!(is_forbidden(&outcome));
}

#[test]
fn all_problems_of_a_key_are_named_by_field_at_once() {
    let fixture = Fixture::new();
    let schema = json!({"type": "object"});
    let new = NewKey {
        project_id: fixture.project_id,
        name: "no spaces please",
        value_type: ValueType::Boolean,
        default_value: &json!("true"),
        description: &"x".repeat(4097),
        schema: Some(&schema),
    };
    let outcome = fixture.run(|conn| keys::create(conn, &fixture.pia, &new, KEY_LIMIT));
    let Err(OperationError::Invalid(problems)) = outcome else { panic!("{outcome:?}") };
    let fields: Vec<&str> = problems.iter().map(|problem| problem.field.as_str()).collect();
    assert_eq!(fields, ["name", "default_value", "description", "schema"]);
}

#[test]
fn keys_never_differ_by_case_alone_and_the_error_names_the_one_that_is_there() {
    let fixture = Fixture::new();
    fixture.key("Dark_Mode");
    let sentence = fixture
        .refused(|| fixture.try_key(&fixture.pia, "dark_mode", ValueType::Boolean, &json!(false)));
    assert!(sentence.contains("“Dark_Mode”"), "{sentence}");
}

#[test]
fn a_project_has_at_most_as_many_keys_as_the_setting_says() {
    let fixture = Fixture::new();
    let first = fixture.key("one");
    fixture.key("two");
    let new = NewKey {
        project_id: fixture.project_id,
        name: "three",
        value_type: ValueType::Boolean,
        default_value: &json!(false),
        description: "",
        schema: None,
    };
    let create = || fixture.run(|conn| keys::create(conn, &fixture.pia, &new, 2));
    assert!(fixture.refused(create).contains("2 keys"));
    fixture.run(|conn| keys::archive(conn, &fixture.pia, first.id)).unwrap();
    create().unwrap();
    let back = || fixture.run(|conn| keys::unarchive(conn, &fixture.pia, first.id, 2));
    assert!(fixture.refused(back).contains("2 keys"));
}

#[test]
fn the_name_and_the_type_of_a_key_are_refused_with_the_reason() {
    let fixture = Fixture::new();
    let key = fixture.key("a");
    let edit =
        KeyEdit { name: Some("b"), value_type: Some(ValueType::String), ..KeyEdit::default() };
    let sentence =
        fixture.refused(|| fixture.run(|conn| keys::edit(conn, &fixture.pia, key.id, &edit)));
    assert!(sentence.contains("The name of a key never changes"), "{sentence}");
    assert!(sentence.contains("The type of a key never changes"), "{sentence}");
}

#[test]
fn a_new_default_makes_a_revision_and_one_that_changes_nothing_makes_none() {
    let fixture = Fixture::new();
    let key = fixture.key("a");
    let before = fixture.revisions();
    let default = json!(true);
    let edit = KeyEdit { default_value: Some(&default), ..KeyEdit::default() };
    let change = || fixture.run(|conn| keys::edit(conn, &fixture.dev, key.id, &edit)).unwrap();
    assert_eq!(change().revision, 2);
    let entries = fixture.audit().len();
    assert_eq!(change().revision, 2);
    assert_eq!(fixture.audit().len(), entries);
    assert_eq!(fixture.revisions(), (before.0 + 1, before.1 + 1));
}

#[test]
fn the_default_of_a_key_that_production_serves_needs_the_right_to_publish_there() {
    let fixture = Fixture::new();
    let key = fixture.key("a");
    let flag = fixture.flag("A", &on_for_all("a"));
    let default = json!(true);
    let edit = KeyEdit { default_value: Some(&default), ..KeyEdit::default() };
    let described = KeyEdit { description: Some("What it is for"), ..KeyEdit::default() };

    fixture.publish(&fixture.dev, &flag, &fixture.staging, 1).unwrap();
    fixture.publish(&fixture.pia, &flag, &fixture.production, 1).unwrap();
    let sentence =
        fixture.refused(|| fixture.run(|conn| keys::edit(conn, &fixture.dev, key.id, &edit)));
    assert!(sentence.contains("“Production”"), "{sentence}");
    fixture.run(|conn| keys::edit(conn, &fixture.dev, key.id, &described)).unwrap();
    fixture.run(|conn| keys::edit(conn, &fixture.pia, key.id, &edit)).unwrap();
}

#[test]
fn a_held_key_cannot_be_archived_and_the_error_names_the_holder() {
    let fixture = Fixture::new();
    let key = fixture.key("a");
    let needed = fixture.key("b");
    fixture.flag("Autoplay", &requiring_b());
    for id in [key.id, needed.id] {
        let sentence =
            fixture.refused(|| fixture.run(|conn| keys::archive(conn, &fixture.pia, id)));
        assert!(sentence.contains("the feature flag “Autoplay”"), "{sentence}");
    }
    let free = fixture.key("c");
    let archive = || fixture.run(|conn| keys::archive(conn, &fixture.pia, free.id)).unwrap();
    assert!(archive().archived_at.is_some());
    let entries = fixture.audit().len();
    archive();
    assert_eq!(fixture.audit().len(), entries, "an archived key stays archived, silently");
}

fn requiring_b() -> serde_json::Value {
    super::fixture::requiring("a", "b")
}

#[test]
fn keys_of_another_project_are_not_there_for_a_stranger() {
    let fixture = Fixture::new();
    let key = fixture.key("a");
    let other = Fixture::new();
    let outcome = fixture.run(|conn| keys::archive(conn, &other.pia, key.id));
    assert!(matches!(outcome, Err(OperationError::NotFound("key"))));
}
