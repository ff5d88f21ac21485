//! Who is there: a fair sample of the known users of each environment, in memory.
//!
//! Previews, counts and suggestions ask it; a decision never does. A sample is loaded when it is
//! first asked for, follows what is stored while it is in use, and is let go when it is not.

mod sample;
mod seen;

pub use sample::Sample;
pub use seen::{Kind, Seen, SeenName, SeenValue};

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use chrono::{DateTime, TimeDelta, Utc};
use moka::sync::Cache;
use uuid::Uuid;

use crate::domain::ruleset::{
    MemberLists,
    source::{SegmentSource, Source},
};
use crate::store::{
    Connection, Store, StoreError, environments, member_lists::MemberListCache, population,
    rulesets,
};

/// The most users of an environment that are kept in memory.
pub const MOST_SAMPLED: usize = 100_000;
/// How long a sample is taken for what is stored.
const FRESH_FOR: Duration = Duration::from_secs(1);
/// How long a sample only follows what is heard of users; then it is drawn anew, which also
/// forgets whom another replica forgot.
const DRAWN_FOR: Duration = Duration::from_secs(120);
/// How often it is drawn at most, where more has changed than is followed.
const DRAWN_AT_MOST_EVERY: Duration = Duration::from_secs(10);
/// How long a sample stays that nobody asks for.
const KEPT_FOR: Duration = Duration::from_secs(15 * 60);
/// How long what was seen (names, values) is good for suggestions.
const SEEN_FOR: Duration = Duration::from_secs(30);
/// How long a count is good for lists.
const COUNTED_FOR: Duration = Duration::from_secs(30);
/// How many counts are kept.
const MOST_COUNTED: u64 = 10_000;
/// Of how many environments the rules are kept.
const MOST_RULES: u64 = 16;
/// How long rules stay that nobody asks for.
const RULES_KEPT_FOR: Duration = Duration::from_secs(5 * 60);
/// How far back is looked for what is new: transactions and clocks may lag by that much.
const LAG: TimeDelta = TimeDelta::seconds(15);
/// Up to how many users are followed; where more has changed, drawing anew is cheaper.
const MOST_FOLLOWED: i64 = 10_000;

/// The samples.
pub struct Population {
    store: Store,
    most: usize,
    lists: Arc<MemberListCache>,
    slots: Mutex<HashMap<Uuid, Arc<Slot>>>,
    counted: Cache<(Uuid, u64), Members>,
    rules: Cache<Uuid, Arc<Source>>,
}

/// How many of a sample were found in something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Members {
    /// How many users are known in all.
    pub known: u64,
    /// How many of them were asked.
    pub asked: usize,
    /// How many of those are in.
    pub matched: usize,
}

#[derive(Default)]
struct Slot {
    held: Mutex<Held>,
    /// Held by who brings it up to date; who finds it taken uses what there is.
    updating: Mutex<()>,
}

#[derive(Default, Clone)]
struct Held {
    sample: Option<Arc<Sample>>,
    drawn: Option<Instant>,
    followed: Option<Instant>,
    asked: Option<Instant>,
    seen: Option<(Instant, Arc<Seen>)>,
}

impl Population {
    /// Samples of what is stored there; a store of its own keeps others from waiting for it.
    pub fn new(store: Store) -> Population {
        Population::of_at_most(store, MOST_SAMPLED)
    }

    /// The same with smaller samples.
    pub fn of_at_most(store: Store, most: usize) -> Population {
        let counted = Cache::builder().max_capacity(MOST_COUNTED).time_to_live(COUNTED_FOR).build();
        let rules = Cache::builder().max_capacity(MOST_RULES).time_to_idle(RULES_KEPT_FOR).build();
        let (lists, slots) = (Arc::default(), Mutex::default());
        Population { store, most, lists, slots, counted, rules }
    }

    /// The same, with the lists that others hold too.
    pub fn sharing(self, lists: Arc<MemberListCache>) -> Population {
        Population { lists, ..self }
    }

    /// The sample of an environment, at most about a second old. Blocks while it is loaded.
    ///
    /// # Errors
    /// Those of the database, where there is no sample yet.
    pub fn sample(
        &self,
        environment_id: Uuid,
        now: DateTime<Utc>,
    ) -> Result<Arc<Sample>, StoreError> {
        let slot = self.slot(environment_id);
        let held = {
            let mut held = lock(&slot.held);
            held.asked = Some(Instant::now());
            held.clone()
        };
        match held.sample {
            Some(sample) if is_within(held.followed, FRESH_FOR) => Ok(sample),
            Some(sample) => match slot.updating.try_lock() {
                Ok(_updating) => Ok(self.follow(environment_id, &slot, sample, now)),
                Err(_) => Ok(sample),
            },
            None => {
                let _updating = lock(&slot.updating);
                let loaded = lock(&slot.held).sample.clone();
                loaded.map_or_else(|| self.draw(environment_id, &slot), Ok)
            }
        }
    }

    /// What was seen of the users of an environment: names of attributes and events, values with
    /// their shares.
    ///
    /// # Errors
    /// As of [`Population::sample`].
    pub fn seen(&self, environment_id: Uuid, now: DateTime<Utc>) -> Result<Arc<Seen>, StoreError> {
        let sample = self.sample(environment_id, now)?;
        let slot = self.slot(environment_id);
        let held = lock(&slot.held).seen.clone();
        if let Some((at, seen)) = held
            && at.elapsed() < SEEN_FOR
        {
            return Ok(seen);
        }
        let seen = Arc::new(Seen::of(&sample));
        lock(&slot.held).seen = Some((Instant::now(), Arc::clone(&seen)));
        Ok(seen)
    }

