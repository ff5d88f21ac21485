//! Who is affected by publishing, beside asking for every user, one by one, what is really served
//! before and after.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use chrono::{DateTime, Utc};
use flagstaff::{
    domain::{
        effect::Direction,
        evaluation::evaluate,
        event::Event,
        experience::Kind,
        ruleset::{MemberLists, Ruleset},
        value::ValueType,
    },
    operations::{
        affected::Affected,
        editing::{self, Draft, NewExperience},
        previewing::preview,
        publishing::{Publish, Recipients, Replaces, publish_to},
    },
    population::Population,
    store::{
        self,
        experiences::Experience,
        profiles::{self, Reporter},
        rulesets,
    },
};
use serde_json::{Value as Json, json};

use super::fixture::{Fixture, on_for_segment, requiring};

const CITIES: [&str; 4] = ["New York", "Miami", "Rome", "Oslo"];

/// A generator whose numbers every run repeats (Steele and others, SplitMix64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % sides
    }

    fn one_of<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.roll(words.len() as u64) as usize]
    }

    fn percent(&mut self) -> Json {
        json!(self.roll(10_001) as f64 / 100.0)
    }

    fn audience(&mut self) -> Json {
        match self.roll(5) {
            0 => json!({"everyone": true}),
            1 => json!({"segment": "many-seats"}),
            2 => json!({"segment": "romans"}),
            _ => json!({"conditions":
                {"attribute": "city", "operator": "is", "value": self.one_of(&CITIES)}}),
        }
    }

    /// Values for some of these keys, drawn from what each may have.
    fn values(&mut self, keys: &[(&str, Vec<Json>)]) -> Json {
        let mut values = serde_json::Map::new();
        for (key, choices) in keys {
            if self.roll(4) > 0 {
                let value = choices[self.roll(choices.len() as u64) as usize].clone();
                values.insert((*key).to_owned(), value);
            }
        }
        values.into()
    }

    fn serve(&mut self, keys: &[(&str, Vec<Json>)]) -> Json {
        match self.roll(3) {
            0 => json!({"values": self.values(keys)}),
            1 => json!({"variant": self.one_of(&["a", "b"])}),
            _ => json!({"split": [{"variant": "a", "weight": 1 + self.roll(9)},
                                  {"variant": "b", "weight": self.roll(9)}]}),
        }
    }

    /// Anything that a version may say of these keys.
    fn content(&mut self, keys: &[(&str, Vec<Json>)], requires: Option<&str>) -> Json {
        let rows: Vec<Json> = (0..self.roll(5))
            .map(|row| {
                json!({"id": format!("r{row}"), "audience": self.audience(),
                       "enabled": self.roll(5) > 0, "rollout": self.percent(),
                       "serve": self.serve(keys)})
            })
            .collect();
        let tester = format!("u{}", self.roll(400));
        let names: Vec<&str> = keys.iter().map(|(name, _)| *name).collect();
        let mut content = json!({
            "keys": names, "rows": rows, "salt": self.one_of(&["one", "two"]),
            "bucket_by": self.one_of(&["user_id", "user_id", "city", "missing"]),
            "variants": [{"name": "a", "values": self.values(keys)},
                         {"name": "b", "values": self.values(keys)}],
            "test_users": [{"user_id": tester, "serve": {"variant": "a"}}],
            "everyone_else": {"enabled": self.roll(2) == 0, "rollout": self.percent(),
                              "serve": self.serve(keys)},
        });
        if let Some(required) = requires.filter(|_| self.roll(3) == 0) {
            content["prerequisites"] = json!([{"key": required, "in": [true]}]);
        }
        content
    }
}

struct World {
    fixture: Fixture,
    population: Population,
    now: DateTime<Utc>,
}

/// What every user gets of every key.
type Served = BTreeMap<String, Vec<(String, String)>>;

