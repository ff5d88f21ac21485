//! Logs: structured, in UTC, on standard error, since standard output belongs to what a command
//! answers. What is logged is up to the rooms; never bodies, query values or secrets.

use std::{
    io::{self, IsTerminal},
    panic,
};

use tracing_subscriber::EnvFilter;

use crate::settings::{LogFormat, LogSettings};

/// Starts logging, for the whole process. Where the settings give no filter, `default_level` is
/// it. Panics are logged too, in the same form.
///
/// Does nothing when logging has been started before.
pub fn start(settings: &LogSettings, default_level: &str) {
    let filter = settings.filter.as_deref().unwrap_or(default_level);
    let format = settings.format.unwrap_or(if io::stderr().is_terminal() {
        LogFormat::Text
    } else {
        LogFormat::Json
    });
    let logs = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(filter))
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal());
    let started = match format {
        LogFormat::Text => logs.try_init(),
        LogFormat::Json => logs.json().flatten_event(true).try_init(),
    };
    if started.is_ok() {
        panic::set_hook(Box::new(|panic| {
            let place = panic.location().map(ToString::to_string).unwrap_or_default();
            let reason = panic
                .payload()
                .downcast_ref::<&str>()
                .copied()
                .or(panic.payload().downcast_ref::<String>().map(String::as_str))
                .unwrap_or("no reason given");
            tracing::error!(place, reason, "a panic, which is a fault of Flagstaff");
        }));
    }
}
