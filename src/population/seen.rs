//! What was seen of the known users: names of attributes and events, and values with their shares.
//! Forms suggest it.

use std::collections::{BTreeMap, HashMap};

use super::Sample;
use crate::domain::context::{Attribute, NumberText, USER_ID};

/// The most values of an attribute that are told apart: an attribute with more has no values worth
/// suggesting beyond these.
const MOST_VALUES: usize = 1_000;
/// The most names that are told apart.
const MOST_NAMES: usize = 2_000;
/// How many values of an attribute are suggested.
const SUGGESTED: usize = 50;
/// The longest value that is suggested, in bytes.
const LONGEST: usize = 200;

/// What was seen.
#[derive(Debug, Default)]
pub struct Seen {
    names: BTreeMap<Box<str>, SeenName>,
    events: BTreeMap<Box<str>, usize>,
}

/// What was seen of one attribute.
#[derive(Debug, Default)]
pub struct SeenName {
    /// How many of the users that were looked at have it.
    pub users: usize,
    /// What kind of value most of them have.
    pub kind: Option<Kind>,
    /// Its values, the most frequent first.
    pub values: Vec<SeenValue>,
}

/// What kind of value an attribute has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Text.
    Text,
    /// Numbers.
    Number,
    /// `true` or `false`.
    Boolean,
    /// Lists.
    List,
}

/// A value that was seen.
#[derive(Debug, Clone, PartialEq)]
pub struct SeenValue {
    /// The text by which it compares.
    pub text: String,
    /// The share of the users that were looked at who have it, 0 to 1.
    pub share: f64,
}

#[derive(Default)]
struct Counted {
    users: usize,
    kinds: BTreeMap<Kind, usize>,
    values: HashMap<String, usize>,
}

impl Counted {
    fn enter(&mut self, attribute: &Attribute) {
        self.users += 1;
        *self.kinds.entry(Kind::of(attribute)).or_default() += 1;
        match attribute {
            Attribute::List(items) => items.iter().for_each(|item| self.enter_value(item)),
            single => {
                let mut room = NumberText::new();
                if let Some(text) = single.text(&mut room) {
                    self.enter_value(text);
                }
            }
        }
    }

    fn enter_value(&mut self, text: &str) {
        if let Some(times) = self.values.get_mut(text) {
            *times += 1;
        } else if self.values.len() < MOST_VALUES && (1..=LONGEST).contains(&text.len()) {
            self.values.insert(text.to_owned(), 1);
        }
    }

    fn seen(self, asked: usize) -> SeenName {
        let mut values: Vec<(String, usize)> = self.values.into_iter().collect();
        values.sort_by(|(one, often), (other, times)| times.cmp(often).then(one.cmp(other)));
        values.truncate(SUGGESTED);
        let share = |times: usize| times as f64 / asked.max(1) as f64;
        let values =
            values.into_iter().map(|(text, times)| SeenValue { text, share: share(times) });
        let kind = self.kinds.iter().max_by_key(|(_, times)| **times).map(|(kind, _)| *kind);
        SeenName { users: self.users, kind, values: values.collect() }
    }
}

impl Kind {
    fn of(attribute: &Attribute) -> Kind {
        match attribute {
            Attribute::Text(_) => Kind::Text,
            Attribute::Number(_) => Kind::Number,
            Attribute::Boolean(_) => Kind::Boolean,
            Attribute::List(_) => Kind::List,
        }
    }
}

impl Seen {
    /// Looks at everybody in a sample.
    pub fn of(sample: &Sample) -> Seen {
        let mut counted: HashMap<&str, Counted> = HashMap::new();
        let mut events: BTreeMap<Box<str>, usize> = BTreeMap::new();
        for user in sample.users() {
            let said = user.context.attributes().iter();
            let stored = user.profile.properties.iter();
            let stored = stored.filter(|(name, _)| user.context.get(name).is_none());
            for (name, attribute) in said.chain(stored).filter(|(name, _)| *name != USER_ID) {
                if counted.len() < MOST_NAMES || counted.contains_key(name) {
                    counted.entry(name).or_default().enter(attribute);
                }
            }
            for event in user.profile.events.keys() {
                *events.entry(event.as_str().into()).or_default() += 1;
            }
        }
        let names = counted.into_iter();
        let names =
            names.map(|(name, counted)| (name.into(), counted.seen(sample.len()))).collect();
        Seen { names, events }
    }

    /// The names of attributes that were seen, in order.
    pub fn names(&self) -> impl Iterator<Item = (&str, &SeenName)> {
        self.names.iter().map(|(name, seen)| (name.as_ref(), seen))
    }

    /// What was seen of that attribute.
    pub fn name(&self, name: &str) -> Option<&SeenName> {
        self.names.get(name)
    }

    /// The names of events that were seen, with how many users did them, in order.
    pub fn events(&self) -> impl Iterator<Item = (&str, usize)> {
        self.events.iter().map(|(name, users)| (name.as_ref(), *users))
    }
}