impl World {
    /// A project with some segments and that many known users in production.
    fn with_users(users: u64, dice: &mut Dice) -> World {
        let fixture = Fixture::new();
        fixture.segment(
            "Many seats",
            &json!({"attribute": "seats", "operator": "greater", "value": 5}),
        );
        fixture.segment("Romans", &json!({"attribute": "city", "operator": "is", "value": "Rome"}));
        let now = Utc::now();
        let reports: Vec<Event> = (0..users)
            .map(|user| {
                let user = format!("u{user}");
                let set = json!({"city": dice.one_of(&CITIES), "seats": dice.roll(10)});
                let report = json!({"id": user, "user_id": user, "set": set});
                Event::read(&report, now).unwrap()
            })
            .collect();
        for batch in reports.chunks(1_000) {
            let id = fixture.production.id;
            let took = |conn: &mut store::Connection| {
                profiles::take(conn, id, Reporter::Server, batch, now)
            };
            fixture.store.write(took).unwrap();
        }
        let population = Population::of_at_most(fixture.store.clone(), 100_000);
        World { fixture, population, now }
    }

    fn config(&self, name: &str, content: &Json) -> Experience {
        let new = NewExperience {
            project_id: self.fixture.project_id,
            kind: Kind::ProductConfig,
            name,
            description: "",
            tags: &[],
            owner_id: None,
            draft: Draft::Definition(content),
            note: "",
        };
        let made = self.fixture.run(|conn| editing::create(conn, &self.fixture.pia, &new));
        made.unwrap().0
    }

    fn foresee(&self, of: &Experience, version: i32, recipients: Recipients) -> Affected {
        let fixture = &self.fixture;
        let place = fixture.production.id;
        let publish = Publish {
            experience_id: of.id,
            environment_id: place,
            version,
            replaces: Replaces::Anything,
            note: "",
        };
        let found = fixture.store.read(|conn| {
            let run =
                |conn: &mut store::Connection| publish_to(conn, &fixture.pia, &publish, recipients);
            let found = preview(conn, &fixture.pia, of.id, place, run)?;
            found.foreseen.ask(conn, &self.population, self.now)
        });
        found.unwrap()
    }

    fn publish(&self, of: &Experience, version: i32, recipients: Recipients) {
        let publish = Publish {
            experience_id: of.id,
            environment_id: self.fixture.production.id,
            version,
            replaces: Replaces::Anything,
            note: "",
        };
        let publish = |conn: &mut store::Connection| {
            publish_to(conn, &self.fixture.pia, &publish, recipients)
        };
        self.fixture.run(publish).unwrap();
    }

    /// What production hands out, asked key by key and user by user.
    fn served(&self) -> Served {
        let place = self.fixture.production.id;
        let source = self.fixture.store.read(|conn| rulesets::load(conn, place)).unwrap();
        let ruleset = Ruleset::compile(source, None, &MemberLists::new()).ruleset;
        let sample = self.population.sample(place, self.now).unwrap();
        let of_key = |key: &flagstaff::domain::ruleset::Key| {
            let answers = sample.users().map(|user| {
                let answer = evaluate(&ruleset, &key.name, &user.subject(self.now)).unwrap();
                (user.id.to_string(), answer.json.to_string())
            });
            (key.name.to_string(), answers.collect())
        };
        ruleset.keys().iter().map(of_key).collect()
    }
}

