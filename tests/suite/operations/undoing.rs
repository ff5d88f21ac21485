//! Undoing what was published or switched a moment ago.

use chrono::{TimeDelta, Utc};
use flagstaff::operations::editing::{self, Draft, NewVersion};
use flagstaff::operations::undoing::{self, Deed, Undo, Undone};
use flagstaff::operations::{Actor, OperationError};
use flagstaff::store::experiences::Experience;
use flagstaff::store::{publications, rehearse, switches, versions};
use serde_json::json;

use super::fixture::{Fixture, Outcome, is_forbidden};

impl Fixture {
    /// Undoes something in production, that many minutes after it is done.
    fn undo(&self, actor: &Actor, flag: &Experience, deed: Deed, minutes: i64) -> Outcome<Undone> {
        let now = Utc::now() + TimeDelta::minutes(minutes);
        let environment_id = self.production.id;
        let undo = Undo { experience_id: flag.id, environment_id, deed, now };
        self.run(|conn| undoing::undo(conn, actor, &undo))
    }

    /// The last move of the switch in production.
    fn last_move(&self, flag: &Experience) -> Deed {
        let moves = self.run(|conn| Ok(switches::history(conn, flag.id, self.production.id, 1)?));
        Deed::Switched(moves.unwrap()[0].id)
    }
}

#[test]
fn within_ten_minutes_the_version_before_is_published_again() {
    let fixture = Fixture::new();
    let flag = fixture.flag_with_key("A");
    fixture.publish(&fixture.pia, &flag, &fixture.production, 1).unwrap();
    let two =
        json!({"keys": ["a"], "everyone_else": {"rollout": 50, "serve": {"values": {"a": true}}}});
    fixture.save(&fixture.pia, flag.id, 1, &two).unwrap();
    let second = fixture.publish(&fixture.pia, &flag, &fixture.production, 2).unwrap();
    let deed = Deed::Published(second.publication.id);
    assert!(is_forbidden(&fixture.undo(&fixture.dev, &flag, deed, 0)));
    let sentence = fixture.refused(|| fixture.undo(&fixture.pia, &flag, deed, 11));
    assert!(sentence.contains("more than 10 minutes ago"), "{sentence}");
    match fixture.undo(&fixture.pia, &flag, deed, 9).unwrap() {
        Undone::Published(again) => assert_eq!(again.publication.version, 1),
        other => panic!("{other:?}"),
    }
    let sentence = fixture.refused(|| fixture.undo(&fixture.pia, &flag, deed, 0));
    assert!(sentence.contains("Something newer"), "{sentence}");
}

#[test]
fn undoing_the_first_publication_switches_off() {
    let fixture = Fixture::new();
    let flag = fixture.flag_with_key("A");
    let first = fixture.publish(&fixture.pia, &flag, &fixture.production, 1).unwrap();
    let undone =
        fixture.undo(&fixture.pia, &flag, Deed::Published(first.publication.id), 0).unwrap();
    assert!(matches!(undone, Undone::Switched(switched) if !switched.is_on));
}

#[test]
fn a_switch_is_moved_back_unless_something_came_after() {
    let fixture = Fixture::new();
    let flag = fixture.flag_with_key("A");
    fixture.publish(&fixture.pia, &flag, &fixture.production, 1).unwrap();
    fixture.switch(&fixture.dev, &flag, &fixture.production, false).unwrap();
    let off = fixture.last_move(&flag);
    assert!(is_forbidden(&fixture.undo(&fixture.dev, &flag, off, 0)));
    let undone = fixture.undo(&fixture.pia, &flag, off, 0).unwrap();
    assert!(matches!(undone, Undone::Switched(switched) if switched.is_on));
    fixture.refused(|| fixture.undo(&fixture.pia, &flag, off, 0));
    let on = fixture.last_move(&flag);
    fixture.save(&fixture.pia, flag.id, 1, &json!({"keys": ["a"]})).unwrap();
    fixture.publish(&fixture.pia, &flag, &fixture.production, 2).unwrap();
    fixture.refused(|| fixture.undo(&fixture.pia, &flag, on, 0));
}

#[test]
fn a_rehearsal_answers_as_the_deed_would_and_leaves_nothing() {
    let fixture = Fixture::new();
    let flag = fixture.flag_with_key("A");
    let before = (fixture.revisions(), fixture.audit().len());
    let content = json!({"keys": ["a"]});
    let rehearsed = fixture.store.read(|conn| {
        rehearse(conn, |conn| {
            let draft = Draft::Definition(&content);
            let version = NewVersion { base_version: 1, draft, note: "" };
            let saved = editing::save(conn, &fixture.pia, flag.id, &version)?;
            Ok::<_, OperationError>(saved.version.number)
        })
    });
    assert_eq!(rehearsed.unwrap(), 2);
    let newest = fixture.run(|conn| Ok(versions::newest(conn, flag.id)?)).unwrap().unwrap();
    let live = fixture.run(|conn| Ok(publications::active(conn, flag.id, fixture.production.id)?));
    assert!(newest.number == 1 && live.unwrap().is_none());
    assert_eq!((fixture.revisions(), fixture.audit().len()), before);
    assert!(fixture.publish(&fixture.pia, &flag, &fixture.production, 1).unwrap().is_on);
}
