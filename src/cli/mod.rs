//! The command line. Each command is a few lines over an operation.
//!
//! Standard output carries what was asked for and nothing else; standard error carries logs and
//! the one sentence of a failure.

mod check_config;
mod database;
mod demo;
mod error;
mod evaluate;
mod migrate;
mod sdk_key;
mod user;

use std::{
    io::{self, Write},
    process::ExitCode,
};

use clap::{Args, Parser, Subcommand};

pub use error::CliError;

use crate::{
    server,
    settings::{DatabaseOptions, LogOptions, LogSettings, Options, SettingError},
};

/// Feature flags and remote config, decided by product managers.
#[derive(Debug, Parser)]
#[command(name = "flagstaff", version, about, arg_required_else_help = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the product
    Serve(Box<Options>),
    /// Bring the tables of the database up to date, and set a fresh one up
    Migrate(migrate::Migrate),
    /// Add people, and help them back in
    #[command(subcommand)]
    User(user::User),
    /// Make keys with which apps evaluate
    #[command(subcommand, name = "sdk-key")]
    SdkKey(sdk_key::SdkKey),
    /// Load a small, lifelike project into an empty database
    Demo(demo::Demo),
    /// Say which value a user gets
    Evaluate(evaluate::Evaluate),
    /// Check the settings of `serve`, and print them with all limits
    CheckConfig(Box<Options>),
}

/// What every command but `serve` and `check-config` takes.
#[derive(Debug, Args)]
struct Common {
    #[command(flatten)]
    database: DatabaseOptions,
    #[command(flatten)]
    log: LogOptions,
}

impl Cli {
    /// What to log, and how.
    ///
    /// # Errors
    /// When that setting is wrong.
    pub fn log_settings(&self) -> Result<LogSettings, SettingError> {
        match &self.command {
            Command::Serve(options) | Command::CheckConfig(options) => options.log.check(),
            Command::Migrate(command) => command.common.log.check(),
            Command::User(command) => command.common().log.check(),
            Command::SdkKey(command) => command.common().log.check(),
            Command::Demo(command) => command.common.log.check(),
            Command::Evaluate(command) => command.common.log.check(),
        }
    }

    /// The level of the logs where nobody chose one: a command that answers at once says only what
    /// is wrong.
    pub fn default_log_level(&self) -> &'static str {
        match self.command {
            Command::Serve(_) => "info",
            _ => "warn",
        }
    }

    /// Does it.
    ///
    /// # Errors
    /// Whatever keeps it from being done, as a sentence.
    pub fn run(&self) -> Result<(), CliError> {
        match &self.command {
            Command::Serve(options) => {
                server::run(&options.check()?).map_err(|error| CliError::failed(&error))
            }
            Command::Migrate(command) => command.run(),
            Command::User(command) => command.run(),
            Command::SdkKey(command) => command.run(),
            Command::Demo(command) => command.run(),
            Command::Evaluate(command) => command.run(),
            Command::CheckConfig(options) => check_config::run(&options.check()?),
        }
    }
}

/// Says on standard error what went wrong; answers the exit code that goes with it.
pub fn fail(error: &CliError) -> ExitCode {
    // Where standard error is closed, the exit code has to do.
    let _ = writeln!(io::stderr(), "flagstaff: {error}");
    error.exit_code()
}

/// Prints lines on standard output.
fn print(text: &str) -> Result<(), CliError> {
    let mut out = io::stdout().lock();
    writeln!(out, "{text}")
        .and_then(|()| out.flush())
        .map_err(|error| CliError::Failed(format!("Standard output can't be written: {error}.")))
}
