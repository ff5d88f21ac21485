//! What is stored about users, on the way of an evaluation.
//!
//! Most decisions depend on nothing that is stored, so a request is decided without it first. Only
//! where that leaves an answer open is the user's profile read, from a bounded cache or through a
//! small pool of connections, and waited for no longer than [`READ_WITHIN`]; then the request is
//! decided once more.

use std::{sync::Arc, time::Duration};

use actix_web::web;
use chrono::{DateTime, Utc};
use moka::sync::Cache;
use tokio::{
    sync::Semaphore,
    time::{Instant, timeout_at},
};
use uuid::Uuid;

use super::request::{Admitted, Rejection};
use crate::{
    domain::{
        context::{Context, Profile, Stored, StoredNames},
        event::Event,
    },
    store::{
        Store, StoreError,
        profiles::{self, Fate, Reporter},
    },
};

/// How long an evaluation waits for a profile.
const READ_WITHIN: Duration = Duration::from_millis(50);
/// How many profiles are read at once.
const READERS: usize = 4;
/// The most bytes of profiles that are kept, about.
const MOST_KEPT: u64 = 64 * 1024 * 1024;
/// How long a profile is believed: what another replica stores shows after that.
const BELIEVED_FOR: Duration = Duration::from_secs(2);

/// A user of an environment.
pub type Who = (Uuid, Box<str>);

/// The profiles of users.
pub struct Profiles {
    store: Store,
    readers: Arc<Semaphore>,
    kept: Cache<Who, Arc<Profile>>,
}

/// What is known of a profile while a request is decided.
#[derive(Debug, Clone)]
pub enum Known {
    /// It was not asked for.
    NotYet,
    /// It was read; without one there is nothing in it.
    Read(Arc<Profile>),
    /// It could not be read in time.
    Unavailable,
}

/// What came of deciding.
pub enum Decided<T> {
    /// It is decided.
    Done(T),
    /// That depends on what is stored about this user.
    Depends(Who),
}

impl Known {
    /// The same for a decision. About a user without an id nothing can be stored.
    pub fn stored<'a>(&'a self, context: &Context, names: &'a StoredNames) -> Stored<'a> {
        match self {
            Known::Read(profile) => Stored::Profile(profile),
            Known::NotYet | Known::Unavailable if has_id(context) => Stored::Unknown(names),
            Known::NotYet | Known::Unavailable => Stored::Nothing,
        }
    }

    /// Whom to ask for, where a decision could not be made without it.
    pub fn wanted(&self, environment_id: Uuid, context: &Context) -> Option<Who> {
        let mut room = Default::default();
        match self {
            Known::NotYet => context.user_id(&mut room).map(|id| (environment_id, id.into())),
            Known::Read(_) | Known::Unavailable => None,
        }
    }
}

fn has_id(context: &Context) -> bool {
    context.user_id(&mut Default::default()).is_some()
}

impl Profiles {
    /// Profiles in that store, a small pool of its own: a busy dashboard does not hold them up.
    pub fn new(store: Store) -> Profiles {
        let kept = Cache::builder()
            .max_capacity(MOST_KEPT)
            .weigher(|_, profile: &Arc<Profile>| weight(profile))
            .time_to_live(BELIEVED_FOR)
            .build();
        Profiles { store, readers: Arc::new(Semaphore::new(READERS)), kept }
    }

    /// Decides a request, with what is stored about the user where that matters.
    ///
    /// # Errors
    /// Why it was not admitted, and those of `decide`.
    pub async fn deciding<T>(
        &self,
        admitted: Result<Admitted, Rejection>,
        decide: impl Fn(&Admitted, &Known) -> Result<Decided<T>, Rejection>,
    ) -> Result<T, Rejection> {
        let admitted = admitted?;
        let mut known = Known::NotYet;
        loop {
            match decide(&admitted, &known)? {
                Decided::Done(done) => return Ok(done),
                Decided::Depends(who) => known = self.read(who).await,
            }
        }
    }

    /// A profile, within [`READ_WITHIN`]. A reading that takes longer goes on, and holds its place
    /// among the readers, so a Postgres that hangs takes no more threads than there are places.
    async fn read(&self, who: Who) -> Known {
        if let Some(profile) = self.kept.get(&who) {
            return Known::Read(profile);
        }
        let until = Instant::now() + READ_WITHIN;
        let Ok(Ok(place)) = timeout_at(until, Arc::clone(&self.readers).acquire_owned()).await
        else {
            return Known::Unavailable;
        };
        let (store, kept) = (self.store.clone(), self.kept.clone());
        let reading = web::block(move || {
            let found = store.read(|conn| profiles::find(conn, who.0, &who.1));
            let profile = found.map(|found| Arc::new(found.unwrap_or_default()));
            if let Ok(profile) = &profile {
                kept.insert(who, Arc::clone(profile));
            }
            drop(place);
            profile
        });
        match timeout_at(until, reading).await {
            Ok(Ok(Ok(profile))) => Known::Read(profile),
            Ok(Ok(Err(_)) | Err(_)) | Err(_) => Known::Unavailable,
        }
    }

    /// Stores reports; says what became of each, in their order.
    ///
    /// # Errors
    /// When Postgres is away, or does not answer in time.
    pub fn take(
        &self,
        environment_id: Uuid,
        reporter: Reporter,
        reports: Vec<Event>,
        now: DateTime<Utc>,
    ) -> Result<Vec<Fate>, StoreError> {
        let users: Vec<Who> =
            reports.iter().map(|report| (environment_id, report.user_id.as_str().into())).collect();
        let taken = self.store.write_in_time(move |conn| {
            profiles::take(conn, environment_id, reporter, &reports, now)
        });
        for user in &users {
            self.kept.invalidate(user);
        }
        taken
    }
}

/// About how many bytes a profile takes.
fn weight(profile: &Profile) -> u32 {
    const AN_ENTRY: usize = 64;
    let properties = profile.properties.iter();
    let properties: usize =
        properties.map(|(name, value)| name.len() + value.to_json().to_string().len()).sum();
    let events = profile.events.iter();
    let events: usize = events.map(|(name, days)| AN_ENTRY + name.len() + days.len() * 8).sum();
    u32::try_from(AN_ENTRY + properties + events).unwrap_or(u32::MAX)
}
