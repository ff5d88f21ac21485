//! What was given on the command line and in the environment, still as text.
//!
//! Text, so that what is wrong with it is said by us, in one form and with a remedy. What is
//! secret is kept out of `--help`, which shows the values of variables.

use std::path::PathBuf;

use clap::Args;

use super::{
    DatabaseSettings, LogSettings, PublicUrl, RetentionSettings, SecretKeySource, SettingError,
    Settings, TrustedProxies,
    error::{
        ALLOW_INSECURE_HTTP, DEMO, KEEP_EVENTS_DAYS, KEEP_USERS_DAYS, KEY_LIMIT, LISTEN, LOG,
        LOG_LEVEL, Name, USER_LIMIT,
    },
    listen, log,
};

/// The most keys that the limit can be raised to: answers with all keys grow with it.
const MOST_KEYS: u32 = 10_000;
/// The most users that the limit can be raised to.
const MOST_USERS: u32 = 100_000_000;
/// The most days that anything can be kept: a century.
const MOST_DAYS: u32 = 36_500;

/// Everything that `serve` takes.
#[derive(Debug, Clone, Args)]
pub struct Options {
    /// The address and port to listen on; port 0 picks a free one
    #[arg(long, env = LISTEN.variable, default_value = "127.0.0.1:8080", value_name = "ADDRESS:PORT")]
    pub listen: String,

    #[command(flatten)]
    #[allow(missing_docs, reason = "clap would show it as the text of the whole command")]
    pub database: DatabaseOptions,

    /// The address by which people and apps reach Flagstaff [default: from --listen]
    #[arg(long, env = "FLAGSTAFF_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,

    /// The proxies whose X-Forwarded-* and Forwarded headers are believed: addresses and networks,
    /// with commas between them [default: none]
    #[arg(long, env = "FLAGSTAFF_TRUSTED_PROXIES", value_name = "ADDRESSES")]
    pub trusted_proxies: Option<String>,

    /// The secret that signs access tokens, at least 32 bytes [default: generated once into the
    /// data folder]
    #[arg(long, env = "FLAGSTAFF_SECRET_KEY", hide_env_values = true, value_name = "TEXT")]
    pub secret_key: Option<String>,

    /// Let plain HTTP leave this machine
    #[arg(long, env = ALLOW_INSECURE_HTTP.variable, default_value = "false", hide_default_value = true,
          num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOLEAN")]
    pub allow_insecure_http: String,

    /// On an empty database, load a small, lifelike project and print how to sign in
    #[arg(long, env = DEMO.variable, default_value = "false", hide_default_value = true,
          num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOLEAN")]
    pub demo: String,

    /// How many keys a project has at most
    #[arg(long, env = KEY_LIMIT.variable, default_value = "500", value_name = "NUMBER")]
    pub key_limit: String,

    #[command(flatten)]
    #[allow(missing_docs, reason = "clap would show it as the text of the whole command")]
    pub retention: RetentionOptions,

    #[command(flatten)]
    #[allow(missing_docs, reason = "clap would show it as the text of the whole command")]
    pub log: LogOptions,
}

/// What every command takes that touches the database.
#[derive(Debug, Clone, Args)]
pub struct DatabaseOptions {
    /// The Postgres to use, version 13 or newer [default: a private one in the data folder]
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, value_name = "URL")]
    pub database_url: Option<String>,

    /// The folder of the private Postgres, the generated secret key and last-known-good files
    #[arg(long, env = "FLAGSTAFF_DATA_DIR", default_value = "./data", value_name = "FOLDER")]
    pub data_dir: PathBuf,
}

/// How long it is remembered who the users of apps are.
#[derive(Debug, Clone, Args)]
pub struct RetentionOptions {
    /// How many users of apps an environment knows at most; beyond that, the longest unseen are
    /// forgotten
    #[arg(long = "user-limit", env = USER_LIMIT.variable, default_value = "1000000", value_name = "NUMBER")]
    pub users: String,

