//! What a change does to the known users: the values that they get before and after.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::domain::{
    evaluation::evaluate_all,
    known_user::KnownUser,
    ruleset::{Answer, Ruleset},
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
}

/// From one value to another, both written as JSON.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Move {
    /// What they got.
    pub from: Box<str>,
    /// What they get.
    pub to: Box<str>,
}

/// A user whose value of a key changes.
#[derive(Debug, Clone, PartialEq)]
pub struct Example {
    /// The user's id.
    pub user_id: Box<str>,
    /// The key.
    pub key: Box<str>,
    /// What happens.
    pub moves: Move,
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
    /// A few of those who are touched.
    pub examples: Vec<Example>,
}

impl KeyEffect {
    /// Adds users who move. `defaults`: whether what they got, and what they get, is the default.
    pub fn enter(&mut self, moves: Move, defaults: (bool, bool), users: usize) {
        match defaults {
            (true, false) => self.gain += users,
            (false, true) => self.lose += users,
            _ => self.change += users,
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
        let mut effect = Effect::default();
        for user in users {
            let subject = user.subject(now);
            was.clear();
            is.clear();
            evaluate_all(before, places_before.iter().copied(), &subject, |a| was.push(a));
            evaluate_all(after, places_after.iter().copied(), &subject, |a| is.push(a));
            effect.asked += 1;
            let moved =
                keys.iter().zip(was.iter().zip(&is)).filter(|(_, (w, i))| w.value != i.value);
            let mut touched = false;
            for (key, (was, is)) in moved {
                touched = true;
                effect.enter(user, key, (before, was), (after, is));
            }
            effect.touched += usize::from(touched);
        }
        effect
    }

    fn enter(
        &mut self,
        user: &KnownUser,
        key: &str,
        (before, was): (&Ruleset, &Answer),
        (after, is): (&Ruleset, &Answer),
    ) {
        let moves = Move { from: was.json.clone(), to: is.json.clone() };
        let defaults = (is_default(before, was), is_default(after, is));
        self.keys.entry(key.into()).or_default().enter(moves.clone(), defaults, 1);
        if self.examples.len() < EXAMPLES {
            self.examples.push(Example { user_id: user.id.clone(), key: key.into(), moves });
        }
    }
}

/// Whether an answer hands out what the key would hand out without anything deciding.
fn is_default(ruleset: &Ruleset, answer: &Answer) -> bool {
    ruleset.key_of(answer).is_some_and(|key| *key.default_value() == answer.value)
}