/// Compares what was foreseen with what came.
fn compare(affected: &Affected, before: &Served, after: &Served, defaults: &BTreeMap<&str, Json>) {
    let mut touched = BTreeSet::new();
    for (key, was) in before {
        let default = defaults[key.as_str()].to_string();
        let mut moves: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        for ((user, was), (_, is)) in was.iter().zip(&after[key]) {
            if was != is {
                touched.insert(user);
                *moves.entry((was, is)).or_default() += 1;
            }
        }
        let told = affected.keys.iter().find(|told| told.name == *key);
        let sum = |wanted: &dyn Fn(&str, &str) -> bool| -> usize {
            moves.iter().filter(|((was, is), _)| wanted(was, is)).map(|(_, users)| users).sum()
        };
        let gain = sum(&|was, _| was == default);
        let lose = sum(&|_, is| is == default);
        let change = sum(&|was, is| was != default && is != default);
        let counted = told.map_or((0, 0, 0), |told| (told.gain, told.lose, told.change));
        assert_eq!(counted, (gain, lose, change), "{key}");
        for moved in told.iter().flat_map(|told| &told.moves) {
            let users = moves.remove(&(moved.from.as_str(), moved.to.as_str()));
            assert_eq!(users, Some(moved.users), "{key}");
            assert_eq!(moved.rows.iter().map(|row| row.users).sum::<usize>(), moved.users);
        }
        assert!(moves.is_empty(), "{key}: {moves:?}");
    }
    assert_eq!(affected.touched, touched.len());
    let shown = affected.examples.len();
    assert_eq!(shown, touched.len().min(10), "ten examples");
    let users: HashSet<&str> = affected.examples.iter().map(|it| it.user_id.as_str()).collect();
    assert_eq!(users.len(), shown, "each is another user");
    for example in &affected.examples {
        let find = |served: &Served| {
            let found = served[&example.key].iter().find(|(user, _)| *user == example.user_id);
            found.unwrap().1.clone()
        };
        assert_eq!((find(before), find(after)), (example.from.clone(), example.to.clone()));
        assert!(!example.why_before.is_empty() && !example.why_after.is_empty());
    }
    assert!(affected.examples.is_sorted_by_key(|example| example.direction));
}

#[test]
fn who_is_affected_equals_asking_for_20_000_users_before_and_after() {
    let mut dice = Dice(11);
    let world = World::with_users(20_000, &mut dice);
    let fixture = &world.fixture;
    fixture.key("base");
    fixture.key("flag");
    fixture.key("follower");
    let make = |name, value_type, default: &Json| {
        fixture.try_key(&fixture.pia, name, value_type, default).unwrap();
    };
    make("color", ValueType::String, &json!("red"));
    make("size", ValueType::Integer, &json!(1));
    make("theme", ValueType::Json, &json!({"dark": false}));
    let defaults = BTreeMap::from([
        ("base", json!(false)),
        ("flag", json!(false)),
        ("follower", json!(false)),
        ("color", json!("red")),
        ("size", json!(1)),
        ("theme", json!({"dark": false})),
    ]);
    let of_flag = [("flag", vec![json!(true), json!(false)])];
    let of_config = [
        ("color", vec![json!("red"), json!("green"), json!("blue")]),
        ("size", vec![json!(1), json!(2), json!(3)]),
        ("theme", vec![json!({"dark": true}), json!({"dark": false})]),
    ];
    // `flag` may require `base`, and `follower` requires `flag`.
    let base = fixture.flag("Base", &on_for_segment("base", "romans"));
    let flag = fixture.flag("Flag", &dice.content(&of_flag, None));
    let follower = fixture.flag("Follower", &requiring("follower", "flag"));
    let config = world.config("Config", &dice.content(&of_config, Some("base")));
    for experience in [&base, &flag, &follower] {
        world.publish(experience, 1, Recipients::Everybody);
    }
    let mut newest = BTreeMap::from([(flag.id, 1), (config.id, 1)]);
    let (mut losers, mut followers, mut changers) = (0, 0, 0);
    for turn in 0..10 {
        let (experience, keys) = match turn % 2 {
            0 => (&config, &of_config[..]),
            _ => (&flag, &of_flag[..]),
        };
        let content = dice.content(keys, Some("base"));
        let number = newest[&experience.id];
        let saved = fixture.save(&fixture.pia, experience.id, number, &content).unwrap();
        newest.insert(experience.id, saved.version.number);
        let recipients = match dice.roll(3) {
            0 => Recipients::TestUsers,
            _ => Recipients::Everybody,
        };
        let number = saved.version.number;
        let affected = world.foresee(experience, number, recipients);
        assert_eq!((affected.known, affected.asked), (20_000, 20_000));
        let before = world.served();
        world.publish(experience, number, recipients);
        compare(&affected, &before, &world.served(), &defaults);
        losers += affected.keys.iter().map(|key| key.lose).sum::<usize>();
        changers += affected.keys.iter().map(|key| key.change).sum::<usize>();
        followers += affected.keys.iter().filter(|key| key.owner.is_some()).count();
    }
    assert!(losers > 0 && changers > 0 && followers > 0, "{losers} {changers} {followers}");
}

