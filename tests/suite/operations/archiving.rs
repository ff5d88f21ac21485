use chrono::TimeDelta;
use flagstaff::operations::{
    archiving::{self, Archive},
    keys,
};
use serde_json::json;
use uuid::Uuid;

use super::fixture::{Fixture, Outcome, is_forbidden, on_for_all, requiring};
use flagstaff::domain::experience::Kind;
use flagstaff::operations::{Actor, Link, OperationError};
use flagstaff::store::experiences::Experience;

fn archive(fixture: &Fixture, actor: &Actor, id: Uuid) -> Outcome<Experience> {
    let order = Archive { experience_id: id, turn_off: false, despite_deliveries: false };
    fixture.run(|conn| archiving::archive(conn, actor, &order))
}

fn unarchive(fixture: &Fixture, actor: &Actor, id: Uuid) -> Outcome<Experience> {
    fixture.run(|conn| archiving::unarchive(conn, actor, id))
}

#[test]
fn an_experience_that_is_on_is_switched_off_before_it_is_archived() {
    let fixture = Fixture::new();
    let flag = fixture.flag_with_key("A");
    fixture.publish(&fixture.pia, &flag, &fixture.production, 1).unwrap();
    fixture.publish(&fixture.pia, &flag, &fixture.staging, 1).unwrap();
    fixture.switch(&fixture.pia, &flag, &fixture.staging, false).unwrap();
    let sentence = fixture.refused(|| archive(&fixture, &fixture.pia, flag.id));
    assert!(sentence.contains("is on in “Production”."), "{sentence}");
    fixture.switch(&fixture.pia, &flag, &fixture.production, false).unwrap();
    assert!(is_forbidden(&archive(&fixture, &fixture.dev, flag.id)));
    let before = fixture.revisions();
    assert!(archive(&fixture, &fixture.pia, flag.id).unwrap().archived_at.is_some());
    assert_eq!(fixture.revisions(), (before.0 + 1, before.1 + 1));
    assert_eq!(fixture.last_action(), "experience.archive");
    let saved = || fixture.save(&fixture.pia, flag.id, 1, &json!({}));
    assert!(fixture.refused(saved).contains("“A” is archived. Unarchive it first."));
    fixture.refused(|| fixture.publish(&fixture.pia, &flag, &fixture.staging, 1));
}

#[test]
fn a_draft_is_archived_by_whoever_may_edit() {
    let fixture = Fixture::new();
    let flag = fixture.flag("A", &json!({}));
    assert!(is_forbidden(&archive(&fixture, &fixture.vic, flag.id)));
    archive(&fixture, &fixture.dev, flag.id).unwrap();
}

#[test]
fn archiving_frees_keys_and_unarchiving_takes_them_back_or_says_who_has_them() {
    let fixture = Fixture::new();
    fixture.key("a");
    let flag = fixture.flag("Old", &on_for_all("a"));
    archive(&fixture, &fixture.pia, flag.id).unwrap();
    let taker = fixture.flag("Taker", &on_for_all("a"));
    let sentence = fixture.refused(|| unarchive(&fixture, &fixture.pia, flag.id));
    assert!(sentence.contains("“Taker” holds the key “a”"), "{sentence}");
    archive(&fixture, &fixture.pia, taker.id).unwrap();
    unarchive(&fixture, &fixture.pia, flag.id).unwrap();
    fixture.refused(|| unarchive(&fixture, &fixture.pia, taker.id));
}

#[test]
fn unarchiving_names_a_key_that_is_archived_by_now() {
    let fixture = Fixture::new();
    let key = fixture.key("a");
    let flag = fixture.flag("Old", &on_for_all("a"));
    archive(&fixture, &fixture.pia, flag.id).unwrap();
    fixture.run(|conn| keys::archive(conn, &fixture.pia, key.id)).unwrap();
    let sentence = fixture.refused(|| unarchive(&fixture, &fixture.pia, flag.id));
    assert!(sentence.contains("“a” is archived."), "{sentence}");
}

