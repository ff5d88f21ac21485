//! A private Postgres for whoever gives no `DATABASE_URL`: it lives in the data folder, listens on
//! a Unix socket that only its owner can open, is as durable as any other, and starts and stops
//! with Flagstaff.
//!
//! One process at a time owns it, by a lock on `owner.lock` that the system frees however the
//! process ends. The owner starts the server, looks after it and stops it; others (a command line
//! beside a running `serve`) only get its address. Whether a server of an earlier, killed owner
//! still runs is told by a second lock, see `server.rs`.

mod account;
mod binaries;
mod cluster;
mod error;
mod home;
mod pid_file;
mod process;
mod server;
mod supervise;

use std::{
    env,
    fmt::Write as _,
    fs::{self, File},
    io::Write as _,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

pub use self::error::{StartError, StopError};
use self::{
    binaries::Binaries,
    error::file,
    home::Home,
    server::{Launcher, try_lock},
    supervise::Supervisor,
};

/// The database that a new private Postgres has.
pub const DATABASE: &str = "flagstaff";

/// How long a start waits for an owner that is just stopping.
const OWNER_PATIENCE: Duration = Duration::from_millis(500);

/// How long somebody who only wants the address waits for the owner's server to be ready.
const GUEST_PATIENCE: Duration = Duration::from_secs(60);

const POLL: Duration = Duration::from_millis(20);

/// Whether what is written must survive a loss of power.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// For data that matters: what was committed stays.
    Durable,
    /// For tests only: several times as fast, and lost when the machine fails.
    Throwaway,
}

/// Where the private Postgres lives, and how it runs.
#[derive(Debug, Clone)]
pub struct Options {
    /// The data folder of Flagstaff; Postgres lives in `postgres` inside it.
    pub data_dir: PathBuf,
    /// Whether what is written must survive a loss of power.
    pub durability: Durability,
    /// The folder of the PostgreSQL programs; where none is given, they are looked for.
    pub binaries: Option<PathBuf>,
    /// The account that Postgres runs under when Flagstaff runs as root.
    pub run_as: Option<String>,
}

impl Options {
    /// Options for a data folder, with `PG_BIN` and `PG_RUN_AS` from the environment.
    pub fn new(data_dir: impl Into<PathBuf>, durability: Durability) -> Self {
        Self {
            data_dir: data_dir.into(),
            durability,
            binaries: env::var_os("PG_BIN").map(PathBuf::from),
            run_as: env::var("PG_RUN_AS").ok(),
        }
    }
}

/// A private Postgres that is up. The owner's stops when this is dropped; better, call
/// [`stop`](Self::stop).
#[derive(Debug)]
pub struct EmbeddedPostgres {
    socket_folder: PathBuf,
    /// None for a guest, whose Postgres belongs to another process.
    supervisor: Option<Supervisor>,
}

impl EmbeddedPostgres {
    /// Starts the Postgres of a data folder, which is made when it is new, and waits until it
    /// answers. A server that a killed Flagstaff has left running is taken over.
    ///
    /// # Errors
    /// [`StartError::InUse`] while another process owns the data folder, and whatever else keeps
    /// Postgres from running, as a sentence that says what to do.
    pub fn start(options: &Options) -> Result<Self, StartError> {
        let home = Home::open(options)?;
        let deadline = Instant::now() + OWNER_PATIENCE;
        loop {
            if let Some(owner_lock) = try_lock(&home, "owner.lock")? {
                return Self::own(home, options, owner_lock);
            }
            if Instant::now() > deadline {
                return Err(in_use(&home));
            }
            thread::sleep(POLL);
        }
    }

    /// Like [`start`](Self::start), but where another process owns the data folder, its running
    /// Postgres will do; it is not stopped by us then.
    ///
    /// # Errors
    /// As those of [`start`](Self::start); [`StartError::InUse`] when the owner's Postgres does not
    /// get ready.
    pub fn attach_or_start(options: &Options) -> Result<Self, StartError> {
        let home = Home::open(options)?;
        let deadline = Instant::now() + GUEST_PATIENCE;
        loop {
            if let Some(owner_lock) = try_lock(&home, "owner.lock")? {
                return Self::own(home, options, owner_lock);
            }
            let found = pid_file::read(&home.data())
                .filter(|found| found.ready && process::is_server_on(found.pid, &home.data()));
            if let Some(found) = found {
                return Ok(Self { socket_folder: found.socket_folder, supervisor: None });
            }
            if Instant::now() > deadline {
                return Err(in_use(&home));
            }
            thread::sleep(POLL);
        }
    }

    fn own(home: Home, options: &Options, owner_lock: File) -> Result<Self, StartError> {
        sign(&owner_lock).map_err(file("write", home.path("owner.lock")))?;
        let data = home.data();
        let needed = cluster::major_version(&data);
        let binaries = Binaries::find(options.binaries.as_deref(), &data, needed)?;
        let socket_folder = home.socket_folder().to_path_buf();
        let launcher = Launcher { home, binaries, durability: options.durability };
        let server = launcher.bring_up(|| false)?;
        let supervisor = Supervisor::start(launcher, server, owner_lock)?;
        Ok(Self { socket_folder, supervisor: Some(supervisor) })
    }

    /// The address of a database in it, for libpq. It stays the same while this lives, also when
    /// Postgres has to be started again. There is no password: the socket is the secret.
    pub fn url(&self, database: &str) -> String {
        let folder = percent_encoded(&self.socket_folder);
        // Without a port here, libpq would take one from PGPORT.
        format!("postgresql:///{database}?host={folder}&port=5432&user=postgres")
    }

    /// Whether this process owns the server, and stops it.
    pub fn is_owner(&self) -> bool {
        self.supervisor.is_some()
    }

    /// Stops the server and waits for it; a guest only forgets the address. All connections
    /// should be closed before: those that are not are ended.
    ///
    /// # Errors
    /// When it can't be stopped even by force.
    pub fn stop(mut self) -> Result<(), StopError> {
        self.stop_supervisor()
    }

    fn stop_supervisor(&mut self) -> Result<(), StopError> {
        self.supervisor.as_mut().map_or(Ok(()), Supervisor::stop)
    }
}

impl Drop for EmbeddedPostgres {
    fn drop(&mut self) {
        if let Err(e) = self.stop_supervisor() {
            tracing::error!("{e}");
        }
    }
}

/// Leaves our process id in the lock file, for the message to whoever finds it locked.
fn sign(mut owner_lock: &File) -> std::io::Result<()> {
    owner_lock.set_len(0)?;
    write!(owner_lock, "{}", std::process::id())
}

fn in_use(home: &Home) -> StartError {
    let holder = fs::read_to_string(home.path("owner.lock")).unwrap_or_default();
    StartError::InUse { path: home.root().to_path_buf(), holder }
}

fn percent_encoded(path: &Path) -> String {
    let mut text = String::new();
    for &byte in path.as_os_str().as_bytes() {
        if byte.is_ascii_alphanumeric() || b"/-_.~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            // Writing to a string can't fail.
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_survives_odd_names_of_folders() {
        let postgres = EmbeddedPostgres { socket_folder: "/a b/ü&c".into(), supervisor: None };
        assert_eq!(
            postgres.url("flagstaff"),
            "postgresql:///flagstaff?host=/a%20b/%C3%BC%26c&port=5432&user=postgres"
        );
    }
}
