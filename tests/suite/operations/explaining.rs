//! Explaining: live, a saved version, and what was served at a moment in the past.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use flagstaff::domain::context::{Attributes, Context};
use flagstaff::domain::evaluation::Origin;
use flagstaff::domain::event::Event;
use flagstaff::domain::ruleset::Reason;
use flagstaff::domain::value::ValueType;
use flagstaff::operations::archiving::{self, Archive};
use flagstaff::operations::explaining::{Acquaintance, Decision, Question, Rules, Told, explain};
use flagstaff::operations::keys::KeyEdit;
use flagstaff::operations::segment_lists::Mode;
use flagstaff::operations::segments::SegmentEdit;
use flagstaff::operations::{OperationError, keys, segments};
use flagstaff::store::member_lists::MemberListCache;
use flagstaff::store::profiles::{self, Reporter};
use serde_json::{Value, json};

use super::fixture::{Fixture, KEY_LIMIT, Outcome, on_for_all, on_for_segment, requiring};

fn context(user: &Value) -> Context {
    Context::new(serde_json::from_value::<Attributes>(user.clone()).unwrap())
}

impl Fixture {
    fn told(&self, user: &Value, rules: Rules) -> Outcome<Told> {
        self.told_to(&self.vic, user, rules)
    }

    fn told_to(
        &self,
        actor: &flagstaff::operations::Actor,
        user: &Value,
        rules: Rules,
    ) -> Outcome<Told> {
        let context = context(user);
        let question = Question {
            environment_id: self.production.id,
            context: &context,
            with_profile: true,
            rules,
            lists: &MemberListCache::default(),
            keys: None,
        };
        self.store.read(|conn| explain(conn, actor, &question, Utc::now()))
    }

    /// Every key's value, and what decided.
    fn values(&self, rules: Rules) -> BTreeMap<String, (Value, String)> {
        self.told(&json!({"user_id": "ann", "plan": "pro"}), rules)
            .unwrap()
            .keys
            .into_iter()
            .map(|(key, decision)| {
                let decision = decision.unwrap();
                (key, (decision.value, decision.why))
            })
            .collect()
    }

    fn value(&self, key: &str, rules: Rules) -> Option<(Value, String)> {
        self.values(rules).remove(key)
    }

    fn default_of(&self, id: uuid::Uuid, default: &Value) {
        let edit = KeyEdit {
            name: None,
            value_type: None,
            default_value: Some(default),
            description: None,
            schema: None,
            base_revision: None,
        };
        self.run(|conn| keys::edit(conn, &self.pia, id, &edit)).unwrap();
    }

    fn report(&self, event: Event) {
        let (id, events) = (self.production.id, [event]);
        let taken =
            |conn: &mut _| Ok(profiles::take(conn, id, Reporter::Server, &events, Utc::now())?);
        self.run(taken).unwrap();
    }
}

fn said(report: &Value) -> Event {
    Event::read(report, Utc::now()).unwrap()
}

fn pro() -> Value {
    json!({"attribute": "plan", "operator": "is", "value": "pro"})
}

fn decision(told: &Told, key: &str) -> Decision {
    let found = told.keys.iter().find(|(name, _)| name == key).unwrap();
    found.1.clone().unwrap()
}

