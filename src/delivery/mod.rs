//! Answering apps, from memory.
//!
//! Protocol files translate a request into a context and an answer into a response; in between
//! all of them take the one path of [`Delivery`]: find the environment, evaluate, count. Handlers
//! here are not given the store, so they cannot wait for Postgres.

mod batches;
mod bodies;
mod cors;
mod counters;
mod etag;
pub mod events;
mod files;
pub mod health;
pub mod last_known_good;
pub mod last_known_lists;
pub mod metrics;
pub mod native;
pub mod ofrep;
pub mod profiles;
pub mod refresh;
mod reply;
mod request;
mod snapshot;
mod statistics;
mod teaching;

pub use cors::preflight;
pub use counters::Counting;
pub use snapshot::{
    Credential, Environment, EnvironmentSource, KeyKind, Origin, SecretHash, Served,
};
pub use statistics::Statistics;
pub use teaching::Teaching;

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
};

use arc_swap::Guard;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::{
    context::{Context, Subject},
    evaluation,
    ruleset::{Answer, Reason},
};

use profiles::{Known, Who};
use snapshot::Snapshot;

/// The most bytes of an evaluation request.
const MOST_BODY: usize = 64 * 1024;

/// What is served, and how often it was handed out.
#[derive(Default)]
pub struct Delivery {
    snapshot: Snapshot,
    counting: Counting,
    /// The SDK keys that were presented to what has been replaced since they were last asked for.
    used_before: Mutex<Vec<Uuid>>,
    teaching: Teaching,
    /// When Postgres last confirmed what is served, in milliseconds since 1970; 0: never.
    confirmed: AtomicI64,
    stopping: AtomicBool,
}

/// What is served at one moment; a request holds on to one of these from its first look to its
/// last.
pub struct Look(Guard<Arc<Served>>);

/// The door is closed to this credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// None was presented.
    NoCredential,
    /// It is not one that is known.
    UnknownCredential,
    /// Nothing can be answered yet: no environment was ever loaded.
    NotReady,
}

impl Refusal {
    /// What happened and what to do.
    pub fn detail(self) -> &'static str {
        match self {
            Refusal::NoCredential => {
                "Send an SDK key as “Authorization: Bearer …” or “X-API-Key: …”."
            }
            Refusal::UnknownCredential => {
                "This SDK key is not known. It may be mistyped, revoked, or of another server."
            }
            Refusal::NotReady => {
                "This server has just started and has not loaded its environments yet. Try again \
                 in a few seconds."
            }
        }
    }
}

impl Delivery {
    /// What is served now.
    pub fn look(&self) -> Look {
        Look(self.snapshot.load())
    }

    /// Serves these environments from now on. They count from their first request.
    fn serve(
        &self,
        environments: HashMap<Uuid, Arc<Environment>>,
        origin: Origin,
        now: DateTime<Utc>,
    ) {
        let look = self.look();
        for environment in environments.values() {
            let served = look.served().environment(environment.id);
            if !served.is_some_and(|served| Arc::ptr_eq(served, environment)) {
                self.counting.enter(Arc::clone(environment), now);
                let used = served.into_iter().flat_map(|served| served.take_used());
                self.lock_used().extend(used);
            }
        }
        self.snapshot.swap(environments, origin);
    }

    /// What evaluations teach.
    pub fn teaching(&self) -> &Teaching {
        &self.teaching
    }

    /// Notes that Postgres says the same as what is served.
    fn confirm(&self, now: DateTime<Utc>) {
        self.confirmed.store(now.timestamp_millis(), Ordering::Relaxed);
    }

    /// When Postgres last confirmed what is served.
    pub fn confirmed_at(&self) -> Option<DateTime<Utc>> {
        let millis = self.confirmed.load(Ordering::Relaxed);
        DateTime::from_timestamp_millis(millis).filter(|_| millis > 0)
    }

    /// Tells balancers to send nothing more here; what comes all the same is still answered.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    /// Whether it is about to stop.
    pub fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    fn lock_used(&self) -> MutexGuard<'_, Vec<Uuid>> {
        self.used_before.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The SDK keys that were presented since the last call.
    fn used_keys(&self) -> Vec<Uuid> {
        let look = self.look();
        let mut used = std::mem::take(&mut *self.lock_used());
        used.extend(look.served().environments().flat_map(|environment| environment.take_used()));
        used
    }
}

impl Look {
    /// Everything that is served.
    pub fn served(&self) -> &Served {
        &self.0
    }

    /// The environment that a credential opens, and what it may do there.
    ///
    /// # Errors
    /// When it is none that is known.
    pub fn open(&self, hash: &SecretHash) -> Result<(&Environment, KeyKind), Refusal> {
        self.0.environment_of(hash).ok_or(match self.0.origin() {
            Origin::Nothing => Refusal::NotReady,
            Origin::Postgres | Origin::LastKnownGood => Refusal::UnknownCredential,
        })
    }
}

impl Environment {
    /// Whom to decide for, as far as that is known.
    pub fn subject<'a>(&'a self, context: &'a Context, known: &'a Known) -> Subject<'a> {
        let stored = known.stored(context, self.ruleset.stored_names());
        Subject { context, stored, now: Utc::now() }
    }

    /// Whose profile has to be read before these answers are more than a guess.
    pub fn depend_on(
        &self,
        answers: &[&Answer],
        subject: &Subject<'_>,
        known: &Known,
    ) -> Option<Who> {
        let open = answers.iter().any(|answer| answer.decision.reason == Reason::Stale);
        if open { known.wanted(self.id, subject.context) } else { None }
    }

    /// The value of one key, not counted yet; `None`: flag not found.
    pub fn evaluate(&self, key: &str, subject: &Subject<'_>) -> Option<&Answer> {
        evaluation::evaluate(&self.ruleset, key, subject)
    }

    /// The values of the keys of these names, or of all keys, by name; not counted yet.
    pub fn evaluate_all(&self, names: Option<&[String]>, subject: &Subject<'_>) -> Vec<&Answer> {
        let mut answers = Vec::with_capacity(self.ruleset.keys().len());
        let collect = |answer| answers.push(answer);
        match names {
            None => {
                let all = 0..self.ruleset.keys().len() as u32;
                evaluation::evaluate_all(&self.ruleset, all, subject, collect);
            }
            Some(names) => {
                let mut places: Vec<u32> =
                    names.iter().filter_map(|name| self.ruleset.key_place(name)).collect();
                places.sort_unstable();
                places.dedup();
                evaluation::evaluate_all(&self.ruleset, places.into_iter(), subject, collect);
            }
        }
        answers
    }

    /// Counts answers that are handed out.
    pub fn count(&self, answers: &[&Answer]) {
        for answer in answers {
            self.counters.count(answer.index);
        }
    }
}
