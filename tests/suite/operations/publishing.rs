use flagstaff::operations::OperationError;
use flagstaff::operations::publishing::Replaces;
use flagstaff::operations::{keys, segments};
use flagstaff::store::rulesets;
use serde_json::json;

use super::fixture::{Fixture, is_conflict, is_forbidden, on_for_all, on_for_segment, requiring};

#[test]
fn a_version_without_keys_is_a_draft_until_it_has_one() {
    let fixture = Fixture::new();
    let flag = fixture.flag("A", &json!({}));
    let outcome = fixture.publish(&fixture.pia, &flag, &fixture.production, 1);
    let sentence = outcome.unwrap_err().to_string();
    assert!(sentence.contains("Choose the key"), "{sentence}");
}

#[test]
fn publishing_serves_the_version_there_and_nowhere_else() {
    let fixture = Fixture::new();
    fixture.key("a");
    let flag = fixture.flag("A", &on_for_all("a"));
    let before = fixture.revisions();
    let published = fixture.publish(&fixture.pia, &flag, &fixture.production, 1).unwrap();
    assert!(published.is_on, "the first publication switches on");
    assert_eq!(published.publication.version, 1);
    assert_eq!(fixture.revisions(), (before.0 + 1, before.1));
    let served = |environment| {
        fixture.store.read(|conn| rulesets::load(conn, environment)).unwrap().experiences.len()
    };
    assert_eq!((served(fixture.production.id), served(fixture.staging.id)), (1, 0));

    let entry = &fixture.audit()[0];
    assert_eq!(entry.action, "experience.publish");
    assert_eq!(entry.environment_id, Some(fixture.production.id));
    assert_eq!(entry.after.as_ref().unwrap()["live"]["note"], "why not");
    assert_eq!(entry.before, None);
}

#[test]
fn who_may_publish_depends_on_the_environment() {
    let fixture = Fixture::new();
    let flag = fixture.flag_with_key("A");
    for environment in [&fixture.production, &fixture.staging] {
        assert!(is_forbidden(&fixture.publish(&fixture.vic, &flag, environment, 1)));
    }
    let sentence = fixture.refused(|| fixture.publish(&fixture.dev, &flag, &fixture.production, 1));
    assert!(sentence.contains("“Production” is protected."), "{sentence}");
    fixture.publish(&fixture.dev, &flag, &fixture.staging, 1).unwrap();
    fixture.publish(&fixture.pia, &flag, &fixture.production, 1).unwrap();
}

#[test]
fn a_later_publication_leaves_the_switch_as_it_is() {
    let fixture = Fixture::new();
    fixture.key("a");
    let flag = fixture.flag("A", &on_for_all("a"));
    fixture.publish(&fixture.pia, &flag, &fixture.production, 1).unwrap();
    fixture.switch(&fixture.dev, &flag, &fixture.production, false).unwrap();
    fixture.save(&fixture.dev, flag.id, 1, &json!({"keys": ["a"]})).unwrap();
    assert!(!fixture.publish(&fixture.pia, &flag, &fixture.production, 2).unwrap().is_on);
    // Reverting is the same operation.
    let reverted = fixture.publish(&fixture.pia, &flag, &fixture.production, 1).unwrap();
    assert_eq!(reverted.publication.version, 1);
}

#[test]
fn what_is_live_already_is_not_published_again() {
    let fixture = Fixture::new();
    let flag = fixture.flag_with_key("A");
    let publish = || fixture.publish(&fixture.pia, &flag, &fixture.production, 1);
    publish().unwrap();
    assert!(fixture.refused(publish).contains("Version 1 is published in “Production” already."));
    let outcome = fixture.publish(&fixture.pia, &flag, &fixture.production, 7);
    assert!(matches!(outcome, Err(OperationError::NotFound("version"))));
}

#[test]
fn a_stale_replaces_is_a_conflict_with_what_is_live_now() {
    let fixture = Fixture::new();
    fixture.key("a");
    let flag = fixture.flag("A", &on_for_all("a"));
    fixture.save(&fixture.pia, flag.id, 1, &json!({"keys": ["a"]})).unwrap();
    let publish = |version, replaces| {
        fixture.publish_replacing(&fixture.pia, &flag, &fixture.production, version, replaces)
    };
    assert!(is_conflict(&publish(1, Replaces::Publication(flag.id))));
    let first = publish(1, Replaces::Nothing).unwrap().publication;
    let outcome = publish(2, Replaces::Nothing);
    let Err(OperationError::Conflict { message, sides }) = outcome else { panic!() };
    assert!(message.contains("Pia published version 1"), "{message}");
    assert_eq!(sides["live"]["publication"], json!(first.id));
    publish(2, Replaces::Publication(first.id)).unwrap();
    assert!(is_conflict(&publish(1, Replaces::Publication(first.id))));
}

