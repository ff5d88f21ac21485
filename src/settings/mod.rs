//! Every flag and variable, defined once, and checked into values that are ready to use.
//!
//! [`Options`] is what was given, as text; [`Options::check`] makes [`Settings`] of it, or says in
//! one sentence which setting is wrong and how to put it right. Names and defaults are a contract.

mod database;
mod error;
mod listen;
mod log;
mod options;
mod public_url;
mod report;
mod secret;
mod secret_key;
mod trusted_proxies;

use std::{net::SocketAddr, path::PathBuf};

pub use database::{Database, DatabaseSettings};
pub use error::SettingError;
pub use log::{LogFormat, LogSettings};
pub use options::{DatabaseOptions, LogOptions, Options, RetentionOptions};
pub use public_url::PublicUrl;
pub use report::ReportLine;
pub use secret::Secret;
pub use secret_key::{SECRET_KEY_FILE, SecretKeySource};
pub use trusted_proxies::TrustedProxies;

/// The settings of `serve`, checked.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where to listen; port 0 picks a free one.
    pub listen: SocketAddr,
    /// Where the data is.
    pub database: DatabaseSettings,
    /// How people and apps reach Flagstaff.
    pub public_url: PublicUrl,
    /// The proxies whose word is taken for where a request comes from.
    pub trusted_proxies: TrustedProxies,
    /// Where the secret key is.
    pub secret_key: SecretKeySource,
    /// Whether plain HTTP may leave this machine.
    pub allow_insecure_http: bool,
    /// Whether an empty database gets the demonstration project.
    pub demo: bool,
    /// How many keys a project has at most.
    pub key_limit: u32,
    /// How long it is remembered who the users of apps are, and how many of them.
    pub retention: RetentionSettings,
    /// What is logged, and how.
    pub log: LogSettings,
}

/// How long it is remembered who the users of apps are, and how many of them.
#[derive(Debug, Clone, Copy)]
pub struct RetentionSettings {
    /// How many users an environment knows at most.
    pub users: u32,
    /// After how many days somebody who was not seen is forgotten.
    pub days_of_users: u32,
    /// After how many days it is forgotten what somebody did.
    pub days_of_events: u32,
}

impl Settings {
    /// The folder for everything that Flagstaff keeps outside of the database.
    pub fn data_dir(&self) -> &PathBuf {
        &self.database.data_dir
    }
}