#[test]
fn a_moment_in_the_past_shows_what_was_served_then() {
    let f = Fixture::new();
    let mut moments: Vec<DateTime<Utc>> = Vec::new();
    let mut served = Vec::new();
    // What is live is written down after each step, and has to be told of that moment for ever.
    let mut step = || {
        served.push(f.values(Rules::Live));
        moments.push(Utc::now());
    };
    step();
    let key = f.key("on");
    f.try_key(&f.pia, "limit", ValueType::Integer, &json!(3)).unwrap();
    step();
    let segment = f.segment("Pros", &json!({"all": [pro()]}));
    let flag = f.flag("Flag", &on_for_segment("on", "pros"));
    step();
    f.publish(&f.pia, &flag, &f.production, 1).unwrap();
    step();
    f.switch(&f.pia, &flag, &f.production, false).unwrap();
    step();
    f.default_of(key.id, &json!(true));
    step();
    f.switch(&f.pia, &flag, &f.production, true).unwrap();
    f.default_of(key.id, &json!(false));
    step();
    let nobody = json!({"all": [{"attribute": "plan", "operator": "is", "value": "none"}]});
    let edit = SegmentEdit {
        name: None,
        description: None,
        conditions: Some(&nobody),
        base_revision: None,
    };
    f.run(|conn| segments::edit(conn, &f.pia, segment.id, &edit)).unwrap();
    step();
    let mut half = on_for_all("on");
    half["everyone_else"]["rollout"] = json!(50);
    f.save(&f.pia, flag.id, 1, &half).unwrap();
    f.publish(&f.pia, &flag, &f.production, 2).unwrap();
    step();
    f.publish(&f.pia, &flag, &f.production, 1).unwrap();
    step();
    let order = Archive { experience_id: flag.id, turn_off: true, despite_deliveries: false };
    f.run(|conn| archiving::archive(conn, &f.pia, &order)).unwrap();
    step();
    f.run(|conn| keys::archive(conn, &f.pia, key.id)).unwrap();
    step();
    f.run(|conn| keys::unarchive(conn, &f.pia, key.id, KEY_LIMIT)).unwrap();
    f.run(|conn| archiving::unarchive(conn, &f.pia, flag.id)).unwrap();
    step();

    let distinct: std::collections::BTreeSet<_> =
        served.iter().map(|values| format!("{values:?}")).collect();
    assert!(distinct.len() == 8, "the steps should differ: {distinct:#?}");
    for (moment, live) in moments.into_iter().zip(served) {
        assert_eq!(f.values(Rules::At(moment)), live, "{moment}");
    }
}

#[test]
fn another_environment_has_a_past_of_its_own() {
    let f = Fixture::new();
    let flag = f.flag_with_key("Flag");
    f.publish(&f.pia, &flag, &f.staging, 1).unwrap();
    let now = Utc::now();
    assert_eq!(f.value("flag", Rules::At(now)).unwrap().0, json!(false));
    assert_eq!(f.value("flag", Rules::At(now - TimeDelta::days(1))), None);
}

#[test]
fn a_moment_that_is_yet_to_come_is_refused_in_words() {
    let f = Fixture::new();
    let refused = f.told(&json!({}), Rules::At(Utc::now() + TimeDelta::hours(1)));
    let OperationError::Invalid(problems) = refused.unwrap_err() else { panic!() };
    assert_eq!(problems[0].field, "at");
    assert!(problems[0].message.contains("yet to come"));
}

#[test]
fn relative_dates_and_events_count_from_the_moment() {
    let f = Fixture::new();
    f.key("on");
    let conditions = json!({"all": [
        {"attribute": "signed_up", "operator": "after", "value": "-30d"},
        {"not": {"event": "Charged"}}]});
    let content = json!({"keys": ["on"], "rows": [
        {"audience": {"conditions": conditions}, "serve": {"values": {"on": true}}}]});
    let flag = f.flag("Flag", &content);
    f.publish(&f.pia, &flag, &f.production, 1).unwrap();
    let published = Utc::now();
    f.report(said(
        &json!({"id": "1", "user_id": "ann", "event": "Charged", "set": {"plan": "pro"}}),
    ));
    let signed_up = published - TimeDelta::days(30) + TimeDelta::microseconds(1);
    let ann = json!({"user_id": "ann", "signed_up": signed_up.to_rfc3339()});
    let told = f.told(&ann, Rules::At(published)).unwrap();
    let step = &decision(&told, "on").steps[3];
    let checked: Vec<_> =
        step.conditions.iter().map(|checked| (checked.result, checked.inside.len())).collect();
    use flagstaff::domain::evaluation::Mark;
    assert_eq!(checked, [(Mark::Yes, 0), (Mark::No, 1)]);
    assert_eq!(
        told.notes,
        ["The properties of ann are today’s. Their events are counted up to that day."]
    );
    let told = f.told(&ann, Rules::Live).unwrap();
    assert_eq!(decision(&told, "on").steps[3].conditions[0].result, Mark::No);
    assert_eq!(told.notes, [""; 0]);
}

