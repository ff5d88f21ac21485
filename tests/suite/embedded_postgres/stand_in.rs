//! A process that stands in for Flagstaff, to be killed: this test program, run once more for the
//! one "test" below.

use std::{
    env,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
};

use crate::support::eventually;

const DATA_DIR: &str = "STAND_IN_DATA_DIR";

/// A process that owns the Postgres of a data folder until it is killed.
pub struct StandIn(Child);

impl StandIn {
    /// Starts the process; its Postgres may take a little longer.
    pub fn new(data_dir: &Path) -> Self {
        let child = Command::new(env::current_exe().unwrap())
            .args(["--ignored", "--exact", "embedded_postgres::stand_in::owns_a_postgres"])
            .env(DATA_DIR, data_dir)
            .stdout(Stdio::null())
            .spawn();
        Self(child.unwrap())
    }

    /// Waits until its server answers.
    pub fn once_up(self, data_dir: &Path) -> Self {
        eventually("the other process has a server", || {
            let file = data_dir.join("postgres/data/postmaster.pid");
            std::fs::read_to_string(file).ok()?.contains("\nready").then_some(())
        });
        self
    }

    /// Ends it as a kill -9 does, with no chance to clean up.
    pub fn kill(self) {
        drop(self);
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
#[ignore = "no test, but the process that stands in for Flagstaff"]
fn owns_a_postgres() {
    if let Some(data_dir) = env::var_os(DATA_DIR) {
        let _postgres = super::start(&PathBuf::from(data_dir));
        loop {
            thread::park();
        }
    }
}
