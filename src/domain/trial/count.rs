//! Counting users one by one.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use foldhash::fast::RandomState;

use super::{Described, LATELY_DAYS, Trial};
use crate::domain::{
    condition::Truth, evaluation::decider::Decider, known_user::KnownUser, ruleset::AnswerIndex,
};

/// What was counted.
pub(super) struct Counts<'t> {
    trial: &'t Trial,
    pub asked: usize,
    /// By the first answers before and after: everything about values is in them.
    pub pairs: HashMap<(AnswerIndex, AnswerIndex), usize, RandomState>,
    /// By row.
    pub rows: Vec<RowCount>,
    /// How many meet each prerequisite.
    pub met: Vec<usize>,
    /// How many no row describes, where everyone else is off.
    pub rest: usize,
    /// How many have a text to be bucketed by.
    pub bucketed: usize,
    /// How many get another value of a key of others alone.
    pub touched_elsewhere: usize,
}

/// What was counted of a row's audience.
#[derive(Clone)]
pub(super) struct RowCount {
    pub described: usize,
    /// Of whom something was heard lately.
    pub lately: usize,
    /// By the row above that decides for them.
    pub taken: HashMap<usize, usize>,
}

impl<'t> Counts<'t> {
    pub fn new(trial: &'t Trial) -> Counts<'t> {
        let row = RowCount { described: 0, lately: 0, taken: HashMap::new() };
        let prerequisites = trial.after.plan().map_or(0, |plan| plan.prerequisites.len());
        Counts {
            trial,
            asked: 0,
            pairs: HashMap::default(),
            rows: vec![row; trial.rows.len()],
            met: vec![0; prerequisites],
            rest: 0,
            bucketed: 0,
            touched_elsewhere: 0,
        }
    }

    pub fn look(&mut self, user: &KnownUser, last_seen_at: DateTime<Utc>, now: DateTime<Utc>) {
        let trial = self.trial;
        let subject = user.subject(now);
        let mut was = Decider::new(&trial.before.ruleset, &subject);
        let mut is = Decider::new(&trial.after.ruleset, &subject);
        was.remember();
        is.remember();
        let pair = (trial.before.first(&mut was), trial.after.first(&mut is));
        self.asked += 1;
        *self.pairs.entry(pair).or_default() += 1;
        self.look_at_rows(&mut is, last_seen_at >= now - TimeDelta::days(LATELY_DAYS));
        self.look_at_plan(&mut is, pair.1);
        if !trial.others.is_empty() && !trial.changes(pair) {
            let moves = trial.others.iter().any(|(before, after)| {
                let was = was.remembered_answer(*before).map(|answer| &answer.value);
                was != is.remembered_answer(*after).map(|answer| &answer.value)
            });
            self.touched_elsewhere += usize::from(moves);
        }
    }

    fn look_at_rows(&mut self, decider: &mut Decider<'t, '_>, is_lately: bool) {
        let mut taker = None;
        let rows = self.trial.rows.iter().zip(&self.trial.content.rows).zip(&mut self.rows);
        for (place, ((described, row), count)) in rows.enumerate() {
            let is_in = match described {
                Described::Everyone => true,
                Described::Segment(place) => decider.segment(*place) == Truth::Holds,
                Described::Nobody => false,
            };
            if !is_in {
                continue;
            }
            count.described += 1;
            count.lately += usize::from(is_lately);
            match taker {
                Some(taker) => *count.taken.entry(taker).or_default() += 1,
                None if row.rule.enabled => taker = Some(place),
                None => {}
            }
        }
    }

    fn look_at_plan(&mut self, decider: &mut Decider<'t, '_>, first: AnswerIndex) {
        let Some(plan) = self.trial.after.plan() else { return };
        let mut all_met = true;
        for (requirement, met) in plan.prerequisites.iter().zip(&mut self.met) {
            let is_met = decider.meets(requirement);
            *met += usize::from(is_met);
            all_met &= is_met;
        }
        self.rest += usize::from(all_met && first == plan.unmet);
        self.bucketed += usize::from(decider.has_bucket(plan));
    }
}

impl Trial {
    /// Whether a user with these first answers gets another value of any key.
    pub(super) fn changes(&self, (before, after): (AnswerIndex, AnswerIndex)) -> bool {
        self.keys.iter().any(|key| {
            let was = key.before(&self.before, before).map(|answer| &answer.value);
            was != key.after(&self.after, after).map(|answer| &answer.value)
        })
    }
}