#[test]
fn events_of_later_days_are_not_counted_in_the_past() {
    let f = Fixture::new();
    f.key("on");
    let content = json!({"keys": ["on"], "rows": [
        {"audience": {"conditions": {"event": "Charged"}}, "serve": {"values": {"on": true}}}]});
    let flag = f.flag("Flag", &content);
    f.publish(&f.pia, &flag, &f.production, 1).unwrap();
    let now = Utc::now();
    let mut event = said(&json!({"id": "1", "user_id": "ann", "event": "Charged"}));
    event.at = now + TimeDelta::days(2);
    f.report(event);
    let context = context(&json!({"user_id": "ann"}));
    let at = |moment: DateTime<Utc>, now: DateTime<Utc>| {
        let question = Question {
            environment_id: f.production.id,
            context: &context,
            with_profile: true,
            rules: Rules::At(moment),
            lists: &MemberListCache::default(),
            keys: None,
        };
        let told = f.store.read(|conn| explain(conn, &f.vic, &question, now)).unwrap();
        decision(&told, "on").value
    };
    let later = now + TimeDelta::days(3);
    assert_eq!(at(later, later), json!(true));
    assert_eq!(at(Utc::now(), later), json!(false));
}

#[test]
fn a_saved_version_is_tried_out_as_if_it_were_published_and_on() {
    let f = Fixture::new();
    f.key("on");
    f.key("other");
    let flag = f.flag("Flag", &requiring("on", "other"));
    let other = f.flag("Other", &on_for_all("other"));
    let version = |number| Rules::Version { experience_id: flag.id, number };
    assert_eq!(f.value("on", Rules::Live).unwrap().0, json!(false));
    let unmet = (json!(false), "It needs another value of other".to_owned());
    assert_eq!(f.value("on", version(1)).unwrap(), unmet);
    f.publish(&f.pia, &other, &f.production, 1).unwrap();
    assert_eq!(f.value("on", version(1)).unwrap(), (json!(true), "Everyone else".to_owned()));

    f.publish(&f.pia, &flag, &f.production, 1).unwrap();
    f.switch(&f.pia, &flag, &f.production, false).unwrap();
    f.save(&f.pia, flag.id, 1, &json!({"keys": ["on"]})).unwrap();
    let off = (json!(false), "Flag is off in Production".to_owned());
    assert_eq!(f.value("on", Rules::Live).unwrap(), off);
    assert_eq!(f.value("on", version(1)).unwrap().0, json!(true));
    assert_eq!(f.value("on", version(2)).unwrap().1, "No row describes them");

    let refused = f.told(&json!({}), version(3)).unwrap_err();
    assert_eq!(refused.to_string(), "version: “Flag” has the versions 1 to 2.");
    let unknown = Rules::Version { experience_id: uuid::Uuid::nil(), number: 1 };
    assert!(matches!(f.told(&json!({}), unknown), Err(OperationError::NotFound("experience"))));
}

#[test]
fn a_version_that_can_not_be_served_says_why() {
    let f = Fixture::new();
    f.key("on");
    let old = f.flag("Old", &on_for_all("on"));
    f.save(&f.pia, old.id, 1, &json!({"keys": []})).unwrap();
    let new = f.flag("New", &on_for_all("on"));
    f.publish(&f.pia, &new, &f.production, 1).unwrap();
    let told = f.told(&json!({}), Rules::Version { experience_id: old.id, number: 1 }).unwrap();
    assert_eq!(told.problems.len(), 1, "{:?}", told.problems);
    assert!(told.problems[0].message.contains("another experience serves"));
}

