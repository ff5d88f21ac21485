//! What happens to known users, by key, by value and by row, with names and reasons.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::Value as Json;

use crate::domain::effect::{Decider, Direction, Effect, Example, KeyEffect, Move, Way};
use crate::domain::evaluation::{Names, explain};
use crate::domain::experience::Kind;
use crate::domain::ruleset::source::ExperienceSource;
use crate::domain::ruleset::{Audience, Compiled};
use crate::domain::version::{self, Content};

/// Of the conditions of a row, this many characters stand for it.
const MOST_OF_A_ROW: usize = 80;

/// What happens to the values of one key. Numbers are of those who were asked.
#[derive(Debug, Clone)]
pub struct AffectedKey {
    /// Its name.
    pub name: String,
    /// The experience that gives it values, where that is another one, which requires a key of the
    /// one that is published.
    pub owner: Option<Owner>,
    /// How many users get a value where they got the default.
    pub gain: usize,
    /// How many users get the default where they got another value.
    pub lose: usize,
    /// How many users get another value for one they got, or another default.
    pub change: usize,
    /// From which value to which, what takes something away first.
    pub moves: Vec<AffectedMove>,
}

/// An experience that gives a key values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// Feature flag or product config.
    pub kind: Kind,
    /// Its name in addresses.
    pub slug: String,
    /// What people call it.
    pub name: String,
}

/// How many users get one value for another.
#[derive(Debug, Clone)]
pub struct AffectedMove {
    /// What that is to them.
    pub direction: Direction,
    /// What they got, written as JSON.
    pub from: String,
    /// What they get.
    pub to: String,
    /// How many they are.
    pub users: usize,
    /// The same by row, most users first.
    pub rows: Vec<AffectedRow>,
}

/// How many of them a row is about: the one that decides for them, or did so where none does now.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct AffectedRow {
    /// What it describes: the name of a segment, `Everyone else`, `Test users`.
    pub called: String,
    /// The row's id.
    pub row: Option<String>,
    /// The segment's slug.
    pub segment: Option<String>,
    /// How many they are.
    pub users: usize,
}

/// Somebody whose value changes.
#[derive(Debug, Clone)]
pub struct AffectedExample {
    /// The user's id.
    pub user_id: String,
    /// The key.
    pub key: String,
    /// What it is to them.
    pub direction: Direction,
    /// What they got, written as JSON.
    pub from: String,
    /// What they get.
    pub to: String,
    /// Why they got it, in a few words.
    pub why_before: String,
    /// Why they get it.
    pub why_after: String,
}

/// Knows the names.
pub(super) struct Teller<'a> {
    pub before: &'a Compiled,
    pub after: &'a Compiled,
    pub names: &'a Names,
    pub own: &'a [String],
    pub now: DateTime<Utc>,
}