    /// After how many days a user of an app who was not seen is forgotten
    #[arg(long = "keep-users-days", env = KEEP_USERS_DAYS.variable, default_value = "400", value_name = "DAYS")]
    pub days_of_users: String,

    /// After how many days it is forgotten what a user of an app did
    #[arg(long = "keep-events-days", env = KEEP_EVENTS_DAYS.variable, default_value = "400", value_name = "DAYS")]
    pub days_of_events: String,
}

/// How to log.
#[derive(Debug, Clone, Args)]
pub struct LogOptions {
    /// How logs are written: text or json [default: text on a terminal, json elsewhere]
    #[arg(long = "log", env = LOG.variable, value_name = "FORMAT")]
    pub format: Option<String>,

    /// What is logged: error, warn, info, debug, trace, or a filter as of RUST_LOG [default:
    /// RUST_LOG, or info]
    #[arg(long = "log-level", env = LOG_LEVEL.variable, value_name = "LEVEL")]
    pub level: Option<String>,
}

impl Options {
    /// Checks everything.
    ///
    /// # Errors
    /// The first setting that is wrong.
    pub fn check(&self) -> Result<Settings, SettingError> {
        let listen = listen::parse(&self.listen)?;
        let allow_insecure_http = boolean(ALLOW_INSECURE_HTTP, &self.allow_insecure_http)?;
        let public_url = PublicUrl::parse(given(self.public_url.as_deref()))?;
        public_url.check_encryption(listen, allow_insecure_http)?;
        Ok(Settings {
            listen,
            database: self.database.check()?,
            public_url,
            trusted_proxies: TrustedProxies::parse(given(self.trusted_proxies.as_deref()))?,
            secret_key: SecretKeySource::parse(given(self.secret_key.as_deref()))?,
            allow_insecure_http,
            demo: boolean(DEMO, &self.demo)?,
            key_limit: whole_number(KEY_LIMIT, &self.key_limit, MOST_KEYS)?,
            retention: self.retention.check()?,
            log: self.log.check()?,
        })
    }
}

impl DatabaseOptions {
    /// Checks where the data is.
    ///
    /// # Errors
    /// The first setting that is wrong.
    pub fn check(&self) -> Result<DatabaseSettings, SettingError> {
        DatabaseSettings::parse(given(self.database_url.as_deref()), &self.data_dir)
    }
}

impl RetentionOptions {
    fn check(&self) -> Result<RetentionSettings, SettingError> {
        let days = |name, value| whole_number(name, value, MOST_DAYS);
        Ok(RetentionSettings {
            users: whole_number(USER_LIMIT, &self.users, MOST_USERS)?,
            days_of_users: days(KEEP_USERS_DAYS, &self.days_of_users)?,
            days_of_events: days(KEEP_EVENTS_DAYS, &self.days_of_events)?,
        })
    }
}

impl LogOptions {
    /// Checks how to log.
    ///
    /// # Errors
    /// The first setting that is wrong.
    pub fn check(&self) -> Result<LogSettings, SettingError> {
        Ok(LogSettings {
            format: log::parse_format(given(self.format.as_deref()))?,
            filter: log::parse_filter(given(self.level.as_deref()))?,
        })
    }
}

/// A variable that is set to nothing is how many tools leave one out.
fn given(value: Option<&str>) -> Option<&str> {
    value.filter(|value| !value.is_empty())
}

fn boolean(name: Name, value: &str) -> Result<bool, SettingError> {
    match value.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" => Ok(true),
        "false" | "0" | "no" | "off" | "" => Ok(false),
        _ => Err(name.wrong(format!("is `{value}`. Write true or false."))),
    }
}

fn whole_number(name: Name, value: &str, most: u32) -> Result<u32, SettingError> {
    match value.parse() {
        Ok(number) if (1..=most).contains(&number) => Ok(number),
        _ => Err(name.wrong(format!("is `{value}`. Write a whole number from 1 to {most}."))),
    }
}
