//! What a change does to the known users: the values that they get before and after.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashMap, HashSet},
};

use chrono::{DateTime, Utc};

use crate::domain::{
    evaluation::evaluate_all,
    known_user::KnownUser,
    ruleset::{Answer, AnswerIndex, Audience, Ruleset},
};

/// How many users are shown as examples.
const EXAMPLES: usize = 10;

/// What a change does to the values of one key.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct KeyEffect {
    /// How many users get a value where they got the default.
    pub gain: usize,
    /// How many users get the default where they got another value.
    pub lose: usize,
    /// How many users get another value for one they got, or another default.
    pub change: usize,
    /// How many users move from which value to which.
    pub moves: BTreeMap<Move, usize>,
    /// The same, told apart by what decides before and after.
    pub ways: BTreeMap<Way, usize>,
}

/// What happens to a user whose value changes; what takes something away comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Direction {
    /// They get the default where they got another value.
    Lose,
    /// They get another value for one they got, or another default.
    Change,
    /// They get a value where they got the default.
    Gain,
}

impl Direction {
    /// Whether what they got, and what they get, is the default.
    pub fn of(was_default: bool, is_default: bool) -> Direction {
        match (was_default, is_default) {
            (true, false) => Direction::Gain,
            (false, true) => Direction::Lose,
            _ => Direction::Change,
        }
    }
}

/// From one value to another, both written as JSON.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Move {
    /// What they got.
    pub from: Box<str>,
    /// What they get.
    pub to: Box<str>,
}

/// A move with what decides before and after it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Way {
    /// What happens.
    pub direction: Direction,
    /// From which value to which.
    pub moves: Move,
    /// What decided.
    pub before: Decider,
    /// What decides.
    pub after: Decider,
}

/// What decides a value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Decider {
    /// Whom the row describes that decides.
    pub audience: Audience,
    /// The row's id; `everyone_else` for the last one.
    pub row: Option<Box<str>>,
    /// The number of the version.
    pub version: Option<i32>,
}

/// A user whose value of a key changes.
#[derive(Debug, Clone, PartialEq)]
pub struct Example {
    /// The user.
    pub user: KnownUser,
    /// The key.
    pub key: Box<str>,
    /// What happens.
    pub moves: Move,
    /// What that is.
    pub direction: Direction,
}

/// What a change does.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Effect {
    /// How many users were looked at.
    pub asked: usize,
    /// How many of them get another value of any key.
    pub touched: usize,
    /// By the key's name; only keys whose value changes for somebody.
    pub keys: BTreeMap<Box<str>, KeyEffect>,
    /// A few of those who are touched: of each way some, those first who lose something.
    pub examples: Vec<Example>,
}

/// From one answer to another: how many users take that way, and the first of them.
#[derive(Default)]
struct Traffic<'u> {
    users: usize,
    first: Vec<&'u KnownUser>,
}

/// By the place of the answer in the ruleset before, and in the one after.
type Seen<'u> = HashMap<(AnswerIndex, AnswerIndex), Traffic<'u>, foldhash::fast::RandomState>;

impl KeyEffect {
    /// Adds users who move.
    pub fn enter(&mut self, moves: Move, direction: Direction, users: usize) {
        match direction {
            Direction::Gain => self.gain += users,
            Direction::Lose => self.lose += users,
            Direction::Change => self.change += users,
        }
        *self.moves.entry(moves).or_default() += users;
    }
}

impl Effect {
    /// Decides the values of these keys for these users by both rulesets. A key that one of them
    /// does not know is left out.
    pub fn between<'u>(
        before: &Ruleset,
        after: &Ruleset,
        keys: &[Box<str>],
        users: impl IntoIterator<Item = &'u KnownUser>,
        now: DateTime<Utc>,
    ) -> Effect {
        let in_both =
            |name: &&str| before.key_place(name).is_some() && after.key_place(name).is_some();
        let keys: Vec<&str> = keys.iter().map(AsRef::as_ref).filter(in_both).collect();
        let places = |ruleset: &Ruleset| -> Vec<u32> {
            keys.iter().filter_map(|name| ruleset.key_place(name)).collect()
        };
        let (places_before, places_after) = (places(before), places(after));
        let (mut was, mut is): (Vec<&Answer>, Vec<&Answer>) = (Vec::new(), Vec::new());
        let (mut effect, mut seen) = (Effect::default(), Seen::default());
        for user in users {
            let subject = user.subject(now);
            was.clear();
            is.clear();
            evaluate_all(before, places_before.iter().copied(), &subject, |a| was.push(a));
            evaluate_all(after, places_after.iter().copied(), &subject, |a| is.push(a));
            effect.asked += 1;
            let mut touched = false;
            for (was, is) in was.iter().zip(&is).filter(|(was, is)| was.value != is.value) {
                touched = true;
                let traffic = seen.entry((was.index, is.index)).or_default();
                traffic.users += 1;
                if traffic.first.len() < EXAMPLES {
                    traffic.first.push(user);
                }
            }
            effect.touched += usize::from(touched);
        }
        effect.tell(before, after, &seen);
        effect
    }

    fn tell(&mut self, before: &Ruleset, after: &Ruleset, seen: &Seen<'_>) {
        let mut told: Vec<(&str, Way, &Traffic<'_>)> = seen
            .iter()
            .filter_map(|((was, is), traffic)| {
                let was = before.answers().get(*was as usize)?;
                let is = after.answers().get(*is as usize)?;
                let key = before.key_of(was)?.name.as_ref();
                Some((key, way((before, was), (after, is)), traffic))
            })
            .collect();
        told.sort_by(|one, other| {
            let order = |(key, way, traffic): &(&str, Way, &Traffic<'_>)| {
                (way.direction, Reverse(traffic.users), (*key).to_owned(), way.clone())
            };
            order(one).cmp(&order(other))
        });
        for (key, way, traffic) in &told {
            let entry = self.keys.entry((*key).into()).or_default();
            entry.enter(way.moves.clone(), way.direction, traffic.users);
            *entry.ways.entry(way.clone()).or_default() += traffic.users;
        }
        let round = |turn: usize| {
            told.iter().filter_map(move |(key, way, traffic)| {
                let user = (*traffic.first.get(turn)?).clone();
                let (moves, direction) = (way.moves.clone(), way.direction);
                Some(Example { user, key: (*key).into(), moves, direction })
            })
        };
        let mut shown = HashSet::new();
        let is_another = |example: &Example| shown.insert(example.user.id.clone());
        self.examples = (0..EXAMPLES).flat_map(round).filter(is_another).take(EXAMPLES).collect();
        self.examples.sort_by_key(|example| example.direction);
    }
}

fn way((before, was): (&Ruleset, &Answer), (after, is): (&Ruleset, &Answer)) -> Way {
    let direction = Direction::of(is_default(before, was), is_default(after, is));
    let moves = Move { from: was.json.clone(), to: is.json.clone() };
    Way { direction, moves, before: decider(was), after: decider(is) }
}

fn decider(answer: &Answer) -> Decider {
    let decision = &answer.decision;
    Decider {
        audience: decision.audience,
        row: decision.row.as_deref().map(Box::from),
        version: decision.version.map(|version| version.number),
    }
}

/// Whether an answer hands out what the key would hand out without anything deciding.
fn is_default(ruleset: &Ruleset, answer: &Answer) -> bool {
    ruleset.key_of(answer).is_some_and(|key| *key.default_value() == answer.value)
}
