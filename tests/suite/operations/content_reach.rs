//! What trying a content finds in a project: how it stands, whom it moves, what is worth a look.

use chrono::{DateTime, Utc};
use flagstaff::{
    domain::{
        event::Event,
        experience::Kind,
        trial::{Moving, State},
        value::ValueType,
    },
    operations::{
        OperationError,
        content_reach::{self, NewKey, Tried, Tryout},
        editing::Draft,
    },
    population::Population,
    store::{
        Connection,
        experiences::Experience,
        profiles::{self, Reporter},
        segments,
    },
};
use serde_json::{Value, json};

use super::fixture::{Fixture, Outcome};

struct World {
    fixture: Fixture,
    population: Population,
    now: DateTime<Utc>,
}

impl World {
    /// Forty users, every fourth on the plan “pro”, of whom at most `sampled` are in memory.
    fn with(sampled: usize) -> World {
        let (fixture, now) = (Fixture::new(), Utc::now());
        let report = |user: usize| {
            let plan = if user.is_multiple_of(4) { "pro" } else { "free" };
            let id = format!("u{user}");
            let report = json!({"id": id, "user_id": id, "set": {"plan": plan}});
            Event::read(&report, now).unwrap()
        };
        let reports: Vec<Event> = (0..40).map(report).collect();
        let production = fixture.production.id;
        let take = |conn: &mut Connection| {
            profiles::take(conn, production, Reporter::Server, &reports, now)
        };
        fixture.store.write(take).unwrap();
        let population = Population::of_at_most(fixture.store.clone(), sampled);
        World { fixture, population, now }
    }

    fn tryout(&self, experience: Option<&Experience>, definition: &Value) -> Outcome<Tryout> {
        self.tryout_with(experience, definition, &[])
    }

    fn tryout_with(
        &self,
        experience: Option<&Experience>,
        definition: &Value,
        new_keys: &[NewKey<'_>],
    ) -> Outcome<Tryout> {
        let tried = Tried {
            project_id: self.fixture.project_id,
            environment: &self.fixture.production,
            kind: Kind::FeatureFlag,
            experience,
            draft: Draft::Definition(definition),
            new_keys,
        };
        let (population, vic) = (&self.population, &self.fixture.vic);
        let now = self.now;
        self.fixture.store.read(|conn| content_reach::tryout(conn, population, vic, &tried, now))
    }

    fn publish(&self, experience: &Experience) {
        let (actor, place) = (&self.fixture.pia, &self.fixture.production);
        self.fixture.publish(actor, experience, place, 1).unwrap();
    }

    fn switch_off(&self, experience: &Experience) {
        let (actor, place) = (&self.fixture.pia, &self.fixture.production);
        self.fixture.switch(actor, experience, place, false).unwrap();
    }

    fn said(&self, definition: &Value) -> Vec<String> {
        let tryout = self.tryout(None, definition).unwrap();
        tryout.warnings.iter().map(|warning| tryout.words(warning)).collect()
    }
}

fn pro() -> Value {
    json!({"attribute": "plan", "operator": "is", "value": "pro"})
}

fn rows(key: &str, percent: u16) -> Value {
    json!({"keys": [key], "rows": [{"id": "r1", "audience": {"conditions": pro()},
        "rollout": percent, "serve": {"values": {key: true}}}]})
}

#[test]
fn what_changes_is_what_is_live_here_beside_the_definition() {
    let world = World::with(1_000);
    world.fixture.key("auto");
    let flag = world.fixture.flag("Auto", &rows("auto", 100));
    let draft = world.tryout(Some(&flag), &rows("auto", 100)).unwrap();
    assert_eq!((draft.state, draft.known, draft.reach.touched), (State::Draft, 40, 10));
    world.publish(&flag);
    let same = world.tryout(Some(&flag), &rows("auto", 100)).unwrap();
    assert_eq!((same.state, same.reach.touched), (State::Live, 0));
    let none = world.tryout(Some(&flag), &rows("auto", 0)).unwrap();
    assert_eq!((none.reach.touched, none.reach.keys[0].effect.lose), (10, 10));
    world.switch_off(&flag);
    let off = world.tryout(Some(&flag), &rows("auto", 0)).unwrap();
    assert_eq!((off.state, off.reach.touched), (State::Off, 10));
}

#[test]
fn another_salt_moves_users_and_a_percent_does_not() {
    let world = World::with(1_000);
    world.fixture.key("auto");
    let flag = world.fixture.flag("Auto", &rows("auto", 50));
    world.publish(&flag);
    assert!(world.tryout(Some(&flag), &rows("auto", 60)).unwrap().moves.is_empty());
    let mut salted = rows("auto", 60);
    salted["salt"] = "another".into();
    let tried = world.tryout(Some(&flag), &salted).unwrap();
    let [moves] = tried.moves.as_slice() else { panic!("{:?}", tried.moves) };
    assert_eq!(moves.moving, Moving::Bucketing);
    let mut only_salt = rows("auto", 50);
    only_salt["salt"] = "another".into();
    let alone = world.tryout(Some(&flag), &only_salt).unwrap();
    assert_eq!(moves.reach.touched, alone.reach.touched);
    assert!(moves.reach.touched > 0);
}

#[test]
fn a_key_to_be_is_counted_like_one_that_is_there() {
    let world = World::with(1_000);
    let refused = world.tryout(None, &rows("to_be", 100)).unwrap_err();
    assert!(matches!(refused, OperationError::Invalid(_)), "{refused}");
    let default = json!(false);
    let key = NewKey { name: "to_be", value_type: ValueType::Boolean, default_value: &default };
    let tried = world.tryout_with(None, &rows("to_be", 100), &[key]).unwrap();
    assert_eq!((tried.state, tried.reach.touched), (State::Draft, 10));
}

#[test]
fn users_segments_and_prerequisites_are_looked_up_where_they_are() {
    let world = World::with(1_000);
    world.fixture.key("auto");
    let segment = world.fixture.segment("Old friends", &pro());
    world.fixture.store.write(|conn| segments::archive(conn, segment.id)).unwrap();
    let gate = world.fixture.flag_with_key("Gate");
    let definition = json!({"keys": ["auto"], "prerequisites": [{"key": "gate", "in": [true]}],
        "test_users": [{"user_id": "u1", "serve": {"values": {"auto": true}}},
                       {"user_id": "nobody", "serve": {"values": {"auto": true}}}],
        "rows": [{"id": "r1", "audience": {"segment": "old-friends"},
                  "serve": {"values": {"auto": true}}}]});
    let unknown = "“nobody” is not known in Production yet. Check the id.";
    let archived = "“Old friends” is archived. Choose another segment, or remove the row.";
    let idle = "“Gate” is not published in Production: “gate” has its default, so everyone gets \
                the default here, too.";
    assert_eq!(world.said(&definition), [idle, unknown, archived]);
    world.publish(&gate);
    assert_eq!(world.said(&definition), [unknown, archived]);
    world.switch_off(&gate);
    let off = idle.replace("is not published in", "is off in");
    assert_eq!(world.said(&definition), [off.as_str(), unknown, archived]);
}

#[test]
fn a_sample_estimates_all_and_says_how_well() {
    let world = World::with(20);
    world.fixture.key("auto");
    let tried = world.tryout(None, &rows("auto", 100)).unwrap();
    assert_eq!((tried.known, tried.reach.asked), (40, 20));
    let estimate = tried.estimate(tried.reach.touched);
    assert!(estimate.margin > 0);
    assert!(estimate.about.abs_diff(10) <= estimate.margin, "{estimate:?}");
}