#[test]
fn what_is_stored_fills_in_what_the_request_does_not_say() {
    let f = Fixture::new();
    f.key("on");
    let content = json!({"keys": ["on"], "rows": [
        {"audience": {"conditions": {"all": [pro(),
            {"attribute": "city", "operator": "is", "value": "Rome"}]}},
         "serve": {"values": {"on": true}}}]});
    let flag = f.flag("Flag", &content);
    f.publish(&f.pia, &flag, &f.production, 1).unwrap();
    f.report(said(&json!({"id": "1", "user_id": "ann", "set": {"plan": "pro", "city": "Bath"}})));
    let told = f.told(&json!({"user_id": "ann", "city": "Rome"}), Rules::Live).unwrap();
    assert_eq!(told.acquaintance, Acquaintance::Known);
    let on = decision(&told, "on");
    assert_eq!(on.value, json!(true));
    let origins: Vec<_> = on.used.iter().map(|used| (used.name.as_str(), used.origin)).collect();
    assert_eq!(origins, [("city", Origin::Request), ("plan", Origin::Profile)]);

    let told = f.told(&json!({"user_id": "bob", "city": "Rome"}), Rules::Live).unwrap();
    assert_eq!(told.acquaintance, Acquaintance::Stranger);
    assert!(told.notes[0].starts_with("Nobody called bob was seen in "), "{:?}", told.notes);
    assert_eq!(decision(&told, "on").used[1].origin, Origin::NotSet);
    assert_eq!(f.told(&json!({}), Rules::Live).unwrap().acquaintance, Acquaintance::Nobody);
    // Postgres has no such text; the question is answered all the same.
    let told = f.told(&json!({"user_id": "a\0b"}), Rules::Live).unwrap();
    assert_eq!(told.acquaintance, Acquaintance::Stranger);
}

#[test]
fn the_values_of_a_user_are_those_of_every_key() {
    let f = Fixture::new();
    for name in ["B", "A"] {
        let flag = f.flag_with_key(name);
        f.publish(&f.pia, &flag, &f.production, 1).unwrap();
    }
    f.key("free");
    let told = f.told(&json!({"user_id": "ann"}), Rules::Live).unwrap();
    let values: Vec<_> = told
        .keys
        .into_iter()
        .filter_map(|(_, decision)| decision)
        .map(|d| (d.key, d.value, d.reason, d.experience.map(|server| server.name)))
        .collect();
    let of = |key: &str, on, reason, name: Option<&str>| {
        (key.to_owned(), json!(on), reason, name.map(str::to_owned))
    };
    assert_eq!(
        values,
        [
            of("a", true, Reason::Static, Some("A")),
            of("b", true, Reason::Static, Some("B")),
            of("free", false, Reason::Default, None),
        ]
    );
}

#[test]
fn a_list_tells_who_is_on_it_now_and_who_was() {
    let f = Fixture::new();
    f.key("on");
    let list = f.list("Friends", "ann\nbob\n");
    let flag = f.flag("Flag", &on_for_segment("on", "friends"));
    f.publish(&f.pia, &flag, &f.production, 1).unwrap();
    let before = Utc::now();
    f.fill(&f.pia, &list, Mode::Replace, "bob\n").unwrap();
    let told = |user: &str, rules| {
        let on = decision(&f.told(&json!({"user_id": user}), rules).unwrap(), "on");
        (on.value, on.steps[3].conditions[0].has.clone())
    };
    let is = |on: bool, has: &str| (json!(on), has.to_owned());
    assert_eq!(told("ann", Rules::Live), is(false, "ann is not on it"));
    assert_eq!(told("ann", Rules::At(before)), is(true, "ann is on it"));
    assert_eq!(told("bob", Rules::Live), is(true, "bob is on it"));
    assert_eq!(told("a\0", Rules::Live).0, json!(false));
    assert_eq!(decision(&f.told(&json!({}), Rules::Live).unwrap(), "on").value, json!(false));
}

#[test]
fn a_stranger_learns_nothing_and_a_viewer_everything() {
    let f = Fixture::new();
    assert!(f.told_to(&f.vic, &json!({}), Rules::Live).is_ok());
    let elsewhere = super::fixture::stranger();
    let refused = f.told_to(&elsewhere, &json!({}), Rules::Live);
    assert!(matches!(refused, Err(OperationError::NotFound("environment"))));
}
