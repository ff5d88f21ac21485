//! The reach bar: all known users, by what they get.

use super::super::super::{
    effect_words::short_value,
    number_words::{grouped_count, share_words},
};
use crate::{
    domain::{
        effect::KeyEffect,
        trial::{ContentReach, Outcome, State},
    },
    operations::content_reach::Tryout,
};

/// How many outcomes are told apart; of more, the largest are, and the rest is one.
const MOST_OUTCOMES: usize = 5;
/// The fills of outcomes, in their order.
const FILLS: [&str; 4] = ["f1", "f2", "f3", "f4"];
/// The fill of all further outcomes.
const REST: &str = "f5";
/// The fill of the default.
const DEFAULT: &str = "f0";
/// The fill of what changes.
const CHANGE: &str = "fd";
/// How many keys of an outcome are said.
const MOST_KEYS: usize = 2;

/// The bar.
#[derive(Debug, Clone, PartialEq)]
pub struct Bar {
    /// What it shows, in words.
    pub label: String,
    /// Its parts, from left to right.
    pub parts: Vec<Part>,
    /// What they mean.
    pub legend: Vec<Legend>,
}

/// A part of the bar.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// Its fill.
    pub fill: &'static str,
    /// Where it starts, in percent.
    pub x: String,
    /// How wide it is, in percent.
    pub width: String,
}

/// What a part means.
#[derive(Debug, Clone, PartialEq)]
pub struct Legend {
    /// The fill.
    pub fill: &'static str,
    /// What users get, as apps would write it; none where words say it.
    pub value: Option<String>,
    /// What it is, in words; may be empty.
    pub words: String,
    /// How many.
    pub users: String,
    /// Their share.
    pub share: String,
}

/// Some of the users, before they are drawn.
struct Slice {
    fill: &'static str,
    value: Option<String>,
    words: String,
    users: usize,
}

impl Bar {
    /// Of a content beside what is live; where nothing is, of the content alone.
    pub(super) fn of(tryout: &Tryout) -> Bar {
        let reach = &tryout.reach;
        let slices = slices(reach, tryout.state);
        let asked = reach.asked.max(1) as f64;
        let (mut parts, mut legend, mut start) = (Vec::new(), Vec::new(), 0.0);
        for slice in slices.into_iter().filter(|slice| slice.users > 0) {
            let share = slice.users as f64 / asked * 100.0;
            let (x, width) = (format!("{start:.2}"), format!("{share:.2}"));
            parts.push(Part { fill: slice.fill, x, width });
            start += share;
            legend.push(Legend {
                fill: slice.fill,
                value: slice.value,
                words: slice.words,
                users: grouped_count(tryout.estimate(slice.users).about),
                share: share_words(share),
            });
        }
        Bar { label: label(reach, tryout.state), parts, legend }
    }
}

/// Solid what stays, hatched what changes, then each other value, then the default.
fn slices(reach: &ContentReach, state: State) -> Vec<Slice> {
    let users = |outcome: &Outcome| match state {
        State::Draft => outcome.is,
        State::Live | State::Off => outcome.stays,
    };
    let (defaults, mut others): (Vec<&Outcome>, Vec<&Outcome>) =
        reach.outcomes.iter().partition(|outcome| outcome.is_default);
    others.retain(|outcome| users(outcome) > 0);
    others.sort_by_key(|outcome| std::cmp::Reverse(users(outcome)));
    let shown = if others.len() + defaults.len() > MOST_OUTCOMES {
        MOST_OUTCOMES - 1
    } else {
        others.len()
    };
    let rest = others.split_off(shown.min(others.len()));
    let slice = |fill, outcome: &Outcome| {
        let (value, words) = said(reach, outcome);
        Slice { fill, value, words, users: users(outcome) }
    };
    let mut slices: Vec<Slice> =
        others.iter().zip(FILLS).map(|(outcome, fill)| slice(fill, outcome)).collect();
    if !rest.is_empty() {
        let users = rest.iter().map(|outcome| users(outcome)).sum();
        slices.push(Slice {
            fill: REST,
            value: None,
            words: format!("{} more", rest.len()),
            users,
        });
    }
    if state != State::Draft {
        let stays: usize = reach.outcomes.iter().map(|outcome| outcome.stays).sum();
        let users = reach.asked.saturating_sub(stays);
        let words = change_words(reach).to_owned();
        let changed = Slice { fill: CHANGE, value: None, words, users };
        slices.insert(slices.len().min(1), changed);
    }
    slices.extend(defaults.into_iter().map(|outcome| slice(DEFAULT, outcome)));
    slices
}

