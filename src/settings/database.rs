//! Where the data is.

use std::path::{Path, PathBuf};

use super::{Secret, SettingError, error::DATA_DIR, error::DATABASE_URL};

/// Where the data is, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatabaseSettings {
    /// Which Postgres.
    pub database: Database,
    /// The folder for everything that Flagstaff keeps outside of the database.
    pub data_dir: PathBuf,
}

/// Which Postgres.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Database {
    /// The one at this address, which may hold a password.
    Given(Secret),
    /// One of our own, in the data folder.
    Private,
}

/// What libpq knows of encryption, and whether it needs a build that can encrypt.
const SSL_MODES: [(&str, bool); 6] = [
    ("disable", false),
    ("allow", false),
    ("prefer", false),
    ("require", true),
    ("verify-ca", true),
    ("verify-full", true),
];

impl DatabaseSettings {
    pub(super) fn parse(
        url: Option<&str>,
        data_dir: &Path,
    ) -> Result<DatabaseSettings, SettingError> {
        if data_dir.as_os_str().is_empty() {
            return Err(DATA_DIR.wrong("is empty. Name a folder, such as /var/lib/flagstaff."));
        }
        if data_dir.exists() && !data_dir.is_dir() {
            return Err(DATA_DIR.wrong(format!(
                "is {}, which is a file. Name a folder, such as /var/lib/flagstaff.",
                data_dir.display()
            )));
        }
        let database = match url {
            None => Database::Private,
            Some(url) => {
                check_url(url)?;
                Database::Given(Secret::new(url))
            }
        };
        Ok(DatabaseSettings { database, data_dir: data_dir.to_path_buf() })
    }
}

/// Checks what would else fail late, or with a sentence of libpq that helps nobody. Never repeats
/// the address, which may hold a password.
fn check_url(url: &str) -> Result<(), SettingError> {
    let is_url = url.starts_with("postgres://") || url.starts_with("postgresql://");
    let is_list = !url.contains("://") && url.contains('=');
    if !is_url && !is_list {
        return Err(DATABASE_URL.wrong(
            "is not the address of a Postgres database. Write it as \
             postgres://user:password@host:5432/database, or leave it out for a private Postgres.",
        ));
    }
    let Some(mode) = parameter(url, "sslmode", is_url) else { return Ok(()) };
    match SSL_MODES.iter().find(|(known, _)| *known == mode) {
        None => Err(DATABASE_URL.wrong(format!(
            "asks for sslmode={mode}, which does not exist. Write disable, prefer, require, \
             verify-ca or verify-full."
        ))),
        Some((_, true)) if !cfg!(feature = "pg-tls") => Err(DATABASE_URL.wrong(format!(
            "asks for sslmode={mode}, but this build of Flagstaff can't encrypt its connection to \
             Postgres. Build it with `cargo build --release --features pg-tls`, or write \
             sslmode=disable where the network is trusted."
        ))),
        Some(_) => Ok(()),
    }
}

/// A parameter of the address, in either form of libpq.
fn parameter<'a>(url: &'a str, name: &str, is_url: bool) -> Option<&'a str> {
    let find = |pair: &'a str| match pair.split_once('=') {
        Some((found, value)) if found == name => Some(value.trim_matches('\'')),
        _ => None,
    };
    if is_url {
        url.split_once('?')?.1.split('&').find_map(find)
    } else {
        url.split_whitespace().find_map(find)
    }
}
