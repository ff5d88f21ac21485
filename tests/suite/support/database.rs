//! A database of a test's own, made from a template that has all migrations.

use std::{
    fs,
    hash::Hasher,
    path::{Path, PathBuf},
    process,
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
        mpsc::{self, Sender},
    },
    thread,
};

use diesel::{
    connection::SimpleConnection,
    pg::PgConnection,
    prelude::*,
    sql_types::{Integer, Text},
};
use xxhash_rust::xxh3::Xxh3Default;

use super::cluster::{Cluster, boot_lock};

/// A new database with the tables of the product, dropped some time after this is.
pub struct TestDatabase {
    name: String,
}

impl TestDatabase {
    /// Makes the database: a few milliseconds, once the server runs.
    pub fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("t_{}_{}", process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let Template { name: template, strategy } = template();
        let sql = format!("CREATE DATABASE {name} TEMPLATE {template} {strategy}");
        connect(&Cluster::get().admin_url()).batch_execute(&sql).unwrap();
        Self { name }
    }

    /// Its address.
    pub fn url(&self) -> String {
        Cluster::get().url(&self.name)
    }

    /// A new connection to it.
    pub fn connection(&self) -> PgConnection {
        connect(&self.url())
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let _ = dropper().send(std::mem::take(&mut self.name));
    }
}

/// Drops databases behind the back of the tests, since Postgres takes its time for it. What is
/// left at the end goes with the next run.
fn dropper() -> &'static Sender<String> {
    static DROPPER: OnceLock<Sender<String>> = OnceLock::new();
    DROPPER.get_or_init(|| {
        let (sender, names) = mpsc::channel::<String>();
        thread::spawn(move || {
            let mut admin = connect(&Cluster::get().admin_url());
            for name in names {
                let _ = admin.batch_execute(&format!("DROP DATABASE {name} WITH (FORCE)"));
            }
        });
        sender
    })
}

struct Template {
    name: String,
    strategy: &'static str,
}

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

#[derive(QueryableByName)]
struct Server {
    #[diesel(sql_type = Integer)]
    version: i32,
    #[diesel(sql_type = Text)]
    fsync: String,
}

/// The template of the migrations as they are; the first call makes it where it is missing.
fn template() -> &'static Template {
    static TEMPLATE: OnceLock<Template> = OnceLock::new();
    TEMPLATE.get_or_init(|| {
        let cluster = Cluster::get();
        let _lock = boot_lock();
        let mut admin = connect(&cluster.admin_url());
        if cluster.is_private() {
            drop_leftovers(&mut admin);
        }
        let name = format!("template_{:016x}", hash_of(&migrations_folder()));
        if !databases(&mut admin).contains(&name) {
            make_template(&mut admin, &name);
        }
        Template { name, strategy: strategy(&mut admin) }
    })
}

/// Copying files is the fastest way where nothing has to be durable; else it costs a checkpoint.
fn strategy(admin: &mut PgConnection) -> &'static str {
    let server: Server = diesel::sql_query(
        "SELECT current_setting('server_version_num')::int AS version, \
         current_setting('fsync') AS fsync",
    )
    .get_result(admin)
    .unwrap();
    if server.version >= 150_000 && server.fsync == "off" { "STRATEGY FILE_COPY" } else { "" }
}

/// Makes the template under another name first, so that none is ever half made.
fn make_template(admin: &mut PgConnection, name: &str) {
    for old in databases(admin).iter().filter(|old| old.starts_with("template_")) {
        let _ = admin.batch_execute(&format!("DROP DATABASE {old} WITH (FORCE)"));
    }
    admin.batch_execute("CREATE DATABASE template_unfinished").unwrap();
    let unfinished = Cluster::get().url("template_unfinished");
    flagstaff::store::migrate(&unfinished).unwrap_or_else(|e| panic!("{e}"));
    admin.batch_execute(&format!("ALTER DATABASE template_unfinished RENAME TO {name}")).unwrap();
}

/// Drops the databases of test processes that are gone.
fn drop_leftovers(admin: &mut PgConnection) {
    for name in databases(admin) {
        let owner = name.strip_prefix("t_").and_then(|rest| rest.split_once('_'));
        if owner.is_some_and(|(pid, _)| !Path::new("/proc").join(pid).exists()) {
            let _ = admin.batch_execute(&format!("DROP DATABASE {name}"));
        }
    }
}

fn databases(admin: &mut PgConnection) -> Vec<String> {
    let names: Vec<Name> =
        diesel::sql_query("SELECT datname::text AS name FROM pg_database").load(admin).unwrap();
    names.into_iter().map(|row| row.name).collect()
}

fn connect(url: &str) -> PgConnection {
    PgConnection::establish(url).unwrap_or_else(|e| panic!("{url}: {e}"))
}

fn migrations_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations")
}

/// A hash over the names and contents of all files in a folder.
fn hash_of(folder: &Path) -> u64 {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let list = if entry.path().is_dir() { &mut folders } else { &mut files };
            list.push(entry.path());
        }
    }
    files.sort();
    let mut hash = Xxh3Default::new();
    for file in files {
        hash.write(file.to_string_lossy().as_bytes());
        hash.write(&fs::read(file).unwrap());
    }
    hash.finish()
}
