//! Counts and blast radius beside asking for every user, one by one, what is really served.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use flagstaff::{
    domain::{
        evaluation::evaluate,
        event::Event,
        ruleset::{MemberLists, Ruleset, source::SegmentRule},
    },
    operations::{
        Actor, OperationError,
        blast_radius::{self, BlastRadius, Change},
        keys::{self, KeyEdit},
        reach::{self, Edited},
        segments::{self, SegmentEdit},
    },
    population::{Population, Sample},
    store::{
        self, environments,
        profiles::{self, Reporter},
        rulesets,
    },
};
use serde_json::{Value as Json, json};

use crate::support::{
    TestDatabase,
    story::{AUTO_PLAYLIST, Story},
};

const SEGMENT: &str = "iphone-users-in-new-york";
const CITIES: [&str; 4] = ["New York", "Miami", "Rome", "Oslo"];
const PLATFORMS: [&str; 3] = ["iPhone", "Android", "Web"];

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

    /// A tree of at most that many groups inside one another.
    fn conditions(&mut self, deep: u64) -> Json {
        match self.roll(if deep > 0 { 8 } else { 5 }) {
            0 => json!({"attribute": "city", "operator": "is", "value": self.one_of(&CITIES)}),
            1 => json!({"attribute": "platform", "operator": "is_not",
                        "value": self.one_of(&PLATFORMS)}),
            2 => json!({"attribute": "seats", "operator": "greater", "value": self.roll(10)}),
            3 => json!({"event": "Charged", "did": self.roll(2) == 0,
                        "count": {"at_least": 1 + self.roll(3)},
                        "within_days": 1 + self.roll(5)}),
            4 => json!({"segment": "iphone-users-in-miami"}),
            5 => json!({"not": self.conditions(deep - 1)}),
            6 => json!({"any": [self.conditions(deep - 1), self.conditions(deep - 1)]}),
            _ => json!({"all": [self.conditions(deep - 1), self.conditions(deep - 1)]}),
        }
    }
}

struct World {
    story: Story,
    population: Population,
    now: DateTime<Utc>,
    _database: TestDatabase,
}

impl World {
    /// The story with that many known users, of whom at most `sampled` are in memory.
    fn with_users(users: usize, sampled: usize, dice: &mut Dice) -> World {
        let database = TestDatabase::new();
        let story = Story::begin(&database);
        let now = Utc::now();
        let mut reports = Vec::new();
        for user in 0..users {
            let set = json!({"city": dice.one_of(&CITIES), "platform": dice.one_of(&PLATFORMS),
                             "seats": dice.roll(10)});
            let user = format!("u{user}");
            reports.push(json!({"id": user, "user_id": user, "set": set}));
            for charge in 0..dice.roll(4) {
                let at = now - TimeDelta::days(dice.roll(6) as i64);
                reports.push(json!({"id": format!("{user}-{charge}"), "user_id": user,
                                    "event": "Charged", "timestamp": at.to_rfc3339()}));
            }
        }
        let reports: Vec<Event> =
            reports.iter().map(|report| Event::read(report, now).unwrap()).collect();
        for batch in reports.chunks(1_000) {
            let production = story.production.id;
            let took = |conn: &mut store::Connection| {
                profiles::take(conn, production, Reporter::Server, batch, now)
            };
            story.store.write(took).unwrap();
        }
        let population = Population::of_at_most(story.store.clone(), sampled);
        World { story, population, now, _database: database }
    }

    fn read<T>(
        &self,
        f: impl FnOnce(&mut store::Connection) -> Result<T, OperationError>,
    ) -> Result<T, OperationError> {
        self.story.store.read(f)
    }

    fn sample(&self) -> std::sync::Arc<Sample> {
        self.population.sample(self.story.production.id, self.now).unwrap()
    }

    /// What is served to each known user, asked one by one.
    fn served(&self) -> BTreeMap<String, String> {
        let production = self.story.production.id;
        let source = self.read(|conn| Ok(rulesets::load(conn, production)?)).unwrap();
        let ruleset = Ruleset::compile(source, None, &MemberLists::new()).ruleset;
        let sample = self.sample();
        let values = sample.users().map(|user| {
            let answer = evaluate(&ruleset, AUTO_PLAYLIST, &user.subject(self.now)).unwrap();
            (user.id.to_string(), answer.json.to_string())
        });
        values.collect()
    }

    /// The conditions live in a flag that serves true to all whom they describe.
    fn members(&self, conditions: &Json) -> usize {
        let row = json!({"audience": {"conditions": conditions},
                         "serve": {"values": {AUTO_PLAYLIST: true}}});
        let newest = self.newest_version();
        let version = self.story.save(newest, &json!({"keys": [AUTO_PLAYLIST], "rows": [row]}));
        // The same conditions twice make no version.
        if version > newest {
            self.story.publish(version);
        }
        self.served().values().filter(|value| *value == "true").count()
    }

    fn newest_version(&self) -> i32 {
        let flag = self.story.flag;
        self.read(|conn| Ok(store::versions::newest(conn, flag)?.unwrap().number)).unwrap()
    }

