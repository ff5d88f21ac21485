//! What is wrong with a setting.

/// A setting that can't be used. Its text is one sentence or two, on one line: which setting, what
/// is wrong with it, and how to put it right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{flag} ({variable}) {problem}")]
pub struct SettingError {
    /// The setting as a flag, such as `--listen`.
    pub flag: &'static str,
    /// The setting as a variable, such as `FLAGSTAFF_LISTEN`.
    pub variable: &'static str,
    /// The rest of the sentence. Never repeats a secret.
    pub problem: String,
}

/// A setting by its two names.
#[derive(Debug, Clone, Copy)]
pub(super) struct Name {
    pub flag: &'static str,
    pub variable: &'static str,
}

impl Name {
    pub fn wrong(self, problem: impl Into<String>) -> SettingError {
        SettingError { flag: self.flag, variable: self.variable, problem: problem.into() }
    }
}

pub(super) const LISTEN: Name = Name { flag: "--listen", variable: "FLAGSTAFF_LISTEN" };
pub(super) const DATABASE_URL: Name = Name { flag: "--database-url", variable: "DATABASE_URL" };
pub(super) const DATA_DIR: Name = Name { flag: "--data-dir", variable: "FLAGSTAFF_DATA_DIR" };
pub(super) const PUBLIC_URL: Name = Name { flag: "--public-url", variable: "FLAGSTAFF_PUBLIC_URL" };
pub(super) const TRUSTED_PROXIES: Name =
    Name { flag: "--trusted-proxies", variable: "FLAGSTAFF_TRUSTED_PROXIES" };
pub(super) const SECRET_KEY: Name = Name { flag: "--secret-key", variable: "FLAGSTAFF_SECRET_KEY" };
pub(super) const ALLOW_INSECURE_HTTP: Name =
    Name { flag: "--allow-insecure-http", variable: "FLAGSTAFF_ALLOW_INSECURE_HTTP" };
pub(super) const DEMO: Name = Name { flag: "--demo", variable: "FLAGSTAFF_DEMO" };
pub(super) const KEY_LIMIT: Name = Name { flag: "--key-limit", variable: "FLAGSTAFF_KEY_LIMIT" };
pub(super) const USER_LIMIT: Name = Name { flag: "--user-limit", variable: "FLAGSTAFF_USER_LIMIT" };
pub(super) const KEEP_USERS_DAYS: Name =
    Name { flag: "--keep-users-days", variable: "FLAGSTAFF_KEEP_USERS_DAYS" };
pub(super) const KEEP_EVENTS_DAYS: Name =
    Name { flag: "--keep-events-days", variable: "FLAGSTAFF_KEEP_EVENTS_DAYS" };
pub(super) const LOG: Name = Name { flag: "--log", variable: "FLAGSTAFF_LOG" };
pub(super) const LOG_LEVEL: Name = Name { flag: "--log-level", variable: "FLAGSTAFF_LOG_LEVEL" };
