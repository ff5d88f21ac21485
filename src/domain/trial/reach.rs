//! What a trial found, by row, by value, and by what users get now.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{Trial, count::Counts};
use crate::domain::{
    effect::{Direction, KeyEffect, Move},
    ruleset::{Answer, AnswerIndex, PlannedRule, Serves},
};

/// Who would get what.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ContentReach {
    /// How many users were looked at.
    pub asked: usize,
    /// Test users among them.
    pub test_users: usize,
    /// For how many a prerequisite is not met.
    pub kept_back: usize,
    /// Of how many it can't be said, since a list could not be read.
    pub unknown: usize,
    /// The rows, in order.
    pub rows: Vec<RowReach>,
    /// Everyone else; where that is off, only who is left counts.
    pub everyone_else: RuleReach,
    /// How many have a text to be bucketed by.
    pub bucketed: usize,
    /// How many meet each prerequisite.
    pub met: Vec<usize>,
    /// What users get, all keys together; the most frequent first.
    pub outcomes: Vec<Outcome>,
    /// By key: those of the content in their order, then those that it drops.
    pub keys: Vec<KeyReach>,
    /// How many get another value of any key than now, keys that require one of these included.
    pub touched: usize,
}

/// Whom a row reaches.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RowReach {
    /// How many its audience describes.
    pub described: usize,
    /// Of whom something was heard lately.
    pub lately: usize,
    /// How many of those it describes a row above decides for, by that row's place.
    pub taken: BTreeMap<usize, usize>,
    /// For whom it decides.
    pub decides: RuleReach,
}

/// For whom a row decides.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RuleReach {
    /// How many are left for it, after test users, prerequisites and the rows above.
    pub left: usize,
    /// How many of them are in its rollout.
    pub in_rollout: usize,
    /// How many of those get each share of its split, in their order.
    pub shares: Vec<usize>,
}

/// Values that users get together.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The value of each key of the content, in their order, as JSON text.
    pub values: Vec<Box<str>>,
    /// The variants of the content that these come from.
    pub variants: BTreeSet<Box<str>>,
    /// Whether all of them are defaults.
    pub is_default: bool,
    /// How many get them now.
    pub was: usize,
    /// How many would get them.
    pub is: usize,
    /// How many get them now and would still; those of whom no key changes at all.
    pub stays: usize,
}

/// Who would get which value of a key.
#[derive(Debug, Clone, PartialEq)]
pub struct KeyReach {
    /// Its name.
    pub name: Box<str>,
    /// What it hands out where nothing decides, as JSON text.
    pub default: Box<str>,
    /// Whether the content gives it values; else it only drops it.
    pub is_own: bool,
    /// How many would get each value, by JSON text.
    pub values: BTreeMap<Box<str>, usize>,
    /// What changes.
    pub effect: KeyEffect,
}

/// Puts together what was counted.
pub(super) fn of(trial: &Trial, counts: &Counts<'_>) -> ContentReach {
    let after = ByAnswer::of(counts);
    let plan = trial.after.plan();
    let of_answer = |index: AnswerIndex| after.0.get(&index).copied().unwrap_or(0);
    let rows = rows(trial, counts, &after);
    let changed = counts.pairs.iter().filter(|(pair, _)| trial.changes(**pair));
    let changed: usize = changed.map(|(_, users)| users).sum();
    ContentReach {
        asked: counts.asked,
        test_users: plan.map_or(0, |plan| plan.test_users.values().map(|it| of_answer(*it)).sum()),
        kept_back: plan.map_or(0, |plan| of_answer(plan.unmet) - counts.rest),
        unknown: plan.map_or(0, |plan| of_answer(plan.stale)),
        rows,
        everyone_else: match plan.and_then(|plan| plan.everyone_else.as_ref()) {
            Some(rule) => after.rule(rule),
            None => RuleReach { left: counts.rest, ..RuleReach::default() },
        },
        bucketed: counts.bucketed,
        met: counts.met.clone(),
        outcomes: outcomes(trial, counts),
        keys: keys(trial, counts),
        touched: changed + counts.touched_elsewhere,
    }
}

/// How many got each first answer.
struct ByAnswer(HashMap<AnswerIndex, usize>);