impl Teller<'_> {
    pub fn keys(&self, effect: &Effect) -> Vec<AffectedKey> {
        let mut keys: Vec<AffectedKey> =
            effect.keys.iter().map(|(name, key)| self.key(name, key)).collect();
        keys.sort_by_key(|key| key.owner.is_some());
        keys
    }

    fn key(&self, name: &str, effect: &KeyEffect) -> AffectedKey {
        let is_own = self.own.iter().any(|own| own == name);
        let mut moves: BTreeMap<(Direction, &Move), BTreeMap<Place, usize>> = BTreeMap::new();
        for (way, users) in &effect.ways {
            let rows = moves.entry((way.direction, &way.moves)).or_default();
            *rows.entry(self.place(name, way)).or_default() += users;
        }
        let mut moves: Vec<AffectedMove> = moves.into_iter().map(told).collect();
        moves.sort_by_key(|told| (told.direction, std::cmp::Reverse(told.users)));
        AffectedKey {
            name: name.to_owned(),
            owner: if is_own { None } else { self.owner(name) },
            gain: effect.gain,
            lose: effect.lose,
            change: effect.change,
            moves,
        }
    }

    fn owner(&self, key: &str) -> Option<Owner> {
        let served = serving(self.after, key).or_else(|| serving(self.before, key))?;
        let name = self.names.things.get(&served.id).unwrap_or(&served.slug).clone();
        Some(Owner { kind: served.kind, slug: served.slug.clone(), name })
    }

    /// The row that it is about.
    fn place(&self, key: &str, way: &Way) -> Place {
        let is_row = |decider: &Decider| {
            matches!(decider.audience, Audience::Segment(_) | Audience::OneOff | Audience::Tester)
        };
        match (is_row(&way.after), is_row(&way.before)) {
            (false, true) => self.named(self.before, key, &way.before),
            _ => self.named(self.after, key, &way.after),
        }
    }

    fn named(&self, side: &Compiled, key: &str, decider: &Decider) -> Place {
        let row = decider.row.as_deref().map(str::to_owned);
        let (called, segment) = match decider.audience {
            Audience::Segment(id) => {
                let found = side.source.segments.iter().find(|segment| segment.id == id);
                let slug = found.map(|segment| segment.slug.clone()).unwrap_or_default();
                (self.names.things.get(&id).unwrap_or(&slug).clone(), Some(slug))
            }
            Audience::OneOff => (one_off(side, key, decider), None),
            Audience::EveryoneElse => ("Everyone else".to_owned(), None),
            Audience::Tester => ("Test users".to_owned(), None),
            Audience::None => ("No row".to_owned(), None),
        };
        Place { called, row, segment }
    }

    pub fn examples(&self, effect: &Effect) -> Vec<AffectedExample> {
        effect.examples.iter().map(|example| self.example(example)).collect()
    }

    fn example(&self, example: &Example) -> AffectedExample {
        let subject = example.user.subject(self.now);
        let why = |side: &Compiled| {
            let told = explain(side, self.names, &example.key, &subject);
            told.map(|told| told.why).unwrap_or_default()
        };
        AffectedExample {
            user_id: example.user.id.to_string(),
            key: example.key.to_string(),
            direction: example.direction,
            from: example.moves.from.to_string(),
            to: example.moves.to.to_string(),
            why_before: why(self.before),
            why_after: why(self.after),
        }
    }
}

/// A row by its names.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    called: String,
    row: Option<String>,
    segment: Option<String>,
}

fn told(((direction, moves), rows): ((Direction, &Move), BTreeMap<Place, usize>)) -> AffectedMove {
    let mut rows: Vec<AffectedRow> = rows
        .into_iter()
        .map(|(Place { called, row, segment }, users)| AffectedRow { called, row, segment, users })
        .collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.users));
    AffectedMove {
        direction,
        from: moves.from.to_string(),
        to: moves.to.to_string(),
        users: rows.iter().map(|row| row.users).sum(),
        rows,
    }
}

/// What a row with conditions of its own describes.
fn one_off(side: &Compiled, key: &str, decider: &Decider) -> String {
    let content = serving(side, key).and_then(|served| content(served, decider.version));
    let found = content.and_then(|content| {
        let rows = content.rows.into_iter().enumerate();
        let mut same = rows.filter(|(_, row)| Some(row.id.as_str()) == decider.row.as_deref());
        same.next()
    });
    let words = match found {
        None => return "A row of its own".to_owned(),
        Some((place, row)) => match row.audience {
            version::Audience::Everyone => return format!("Row {}, everyone", place + 1),
            version::Audience::Segment(slug) => slug.to_string(),
            version::Audience::Conditions(condition) => {
                format!("Row {}, users where {}", place + 1, condition.in_words())
            }
        },
    };
    match words.char_indices().nth(MOST_OF_A_ROW) {
        Some((end, _)) => format!("{}…", words.get(..end).unwrap_or_default()),
        None => words,
    }
}

/// The content of that version of an experience, where it serves it.
fn content(served: &ExperienceSource, version: Option<i32>) -> Option<Content> {
    let replaced = served.active.replaces.as_deref();
    let all = [&served.active].into_iter().chain(replaced);
    let mut same = all.filter(|publication| Some(publication.version) == version);
    Content::from_json(&same.next()?.content, &served.slug).ok()
}

/// The experience that gives a key values.
fn serving<'a>(side: &'a Compiled, key: &str) -> Option<&'a ExperienceSource> {
    let named = |json: &Json| {
        let keys = json.get("keys").and_then(Json::as_array);
        keys.into_iter().flatten().any(|name| name.as_str() == Some(key))
    };
    side.source.experiences.iter().find(|served| {
        let replaced = served.active.replaces.as_deref();
        [&served.active].into_iter().chain(replaced).any(|it| named(&it.content))
    })
}
