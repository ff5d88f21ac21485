//! Schemas of keys: defaults and values fit them, and nothing in use is left behind.

use flagstaff::domain::experience::Kind;
use flagstaff::domain::value::ValueType;
use flagstaff::operations::OperationError;
use flagstaff::operations::editing::{self, Draft, NewExperience};
use flagstaff::operations::keys::{self, KeyEdit, NewKey};
use flagstaff::store::experiences::Experience;
use flagstaff::store::keys::Key;
use serde_json::{Value, json};

use super::fixture::{Fixture, KEY_LIMIT, Outcome};

fn titled() -> Value {
    json!({"type": "object", "required": ["title"],
           "properties": {"title": {"type": "string"}}})
}

fn try_json_key(fixture: &Fixture, default: &Value, schema: Option<&Value>) -> Outcome<Key> {
    let new = NewKey {
        project_id: fixture.project_id,
        name: "banner",
        value_type: ValueType::Json,
        default_value: default,
        description: "",
        schema,
    };
    fixture.run(|conn| keys::create(conn, &fixture.pia, &new, KEY_LIMIT))
}

fn config(fixture: &Fixture, value: &Value) -> Outcome<Experience> {
    let definition = json!({"keys": ["banner"], "rows": [
        {"audience": {"everyone": true}, "serve": {"values": {"banner": value}}}]});
    let new = NewExperience {
        project_id: fixture.project_id,
        kind: Kind::ProductConfig,
        name: "Welcome",
        description: "",
        tags: &[],
        owner_id: None,
        draft: Draft::Definition(&definition),
        note: "",
    };
    Ok(fixture.run(|conn| editing::create(conn, &fixture.pia, &new))?.0)
}

fn edit(fixture: &Fixture, key: &Key, edit: &KeyEdit<'_>) -> Outcome<Key> {
    fixture.run(|conn| keys::edit(conn, &fixture.pia, key.id, edit))
}

