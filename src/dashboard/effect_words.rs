//! What a change does to known users, in words: one sentence for each environment where anything
//! could move.

use super::number_words::{counted, grouped_count};
use crate::{
    domain::effect::{KeyEffect, Move},
    operations::blast_radius::BlastRadius,
};

/// How many moves of a key are told apart.
const MOST_MOVES: usize = 3;
/// How many keys are named.
const MOST_KEYS: usize = 5;

/// A sentence for each environment where something depends on what changes.
pub fn sentences(radii: &[BlastRadius]) -> Vec<String> {
    radii.iter().filter(|radius| !radius.experiences.is_empty()).map(sentence).collect()
}

fn sentence(radius: &BlastRadius) -> String {
    let place = &radius.environment.name;
    let known = grouped_count(radius.known);
    if radius.known == 0 {
        return format!("{place}: nobody is known there yet, so nobody can be counted.");
    }
    let whole = radius.estimate(radius.effect.touched);
    if radius.effect.touched == 0 && whole.margin == 0 {
        return format!("{place}: none of {known} known users gets another value.");
    }
    let mut keys: Vec<String> =
        radius.effect.keys.iter().map(|(name, key)| in_key(radius, name, key)).collect();
    let more = keys.len().saturating_sub(MOST_KEYS);
    keys.truncate(MOST_KEYS);
    if more > 0 {
        keys.push(format!("and the same for {}", counted(more, "more key")));
    }
    let keys = if keys.is_empty() { String::new() } else { format!(" {}.", keys.join("; ")) };
    let about = grouped_count(whole.about);
    match whole.margin {
        0 => format!("{place}: {about} of {known} known users get another value:{keys}"),
        margin => format!(
            "{place}: about {about} of {known} known users, give or take {}, get another value \
             (a sample of {} was asked):{keys}",
            grouped_count(margin),
            grouped_count(radius.effect.asked as u64),
        ),
    }
}

fn in_key(radius: &BlastRadius, name: &str, key: &KeyEffect) -> String {
    let mut moves: Vec<(&Move, usize)> = key.moves.iter().map(|(it, n)| (it, *n)).collect();
    moves.sort_by_key(|(_, users)| std::cmp::Reverse(*users));
    let told: Vec<String> = moves
        .iter()
        .take(MOST_MOVES)
        .map(|(it, users)| {
            let users = grouped_count(radius.estimate(*users).about);
            format!("{users} get {} instead of {}", short_value(&it.to), short_value(&it.from))
        })
        .collect();
    let rest: usize = moves.iter().skip(MOST_MOVES).map(|(_, users)| users).sum();
    let rest = match rest {
        0 => String::new(),
        rest => format!(", {} another one", grouped_count(radius.estimate(rest).about)),
    };
    format!("in {name} {}{rest}", told.join(", "))
}

/// A value, written as JSON; where it is long it is cut.
pub fn short_value(json: &str) -> String {
    const MOST: usize = 40;
    match json.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", json.get(..end).unwrap_or_default()),
        None => json.to_owned(),
    }
}