    /// A count in an environment that was made a moment ago, else made now. `what` is told apart by
    /// a fingerprint of all that the count depends on, but for the users.
    ///
    /// # Errors
    /// Those of `count`.
    pub fn counted(
        &self,
        environment_id: Uuid,
        what: u64,
        count: impl FnOnce() -> Result<Members, StoreError>,
    ) -> Result<Members, StoreError> {
        if let Some(members) = self.counted.get(&(environment_id, what)) {
            return Ok(members);
        }
        let members = count()?;
        self.counted.insert((environment_id, what), members);
        Ok(members)
    }

    /// Forgets a user at once.
    pub fn forget(&self, environment_id: Uuid, user_id: &str) {
        let slot = self.slot(environment_id);
        let mut held = lock(&slot.held);
        held.sample = held.sample.take().map(|sample| Arc::new(sample.without(user_id)));
        held.seen = None;
    }

    /// Draws anew what was drawn long ago, and lets go of what nobody asks for.
    pub fn keep_up(&self) {
        let slots: Vec<(Uuid, Arc<Slot>)> =
            lock(&self.slots).iter().map(|(id, slot)| (*id, Arc::clone(slot))).collect();
        for (environment_id, slot) in slots {
            let held = lock(&slot.held).clone();
            if !is_within(held.asked, KEPT_FOR) {
                lock(&self.slots).remove(&environment_id);
            } else if held.sample.is_some() && !is_within(held.drawn, DRAWN_FOR) {
                let _updating = lock(&slot.updating);
                if let Err(error) = self.draw(environment_id, &slot) {
                    tracing::debug!(%error, "the sample of known users stays as it is");
                }
            }
        }
    }

    /// What an environment serves now. While somebody edits it is asked for many times, and read
    /// anew only when its revision has changed.
    ///
    /// # Errors
    /// Those of the database.
    pub fn rules(
        &self,
        conn: &mut Connection,
        environment_id: Uuid,
    ) -> Result<Arc<Source>, StoreError> {
        let now = environments::find(conn, environment_id)?.ok_or(StoreError::NotFound)?;
        if let Some(rules) = self.rules.get(&environment_id)
            && rules.revision == now.revision
        {
            return Ok(rules);
        }
        let rules = Arc::new(rulesets::load(conn, environment_id)?);
        self.rules.insert(environment_id, Arc::clone(&rules));
        Ok(rules)
    }

    /// The members of the list segments among these.
    ///
    /// # Errors
    /// Those of the database.
    pub fn member_lists(
        &self,
        conn: &mut Connection,
        segments: &[SegmentSource],
    ) -> Result<MemberLists, StoreError> {
        self.lists.of_segments(conn, segments)
    }

    fn slot(&self, environment_id: Uuid) -> Arc<Slot> {
        Arc::clone(lock(&self.slots).entry(environment_id).or_default())
    }

    /// Draws a sample. Who calls it holds the right to update.
    fn draw(&self, environment_id: Uuid, slot: &Slot) -> Result<Arc<Sample>, StoreError> {
        let most = i64::try_from(self.most).unwrap_or(i64::MAX);
        let (users, known) = self.store.read(|conn| {
            let users = population::sample(conn, environment_id, most)?;
            let known = match users.len() < self.most {
                true => users.len() as u64,
                false => population::count(conn, environment_id)?,
            };
            Ok::<_, StoreError>((users, known))
        })?;
        let sample = Arc::new(Sample::new(users, known));
        let mut held = lock(&slot.held);
        let now = Some(Instant::now());
        (held.sample, held.drawn, held.followed) = (Some(Arc::clone(&sample)), now, now);
        Ok(sample)
    }

    /// The sample with what was heard since; as it was, where that can't be read.
    fn follow(
        &self,
        environment_id: Uuid,
        slot: &Slot,
        sample: Arc<Sample>,
        now: DateTime<Utc>,
    ) -> Arc<Sample> {
        let since = sample.last_seen_at().map_or(DateTime::UNIX_EPOCH, |last| last.min(now) - LAG);
        let followed = self
            .store
            .read(|conn| population::seen_since(conn, environment_id, since, MOST_FOLLOWED))
            .and_then(|heard| {
                let too_much = heard.len() as i64 == MOST_FOLLOWED;
                if too_much && !is_within(lock(&slot.held).drawn, DRAWN_AT_MOST_EVERY) {
                    return self.draw(environment_id, slot);
                }
                Ok(Arc::new(sample.with(heard, self.most)))
            });
        let followed = followed.unwrap_or_else(|error| {
            tracing::debug!(%error, "the sample of known users stays as it is");
            sample
        });
        let mut held = lock(&slot.held);
        (held.sample, held.followed) = (Some(Arc::clone(&followed)), Some(Instant::now()));
        followed
    }
}

fn is_within(at: Option<Instant>, time: Duration) -> bool {
    at.is_some_and(|at| at.elapsed() < time)
}

/// What is behind these locks is whole at any moment, whoever panicked.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