#[test]
fn unarchiving_leaves_it_off_where_it_was_published() {
    let fixture = Fixture::new();
    let flag = fixture.flag_with_key("A");
    fixture.publish(&fixture.pia, &flag, &fixture.staging, 1).unwrap();
    fixture.switch(&fixture.pia, &flag, &fixture.staging, false).unwrap();
    archive(&fixture, &fixture.pia, flag.id).unwrap();
    unarchive(&fixture, &fixture.pia, flag.id).unwrap();
    let moved = fixture.switch(&fixture.pia, &flag, &fixture.staging, true).unwrap();
    assert!(moved.changed, "it was off");
}

#[test]
fn unarchiving_never_closes_a_circle() {
    let fixture = Fixture::new();
    fixture.key("a");
    fixture.key("b");
    let first = fixture.flag("First", &requiring("a", "b"));
    fixture.publish(&fixture.pia, &first, &fixture.staging, 1).unwrap();
    fixture.switch(&fixture.pia, &first, &fixture.staging, false).unwrap();
    archive(&fixture, &fixture.pia, first.id).unwrap();
    let second = fixture.flag("Second", &requiring("b", "a"));
    fixture.publish(&fixture.pia, &second, &fixture.staging, 1).unwrap();
    let sentence = fixture.refused(|| unarchive(&fixture, &fixture.pia, first.id));
    assert!(sentence.contains("“Second”"), "{sentence}");
}

#[test]
fn what_others_require_is_not_archived_and_names_them() {
    let fixture = Fixture::new();
    fixture.key("a");
    fixture.key("b");
    let needed = fixture.flag("Needed", &on_for_all("a"));
    let user = fixture.flag("User", &requiring("b", "a"));
    fixture.publish(&fixture.pia, &user, &fixture.staging, 1).unwrap();
    let refusal = archive(&fixture, &fixture.pia, needed.id).unwrap_err();
    let OperationError::Refused { message, links } = refusal else { panic!("{refusal}") };
    let said = "“Needed” is used: the feature flag “User” requires its key “a”.";
    assert!(message.starts_with(said), "{message}");
    assert_eq!(links, [Link::experience(Kind::FeatureFlag, "user", "User")]);
    fixture.switch(&fixture.pia, &user, &fixture.staging, false).unwrap();
    archive(&fixture, &fixture.pia, user.id).unwrap();
    archive(&fixture, &fixture.pia, needed.id).unwrap();
}

#[test]
fn what_apps_asked_for_within_a_day_is_archived_only_on_purpose() {
    let fixture = Fixture::new();
    let flag = fixture.flag_with_key("A");
    fixture.deliver("a", &fixture.production, TimeDelta::hours(2), 1_200);
    fixture.publish(&fixture.pia, &flag, &fixture.production, 1).unwrap();
    fixture.publish(&fixture.pia, &flag, &fixture.staging, 1).unwrap();
    fixture.deliver("a", &fixture.production, TimeDelta::hours(23), 34);
    fixture.deliver("a", &fixture.staging, TimeDelta::hours(25), 5);
    let order = |turn_off: bool, despite_deliveries: bool| Archive {
        experience_id: flag.id,
        turn_off,
        despite_deliveries,
    };
    let run = |order: Archive| fixture.run(|conn| archiving::archive(conn, &fixture.pia, &order));
    let sentence = fixture.refused(|| run(order(true, false)));
    assert!(sentence.contains("handed out 1,234 times in “Production”."), "{sentence}");
    assert!(!sentence.contains("is on in") && !sentence.contains("“Staging”"), "{sentence}");
    let sentence = fixture.refused(|| run(order(false, true)));
    assert!(sentence.contains("is on in “Production” and “Staging”."), "{sentence}");
    let sentence = fixture.refused(|| run(order(false, false)));
    assert!(sentence.contains("is on in") && sentence.contains("1,234 times"), "{sentence}");
    assert!(run(order(true, true)).unwrap().archived_at.is_some());
}

#[test]
fn a_draft_is_archived_whoever_asks_for_its_keys() {
    let fixture = Fixture::new();
    let flag = fixture.flag_with_key("A");
    fixture.deliver("a", &fixture.production, TimeDelta::minutes(1), 7);
    archive(&fixture, &fixture.dev, flag.id).unwrap();
}
