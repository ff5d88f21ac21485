//! `flagstaff demo`

use chrono::Utc;
use clap::Args;

use super::{CliError, Common, database, print};
use crate::operations::{access::PasswordHasher, demo};

/// Where `serve` listens if nobody says otherwise.
const USUAL_ADDRESS: &str = "http://127.0.0.1:8080";

/// What `demo` takes.
#[derive(Debug, Args)]
pub(super) struct Demo {
    #[command(flatten)]
    pub common: Common,
}

impl Demo {
    pub fn run(&self) -> Result<(), CliError> {
        let hasher = PasswordHasher::new()?;
        let loaded = database::with_prepared(&self.common.database, |store| {
            Ok(demo::load_into_empty(store, &hasher, Utc::now())?)
        })?;
        match loaded {
            Some(demo) => print(&demo.in_words(USUAL_ADDRESS)),
            None => Err(CliError::Failed(
                "This database is not empty, so the demonstration was not loaded. Use a fresh \
                 one: another --data-dir, or another --database-url."
                    .to_owned(),
            )),
        }
    }
}
