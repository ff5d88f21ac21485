//! The program: parses the command line, starts logging, hands over.

use std::process::ExitCode;

use clap::Parser;
use flagstaff::{cli::Cli, logging};

/// Evaluating allocates little and often, from many threads at once.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    match cli.log_settings() {
        Ok(settings) => logging::start(&settings, cli.default_log_level()),
        Err(error) => return flagstaff::cli::fail(&error.into()),
    }
    match cli.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => flagstaff::cli::fail(&error),
    }
}
