//! Counting deliveries: one number per answer that can be handed out, raised without a lock.

use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicU64, Ordering},
};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::snapshot::Environment;
use crate::{
    domain::{
        ruleset::{Answer, AnswerIndex, Audience, Key},
        value::hash_of,
    },
    store::deliveries::{DeliveryAudience, DeliveryCount, DeliverySeries},
};

/// How often each answer of one snapshot was handed out since it was last collected.
#[derive(Debug)]
pub struct Counters(Box<[AtomicU64]>);

impl Counters {
    /// Counters for that many answers.
    pub fn new(answers: usize) -> Counters {
        Counters((0..answers).map(|_| AtomicU64::new(0)).collect())
    }

    /// Counts one delivery.
    pub fn count(&self, answer: AnswerIndex) {
        if let Some(counter) = self.0.get(answer as usize) {
            counter.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Takes what was counted, leaving zero.
    fn take(&self) -> impl Iterator<Item = (usize, u64)> {
        let taken = self.0.iter().map(|counter| match counter.load(Ordering::Relaxed) {
            0 => 0,
            _ => counter.swap(0, Ordering::Relaxed),
        });
        taken.enumerate().filter(|(_, count)| *count > 0)
    }
}

/// Every environment that may still be counting: those that are served, and those that were
/// replaced while a request was still reading them.
#[derive(Default)]
pub struct Counting(Mutex<Counted>);

#[derive(Default)]
struct Counted {
    counting: Vec<Arc<Environment>>,
    /// What was counted by environments that are let go.
    let_go: Vec<DeliveryCount>,
}

impl Counting {
    /// Takes an environment in, before it is served, and lets go of those that nobody can count in
    /// any more: publications in quick succession would else keep many of them.
    pub fn enter(&self, environment: Arc<Environment>, now: DateTime<Utc>) {
        let mut counted = self.lock();
        counted.let_go(now);
        counted.counting.push(environment);
    }

    /// Takes what was counted since the last time, all of it in the minute of `moment`.
    pub fn collect(&self, moment: DateTime<Utc>) -> Vec<DeliveryCount> {
        let mut counted = self.lock();
        counted.let_go(moment);
        let mut counts = std::mem::take(&mut counted.let_go);
        counts.extend(counted.counting.iter().flat_map(|served| collected(served, moment)));
        counts
    }

    fn lock(&self) -> MutexGuard<'_, Counted> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Counted {
    /// An environment that nobody else refers to can't count again: it is collected for the last
    /// time.
    fn let_go(&mut self, moment: DateTime<Utc>) {
        for environment in std::mem::take(&mut self.counting) {
            match Arc::try_unwrap(environment) {
                Ok(unused) => self.let_go.extend(collected(&unused, moment)),
                Err(used) => self.counting.push(used),
            }
        }
    }
}

fn collected(
    environment: &Environment,
    minute: DateTime<Utc>,
) -> impl Iterator<Item = DeliveryCount> {
    let answers = environment.ruleset.answers();
    environment.counters.take().filter_map(move |(index, count)| {
        let answer = answers.get(index)?;
        let key = environment.ruleset.key_of(answer)?;
        let series = series(environment.id, key, answer);
        Some(DeliveryCount { series, minute, count: i64::try_from(count).unwrap_or(i64::MAX) })
    })
}

fn series(environment_id: Uuid, key: &Key, answer: &Answer) -> DeliverySeries {
    let decision = &answer.decision;
    DeliverySeries {
        environment_id,
        key_id: key.id,
        version_id: decision.version.map(|version| version.id),
        row_id: decision.row.clone(),
        audience: match decision.audience {
            Audience::Segment(_) => DeliveryAudience::Segment,
            Audience::OneOff => DeliveryAudience::OneOff,
            Audience::EveryoneElse => DeliveryAudience::EveryoneElse,
            Audience::Tester => DeliveryAudience::Tester,
            Audience::None => DeliveryAudience::None,
        },
        segment_id: decision.audience.segment(),
        variant: answer.variant.to_string(),
        value_label: answer.value.label(),
        value_hash: hash_of(&answer.json),
        reason: decision.reason.as_str().to_owned(),
    }
}
