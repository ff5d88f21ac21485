//! One throwaway Postgres for the whole test run, in `target/test-postgres`.
//!
//! All test processes share it, the threads of `cargo test` and the processes of nextest. Each
//! holds `users.lock`, shared, until it ends; the first one starts the server, and nobody stops
//! it but the reaper, a small shell script that waits until nobody holds that lock.

use std::{
    env,
    fs::{self, File},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::OnceLock,
};

use flagstaff::embedded_postgres::{Durability, EmbeddedPostgres, Options};

/// Stops the server (its id is in the file `$2`) once nobody holds the lock `$1`.
const REAPER: &str = r#"
until flock -n "$1" sh -c 'kill -INT "$(head -n 1 "$0")" || true' "$2"; do sleep 2; done
"#;

/// A server for tests.
pub struct Cluster {
    kind: Kind,
    _users_lock: File,
}

enum Kind {
    /// Never stopped from here: statics are not dropped.
    Private(EmbeddedPostgres),
    /// That of `TEST_DATABASE_URL`.
    Given(String),
}

impl Cluster {
    /// The server of this run; the first call starts it.
    pub fn get() -> &'static Self {
        static CLUSTER: OnceLock<Cluster> = OnceLock::new();
        CLUSTER.get_or_init(Self::boot)
    }

    fn boot() -> Self {
        let folder = test_postgres_folder();
        let users_lock = open_lock(&folder.join("users.lock"));
        users_lock.lock_shared().unwrap();
        let kind = match env::var("TEST_DATABASE_URL") {
            Ok(url) => Kind::Given(url),
            Err(_) => Kind::Private(start(&folder)),
        };
        Self { kind, _users_lock: users_lock }
    }

    /// The address of a database.
    pub fn url(&self, database: &str) -> String {
        match &self.kind {
            Kind::Private(postgres) => postgres.url(database),
            Kind::Given(url) => with_database(url, database),
        }
    }

    /// The address of a database that always exists.
    pub fn admin_url(&self) -> String {
        match &self.kind {
            Kind::Private(postgres) => postgres.url("postgres"),
            Kind::Given(url) => url.clone(),
        }
    }

    /// Whether the server is for these tests alone.
    pub fn is_private(&self) -> bool {
        matches!(self.kind, Kind::Private(_))
    }
}

fn start(folder: &Path) -> EmbeddedPostgres {
    let _lock = boot_lock();
    let options = Options::new(folder, Durability::Throwaway);
    let postgres = EmbeddedPostgres::attach_or_start(&options).unwrap_or_else(|e| panic!("{e}"));
    // A second reaper waits for the first one to end, since that may just be at its last line.
    let reaper = Command::new("flock")
        .args(["-w", "10"])
        .arg(folder.join("reaper.lock"))
        .args(["sh", "-c", REAPER, "reaper"])
        .arg(folder.join("users.lock"))
        .arg(folder.join("postgres/data/postmaster.pid"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn();
    if let Err(e) = reaper {
        eprintln!("the Postgres of the tests will stay after them: no `flock` here ({e})");
    }
    postgres
}

/// Waits until no other test process prepares what all share, and keeps them out while held.
pub fn boot_lock() -> File {
    let lock = open_lock(&test_postgres_folder().join("boot.lock"));
    lock.lock().unwrap();
    lock
}

/// Where test processes share files of Postgres.
pub fn test_postgres_folder() -> PathBuf {
    let folder = target_folder().join("test-postgres");
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn open_lock(path: &Path) -> File {
    File::options().create(true).append(true).open(path).unwrap()
}

/// The folder that cargo builds in, whatever its name: `<target>/<profile>/deps/<this program>`.
pub fn target_folder() -> PathBuf {
    let program = env::current_exe().unwrap();
    program.ancestors().nth(3).unwrap().to_path_buf()
}

/// The same address, with another database.
fn with_database(url: &str, database: &str) -> String {
    let (place, parameters) = match url.split_once('?') {
        Some((place, parameters)) => (place, format!("?{parameters}")),
        None => (url, String::new()),
    };
    let authority = place.find("://").map_or(0, |at| at + 3);
    let server = match place[authority..].find('/') {
        Some(slash) => &place[..authority + slash],
        None => place,
    };
    format!("{server}/{database}{parameters}")
}

#[test]
fn a_given_server_keeps_its_address_but_for_the_database() {
    for (given, expected) in [
        (
            "postgresql://me@host:5433/postgres?sslmode=require",
            "postgresql://me@host:5433/t?sslmode=require",
        ),
        ("postgres://host", "postgres://host/t"),
        ("postgresql:///postgres?host=/run/x", "postgresql:///t?host=/run/x"),
    ] {
        assert_eq!(with_database(given, "t"), expected);
    }
}