/// What becomes of those whose value changes.
fn change_words(reach: &ContentReach) -> &'static str {
    let sum = |count: fn(&KeyEffect) -> usize| -> usize {
        reach.keys.iter().map(|key| count(&key.effect)).sum()
    };
    match (sum(|it| it.gain), sum(|it| it.lose), sum(|it| it.change)) {
        (_, 0, 0) => "added by this change",
        (0, _, 0) => "taken away by this change",
        _ => "get another value",
    }
}

/// What users get together: as a value where there is one key, by the variant's name, or by the
/// keys that differ from their defaults.
fn said(reach: &ContentReach, outcome: &Outcome) -> (Option<String>, String) {
    if let [only] = outcome.values.as_slice() {
        return (Some(short_value(only)), String::new());
    }
    if outcome.is_default {
        return (None, "the defaults".to_owned());
    }
    let mut variants = outcome.variants.iter();
    if let (Some(only), None) = (variants.next(), variants.next()) {
        return (None, only.to_string());
    }
    let own = reach.keys.iter().filter(|key| key.is_own);
    let differ: Vec<String> = own
        .zip(&outcome.values)
        .filter(|(key, value)| key.default != **value)
        .map(|(key, value)| format!("{} = {}", key.name, short_value(value)))
        .collect();
    let more = differ.len().saturating_sub(MOST_KEYS);
    let told = differ.iter().take(MOST_KEYS).cloned().collect::<Vec<_>>().join(", ");
    (Some(told), if more > 0 { format!("and {more} more") } else { String::new() })
}

/// The bar in words: "Live: true 2.8 %, false 97.2 % of known users. With this change: true 3.9 %,
/// false 96.1 %."
fn label(reach: &ContentReach, state: State) -> String {
    let all = |users: fn(&Outcome) -> usize| -> String {
        let mut told: Vec<&Outcome> = reach.outcomes.iter().filter(|it| users(it) > 0).collect();
        told.sort_by_key(|outcome| (outcome.is_default, std::cmp::Reverse(users(outcome))));
        let more = told.len().saturating_sub(MOST_OUTCOMES);
        let mut told: Vec<String> = told
            .into_iter()
            .take(MOST_OUTCOMES)
            .map(|outcome| {
                let (value, words) = said(reach, outcome);
                let what = [value.unwrap_or_default(), words].join(" ");
                let share = users(outcome) as f64 / reach.asked.max(1) as f64 * 100.0;
                format!("{} {}", what.trim(), share_words(share))
            })
            .collect();
        if more > 0 {
            told.push(format!("{more} more"));
        }
        told.join(", ")
    };
    let (was, is) = (all(|outcome| outcome.was), all(|outcome| outcome.is));
    let changes = reach.outcomes.iter().map(|outcome| outcome.stays).sum::<usize>() < reach.asked;
    match state {
        State::Draft => format!("With this: {is} of known users."),
        State::Live if changes => {
            format!("Live: {was} of known users. With this change: {is}.")
        }
        State::Live => format!("Live: {is} of known users."),
        State::Off if changes => {
            format!("Were it on: {was} of known users. With this change: {is}.")
        }
        State::Off => format!("Were it on: {is} of known users."),
    }
}
