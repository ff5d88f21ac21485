//! One verb for several experiences: with all of them, or with none.

use chrono::{TimeDelta, Utc};
use flagstaff::domain::experience::Kind;
use flagstaff::operations::bulk::{self, Action, Bulk, Hindrance, Item, Outcome};
use flagstaff::operations::{Actor, OperationError};
use flagstaff::store::experiences::{self, Experience};

use super::fixture::{self, Fixture, is_forbidden, on_for_all, requiring};

struct Three {
    f: Fixture,
    flags: [Experience; 3],
}

fn three() -> Three {
    let f = Fixture::new();
    let flags = ["A", "B", "C"].map(|name| f.flag_with_key(name));
    for flag in &flags {
        f.publish(&f.pia, flag, &f.production, 1).unwrap();
    }
    Three { f, flags }
}

impl Three {
    fn ids(&self) -> Vec<String> {
        self.flags.iter().map(|flag| flag.slug.clone()).collect()
    }

    fn try_apply(
        &self,
        actor: &Actor,
        ids: &[String],
        action: Action<'_>,
    ) -> Result<Outcome, OperationError> {
        let project_id = self.f.project_id;
        let bulk = Bulk { project_id, kind: Kind::FeatureFlag, ids, action };
        self.f.run(|conn| bulk::apply(conn, actor, &bulk))
    }

    fn done(&self, ids: &[String], action: Action<'_>) -> Vec<Item> {
        match self.try_apply(&self.f.pia, ids, action).unwrap() {
            Outcome::Done(items) => items,
            Outcome::Refused(hindrances) => panic!("{hindrances:?}"),
        }
    }

    /// Checks that nothing at all was done.
    fn refused(&self, ids: &[String], action: Action<'_>) -> Vec<Hindrance> {
        let before = (self.f.audit().len(), self.f.revisions());
        match self.try_apply(&self.f.pia, ids, action).unwrap() {
            Outcome::Done(items) => panic!("{items:?}"),
            Outcome::Refused(hindrances) => {
                assert_eq!((self.f.audit().len(), self.f.revisions()), before);
                hindrances
            }
        }
    }

    fn off(&self) -> Action<'static> {
        Action::SwitchOff(self.f.production.id)
    }
}

#[test]
fn all_are_switched_off_together_and_can_be_switched_on_again() {
    let three = three();
    let before = three.f.audit().len();
    let items = three.done(&three.ids(), three.off());
    assert!(items.iter().all(|item| item.changed));
    assert_eq!(three.f.audit().len(), before + 3, "an entry for each");
    let moves: Vec<_> =
        items.iter().map(|item| (item.experience.id, item.switched.unwrap())).collect();
    let again = three.done(&three.ids(), three.off());
    assert!(again.iter().all(|item| !item.changed && item.switched.is_none()));
    let (f, place) = (&three.f, three.f.production.id);
    let undo =
        |actor: &Actor| f.run(|conn| bulk::undo_switch_off(conn, actor, place, &moves, Utc::now()));
    assert!(is_forbidden(&undo(&f.dev)), "production is protected");
    undo(&f.pia).unwrap();
    for flag in &three.flags {
        assert!(f.switch(&f.pia, flag, &f.production, false).unwrap().changed, "it was on");
    }
    assert!(undo(&f.pia).is_err(), "something newer was switched");
}

#[test]
fn one_that_can_not_be_switched_off_keeps_all_others_on() {
    let three = three();
    let draft = three.f.flag("Draft", &serde_json::json!({}));
    let mut ids = three.ids();
    ids.extend([draft.slug, "nothing".to_owned()]);
    let hindrances = three.refused(&ids, three.off());
    let said: Vec<(&str, &str)> =
        hindrances.iter().map(|it| (it.id.as_str(), it.reasons[0].as_str())).collect();
    assert_eq!(said[1], ("nothing", "There is no such feature flag."));
    assert_eq!(said[0].0, "draft");
    assert!(said[0].1.starts_with("Nothing of it is published there"), "{said:?}");
    assert_eq!(said.len(), 2);
}

#[test]
fn all_are_archived_or_none_with_every_reason() {
    let three = three();
    let f = &three.f;
    let archive = |despite_deliveries| Action::Archive { despite_deliveries };
    three.done(&three.ids()[..2], three.off());
    f.key("user");
    f.flag("User", &requiring("user", "b"));
    f.deliver("a", &f.production, TimeDelta::hours(1), 3);
    let hindrances = three.refused(&three.ids(), archive(false));
    let reasons = |id: &str| &hindrances.iter().find(|it| it.id == id).unwrap().reasons;
    assert!(reasons("a")[0].contains("3 times in “Production”"), "{hindrances:?}");
    assert!(reasons("b")[0].contains("“User” requires its key “b”"), "{hindrances:?}");
    assert!(reasons("c")[0].contains("is on in “Production”"), "{hindrances:?}");
    assert_eq!(three.refused(&three.ids(), archive(true)).len(), 2);
    let first = &three.ids()[..1];
    let only = three.refused(first, archive(false));
    assert!(only[0].is_only_asked_for);
    assert!(three.done(first, archive(true))[0].changed);
    assert!(!three.done(first, archive(true))[0].changed, "it is archived already");
    let stored = f.run(|conn| Ok(experiences::find(conn, three.flags[0].id)?)).unwrap();
    assert!(stored.unwrap().archived_at.is_some());
}

#[test]
fn all_get_a_tag_once() {
    let three = three();
    let ids = [three.ids(), three.ids()].concat();
    let items = three.done(&ids, Action::Tag(" music "));
    assert_eq!(items.len(), 3);
    assert!(items.iter().all(|item| item.changed && item.experience.tags == ["music"]));
    assert!(three.done(&ids, Action::Tag("music")).iter().all(|item| !item.changed));
    for (ids, tag) in [(Vec::new(), "x"), (ids.clone(), " "), (vec!["a".to_owned(); 201], "x")] {
        let wrong = three.try_apply(&three.f.pia, &ids, Action::Tag(tag));
        assert!(matches!(wrong, Err(OperationError::Invalid(_))), "{tag}");
    }
}

#[test]
fn nobody_does_with_several_what_they_may_not_do_with_one() {
    let three = three();
    let ids = three.ids();
    for action in [three.off(), Action::Tag("x"), Action::Archive { despite_deliveries: true }] {
        assert!(is_forbidden(&three.try_apply(&three.f.vic, &ids, action)));
        let stranger = three.try_apply(&fixture::stranger(), &ids, action);
        assert!(matches!(stranger, Err(OperationError::NotFound(_))));
    }
    three.done(&ids, three.off());
    let order = Action::Archive { despite_deliveries: true };
    match three.try_apply(&three.f.dev, &ids, order).unwrap() {
        Outcome::Refused(hindrances) => {
            assert!(hindrances[0].reasons[0].contains("“Production” is protected."));
        }
        Outcome::Done(_) => panic!("production is protected"),
    }
    let other = Fixture::new();
    let foreign = other.flag("Foreign", &on_for_all(&{ other.key("x").name }));
    let hindrances = three.refused(&[foreign.id.to_string()], Action::Tag("x"));
    assert_eq!(hindrances[0].reasons, ["There is no such feature flag."]);
}