#[test]
fn what_takes_something_away_comes_first_and_rows_have_names() {
    let mut dice = Dice(3);
    let world = World::with_users(300, &mut dice);
    let fixture = &world.fixture;
    fixture.key("flag");
    let flag = fixture.flag("Flag", &on_for_segment("flag", "romans"));
    world.publish(&flag, 1, Recipients::Everybody);
    let content = json!({"keys": ["flag"], "rows": [
        {"audience": {"conditions": {"attribute": "city", "operator": "is", "value": "Oslo"}},
         "serve": {"values": {"flag": true}}}]});
    fixture.save(&fixture.pia, flag.id, 1, &content).unwrap();
    let affected = world.foresee(&flag, 2, Recipients::Everybody);
    let [key] = affected.keys.as_slice() else { panic!("{affected:?}") };
    let told: Vec<(Direction, &str, Option<&str>)> = key
        .moves
        .iter()
        .map(|moved| {
            let [row] = moved.rows.as_slice() else { panic!("{moved:?}") };
            (moved.direction, row.called.as_str(), row.segment.as_deref())
        })
        .collect();
    assert_eq!(
        told,
        [
            (Direction::Lose, "Romans", Some("romans")),
            (Direction::Gain, "Row 1, users where city is “Oslo”", None),
        ]
    );
    let first = &affected.examples[0];
    assert_eq!(first.direction, Direction::Lose);
    assert_eq!(first.why_before, "Row 1, Romans");
    assert_eq!(first.why_after, "No row describes them");
}

#[test]
fn whoever_is_no_test_user_is_told_so() {
    let world = World::with_users(3, &mut Dice(1));
    let fixture = &world.fixture;
    fixture.key("flag");
    let content = json!({"keys": ["flag"],
        "test_users": [{"user_id": "u1", "serve": {"values": {"flag": true}}}],
        "everyone_else": {"serve": {"values": {"flag": true}}}});
    let flag = fixture.flag("Flag", &content);
    let affected = world.foresee(&flag, 1, Recipients::TestUsers);
    let [only] = affected.examples.as_slice() else { panic!("{affected:?}") };
    assert_eq!((only.user_id.as_str(), only.why_after.as_str()), ("u1", "Test user of version 1"));
    world.publish(&flag, 1, Recipients::TestUsers);
    let affected = world.foresee(&flag, 1, Recipients::Everybody);
    assert_eq!(affected.touched, 2);
    for example in &affected.examples {
        assert_eq!(example.why_before, "It is for test users only");
        assert_eq!(example.why_after, "Everyone else");
    }
}

#[test]
fn a_preview_leaves_nothing_behind() {
    let world = World::with_users(10, &mut Dice(1));
    let fixture = &world.fixture;
    let flag = fixture.flag_with_key("Flag");
    let before = (fixture.audit().len(), fixture.revisions());
    let affected = world.foresee(&flag, 1, Recipients::Everybody);
    assert_eq!((affected.touched, affected.keys[0].gain), (10, 10));
    assert_eq!((fixture.audit().len(), fixture.revisions()), before);
    assert!(world.served()["flag"].iter().all(|(_, value)| value == "false"));
}
