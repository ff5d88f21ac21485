//! What a change does, in sentences.

use super::super::super::{
    effect_words::short_value,
    number_words::{grouped_count, share_words},
};
use crate::{
    domain::{
        effect::Move,
        reach::Estimate,
        trial::{ContentReach, KeyReach, State},
    },
    operations::content_reach::Tryout,
};

/// How many moves of a key are told.
const MOST_MOVES: usize = 3;
/// How many keys are told of.
const MOST_KEYS: usize = 3;

/// What stands above the bar.
pub(super) fn heading(tryout: &Tryout) -> &'static str {
    match tryout.state {
        State::Live => "Who gets what",
        State::Off | State::Draft => "Who would get what",
    }
}

/// What the change does, in one sentence.
pub(super) fn whole(tryout: &Tryout, environment: &str) -> String {
    if tryout.known == 0 {
        return format!(
            "Flagstaff knows no users in {environment} yet, so it can’t say how many this reaches. \
             It learns them from events and evaluations."
        );
    }
    let Estimate { about, margin } = tryout.estimate(tryout.reach.touched);
    let (users, known) = (grouped_count(about), grouped_count(tryout.known));
    if tryout.reach.touched == 0 {
        return match margin {
            0 => format!("Changes nothing for anyone known in {environment}."),
            _ => format!(
                "Changes nothing for any of the {} users that were asked in {environment}.",
                grouped_count(tryout.reach.asked as u64)
            ),
        };
    }
    match (tryout.state, only_value(&tryout.reach)) {
        (State::Live, _) => format!("Changes what about {users} of {known} known users see."),
        (State::Off, _) => format!(
            "It is off in {environment}. Once it is on, this changes what about {users} of {known} \
             known users see."
        ),
        (State::Draft, Some(value)) => {
            format!("About {users} of {known} known users would get {value}.")
        }
        (State::Draft, None) => {
            format!("About {users} of {known} known users would get something else than defaults.")
        }
    }
}

/// The one value beside the default that anybody would get of the one key.
fn only_value(reach: &ContentReach) -> Option<String> {
    let [only] = reach.keys.as_slice() else { return None };
    let mut others = only.values.keys().filter(|value| **value != only.default);
    let value = others.next()?;
    let touches_no_other = only.effect.gain == reach.touched;
    (others.next().is_none() && touches_no_other).then(|| short_value(value))
}

/// Where users were sampled, what that means for the sentence.
pub(super) fn sample(tryout: &Tryout) -> Option<String> {
    let asked = tryout.reach.asked as u64;
    let margin = tryout.estimate(tryout.reach.touched).margin;
    (asked < tryout.known).then(|| {
        let (asked, known) = (grouped_count(asked), grouped_count(tryout.known));
        let off = share_words(margin as f64 / tryout.known.max(1) as f64 * 100.0);
        format!("Estimated from {asked} of {known} known users, ± {off}.")
    })
}

/// Who changes from what to what, and for whom nothing can be decided.
pub(super) fn notes(tryout: &Tryout) -> Vec<String> {
    let mut notes = match tryout.state {
        State::Draft => Vec::new(),
        State::Live | State::Off => directions(tryout),
    };
    let (kept_back, unknown) = (tryout.reach.kept_back, tryout.reach.unknown);
    if kept_back > 0 {
        notes.push(format!(
            "About {} known users do not meet a prerequisite and get the default.",
            about(tryout, kept_back)
        ));
    }
    if unknown > 0 {
        notes.push(format!(
            "Of about {} known users nothing can be said: a list of users could not be read.",
            about(tryout, unknown)
        ));
    }
    notes
}

fn directions(tryout: &Tryout) -> Vec<String> {
    let moving: Vec<&KeyReach> =
        tryout.reach.keys.iter().filter(|key| !key.effect.moves.is_empty()).collect();
    let is_one = tryout.reach.keys.len() == 1;
    let mut told: Vec<String> = Vec::new();
    for key in moving.iter().take(MOST_KEYS) {
        let start = if is_one { String::new() } else { format!("{}: ", key.name) };
        let mut moves: Vec<(&Move, usize)> =
            key.effect.moves.iter().map(|(m, n)| (m, *n)).collect();
        moves.sort_by_key(|(_, users)| std::cmp::Reverse(*users));
        let more = moves.len().saturating_sub(MOST_MOVES);
        told.extend(moves.iter().take(MOST_MOVES).map(|(it, users)| {
            let (users, from, to) =
                (about(tryout, *users), short_value(&it.from), short_value(&it.to));
            format!("{start}About {users} change from {from} to {to}.")
        }));
        if more > 0 {
            told.push(format!("{start}{more} more kinds of change."));
        }
        told.extend(opposite(&moves).map(|sentence| format!("{start}{sentence}")));
    }
    let more = moving.len().saturating_sub(MOST_KEYS);
    if more > 0 {
        told.push(format!("The values of {more} more keys change."));
    }
    told
}

/// Of true and false, the direction in which nobody changes is worth a word, too.
fn opposite(moves: &[(&Move, usize)]) -> Option<String> {
    let [(only, _)] = moves else { return None };
    let booleans = ["true", "false"];
    let both = booleans.contains(&only.from.as_ref()) && booleans.contains(&only.to.as_ref());
    both.then(|| format!("Nobody changes from {} to {}.", only.to, only.from))
}

fn about(tryout: &Tryout, found: usize) -> String {
    grouped_count(tryout.estimate(found).about)
}
