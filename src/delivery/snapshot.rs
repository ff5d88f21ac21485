//! What is being served, in memory: immutable, complete, and swapped whole.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use arc_swap::{ArcSwap, Guard};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{bodies::Bodies, counters::Counters};
use crate::domain::ruleset::{Compiled, MemberLists, Problem, Ruleset, source::Source};

/// What a credential may do here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyKind {
    /// Public by nature: evaluates and sends events.
    Client,
    /// Secret: the same, and more.
    Server,
}

/// The hash under which a credential is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SecretHash(pub [u8; 32]);

impl SecretHash {
    /// The hash of a secret as it was presented.
    pub fn of(secret: &str) -> SecretHash {
        SecretHash(Sha256::digest(secret.as_bytes()).into())
    }
}

/// A credential of an environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credential {
    /// Identity in the store.
    pub id: Uuid,
    /// What it is known by.
    pub hash: SecretHash,
    /// What it may do.
    pub kind: KeyKind,
}

/// Everything that one environment needs to answer, as it is stored and as the last-known-good
/// file keeps it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EnvironmentSource {
    /// The environment's identity.
    pub id: Uuid,
    /// The key of its project.
    pub project: String,
    /// Its own key.
    pub environment: String,
    /// What it serves.
    pub source: Source,
    /// Who may ask.
    pub credentials: Vec<Credential>,
}

/// One environment, ready to answer.
#[derive(Debug)]
pub struct Environment {
    /// Its identity.
    pub id: Uuid,
    /// The key of its project.
    pub project: String,
    /// Its own key.
    pub name: String,
    /// What it serves.
    pub ruleset: Ruleset,
    /// The same in the words of each protocol.
    pub bodies: Bodies,
    /// How often each answer was handed out.
    pub counters: Counters,
    /// What it was made from; the next one falls back on it for what it can't compile.
    pub made_from: EnvironmentSource,
    /// Which of its credentials were presented lately, in their order.
    used: Box<[AtomicBool]>,
}

impl Environment {
    /// Makes an environment ready. `previous` is what was served before.
    pub fn prepare(
        stored: EnvironmentSource,
        previous: Option<&EnvironmentSource>,
        lists: &MemberLists,
    ) -> (Environment, Vec<Problem>) {
        let EnvironmentSource { id, project, environment, source, credentials } = stored;
        let previous = previous.map(|previous| &previous.source);
        let Compiled { ruleset, source, problems } = Ruleset::compile(source, previous, lists);
        let ready = Environment {
            used: credentials.iter().map(|_| AtomicBool::new(false)).collect(),
            id,
            project: project.clone(),
            name: environment.clone(),
            bodies: Bodies::render(&ruleset),
            counters: Counters::new(ruleset.answers().len()),
            ruleset,
            made_from: EnvironmentSource { id, project, environment, source, credentials },
        };
        (ready, problems)
    }

    /// The credentials that were presented since the last call.
    pub fn take_used(&self) -> impl Iterator<Item = Uuid> {
        let credentials = self.made_from.credentials.iter().zip(&self.used);
        credentials.filter(|(_, used)| used.swap(false, Ordering::Relaxed)).map(|(c, _)| c.id)
    }

    fn mark_used(&self, credential: usize) {
        if let Some(used) = self.used.get(credential)
            && !used.load(Ordering::Relaxed)
        {
            used.store(true, Ordering::Relaxed);
        }
    }
}

/// Where what is served came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// Nothing is served yet.
    Nothing,
    /// From Postgres.
    Postgres,
    /// From the last-known-good files, since Postgres is away.
    LastKnownGood,
}

/// All environments at one moment.
#[derive(Debug)]
pub struct Served {
    environments: HashMap<Uuid, Arc<Environment>>,
    /// The environment of each credential, and the credential's place there.
    credentials: HashMap<SecretHash, (Arc<Environment>, usize)>,
    origin: Origin,
}

impl Served {
    fn of(environments: HashMap<Uuid, Arc<Environment>>, origin: Origin) -> Served {
        let credentials = environments
            .values()
            .flat_map(|environment| {
                let credentials = environment.made_from.credentials.iter().enumerate();
                credentials.map(|(place, c)| (c.hash, (Arc::clone(environment), place)))
            })
            .collect();
        Served { environments, credentials, origin }
    }

    /// The environment that a credential belongs to, and what it may do there.
    pub fn environment_of(&self, hash: &SecretHash) -> Option<(&Environment, KeyKind)> {
        let (environment, place) = self.credentials.get(hash)?;
        let credential = environment.made_from.credentials.get(*place)?;
        environment.mark_used(*place);
        Some((environment, credential.kind))
    }

    /// The environment of that identity.
    pub fn environment(&self, id: Uuid) -> Option<&Arc<Environment>> {
        self.environments.get(&id)
    }

    /// All environments.
    pub fn environments(&self) -> impl Iterator<Item = &Arc<Environment>> {
        self.environments.values()
    }

    /// Where it came from.
    pub fn origin(&self) -> Origin {
        self.origin
    }
}

/// The one place that every request looks at. Reading it takes no lock.
pub struct Snapshot(ArcSwap<Served>);

impl Default for Snapshot {
    fn default() -> Snapshot {
        Snapshot(ArcSwap::from_pointee(Served::of(HashMap::new(), Origin::Nothing)))
    }
}

impl Snapshot {
    /// What is served now; one look serves a whole request.
    pub fn load(&self) -> Guard<Arc<Served>> {
        self.0.load()
    }

    /// Replaces what is served.
    pub fn swap(&self, environments: HashMap<Uuid, Arc<Environment>>, origin: Origin) {
        self.0.store(Arc::new(Served::of(environments, origin)));
    }
}
