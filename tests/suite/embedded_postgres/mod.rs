//! The private Postgres, with real servers in folders of their own.

mod crashes;
mod home;
mod owners;
mod stand_in;

use std::{fs, path::Path, process::Command};

use diesel::{pg::PgConnection, prelude::*, sql_types::Text};
use flagstaff::embedded_postgres::{DATABASE, Durability, EmbeddedPostgres, Options};
use rustix::process::{Pid, Signal, kill_process};

use crate::support::{TestFolder, boot_lock, eventually, test_postgres_folder};

/// Quick ones, for tests that lose no power.
fn options(data_dir: &Path) -> Options {
    Options::new(data_dir, Durability::Throwaway)
}

/// A data folder with a cluster that was stopped. Most tests are not about making one, which takes
/// a second: they get a copy of one that is made once for all runs.
pub fn folder_with_cluster() -> TestFolder {
    let seed = test_postgres_folder().join("seed");
    let lock = boot_lock();
    if !seed.exists() {
        let first = TestFolder::new();
        start(&first).stop().unwrap();
        let unfinished = seed.with_extension("unfinished");
        let _ = fs::remove_dir_all(&unfinished);
        copy(&first.join("postgres"), &unfinished);
        fs::rename(unfinished, &seed).unwrap();
    }
    drop(lock);
    let folder = TestFolder::new();
    copy(&seed, &folder.join("postgres"));
    folder
}

/// Copies a folder with the owners of its files.
fn copy(from: &Path, to: &Path) {
    let copied = Command::new("cp").arg("-a").args([from, to]).status().unwrap();
    assert!(copied.success(), "could not copy {}", from.display());
}

fn start(data_dir: &Path) -> EmbeddedPostgres {
    EmbeddedPostgres::start(&options(data_dir)).unwrap_or_else(|e| panic!("{e}"))
}

fn refusal(options: &Options) -> String {
    EmbeddedPostgres::start(options).expect_err("this start should be refused").to_string()
}

fn connect(postgres: &EmbeddedPostgres) -> Option<PgConnection> {
    PgConnection::establish(&postgres.url(DATABASE)).ok()
}

#[derive(QueryableByName)]
struct Answer {
    #[diesel(sql_type = Text)]
    answer: String,
}

fn ask(postgres: &EmbeddedPostgres, sql: &str) -> String {
    let mut connection = connect(postgres).expect("Postgres does not answer");
    let sql = format!("SELECT ({sql})::text AS answer");
    diesel::sql_query(sql).get_result::<Answer>(&mut connection).unwrap().answer
}

/// The process id in the server's own file, while there is one.
pub fn server_pid(data_dir: &Path) -> Option<Pid> {
    let text = fs::read_to_string(data_dir.join("postgres/data/postmaster.pid")).ok()?;
    Pid::from_raw(text.lines().next()?.parse().ok()?)
}

pub fn kill_server(data_dir: &Path) -> Pid {
    let pid = server_pid(data_dir).expect("no server runs");
    kill_process(pid, Signal::KILL).unwrap();
    pid
}

/// Waits until a server other than `old` answers.
fn wait_for_another(postgres: &EmbeddedPostgres, data_dir: &Path, old: Pid) -> Pid {
    eventually("another server answers", || {
        let pid = server_pid(data_dir).filter(|pid| *pid != old)?;
        connect(postgres).map(|_| pid)
    })
}
