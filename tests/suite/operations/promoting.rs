//! Promoting what is live in one environment to another; and that nothing done in one environment
//! is ever felt in another.

use chrono::Utc;
use flagstaff::domain::context::{Context, Stored, Subject};
use flagstaff::domain::evaluation::evaluate_all;
use flagstaff::domain::ruleset::{MemberLists, Ruleset, source::Source};
use flagstaff::operations::Actor;
use flagstaff::operations::promoting::{self, Promote};
use flagstaff::operations::publishing::{Publish, Published, Recipients, Replaces, publish_to};
use flagstaff::operations::undoing::{self, Undo};
use flagstaff::store::environments::Environment;
use flagstaff::store::experiences::Experience;
use flagstaff::store::rulesets;
use proptest::{prelude::*, strategy::ValueTree};
use serde_json::{Value, json};

use super::fixture::{Fixture, Outcome, is_conflict, is_forbidden, on_for_all};

impl Fixture {
    fn promote(
        &self,
        actor: &Actor,
        of: &Experience,
        (from, to): (&Environment, &Environment),
        replaces: Replaces,
    ) -> Outcome<Published> {
        let promote = Promote {
            experience_id: of.id,
            from: from.id,
            version: None,
            to: to.id,
            replaces,
            recipients: None,
            note: "Healthy for a week.",
        };
        self.run(|conn| promoting::promote(conn, actor, &promote))
    }

    fn source(&self, environment: &Environment) -> Source {
        self.store.read(|conn| rulesets::load(conn, environment.id)).unwrap()
    }
}

#[test]
fn what_is_live_in_one_environment_becomes_live_in_another() {
    let fixture = Fixture::new();
    let (pia, staging, production) = (&fixture.pia, &fixture.staging, &fixture.production);
    let flag = fixture.flag_with_key("A");
    let nothing =
        fixture.refused(|| fixture.promote(pia, &flag, (staging, production), Replaces::Anything));
    assert!(nothing.contains("Nothing of “A” is published in “Staging”"), "{nothing}");
    fixture.publish(&fixture.dev, &flag, staging, 1).unwrap();
    let to_production = (staging, production);
    assert!(is_forbidden(&fixture.promote(&fixture.dev, &flag, to_production, Replaces::Nothing)));
    let promoted = fixture.promote(pia, &flag, to_production, Replaces::Nothing).unwrap();
    assert_eq!((promoted.publication.version, promoted.is_on), (1, true));
    assert_eq!(promoted.publication.note, "Promoted from Staging. Healthy for a week.");
    let entry = &fixture.audit()[0];
    assert_eq!(entry.action, "experience.publish");
    let note = &entry.after.as_ref().unwrap()["live"]["note"];
    assert_eq!(note, "Promoted from Staging. Healthy for a week.");
    let same = fixture.refused(|| fixture.promote(pia, &flag, to_production, Replaces::Anything));
    assert!(same.contains("Version 1 is published in “Production” already"), "{same}");
    let stale = fixture.promote(pia, &flag, to_production, Replaces::Nothing);
    assert!(is_conflict(&stale), "{stale:?}");
    let itself =
        fixture.refused(|| fixture.promote(pia, &flag, (staging, staging), Replaces::Anything));
    assert!(itself.contains("another environment"), "{itself}");
}

#[test]
fn what_only_test_users_have_is_promoted_to_test_users() {
    let fixture = Fixture::new();
    let (pia, staging, production) = (&fixture.pia, &fixture.staging, &fixture.production);
    fixture.key("a");
    let mut content = on_for_all("a");
    content["test_users"] = json!([{"user_id": "qa-7", "serve": {"values": {"a": true}}}]);
    let flag = fixture.flag("A", &content);
    let publish = Publish {
        experience_id: flag.id,
        environment_id: staging.id,
        version: 1,
        replaces: Replaces::Nothing,
        note: "",
    };
    fixture.run(|conn| publish_to(conn, pia, &publish, Recipients::TestUsers)).unwrap();
    let promoted = fixture.promote(pia, &flag, (staging, production), Replaces::Nothing).unwrap();
    assert!(promoted.publication.is_for_test_users());
}