#[test]
fn of_two_who_publish_at_once_one_wins_and_the_other_is_told() {
    let fixture = Fixture::new();
    fixture.key("a");
    let flag = fixture.flag("A", &on_for_all("a"));
    fixture.save(&fixture.pia, flag.id, 1, &json!({"keys": ["a"]})).unwrap();
    let publish = |version| {
        let (production, nothing) = (&fixture.production, Replaces::Nothing);
        fixture.publish_replacing(&fixture.pia, &flag, production, version, nothing)
    };
    let before = fixture.revisions();
    let outcomes = std::thread::scope(|scope| {
        let one = scope.spawn(|| publish(1));
        let other = scope.spawn(|| publish(2));
        [one.join().unwrap(), other.join().unwrap()]
    });
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    assert_eq!(outcomes.iter().filter(|outcome| is_conflict(outcome)).count(), 1);
    assert_eq!(fixture.revisions(), (before.0 + 1, before.1));
}

#[test]
fn a_version_whose_key_or_segment_is_archived_is_refused_by_name() {
    let fixture = Fixture::new();
    let key = fixture.key("a");
    let segment =
        fixture.segment("Pro", &json!({"attribute": "plan", "operator": "is", "value": "pro"}));
    let flag = fixture.flag("A", &on_for_segment("a", "pro"));
    fixture.save(&fixture.pia, flag.id, 1, &json!({"keys": []})).unwrap();
    let publish = || fixture.publish(&fixture.pia, &flag, &fixture.staging, 1);
    fixture.run(|conn| keys::archive(conn, &fixture.pia, key.id)).unwrap();
    let sentence = fixture.refused(publish);
    assert!(sentence.contains("“a” is archived. Unarchive it"), "{sentence}");
    fixture.run(|conn| keys::unarchive(conn, &fixture.pia, key.id, 500)).unwrap();
    fixture.run(|conn| segments::archive(conn, &fixture.pia, segment.id)).unwrap();
    let sentence = fixture.refused(publish);
    assert!(sentence.contains("“Pro” is archived."), "{sentence}");
}

#[test]
fn prerequisites_that_lead_back_to_themselves_are_refused_over_what_an_environment_serves() {
    let fixture = Fixture::new();
    fixture.key("a");
    fixture.key("b");
    let first = fixture.flag("First", &requiring("a", "b"));
    let second = fixture.flag("Second", &requiring("b", "a"));
    fixture.publish(&fixture.pia, &first, &fixture.production, 1).unwrap();
    let sentence =
        fixture.refused(|| fixture.publish(&fixture.pia, &second, &fixture.production, 1));
    assert!(sentence.contains("It would break “First”, too."), "{sentence}");
    // Even while the other one is off: it may be switched on at any time.
    fixture.switch(&fixture.pia, &first, &fixture.production, false).unwrap();
    fixture.refused(|| fixture.publish(&fixture.pia, &second, &fixture.production, 1));
    // Another environment serves something else.
    fixture.publish(&fixture.pia, &second, &fixture.staging, 1).unwrap();
}

#[test]
fn two_publications_at_once_never_close_a_circle_together() {
    let fixture = Fixture::new();
    fixture.key("a");
    fixture.key("b");
    let first = fixture.flag("First", &requiring("a", "b"));
    let second = fixture.flag("Second", &requiring("b", "a"));
    let publish = |flag| fixture.publish(&fixture.pia, flag, &fixture.production, 1).is_ok();
    let published = std::thread::scope(|scope| {
        let one = scope.spawn(|| publish(&first));
        let other = scope.spawn(|| publish(&second));
        [one.join().unwrap(), other.join().unwrap()]
    });
    assert_eq!(published.iter().filter(|published| **published).count(), 1);
}

#[test]
fn an_experience_of_another_project_is_not_there() {
    let (fixture, other) = (Fixture::new(), Fixture::new());
    let flag = fixture.flag("A", &json!({}));
    let outcome = fixture.publish(&other.pia, &flag, &fixture.production, 1);
    assert!(matches!(outcome, Err(OperationError::NotFound("environment"))));
}
