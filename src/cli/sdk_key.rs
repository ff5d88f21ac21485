//! `flagstaff sdk-key create`

use clap::{Args, Subcommand};

use super::{CliError, Common, database, print};
use crate::{
    operations::{Actor, access::sdk_keys, setup::FIRST_PROJECT},
    store::sdk_keys::SdkKeyKind,
};

/// What `sdk-key` takes.
#[derive(Debug, Subcommand)]
pub(super) enum SdkKey {
    /// Make a key, and print it, alone, on standard output
    Create(Create),
}

/// What `sdk-key create` takes.
#[derive(Debug, Args)]
pub(super) struct Create {
    /// The project
    #[arg(long, default_value = FIRST_PROJECT)]
    project: String,
    /// The environment that the key opens
    #[arg(long)]
    environment: String,
    /// client (public by nature) or server (secret)
    #[arg(long, value_parser = parse_kind)]
    kind: SdkKeyKind,
    /// What people will call it
    #[arg(long, default_value = "made on the command line")]
    name: String,
    #[command(flatten)]
    common: Common,
}

impl SdkKey {
    pub fn common(&self) -> &Common {
        let SdkKey::Create(command) = self;
        &command.common
    }

    pub fn run(&self) -> Result<(), CliError> {
        let SdkKey::Create(command) = self;
        let credential = database::with_prepared(&command.common.database, |store| {
            let environment = store.read(|conn| {
                let project = database::project(conn, &command.project)?;
                database::environment(conn, &project, &command.environment)
            })?;
            let actor = Actor::command_line();
            let (_, credential) = store.write(|conn| {
                sdk_keys::create(conn, &actor, &environment, command.kind, &command.name)
            })?;
            Ok(credential)
        })?;
        print(credential.secret())
    }
}

fn parse_kind(text: &str) -> Result<SdkKeyKind, String> {
    SdkKeyKind::parse(text).ok_or_else(|| "write client or server".to_owned())
}