/// Something that is done in staging.
#[derive(Debug, Clone)]
enum Deed {
    Save(u64),
    Publish(u64, bool),
    Switch(bool),
    Promote,
    Undo,
}

fn any_deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        any::<u64>().prop_map(Deed::Save),
        (any::<u64>(), any::<bool>()).prop_map(|(version, only)| Deed::Publish(version, only)),
        any::<bool>().prop_map(Deed::Switch),
        Just(Deed::Promote),
        Just(Deed::Undo),
    ]
}

fn content(seed: u64) -> Value {
    json!({"keys": ["a"], "rows": [
            {"audience": {"segment": "romans"}, "rollout": seed % 101,
             "serve": {"values": {"a": seed.is_multiple_of(2)}}}],
        "test_users": [{"user_id": "u3", "serve": {"values": {"a": true}}}],
        "everyone_else": {"rollout": (seed / 7) % 101, "serve": {"values": {"a": true}}}})
}

/// What an environment hands out to some users.
fn answers(source: &Source) -> Vec<String> {
    let ruleset = Ruleset::compile(source.clone(), None, &MemberLists::new()).ruleset;
    let mut answers = Vec::new();
    for number in 0..40 {
        let city = if number % 3 == 0 { "Rome" } else { "Oslo" };
        let attributes = serde_json::from_value(json!({"city": city})).unwrap();
        let context = Context::of_user(&format!("u{number}"), attributes);
        let subject = Subject { context: &context, stored: Stored::Nothing, now: Utc::now() };
        evaluate_all(&ruleset, [0].into_iter(), &subject, |answer| {
            answers.push(format!("{} {:?}", answer.json, answer.decision));
        });
    }
    answers
}

impl Deed {
    /// Does it in staging; what is refused changes nothing either.
    fn run(&self, fixture: &Fixture, flag: &Experience, newest: &mut i32) {
        let (pia, staging) = (&fixture.pia, &fixture.staging);
        match self {
            Deed::Save(seed) => {
                let saved = fixture.save(pia, flag.id, *newest, &content(*seed)).unwrap();
                *newest = saved.version.number;
            }
            Deed::Publish(version, only) => {
                let publish = Publish {
                    experience_id: flag.id,
                    environment_id: staging.id,
                    version: 1 + (*version % *newest as u64) as i32,
                    replaces: Replaces::Anything,
                    note: "",
                };
                let to = if *only { Recipients::TestUsers } else { Recipients::Everybody };
                let _ = fixture.run(|conn| publish_to(conn, pia, &publish, to));
            }
            Deed::Switch(on) => {
                let _ = fixture.switch(pia, flag, staging, *on);
            }
            Deed::Promote => {
                let places = (&fixture.production, staging);
                let _ = fixture.promote(pia, flag, places, Replaces::Anything);
            }
            Deed::Undo => {
                let _ = fixture.run(|conn| {
                    let deed = undoing::newest(conn, flag.id, staging)?;
                    let (experience_id, environment_id) = (flag.id, staging.id);
                    let now = Utc::now();
                    undoing::undo(conn, pia, &Undo { experience_id, environment_id, deed, now })
                });
            }
        }
    }
}

#[test]
fn nothing_that_is_done_in_one_environment_is_felt_in_another() {
    let fixture = Fixture::new();
    fixture.key("a");
    fixture.segment("Romans", &json!({"attribute": "city", "operator": "is", "value": "Rome"}));
    let flag = fixture.flag("A", &content(1));
    let mut newest = 1;
    fixture.publish(&fixture.pia, &flag, &fixture.production, 1).unwrap();
    let (before, served) = (fixture.source(&fixture.production), fixture.revisions());
    let handed_out = answers(&before);
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let deeds = proptest::collection::vec(any_deed(), 120);
    let deeds = deeds.new_tree(&mut runner).unwrap().current();
    let mut moved = 0;
    for deed in deeds {
        deed.run(&fixture, &flag, &mut newest);
        let now = fixture.source(&fixture.production);
        assert_eq!(now, before, "{deed:?}");
        assert_eq!(answers(&now), handed_out, "{deed:?}");
        assert_eq!(fixture.revisions().0, served.0, "{deed:?}");
        moved = fixture.revisions().1 - served.1;
    }
    assert!(moved > 30, "staging moved {moved} times");
}
