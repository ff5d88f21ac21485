use flagstaff::domain::experience::Kind;
use flagstaff::domain::key::KeyName;
use flagstaff::domain::value::ValueType;
use flagstaff::operations::OperationError;
use flagstaff::operations::editing::{self, Description, Draft, NewExperience};
use serde_json::{Value, json};

use super::fixture::{Fixture, is_forbidden, on_for_all};

#[test]
fn an_experience_starts_as_a_draft_with_version_1() {
    let fixture = Fixture::new();
    fixture.key("a");
    let before = fixture.revisions();
    let (flag, version) = fixture.try_flag(&fixture.dev, "Dark mode", &on_for_all("a")).unwrap();
    assert_eq!((flag.slug.as_str(), flag.newest_version, version.number), ("dark-mode", 1, 1));
    assert_eq!(version.content["salt"], "dark-mode");
    assert_eq!(flag.owner_id, fixture.dev.person_id());
    assert_eq!(fixture.last_action(), "experience.create");
    assert_eq!(fixture.revisions(), before, "nothing that is served has changed");
    assert!(is_forbidden(&fixture.try_flag(&fixture.vic, "V", &json!({}))));
}

#[test]
fn a_taken_slug_gets_a_number_and_so_does_a_name_without_latin_letters() {
    let fixture = Fixture::new();
    let slugs: Vec<String> =
        ["New", "音楽", "Same", "Same"].map(|name| fixture.flag(name, &json!({})).slug).into();
    assert_eq!(slugs, ["flag-1", "flag-2", "same", "same-2"]);
}