impl ByAnswer {
    fn of(counts: &Counts<'_>) -> ByAnswer {
        let mut by_answer = HashMap::new();
        for ((_, after), users) in &counts.pairs {
            *by_answer.entry(*after).or_default() += users;
        }
        ByAnswer(by_answer)
    }

    fn rule(&self, rule: &PlannedRule) -> RuleReach {
        let of = |index: &AnswerIndex| self.0.get(index).copied().unwrap_or(0);
        let (in_rollout, shares) = match &rule.serves {
            Serves::One(answer) => (of(answer), Vec::new()),
            Serves::Split(shares) => {
                let shares: Vec<usize> = shares.iter().map(|(_, answer)| of(answer)).collect();
                (shares.iter().sum(), shares)
            }
        };
        RuleReach { left: in_rollout + of(&rule.out), in_rollout, shares }
    }
}

fn rows(trial: &Trial, counts: &Counts<'_>, after: &ByAnswer) -> Vec<RowReach> {
    let mut planned = trial.after.plan().into_iter().flat_map(|plan| &plan.rows);
    let rows = trial.content.rows.iter().zip(&counts.rows);
    let reach = rows.map(|(row, count)| RowReach {
        described: count.described,
        lately: count.lately,
        taken: count.taken.iter().map(|(row, users)| (*row, *users)).collect(),
        // Only rows that are on are planned.
        decides: match row.rule.enabled {
            true => planned.next().map(|row| after.rule(&row.rule)).unwrap_or_default(),
            false => RuleReach::default(),
        },
    });
    reach.collect()
}

fn outcomes(trial: &Trial, counts: &Counts<'_>) -> Vec<Outcome> {
    let mut found: BTreeMap<Vec<Box<str>>, Outcome> = BTreeMap::new();
    let own = || trial.keys.iter().filter(|key| key.is_own);
    let defaults: Vec<Box<str>> = own().map(|key| key.default.json_text().into()).collect();
    for (pair, users) in &counts.pairs {
        let was: Vec<_> = own().filter_map(|key| key.before(&trial.before, pair.0)).collect();
        let is: Vec<_> = own().filter_map(|key| key.after(&trial.after, pair.1)).collect();
        let json = |answers: &[&Answer]| -> Vec<Box<str>> {
            answers.iter().map(|answer| answer.json.clone()).collect()
        };
        let entry = |values: Vec<Box<str>>| {
            let is_default = values.iter().eq(&defaults);
            Outcome { values, variants: BTreeSet::new(), is_default, was: 0, is: 0, stays: 0 }
        };
        let before = found.entry(json(&was)).or_insert_with(|| entry(json(&was)));
        before.was += users;
        let after = found.entry(json(&is)).or_insert_with(|| entry(json(&is)));
        after.is += users;
        after.stays += if trial.changes(*pair) { 0 } else { *users };
        let names = is.iter().map(|answer| &answer.variant);
        after.variants.extend(names.filter(|it| trial.content.variant(it).is_some()).cloned());
    }
    let mut outcomes: Vec<Outcome> = found.into_values().collect();
    outcomes.sort_by_key(|outcome| std::cmp::Reverse(outcome.is));
    outcomes
}

fn keys(trial: &Trial, counts: &Counts<'_>) -> Vec<KeyReach> {
    let mut reached = Vec::new();
    for key in &trial.keys {
        let default: Box<str> = key.default.json_text().into();
        let (mut values, mut effect) = (BTreeMap::new(), KeyEffect::default());
        for (pair, users) in &counts.pairs {
            let was = key.before(&trial.before, pair.0);
            let is = key.after(&trial.after, pair.1);
            let (Some(was), Some(is)) = (was, is) else { continue };
            *values.entry(is.json.clone()).or_default() += users;
            if was.value != is.value {
                let moves = Move { from: was.json.clone(), to: is.json.clone() };
                let direction = Direction::of(was.value == key.default, is.value == key.default);
                effect.enter(moves, direction, *users);
            }
        }
        let (name, is_own) = (key.name.clone(), key.is_own);
        reached.push(KeyReach { name, default, is_own, values, effect });
    }
    reached
}
