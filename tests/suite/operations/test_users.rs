//! Publishing to test users only: everybody else keeps what was live before.

use chrono::Utc;
use flagstaff::domain::context::{Attributes, Context, Stored, StoredNames, Subject};
use flagstaff::domain::evaluation::evaluate;
use flagstaff::domain::ruleset::{MemberLists, Ruleset};
use flagstaff::operations::publishing::{Publish, Published, Recipients, Replaces, publish_to};
use flagstaff::operations::undoing::{self, Undo, Undone};
use flagstaff::store::experiences::Experience;
use flagstaff::store::{publications, rulesets};
use serde_json::{Value, json};

use super::fixture::{Fixture, Outcome};

/// A flag's content: the tester gets `tester`, everybody else `rest`.
fn content(tester: &str, bucket_by: &str, rest: bool) -> Value {
    json!({"keys": ["a"], "bucket_by": bucket_by,
           "test_users": [{"user_id": tester, "serve": {"values": {"a": true}}}],
           "everyone_else": {"serve": {"values": {"a": rest}}}})
}

struct World {
    fixture: Fixture,
    flag: Experience,
}

impl World {
    /// A flag with these versions.
    fn with(versions: &[Value]) -> World {
        let fixture = Fixture::new();
        fixture.key("a");
        let flag = fixture.flag("A", &versions[0]);
        for (base, version) in (1..).zip(&versions[1..]) {
            fixture.save(&fixture.pia, flag.id, base, version).unwrap();
        }
        World { fixture, flag }
    }

    fn publish(&self, version: i32, recipients: Recipients) -> Outcome<Published> {
        let publish = Publish {
            experience_id: self.flag.id,
            environment_id: self.fixture.production.id,
            version,
            replaces: Replaces::Anything,
            note: "",
        };
        self.fixture.run(|conn| publish_to(conn, &self.fixture.pia, &publish, recipients))
    }

    fn undo(&self) -> Undone {
        let (experience_id, place) = (self.flag.id, &self.fixture.production);
        let undone = self.fixture.run(|conn| {
            let deed = undoing::newest(conn, experience_id, place)?;
            let (environment_id, now) = (place.id, Utc::now());
            let undo = Undo { experience_id, environment_id, deed, now };
            undoing::undo(conn, &self.fixture.pia, &undo)
        });
        undone.unwrap()
    }

    /// The value and the version that somebody gets.
    fn gets(&self, user_id: &str) -> (Value, Option<i32>) {
        let place = self.fixture.production.id;
        let source = self.fixture.store.read(|conn| rulesets::load(conn, place)).unwrap();
        let ruleset = Ruleset::compile(source, None, &MemberLists::new()).ruleset;
        let context = Context::of_user(user_id, Attributes::default());
        // Nothing that is stored can be read, and nothing of it is needed.
        let stored: StoredNames = ["company".into()].into_iter().collect();
        let stored = Stored::Unknown(&stored);
        let subject = Subject { context: &context, stored, now: Utc::now() };
        let answer = evaluate(&ruleset, "a", &subject).unwrap();
        (answer.value.to_json(), answer.decision.version.map(|version| version.number))
    }
}

#[test]
fn test_users_get_the_version_and_everybody_else_what_was_live_before() {
    let world = World::with(&[content("old", "user_id", false), content("qa", "company", true)]);
    world.publish(1, Recipients::Everybody).unwrap();
    let published = world.publish(2, Recipients::TestUsers).unwrap();
    assert!(published.publication.is_for_test_users() && published.is_on);
    assert_eq!(world.gets("qa"), (json!(true), Some(2)));
    assert_eq!(world.gets("old"), (json!(true), Some(1)), "a test user of version 1");
    assert_eq!(world.gets("somebody"), (json!(false), Some(1)));
    world.publish(2, Recipients::Everybody).unwrap();
    assert_eq!(world.gets("somebody"), (json!(true), Some(2)));
}

#[test]
fn where_nothing_was_published_everybody_else_gets_the_default() {
    let world = World::with(&[content("qa", "user_id", true)]);
    world.publish(1, Recipients::TestUsers).unwrap();
    assert_eq!(world.gets("qa"), (json!(true), Some(1)));
    assert_eq!(world.gets("somebody"), (json!(false), None));
    assert!(matches!(world.undo(), Undone::Switched(switched) if !switched.is_on));
}

#[test]
fn one_version_for_test_users_after_another_leaves_everybody_else_where_they_were() {
    let versions = [1, 2, 3].map(|n| content(&format!("qa-{n}"), "user_id", n > 1));
    let world = World::with(&versions);
    world.publish(1, Recipients::Everybody).unwrap();
    world.publish(2, Recipients::TestUsers).unwrap();
    world.publish(3, Recipients::TestUsers).unwrap();
    assert_eq!(world.gets("qa-3"), (json!(true), Some(3)));
    assert_eq!(world.gets("qa-2"), (json!(false), Some(1)));
    assert_eq!(world.gets("somebody"), (json!(false), Some(1)));
    assert!(matches!(world.undo(), Undone::Published(_)));
    assert_eq!(world.gets("qa-2"), (json!(true), Some(2)));
    assert_eq!(world.gets("qa-3"), (json!(false), Some(1)));
    assert_eq!(world.gets("somebody"), (json!(false), Some(1)));
}

#[test]
fn undoing_the_step_to_everybody_leaves_it_to_test_users() {
    let world = World::with(&[content("old", "user_id", false), content("qa", "user_id", true)]);
    world.publish(1, Recipients::Everybody).unwrap();
    world.publish(2, Recipients::TestUsers).unwrap();
    world.publish(2, Recipients::Everybody).unwrap();
    match world.undo() {
        Undone::Published(again) => assert!(again.publication.is_for_test_users()),
        other => panic!("{other:?}"),
    }
    assert_eq!(world.gets("qa"), (json!(true), Some(2)));
    assert_eq!(world.gets("somebody"), (json!(false), Some(1)));
    // Going back is publishing the other one.
    world.publish(1, Recipients::Everybody).unwrap();
    assert_eq!(world.gets("qa"), (json!(false), Some(1)));
}

#[test]
fn what_cannot_be_for_test_users_says_why() {
    let plain = json!({"keys": ["a"], "everyone_else": {"serve": {"values": {"a": true}}}});
    let world =
        World::with(&[plain, content("qa", "user_id", true), content("qb", "user_id", true)]);
    let refused = |version| world.fixture.refused(|| world.publish(version, Recipients::TestUsers));
    assert!(refused(1).contains("Version 1 has no test users"));
    world.publish(2, Recipients::Everybody).unwrap();
    assert!(refused(2).contains("Everybody gets version 2 in “Production”"));
    world.publish(3, Recipients::TestUsers).unwrap();
    assert!(refused(3).contains("to its test users in “Production” already"));
    assert!(refused(2).contains("Everybody gets version 2 in “Production”"));
    let place = world.fixture.production.id;
    let ramp = |ramp| {
        let moved = world.fixture.run(|conn| {
            let live = publications::active(conn, world.flag.id, place)?.unwrap();
            Ok(publications::set_ramp(conn, live.id, ramp)?)
        });
        moved.unwrap();
    };
    ramp(2_500);
    assert!(refused(2).contains("A ramp is under way in “Production”"));
}
