//! Whom another salt, attribute, weight or variant moves, in sentences.

use super::super::super::{effect_words::short_value, number_words::grouped_count};
use crate::{
    domain::trial::{KeyReach, Moving},
    operations::content_reach::{Moves, Tryout},
};

/// A sentence for each way in which users are bucketed anew.
pub(super) fn sentences(tryout: &Tryout) -> Vec<String> {
    tryout.moves.iter().map(|moves| sentence(tryout, moves)).collect()
}

fn sentence(tryout: &Tryout, moves: &Moves) -> String {
    let start = match moves.moving {
        Moving::Bucketing => "Moves users",
        Moving::Splits => "The split moves users",
    };
    let moved = moves.reach.keys.iter().max_by_key(|key| moving(key));
    let key = match moved.filter(|key| moving(key) > 0) {
        Some(key) => key,
        None if moves.moving == Moving::Splits => {
            return "The split moves nobody who is known.".to_owned();
        }
        None => return "Moves nobody who is known.".to_owned(),
    };
    let about = |found: usize| grouped_count(tryout.estimate(found).about);
    let named = match moves.reach.keys.len() {
        1 => String::new(),
        _ => format!("{} = ", key.name),
    };
    match most_left(key) {
        Some(Left { value, leave, now, to, join }) => {
            let to = to.map_or_else(|| "another value".to_owned(), |to| short_value(&to));
            let others = if join > 0 { ", and others would get it" } else { "" };
            format!(
                "{start}: about {} of the {} who get {named}{} now would get {to}{others}.",
                about(leave),
                about(now),
                short_value(&value),
            )
        }
        None => format!("{start}: about {} would get another value.", about(moving(key))),
    }
}

fn moving(key: &KeyReach) -> usize {
    key.effect.moves.values().sum()
}

/// The value that most users lose.
struct Left {
    value: Box<str>,
    /// How many lose it.
    leave: usize,
    /// How many have it now.
    now: usize,
    /// What they get, where that is one value.
    to: Option<Box<str>>,
    /// How many get it anew.
    join: usize,
}

fn most_left(key: &KeyReach) -> Option<Left> {
    let values = key.effect.moves.keys().map(|it| &it.from).filter(|it| **it != key.default);
    let left = values.map(|value| {
        let from = key.effect.moves.iter().filter(|(it, _)| it.from == *value);
        let leave = from.clone().map(|(_, users)| users).sum();
        let mut targets = from.map(|(it, _)| it.to.clone());
        let to = targets.next().filter(|_| targets.next().is_none());
        let join = key.effect.moves.iter().filter(|(it, _)| it.to == *value);
        let join = join.map(|(_, users)| users).sum::<usize>();
        let then = key.values.get(value).copied().unwrap_or(0);
        Left { value: value.clone(), leave, now: then + leave - join, to, join }
    });
    left.max_by_key(|left| left.leave)
}
