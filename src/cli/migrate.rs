//! `flagstaff migrate`

use clap::Args;

use super::{CliError, Common, database, print};

/// What `migrate` takes.
#[derive(Debug, Args)]
pub(super) struct Migrate {
    #[command(flatten)]
    pub common: Common,
}

impl Migrate {
    pub fn run(&self) -> Result<(), CliError> {
        database::with_prepared(&self.common.database, |_| print("The database is up to date."))
    }
}
