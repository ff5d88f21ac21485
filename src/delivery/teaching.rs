//! What evaluations teach about who is there: people, previews and suggestions see it, decisions
//! never do.
//!
//! The answer pays for one look at a table of fingerprints. Only what is new or changed there goes
//! on, to a thread that keeps it; where that has no room, the look is undone, and the user is
//! noticed the next time.

use std::{
    collections::{BTreeMap, HashMap},
    hash::{BuildHasher, Hash, Hasher},
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
        mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel},
    },
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};
use foldhash::fast::FixedState;
use uuid::Uuid;

use super::{Environment, SecretHash};
use crate::{
    domain::{
        context::{Attribute, Context, NumberText, USER_ID},
        event::{Properties, Teaches, is_storable},
    },
    store::{
        Store, StoreError,
        lessons::{self, Lesson},
    },
};

/// How many users are remembered as noticed; 8 bytes each.
const FINGERPRINTS: usize = 1 << 19;
/// How many lessons may wait to be kept.
const WAITING: usize = 4_096;
/// How many lessons are kept in one transaction.
const BATCH: usize = 500;
/// How long a lesson waits for others.
const GATHER: Duration = Duration::from_secs(1);
/// How many lessons an SDK key gives each second, and how many at once: a public key must not fill
/// the population with inventions faster than the real users come.
const LESSONS_PER_SECOND: f64 = 500.0;
const LESSONS_AT_ONCE: f64 = 20_000.0;
/// How long keeping a batch may take.
const KEEP_WITHIN: Duration = Duration::from_secs(6);

/// Notices who is there.
pub struct Teaching {
    fingerprints: Box<[AtomicU64]>,
    sender: SyncSender<Notice>,
    receiver: Mutex<Receiver<Notice>>,
}

/// A lesson on its way.
struct Notice {
    environment_id: Uuid,
    key: SecretHash,
    slot: usize,
    lesson: Lesson,
}

impl Default for Teaching {
    fn default() -> Teaching {
        let (sender, receiver) = sync_channel(WAITING);
        let fingerprints = (0..FINGERPRINTS).map(|_| AtomicU64::new(0)).collect();
        Teaching { fingerprints, sender, receiver: Mutex::new(receiver) }
    }
}

impl Teaching {
    /// Notices a user who was asked about with that key. Takes no lock, and allocates only for
    /// what is new today.
    pub fn notice(
        &self,
        environment: &Environment,
        key: &SecretHash,
        context: &Context,
        now: DateTime<Utc>,
    ) {
        let teaches = environment.ruleset.teaches();
        let mut room = NumberText::new();
        let Some(user_id) = context.user_id(&mut room) else { return };
        if teaches == Teaches::Nothing || !is_storable(user_id) {
            return;
        }
        let fingerprint = fingerprint(environment, context, user_id, now);
        let slot = (fingerprint % FINGERPRINTS as u64) as usize;
        let Some(known) = self.fingerprints.get(slot) else { return };
        if known.load(Ordering::Relaxed) == fingerprint {
            return;
        }
        known.store(fingerprint, Ordering::Relaxed);
        let attributes = taught(environment, context);
        let lesson = Lesson { user_id: user_id.to_owned(), attributes, at: now };
        let notice = Notice { environment_id: environment.id, key: *key, slot, lesson };
        if self.sender.try_send(notice).is_err() {
            known.store(0, Ordering::Relaxed);
        }
    }

    fn forget(&self, slot: usize) {
        if let Some(known) = self.fingerprints.get(slot) {
            known.store(0, Ordering::Relaxed);
        }
    }

    /// Keeps what is taught until `stopped` says so, and then what is left.
    pub fn run(&self, store: &Store, stopped: &dyn Fn() -> bool) {
        let Ok(receiver) = self.receiver.lock() else { return };
        let mut limits = Limits::default();
        loop {
            let last = stopped();
            let notices = gather(&receiver, if last { Duration::ZERO } else { GATHER });
            let nothing = notices.is_empty();
            let kept = self.keep(store, notices, &mut limits);
            if last && (nothing || !kept) {
                return;
            }
        }
    }