fn fields<T: std::fmt::Debug>(outcome: Outcome<T>) -> Vec<(String, String)> {
    match outcome {
        Err(OperationError::Invalid(problems)) => {
            problems.into_iter().map(|problem| (problem.field, problem.message)).collect()
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_default_has_to_fit_the_schema_when_it_is_saved() {
    let fixture = Fixture::new();
    let said = fields(try_json_key(&fixture, &json!({"title": 1}), Some(&titled())));
    assert_eq!(said, [("default_value.title".to_owned(), "This must be text.".to_owned())]);
    let key = try_json_key(&fixture, &json!({"title": "Hi"}), Some(&titled())).unwrap();
    let wrong = json!({});
    let change = KeyEdit { default_value: Some(&wrong), ..KeyEdit::default() };
    let said = fields(edit(&fixture, &key, &change));
    assert_eq!(said, [("default_value".to_owned(), "\"title\" is missing here.".to_owned())]);
    let free = KeyEdit { schema: Some(None), ..change };
    assert_eq!(edit(&fixture, &key, &free).unwrap().schema, None);
}

#[test]
fn an_unsound_schema_is_refused_at_its_place() {
    let fixture = Fixture::new();
    let schema = json!({"properties": {"title": {"type": "words"}}});
    let said = fields(try_json_key(&fixture, &json!({}), Some(&schema)));
    assert_eq!(said[0].0, "schema.properties.title.type");
    let large = json!({"description": "x".repeat(70_000)});
    let said = fields(try_json_key(&fixture, &json!({}), Some(&large)));
    assert_eq!(said[0].1, "A schema may have at most 64 KiB.");
}

#[test]
fn values_in_versions_have_to_fit_the_schema_when_they_are_saved() {
    let fixture = Fixture::new();
    try_json_key(&fixture, &json!({"title": "Hi"}), Some(&titled())).unwrap();
    let said = fields(config(&fixture, &json!({"title": 7})));
    let place = "definition.rows[0].serve.values.banner.title".to_owned();
    assert_eq!(said, [(place, "This must be text.".to_owned())]);
    let config = config(&fixture, &json!({"title": "Hello"})).unwrap();
    let variants = json!({"keys": ["banner"], "variants": [
        {"name": "a", "values": {"banner": {"title": "A"}}},
        {"name": "b", "values": {"banner": []}}]});
    let said = fields(fixture.save(&fixture.pia, config.id, 1, &variants));
    let place = "definition.variants[1].values.banner".to_owned();
    assert_eq!(said, [(place, "This must be an object.".to_owned())]);
}

#[test]
fn a_schema_that_something_in_use_would_break_is_refused_naming_it() {
    let fixture = Fixture::new();
    let key = try_json_key(&fixture, &json!({"title": "Hi"}), None).unwrap();
    let config = config(&fixture, &json!({"title": 7})).unwrap();
    let schema = titled();
    let change = KeyEdit { schema: Some(Some(&schema)), ..KeyEdit::default() };
    let said = fields(edit(&fixture, &key, &change));
    assert_eq!(said[0].0, "schema");
    assert!(
        said[0].1.starts_with(
            "Version 1 of the product config “Welcome” does not fit it at \
             rows[0].serve.values.banner.title: "
        ),
        "{said:?}"
    );
    fixture.publish(&fixture.pia, &config, &fixture.production, 1).unwrap();
    let better = json!({"keys": ["banner"], "rows": [
        {"audience": {"everyone": true}, "serve": {"values": {"banner": {"title": "A"}}}}]});
    fixture.save(&fixture.pia, config.id, 1, &better).unwrap();
    let said = fields(edit(&fixture, &key, &change));
    assert!(said[0].1.starts_with("Version 1 of"), "what is live counts too: {said:?}");
    fixture.publish(&fixture.pia, &config, &fixture.production, 2).unwrap();
    edit(&fixture, &key, &change).unwrap();
    let back = fixture.publish(&fixture.pia, &config, &fixture.production, 1).unwrap_err();
    assert!(back.to_string().contains("can't be published any more"), "{back}");
}

#[test]
fn a_schema_that_the_default_would_break_is_refused() {
    let fixture = Fixture::new();
    let key = try_json_key(&fixture, &json!({}), None).unwrap();
    let schema = titled();
    let change = KeyEdit { schema: Some(Some(&schema)), ..KeyEdit::default() };
    let said = fields(edit(&fixture, &key, &change));
    let sentence = "The default does not fit it: \"title\" is missing here.";
    assert_eq!(said, [("schema".to_owned(), sentence.to_owned())]);
    let default = json!({"title": "Hi"});
    edit(&fixture, &key, &KeyEdit { default_value: Some(&default), ..change }).unwrap();
}

#[test]
fn a_change_on_an_older_revision_is_a_conflict_with_both_sides() {
    let fixture = Fixture::new();
    let key = fixture.key("a");
    let on_one =
        |text| KeyEdit { description: Some(text), base_revision: Some(1), ..KeyEdit::default() };
    edit(&fixture, &key, &on_one("Theirs")).unwrap();
    edit(&fixture, &key, &on_one("Theirs")).expect("the same once more changes nothing");
    match edit(&fixture, &key, &on_one("Mine")) {
        Err(OperationError::Conflict { message, sides }) => {
            assert!(message.contains("Pia saved revision 2 of this key"), "{message}");
            assert_eq!(sides["newest"]["description"], "Theirs");
            assert_eq!(sides["newest"]["author"], "Pia");
            assert_eq!(sides["yours"]["description"], "Mine");
        }
        other => panic!("{other:?}"),
    }
    let on_two = KeyEdit { base_revision: Some(2), ..on_one("Mine") };
    assert_eq!(edit(&fixture, &key, &on_two).unwrap().description, "Mine");
}

#[test]
fn two_at_once_do_not_go_past_the_limit_together() {
    let fixture = Fixture::new();
    fixture.key("one");
    let make = |name: &str| {
        let new = NewKey {
            project_id: fixture.project_id,
            name,
            value_type: ValueType::Boolean,
            default_value: &json!(false),
            description: "",
            schema: None,
        };
        fixture.store.write(|conn| keys::create(conn, &fixture.pia, &new, 2)).is_ok()
    };
    let made = std::thread::scope(|scope| {
        let both = [scope.spawn(|| make("two")), scope.spawn(|| make("three"))];
        both.map(|thread| thread.join().unwrap())
    });
    assert_eq!(made.iter().filter(|made| **made).count(), 1, "{made:?}");
}
