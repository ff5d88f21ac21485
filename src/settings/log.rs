//! What is logged, and how.

use std::env;

use tracing_subscriber::EnvFilter;

use super::{
    SettingError,
    error::{LOG, LOG_LEVEL},
};

/// How logs are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object per line, for programs.
    Json,
}

/// What is logged, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogSettings {
    /// How; where none is given, text on a terminal and JSON elsewhere.
    pub format: Option<LogFormat>,
    /// A filter in the form of `RUST_LOG`; none was given if none.
    pub filter: Option<String>,
}

pub(super) fn parse_format(text: Option<&str>) -> Result<Option<LogFormat>, SettingError> {
    match text {
        None => Ok(None),
        Some("text") => Ok(Some(LogFormat::Text)),
        Some("json") => Ok(Some(LogFormat::Json)),
        Some(other) => Err(LOG.wrong(format!("is `{other}`. Write text or json."))),
    }
}

/// The filter that was given, or that of `RUST_LOG`.
pub(super) fn parse_filter(text: Option<&str>) -> Result<Option<String>, SettingError> {
    let rust_log = env::var("RUST_LOG").ok().filter(|filter| !filter.is_empty());
    let Some(filter) = text.map(str::to_owned).or(rust_log) else {
        return Ok(None);
    };
    match EnvFilter::try_new(&filter) {
        Ok(_) => Ok(Some(filter)),
        Err(_) => Err(LOG_LEVEL.wrong(format!(
            "or RUST_LOG is `{filter}`, which is not a log level. Write error, warn, info, debug \
             or trace, or a filter such as `info,flagstaff=debug`."
        ))),
    }
}