    fn blast_radius(&self, change: &Change<'_>) -> BlastRadius {
        let (project, now) = (self.story.production.project_id, self.now);
        let of = |conn: &mut store::Connection| {
            blast_radius::of(conn, &self.population, project, change, now)
        };
        let found = self.read(of).unwrap();
        found.into_iter().find(|it| it.environment.id == self.story.production.id).unwrap()
    }
}

#[test]
fn a_live_count_equals_asking_for_every_user() {
    let mut dice = Dice(4);
    let world = World::with_users(400, 1_000, &mut dice);
    let production = &world.story.production;
    for _ in 0..25 {
        let conditions = dice.conditions(3);
        let edited = Edited {
            project_id: production.project_id,
            environment_id: production.id,
            conditions: &conditions,
            segment: None,
        };
        let preview = |conn: &mut store::Connection| {
            reach::preview(conn, &world.population, &edited, world.now)
        };
        let count = world.read(preview).unwrap();
        assert_eq!((count.known, count.asked, count.matched.margin), (400, 400, 0));
        assert_eq!(count.matched.about as usize, world.members(&conditions), "{conditions}");
        assert_eq!(count.examples.len(), 5.min(count.matched.about as usize));
    }
}

#[test]
fn the_blast_radius_of_a_segment_equals_asking_before_and_after() {
    let mut dice = Dice(9);
    let world = World::with_users(300, 1_000, &mut dice);
    for _ in 0..15 {
        let conditions = dice.conditions(2);
        let radius = world.blast_radius(&Change::Segment {
            slug: SEGMENT,
            rule: SegmentRule::Conditions(conditions.clone()),
        });
        let before = world.served();
        let edit = SegmentEdit { conditions: Some(&conditions), ..SegmentEdit::default() };
        let project = world.story.production.project_id;
        let edited = world.story.store.write(|conn| {
            let found = store::segments::find_by_slug(conn, project, SEGMENT)?.unwrap();
            segments::edit(conn, &Actor::command_line(), found.id, &edit)
        });
        edited.unwrap();
        let after = world.served();
        let moved = |from: &str, to: &str| {
            before.iter().filter(|(user, was)| *was == from && after[*user] == to).count()
        };
        let key = radius.effect.keys.get(AUTO_PLAYLIST).cloned().unwrap_or_default();
        assert_eq!(
            (key.gain, key.lose, key.change),
            (moved("false", "true"), moved("true", "false"), 0)
        );
        assert_eq!(radius.effect.touched, key.gain + key.lose);
        assert_eq!(radius.experiences, ["automatic-playlist".into()]);
    }
}

#[test]
fn the_blast_radius_of_a_default_equals_asking_before_and_after() {
    let mut dice = Dice(2);
    let world = World::with_users(200, 1_000, &mut dice);
    let value = json!(true);
    let radius = world.blast_radius(&Change::Default { key: AUTO_PLAYLIST, value: &value });
    let before = world.served();
    let edit = KeyEdit { default_value: Some(&value), ..KeyEdit::default() };
    let project = world.story.production.project_id;
    let edited = world.story.store.write(|conn| {
        let key = store::keys::find_by_name(conn, project, AUTO_PLAYLIST)?.unwrap();
        keys::edit(conn, &Actor::command_line(), key.id, &edit)
    });
    edited.unwrap();
    let after = world.served();
    let changed = before.iter().filter(|(user, was)| after[*user] != **was).count();
    assert!(changed > 0);
    let key = &radius.effect.keys[AUTO_PLAYLIST];
    assert_eq!((key.gain, key.lose, key.change), (0, 0, changed));
}

#[test]
fn a_sample_says_that_it_is_one_and_is_within_its_margin() {
    let mut dice = Dice(5);
    let world = World::with_users(1_500, 500, &mut dice);
    let sample = world.sample();
    assert_eq!((sample.len(), sample.known(), sample.is_whole()), (500, 1_500, false));
    let conditions = json!({"attribute": "city", "operator": "is", "value": "Rome"});
    let production = &world.story.production;
    let edited = Edited {
        project_id: production.project_id,
        environment_id: production.id,
        conditions: &conditions,
        segment: None,
    };
    let count =
        world.read(|conn| reach::preview(conn, &world.population, &edited, world.now)).unwrap();
    let truth = Population::of_at_most(world.story.store.clone(), 10_000);
    let whole = world.read(|conn| reach::preview(conn, &truth, &edited, world.now)).unwrap();
    assert!(count.matched.margin > 0);
    let off = count.matched.about.abs_diff(whole.matched.about);
    assert!(off <= 2 * count.matched.margin, "{count:?} {whole:?}");
}

#[test]
fn what_leads_nowhere_moves_nobody() {
    let world = World::with_users(20, 100, &mut Dice(1));
    let conditions = json!({"attribute": "city", "operator": "is_set"});
    let environments = world
        .read(|conn| Ok(environments::list(conn, world.story.production.project_id)?))
        .unwrap();
    let change =
        Change::Segment { slug: SEGMENT, rule: SegmentRule::Conditions(conditions.clone()) };
    let (project, now) = (world.story.production.project_id, world.now);
    let all = world
        .read(|conn| blast_radius::of(conn, &world.population, project, &change, now))
        .unwrap();
    assert_eq!(all.len(), environments.len());
    let staging = all.iter().find(|it| it.environment.key == "staging").unwrap();
    assert_eq!((staging.effect.touched, staging.experiences.len()), (0, 0));
}
