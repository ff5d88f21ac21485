//! The running product: what is started, in which order, and how it all stops again.
//!
//! Start: Postgres → tables → first refresh (or the last-known-good files, when Postgres is away)
//! → threads that keep up → doors open, so that *up* means *answers correctly*. Stop is the mirror:
//! not ready → doors close → requests finish → counts are brought home → Postgres stops.

mod background;
mod database;
mod paths;
mod signals;
mod web;

use std::{io, net::SocketAddr, path::Path, sync::Arc, time::Duration};

use actix_web::web::Data;
use chrono::Utc;

pub use database::{Database, DatabaseError};

use crate::{
    dashboard::{SetupCode, Site},
    delivery::{
        Delivery, Statistics, last_known_good::LastKnownGood, profiles::Profiles, refresh::Refresh,
    },
    jobs::{Jobs, Retention},
    operations::{
        OperationError,
        access::{AccessTokens, Password, SignIn},
        demo::{self, Demo},
        keys::KeyLimit,
        segment_lists::UploadFolder,
        setup,
    },
    population::Population,
    settings::{PublicUrl, SettingError, Settings},
    store::{Store, member_lists::MemberListCache},
};
use background::Background;
use signals::Signal;
use web::{Doors, Parts};

/// Why it does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// No Postgres, or none that can be used.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// The secret key can't be read or kept.
    #[error(transparent)]
    SecretKey(#[from] SettingError),
    /// Passwords can't be hashed here, or the demonstration can't be loaded.
    #[error("Flagstaff can't be set up: {0}")]
    Setup(#[from] OperationError),
    /// The address can't be listened on.
    #[error("Flagstaff can't listen on {address}: {error}. Choose another address with --listen.")]
    Listen {
        /// The address that was asked for.
        address: SocketAddr,
        /// What the system says.
        error: io::Error,
    },
    /// The system gives no thread, or no way to hear of signals.
    #[error("The system refuses what Flagstaff needs to run: {0}")]
    System(#[from] io::Error),
}

/// A Flagstaff that runs in this process.
pub struct Running {
    doors: Doors,
    delivery: Arc<Delivery>,
    statistics: Arc<Statistics>,
    background: Background,
    database: Database,
    /// The demonstration, where this start has loaded it.
    demo: Option<Demo>,
    /// What the first run asks for, where there may be one.
    setup_code: Option<String>,
}

/// Runs until a signal says stop: SIGTERM, after telling balancers so and giving them time to
/// notice; SIGINT, or a second signal, at once.
///
/// # Errors
/// When it can't start.
pub fn run(settings: &Settings) -> Result<(), StartError> {
    let signals = signals::listen()?;
    let running = Running::start(settings)?;
    println!("Flagstaff is ready at http://{}", running.address());
    if let Some(demo) = &running.demo {
        println!("{}", demo.in_words(&settings.public_url.resolve(running.address())));
    }
    if let Some(code) = running.setup_code() {
        println!("To set it up, open that address; it asks for this code: {code}");
    }
    if signals.wait() == Signal::Terminate {
        running.delivery.stop();
        tracing::info!("stopping; balancers are told");
        signals.wait_at_most(NOTICE_WITHIN);
    }
    running.stop();
    Ok(())
}

impl Running {
    /// Starts everything; the doors are open when this returns.
    ///
    /// # Errors
    /// When there is no Postgres that could be used, now or later, or the address is taken.
    pub fn start(settings: &Settings) -> Result<Running, StartError> {
        let mut database = Database::open(&settings.database)?;
        let secret_key = settings.secret_key.load(settings.data_dir())?;
        let sign_in = SignIn::new(AccessTokens::new(secret_key.expose()))?;
        let delivery = Arc::new(Delivery::default());
        let data = settings.data_dir();
        let statistics = Arc::new(statistics(&delivery, &database.store, data));
        let lists = Arc::<MemberListCache>::default();
        let mut refresh = Refresh::new(
            Arc::clone(&delivery),
            Store::with_pool_of(&database.url, 1),
            database.url.clone(),
            LastKnownGood::new(data.join("last-known-good")),
            Arc::clone(&lists),
        );
        let prepared = database.prepare()?;
        let demo = match prepared && settings.demo {
            true => demo::load_into_empty(&database.store, sign_in.hasher(), Utc::now())?,
            false => None,
        };
        let up_to_date = prepared && refresh.refresh(Utc::now()).is_ok();
        if !up_to_date {
            let environments = refresh.serve_last_known_good(Utc::now());
            tracing::warn!(environments, "Postgres is away; serving what was last known");
        }
        let population = Population::new(Store::with_pool_of(&database.url, POPULATION_POOL));
        let population = Arc::new(population.sharing(Arc::clone(&lists)));
        let background = Background::start(
            refresh,
            Arc::clone(&delivery),
            Arc::clone(&statistics),
            Arc::clone(&population),
            database.store.clone(),
            Jobs::new(retention(settings)),
            database.preparation(),
        )?;
        let setup_code = setup_code(settings, &database.store);
        let parts = Parts {
            delivery: Data::from(Arc::clone(&delivery)),
            profiles: Data::new(Profiles::new(Store::with_pool_of(&database.url, PROFILE_POOL))),
            uploads: Data::new(UploadFolder::new(data.join("uploads"))),
            statistics: Data::from(Arc::clone(&statistics)),
            population: Data::from(population),
            lists: Data::from(lists),
            store: Data::new(database.store.clone()),
            sign_in: Data::new(sign_in),
            key_limit: Data::new(KeyLimit(settings.key_limit)),
            site: Data::new(site(&settings.public_url)),
            trusted_proxies: Data::new(settings.trusted_proxies.clone()),
            setup_code: Data::new(SetupCode::new(setup_code.clone())),
        };
        let doors = Doors::open(settings.listen, parts)?;
        Ok(Running { doors, delivery, statistics, background, database, demo, setup_code })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.doors.address()
    }

    /// What the first run asks for, where others than this machine could come first.
    pub fn setup_code(&self) -> Option<&str> {
        self.setup_code.as_deref()
    }

    /// Stops everything, in the order in which nothing is lost.
    pub fn stop(self) {
        self.delivery.stop();
        self.doors.close();
        self.background.stop();
        if let Err(error) = self.statistics.finish(Utc::now()) {
            tracing::error!(%error, "the last counts of deliveries are lost");
        }
        drop(self.statistics);
        self.database.close();
        tracing::info!("stopped");
    }
}

fn site(public_url: &PublicUrl) -> Site {
    match public_url {
        PublicUrl::Given(origin) => Site::new(Some(origin.clone())),
        PublicUrl::FromListen => Site::new(None),
    }
}

/// A code for the first run, where others than this machine could come first. With Postgres away
/// nobody knows whether there will be one.
fn setup_code(settings: &Settings, store: &Store) -> Option<String> {
    let over = store.read(setup::is_open).is_ok_and(|open| !open);
    let alone = settings.listen.ip().is_loopback() && settings.public_url.stays_here();
    (!alone && !over).then(|| Password::generate().expose().to_owned())
}

fn retention(settings: &Settings) -> Retention {
    Retention {
        users: settings.retention.users,
        days_of_users: settings.retention.days_of_users,
        days_of_events: settings.retention.days_of_events,
    }
}

fn statistics(delivery: &Arc<Delivery>, store: &Store, data: &Path) -> Statistics {
    Statistics::new(Arc::clone(delivery), store.clone(), &data.join("deliveries"))
}

/// How many connections read and store what is known of users.
const PROFILE_POOL: u32 = 4;
/// How many connections read samples of known users.
const POPULATION_POOL: u32 = 2;
/// How long balancers get to notice that this process is about to stop.
const NOTICE_WITHIN: Duration = Duration::from_secs(5);
/// How long requests that are under way may take to finish once the doors close.
const FINISH_WITHIN: Duration = Duration::from_secs(10);
