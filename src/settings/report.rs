//! The settings as `check-config` shows them: all of them, none of the secrets.

use super::{
    Database, LogFormat, PublicUrl, SECRET_KEY_FILE, SecretKeySource, Settings,
    error::{
        ALLOW_INSECURE_HTTP, DATA_DIR, DATABASE_URL, DEMO, KEEP_EVENTS_DAYS, KEEP_USERS_DAYS,
        KEY_LIMIT, LISTEN, LOG, LOG_LEVEL, Name, PUBLIC_URL, SECRET_KEY, TRUSTED_PROXIES,
        USER_LIMIT,
    },
};

/// One setting, as it is in effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportLine {
    /// The flag.
    pub flag: &'static str,
    /// The variable.
    pub variable: &'static str,
    /// The value; asterisks for a secret.
    pub value: String,
}

impl Settings {
    /// Every setting as it is in effect, without the secrets.
    pub fn report(&self) -> Vec<ReportLine> {
        let line = |name: Name, value: String| ReportLine {
            flag: name.flag,
            variable: name.variable,
            value,
        };
        vec![
            line(LISTEN, self.listen.to_string()),
            line(DATABASE_URL, self.database_in_words()),
            line(DATA_DIR, self.data_dir().display().to_string()),
            line(PUBLIC_URL, self.public_url_in_words()),
            line(TRUSTED_PROXIES, self.trusted_proxies.in_words()),
            line(SECRET_KEY, self.secret_key_in_words()),
            line(ALLOW_INSECURE_HTTP, self.allow_insecure_http.to_string()),
            line(DEMO, self.demo.to_string()),
            line(KEY_LIMIT, self.key_limit.to_string()),
            line(USER_LIMIT, self.retention.users.to_string()),
            line(KEEP_USERS_DAYS, self.retention.days_of_users.to_string()),
            line(KEEP_EVENTS_DAYS, self.retention.days_of_events.to_string()),
            line(LOG, self.log_format_in_words().to_owned()),
            line(LOG_LEVEL, self.log.filter.clone().unwrap_or_else(|| "info".to_owned())),
        ]
    }

    fn database_in_words(&self) -> String {
        match &self.database.database {
            Database::Given(secret) => secret.to_string(),
            Database::Private => "a private Postgres in the data folder".to_owned(),
        }
    }

    fn public_url_in_words(&self) -> String {
        match &self.public_url {
            PublicUrl::FromListen if self.listen.port() == 0 => {
                "from --listen, once a port is picked".to_owned()
            }
            url => url.resolve(self.listen),
        }
    }

    fn secret_key_in_words(&self) -> String {
        match &self.secret_key {
            SecretKeySource::Given(secret) => secret.to_string(),
            SecretKeySource::Generated => {
                format!("generated, in {}", self.data_dir().join(SECRET_KEY_FILE).display())
            }
        }
    }

    fn log_format_in_words(&self) -> &'static str {
        match self.log.format {
            Some(LogFormat::Text) => "text",
            Some(LogFormat::Json) => "json",
            None => "text on a terminal, json elsewhere",
        }
    }
}