#[test]
fn experiences_of_one_name_are_created_at_once() {
    let fixture = Fixture::new();
    let mut slugs: Vec<String> = std::thread::scope(|scope| {
        let threads: Vec<_> =
            (0..12).map(|_| scope.spawn(|| fixture.flag("Same", &json!({})).slug)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    slugs.sort_by_key(|slug| (slug.len(), slug.clone()));
    let expected = (2..=12).map(|number| format!("same-{number}"));
    assert_eq!(slugs, ["same".to_owned()].into_iter().chain(expected).collect::<Vec<_>>());
}

#[test]
fn all_problems_of_fields_and_content_come_at_once() {
    let fixture = Fixture::new();
    let definition = json!({"keys": ["missing"], "rows": [
        {"audience": {"segment": "nowhere"}, "serve": {"values": {"missing": true}}}]});
    let outcome = fixture.try_flag(&fixture.pia, " ", &definition);
    let Err(OperationError::Invalid(problems)) = outcome else { panic!("{outcome:?}") };
    let fields: Vec<&str> = problems.iter().map(|problem| problem.field.as_str()).collect();
    assert_eq!(fields, ["name", "definition.keys[0]", "definition.rows[0].audience.segment"]);
}

#[test]
fn a_product_config_starts_with_its_keys_and_no_rows() {
    let fixture = Fixture::new();
    fixture.try_key(&fixture.pia, "title", ValueType::String, &json!("Hi")).unwrap();
    let keys = ["title".to_owned()];
    let new = NewExperience {
        project_id: fixture.project_id,
        kind: Kind::ProductConfig,
        name: "Texts",
        description: "",
        tags: &[],
        owner_id: None,
        draft: Draft::Keys(&keys),
        note: "",
    };
    let (_, version) = fixture.run(|conn| editing::create(conn, &fixture.dev, &new)).unwrap();
    assert_eq!(version.content["keys"], json!(["title"]));
    assert_eq!(version.content["rows"], json!([]));
}

#[test]
fn a_save_on_a_stale_base_is_a_conflict_that_shows_both_sides() {
    let fixture = Fixture::new();
    fixture.key("a");
    let flag = fixture.flag("A", &json!({"keys": ["a"]}));
    let first = fixture.save(&fixture.dev, flag.id, 1, &on_for_all("a")).unwrap();
    assert_eq!((first.version.number, first.is_new), (2, true));
    let outcome = fixture.save(&fixture.pia, flag.id, 1, &json!({"keys": []}));
    let Err(OperationError::Conflict { message, sides }) = outcome else { panic!() };
    assert!(message.contains("Dev"), "{message}");
    assert_eq!(sides["newest"]["version"], 2);
    assert_eq!(sides["newest"]["definition"], first.version.content);
    assert_eq!(sides["yours"]["definition"]["keys"], json!([]));
}

#[test]
fn a_save_that_changes_nothing_makes_no_version_and_keeps_the_salt() {
    let fixture = Fixture::new();
    fixture.key("a");
    let mut content = on_for_all("a");
    content["salt"] = json!("drawn-anew");
    let flag = fixture.flag("A", &content);
    let entries = fixture.audit().len();
    for same in [content, on_for_all("a")] {
        let saved = fixture.save(&fixture.dev, flag.id, 1, &same).unwrap();
        assert_eq!((saved.version.number, saved.is_new), (1, false));
    }
    assert_eq!(fixture.audit().len(), entries);
    assert!(is_forbidden(&fixture.save(&fixture.vic, flag.id, 1, &json!({}))));
}

#[test]
fn a_key_that_is_held_elsewhere_is_refused_and_the_holder_named() {
    let fixture = Fixture::new();
    fixture.key("a");
    fixture.flag("Holder", &on_for_all("a"));
    let sentence = fixture.refused(|| fixture.try_flag(&fixture.pia, "Late", &on_for_all("a")));
    assert!(sentence.contains("The feature flag “Holder” holds the key “a”."), "{sentence}");
}

#[test]
fn of_two_experiences_that_want_one_key_at_once_one_gets_it() {
    let fixture = Fixture::new();
    fixture.key("a");
    let create = |name| fixture.try_flag(&fixture.pia, name, &on_for_all("a")).is_ok();
    let made = std::thread::scope(|scope| {
        let one = scope.spawn(|| create("One"));
        let other = scope.spawn(|| create("Other"));
        [one.join().unwrap(), other.join().unwrap()]
    });
    assert_eq!(made.iter().filter(|made| **made).count(), 1);
}

#[test]
fn a_key_stays_held_through_a_version_that_is_still_served() {
    let fixture = Fixture::new();
    fixture.key("a");
    let flag = fixture.flag("Old", &on_for_all("a"));
    fixture.publish(&fixture.pia, &flag, &fixture.production, 1).unwrap();
    fixture.key("b");
    fixture.save(&fixture.pia, flag.id, 1, &on_for_all("b")).unwrap();
    let take = || fixture.try_flag(&fixture.pia, "New owner", &on_for_all("a"));
    assert!(fixture.refused(take).contains("“Old”"));
    fixture.publish(&fixture.pia, &flag, &fixture.production, 2).unwrap();
    take().unwrap();
    let again = || fixture.publish(&fixture.pia, &flag, &fixture.production, 1);
    assert!(fixture.refused(again).contains("“New owner” holds the key “a”"));
}

#[test]
fn what_describes_an_experience_is_not_versioned() {
    let fixture = Fixture::new();
    let flag = fixture.flag("A", &json!({}));
    let tags = ["ios".to_owned(), "ios".to_owned()];
    let change = Description { name: Some("Better"), tags: Some(&tags), ..Description::default() };
    let describe =
        || fixture.run(|conn| editing::describe(conn, &fixture.dev, flag.id, &change)).unwrap();
    let after = describe();
    assert_eq!((after.name.as_str(), after.slug.as_str()), ("Better", "a"));
    assert_eq!((after.tags, after.newest_version), (vec!["ios".to_owned()], 1));
    let entries = fixture.audit().len();
    describe();
    assert_eq!(fixture.audit().len(), entries);
}

#[test]
fn an_owner_is_a_member_of_the_project() {
    let fixture = Fixture::new();
    let flag = fixture.flag("A", &json!({}));
    let change =
        Description { owner_id: Some(Some(uuid::Uuid::new_v4())), ..Description::default() };
    let describe = || fixture.run(|conn| editing::describe(conn, &fixture.dev, flag.id, &change));
    assert!(fixture.refused(describe).contains("owner_id"));
}

#[test]
fn a_clone_takes_rows_and_variants_and_asks_for_its_own_keys() {
    let fixture = Fixture::new();
    fixture.key("a");
    fixture.key("b");
    let definition = json!({
        "keys": ["a"],
        "salt": "special",
        "variants": [{"name": "yes", "values": {"a": true}}],
        "rows": [{"id": "vip", "audience": {"everyone": true}, "serve": {"variant": "yes"}}],
        "everyone_else": {"serve": {"values": {"a": true}}},
    });
    let flag = fixture.flag("Original", &definition);
    let clone = |name, keys: &[KeyName]| {
        fixture.run(|conn| editing::clone(conn, &fixture.dev, flag.id, name, keys))
    };
    let served = |content: &Value| {
        (content["variants"][0]["values"].clone(), content["everyone_else"]["serve"].clone())
    };

    let (bare, version) = clone("Bare", &[]).unwrap();
    assert_eq!(bare.slug, "bare");
    assert_eq!((&version.content["keys"], &version.content["salt"]), (&json!([]), &json!("bare")));
    assert_eq!(version.content["rows"][0]["id"], "vip");
    assert_eq!(served(&version.content), (json!({}), json!({"values": {}})));

    let b = KeyName::parse("b").unwrap();
    let (_, version) = clone("With a key", std::slice::from_ref(&b)).unwrap();
    assert_eq!(version.content["keys"], json!(["b"]));
    assert_eq!(served(&version.content), (json!({"b": true}), json!({"values": {"b": true}})));

    let taken = KeyName::parse("a").unwrap();
    assert!(fixture.refused(|| clone("Greedy", &[taken])).contains("“Original”"));
    assert!(fixture.refused(|| clone("Too many", &[b.clone(), b])).contains("keys"));
}