    /// Keeps these, but for what goes beyond the limits; says whether that worked.
    fn keep(&self, store: &Store, notices: Vec<Notice>, limits: &mut Limits) -> bool {
        let now = Instant::now();
        let (admitted, refused): (Vec<Notice>, Vec<Notice>) =
            notices.into_iter().partition(|notice| limits.admit(notice.key, now));
        refused.iter().for_each(|notice| self.forget(notice.slot));
        let outcome = keep(store, &admitted);
        if let Err(error) = &outcome {
            tracing::debug!(%error, "what evaluations taught is noticed again later");
            admitted.iter().for_each(|notice| self.forget(notice.slot));
        }
        outcome.is_ok()
    }
}

/// Who it is, what would be taught about them, and the day: so everybody is seen again once a day.
fn fingerprint(
    environment: &Environment,
    context: &Context,
    user_id: &str,
    now: DateTime<Utc>,
) -> u64 {
    let mut hasher = FixedState::default().build_hasher();
    environment.id.hash(&mut hasher);
    user_id.hash(&mut hasher);
    now.timestamp().div_euclid(24 * 60 * 60).hash(&mut hasher);
    for_each_taught(environment, context, |name, attribute| {
        name.hash(&mut hasher);
        match attribute {
            Attribute::Text(text) => text.hash(&mut hasher),
            Attribute::Number(number) => number.to_bits().hash(&mut hasher),
            Attribute::Boolean(value) => value.hash(&mut hasher),
            Attribute::List(items) => items.hash(&mut hasher),
        }
    });
    hasher.finish().max(1)
}

fn for_each_taught<'a>(
    environment: &'a Environment,
    context: &'a Context,
    mut each: impl FnMut(&'a str, &'a Attribute),
) {
    match environment.ruleset.teaches() {
        Teaches::Nothing => {}
        Teaches::Used => {
            for name in environment.ruleset.used_names() {
                if let Some(attribute) = context.get(name) {
                    each(name, attribute);
                }
            }
        }
        Teaches::Everything => {
            let attributes = context.attributes().iter();
            attributes.filter(|(name, _)| *name != USER_ID).for_each(|(n, a)| each(n, a));
        }
    }
}

fn taught(environment: &Environment, context: &Context) -> Properties {
    let mut taught = Properties::new();
    for_each_taught(environment, context, |name, attribute| {
        let storable = match attribute {
            Attribute::Text(text) => is_storable(text),
            Attribute::List(items) => items.iter().all(|item| is_storable(item)),
            Attribute::Number(number) => number.is_finite(),
            Attribute::Boolean(_) => true,
        };
        if storable && is_storable(name) {
            taught.insert(name.to_owned(), attribute.to_json());
        }
    });
    taught
}

/// What comes within that time, at most a batch.
fn gather(receiver: &Receiver<Notice>, within: Duration) -> Vec<Notice> {
    let until = Instant::now() + within;
    let mut notices = Vec::new();
    while notices.len() < BATCH {
        match receiver.recv_timeout(until.saturating_duration_since(Instant::now())) {
            Ok(notice) => notices.push(notice),
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => break,
        }
    }
    notices
}

fn keep(store: &Store, notices: &[Notice]) -> Result<(), StoreError> {
    let mut environments: BTreeMap<Uuid, BTreeMap<String, Lesson>> = BTreeMap::new();
    for Notice { environment_id, lesson, .. } in notices {
        let lessons = environments.entry(*environment_id).or_default();
        match lessons.get_mut(&lesson.user_id) {
            Some(Lesson { attributes, at, .. }) => {
                attributes.extend(lesson.attributes.clone());
                *at = (*at).max(lesson.at);
            }
            None => drop(lessons.insert(lesson.user_id.clone(), lesson.clone())),
        }
    }
    for (environment_id, lessons) in environments {
        store.within(KEEP_WITHIN, move |store| {
            store.write(|conn| lessons::learn(conn, environment_id, &lessons))
        })??;
    }
    Ok(())
}

/// How much each SDK key may still teach.
#[derive(Default)]
struct Limits(HashMap<SecretHash, (f64, Option<Instant>)>);

impl Limits {
    fn admit(&mut self, key: SecretHash, now: Instant) -> bool {
        let (left, since) = self.0.entry(key).or_insert((LESSONS_AT_ONCE, None));
        let passed = since.map_or(0.0, |since| now.duration_since(since).as_secs_f64());
        *left = (*left + passed * LESSONS_PER_SECOND).min(LESSONS_AT_ONCE);
        *since = Some(now);
        let admitted = *left >= 1.0;
        if admitted {
            *left -= 1.0;
        }
        admitted
    }
}
