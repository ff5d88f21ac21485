//! Following what Postgres says: woken by a notification, looking once a second in any case.
//!
//! The revision of an environment is the whole contract: where it moved, the environment is loaded,
//! made ready and swapped in, and then written to its last-known-good file. What can't be loaded
//! or made ready stays as it was.

use std::{
    collections::{HashMap, HashSet},
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{
    Credential, Delivery, Environment, EnvironmentSource, KeyKind, Origin, SecretHash,
    last_known_good::LastKnownGood,
};
use crate::{
    domain::ruleset::{MemberLists, Problem, source::Source},
    store::{
        Connection, Store, StoreError, environments, installation,
        listen::Listener,
        member_lists::MemberListCache,
        projects, rulesets,
        sdk_keys::{self, LiveSdkKey, SdkKeyKind},
    },
};

/// How often a notification is looked for; Postgres gives diesel no way to wait for one.
const LISTEN_EVERY: Duration = Duration::from_millis(20);
/// How often the revisions are looked at without a notification.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How long Postgres may take to answer, which is longer than it lets one statement take.
const ANSWER_WITHIN: Duration = Duration::from_secs(6);
/// The least time between two files of an environment, but for a switch-off.
const WRITE_EVERY: Duration = Duration::from_secs(5);

/// The loop that keeps [`Delivery`] up to date. Runs on a thread of its own.
pub struct Refresh {
    delivery: Arc<Delivery>,
    store: Store,
    database_url: String,
    files: LastKnownGood,
    lists: Arc<MemberListCache>,
    database: Option<Uuid>,
    listener: Option<Listener>,
    seen: HashMap<Uuid, i64>,
    unwritten: HashSet<Uuid>,
    written: HashMap<Uuid, Instant>,
    away: bool,
}

impl Refresh {
    /// Prepares to keep `delivery` up to date with that database. `store` is a small pool of its
    /// own, so that a busy dashboard never holds up a publication; `lists` is shared with whoever
    /// else compiles.
    pub fn new(
        delivery: Arc<Delivery>,
        store: Store,
        database_url: String,
        files: LastKnownGood,
        lists: Arc<MemberListCache>,
    ) -> Refresh {
        Refresh {
            delivery,
            store,
            database_url,
            files,
            lists,
            database: None,
            listener: None,
            seen: HashMap::new(),
            unwritten: HashSet::new(),
            written: HashMap::new(),
            away: false,
        }
    }

    /// Serves what the last-known-good files hold; says how many environments there are.
    pub fn serve_last_known_good(&mut self, now: DateTime<Utc>) -> usize {
        let mut environments = HashMap::new();
        for (id, source) in self.files.read(None) {
            let lists = self.last_known_lists(&source.source);
            if let Some(environment) = prepare(source, None, &lists) {
                environments.insert(id, Arc::new(environment));
            }
        }
        let found = environments.len();
        if found > 0 {
            self.delivery.serve(environments, Origin::LastKnownGood, now);
        }
        found
    }

    fn last_known_lists(&self, source: &Source) -> MemberLists {
        let files = self.files.lists();
        let needed = source.needed_lists().into_iter();
        needed.filter_map(|(id, revision)| Some((id, files.read(id, revision)?))).collect()
    }

    /// Brings what is served up to date.
    ///
    /// # Errors
    /// When Postgres can't be asked; what is served stays as it is.
    pub fn refresh(&mut self, now: DateTime<Utc>) -> Result<(), StoreError> {
        let database = self.meet_database()?;
        let revisions =
            self.store.within(ANSWER_WITHIN, |store| store.read(rulesets::revisions))??;
        let moved: Vec<Uuid> = revisions
            .iter()
            .filter(|(id, revision)| self.seen.get(id) != Some(revision))
            .map(|(id, _)| *id)
            .collect();
        if !moved.is_empty() || self.delivery.look().served().origin() != Origin::Postgres {
            self.load(&moved, now)?;
        }
        for (id, revision) in revisions {
            let seen = self.seen.entry(id).or_insert(revision);
            *seen = revision.max(*seen);
        }
        self.delivery.confirm(now);
        self.write_files(database, now);
        Ok(())
    }

    /// Writes the files that are still owed.
    pub fn finish(&mut self, now: DateTime<Utc>) {
        self.written.clear();
        if let Some(database) = self.database {
            self.write_files(database, now);
        }
    }

    /// Keeps up until `stopped` says so.
    pub fn run(&mut self, stopped: impl Fn() -> bool) {
        let mut looked = Instant::now();
        while !stopped() {
            let heard = self.hear();
            if heard || looked.elapsed() >= LOOK_EVERY {
                let result = self.refresh(Utc::now());
                self.report(result);
                looked = Instant::now();
            }
            std::thread::sleep(LISTEN_EVERY);
        }
        self.finish(Utc::now());
    }

    /// Whether a notification came since the last call. Connects where there is no connection;
    /// what was announced before that is found by looking.
    fn hear(&mut self) -> bool {
        match &mut self.listener {
            Some(listener) => match listener.poll() {
                Ok(revisions) => !revisions.is_empty(),
                Err(error) => {
                    tracing::warn!(%error, "stopped hearing of publications; looking every second");
                    self.listener = None;
                    false
                }
            },
            None if self.away => false,
            None => {
                let url = self.database_url.clone();
                let connected = self.store.within(ANSWER_WITHIN, move |_| Listener::connect(&url));
                self.listener = connected.ok().and_then(Result::ok);
                self.listener.is_some()
            }
        }
    }

    /// Logs when Postgres goes away and when it is back, not each failed look between.
    fn report(&mut self, result: Result<(), StoreError>) {
        match result {
            Ok(()) if self.away => {
                tracing::info!("Postgres is back; what is served is up to date");
                self.away = false;
                // It may be one that nobody speaks to any more.
                self.listener = None;
            }
            Err(error) if !self.away => {
                tracing::warn!(%error, "can't ask Postgres; serving goes on with what is known");
                self.away = true;
            }
            _ => {}
        }
    }

    /// Makes sure which database this is, also after Postgres was away. What is known of another
    /// one is of no use any more.
    fn meet_database(&mut self) -> Result<Uuid, StoreError> {
        if let (Some(database), false) = (self.database, self.away) {
            return Ok(database);
        }
        let database =
            self.store.within(ANSWER_WITHIN, |store| store.write(installation::ensure))??;
        if self.database != Some(database) {
            self.seen.clear();
            self.files.forget_others(database);
            self.database = Some(database);
        }
        Ok(database)
    }

    fn load(&mut self, moved: &[Uuid], now: DateTime<Utc>) -> Result<(), StoreError> {
        let moved: HashSet<Uuid> = moved.iter().copied().collect();
        let loading = move |store: &Store| store.read(|conn| load_sources(conn, &moved));
        let (known, sources) = self.store.within(ANSWER_WITHIN, loading)??;
        let look = self.delivery.look();
        let mut environments: HashMap<Uuid, Arc<Environment>> = look
            .served()
            .environments()
            .filter(|environment| known.contains(&environment.id))
            .map(|environment| (environment.id, Arc::clone(environment)))
            .collect();
        let mut switched_off = Vec::new();
        for source in sources {
            let (id, revision) = (source.id, source.source.revision);
            let before = environments.get(&id).map(|environment| &environment.made_from);
            let lists = self.lists.of_in_time(&self.store, &source.source)?;
            if let Some(environment) = prepare(source, before, &lists) {
                if before.is_some_and(|before| turned_off(before, &environment.made_from)) {
                    switched_off.push(id);
                }
                environments.insert(id, Arc::new(environment));
                self.unwritten.insert(id);
            }
            self.seen.insert(id, revision);
        }
        drop(look);
        self.delivery.serve(environments, Origin::Postgres, now);
        for id in switched_off {
            self.written.remove(&id);
        }
        Ok(())
    }

    /// Writes the files that are owed and due. A file that can't be written is tried again.
    fn write_files(&mut self, database: Uuid, now: DateTime<Utc>) {
        let due = |written: Option<&Instant>| written.is_none_or(|at| at.elapsed() >= WRITE_EVERY);
        let owed: Vec<Uuid> =
            self.unwritten.iter().copied().filter(|id| due(self.written.get(id))).collect();
        for id in owed {
            let look = self.delivery.look();
            let Some(environment) = look.served().environment(id) else { continue };
            let written = self
                .write_lists(database, &environment.made_from.source)
                .and_then(|()| self.files.write(database, &environment.made_from, now));
            match written {
                Ok(()) => drop(self.unwritten.remove(&id)),
                Err(error) => tracing::error!(%error, "can't write the last-known-good file"),
            }
            self.written.insert(id, Instant::now());
        }
    }

    /// Keeps the lists that an environment names, before what names them.
    fn write_lists(&self, database: Uuid, source: &Source) -> io::Result<()> {
        let files = self.files.lists();
        for (id, revision) in source.needed_lists() {
            if files.has(id, revision) {
                continue;
            }
            if let Some(list) = self.lists.held(id, revision) {
                files.write(database, id, revision, &list)?;
            }
        }
        Ok(())
    }
}

/// Makes an environment ready, reporting what can't be. A panic there is a defect of ours that
/// must not take serving down with it: the environment then stays as it was.
fn prepare(
    source: EnvironmentSource,
    before: Option<&EnvironmentSource>,
    lists: &MemberLists,
) -> Option<Environment> {
    let name = format!("{}/{}", source.project, source.environment);
    let prepared = catch_unwind(AssertUnwindSafe(|| Environment::prepare(source, before, lists)));
    let Ok((environment, problems)) = prepared else {
        tracing::error!(environment = name, "could not be made ready; it stays as it was");
        return None;
    };
    for Problem { what, message } in problems {
        tracing::error!(environment = name, what, message, "kept at its last good form");
    }
    Some(environment)
}

/// All environments that there are, and the sources of those that moved.
fn load_sources(
    conn: &mut Connection,
    moved: &HashSet<Uuid>,
) -> Result<(HashSet<Uuid>, Vec<EnvironmentSource>), StoreError> {
    let (mut known, mut sources) = (HashSet::new(), Vec::new());
    for project in projects::list(conn)? {
        for environment in environments::list(conn, project.id)? {
            known.insert(environment.id);
            if !moved.contains(&environment.id) {
                continue;
            }
            match rulesets::load(conn, environment.id) {
                Ok(source) => sources.push(EnvironmentSource {
                    id: environment.id,
                    project: project.key.clone(),
                    environment: environment.key,
                    credentials: Vec::new(),
                    source,
                }),
                Err(StoreError::Corrupt(reason)) => {
                    let environment = environment.key;
                    tracing::error!(environment, reason, "can't be read; it stays as it was");
                }
                Err(error) => return Err(error),
            }
        }
    }
    // After the revisions: what changes in between raises one of them and is loaded again. Keys
    // that were older than their revision would be believed for as long as nothing else changes.
    let keys = sdk_keys::live(conn)?;
    for source in &mut sources {
        let own = keys.iter().filter(|key| key.environment_id == source.id);
        source.credentials = own.filter_map(credential).collect();
    }
    Ok((known, sources))
}

fn credential(key: &LiveSdkKey) -> Option<Credential> {
    let hash = SecretHash(key.key_hash.as_slice().try_into().ok()?);
    let kind = match key.kind {
        SdkKeyKind::Client => KeyKind::Client,
        SdkKeyKind::Server => KeyKind::Server,
    };
    Some(Credential { id: key.id, hash, kind })
}

/// Whether something that was on is off or gone: that must survive any crash.
fn turned_off(before: &EnvironmentSource, after: &EnvironmentSource) -> bool {
    let on = |source: &EnvironmentSource| -> HashSet<Uuid> {
        let experiences = source.source.experiences.iter();
        experiences.filter(|experience| experience.switched_on).map(|e| e.id).collect()
    };
    let after = on(after);
    on(before).iter().any(|id| !after.contains(id))
}
