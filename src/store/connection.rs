//! How connections are made: what each asks of libpq and of its session.

use diesel::r2d2::{CustomizeConnection, Error as R2d2Error};
use diesel::{RunQueryDsl, sql_query};

use super::{Connection, StoreError};

/// What libpq is told where the database's address does not say it: a dead peer is noticed within
/// seconds, not after the two hours of the operating system's default.
const LIBPQ_DEFAULTS: [(&str, &str); 7] = [
    ("application_name", "flagstaff"),
    ("connect_timeout", "3"),
    ("keepalives", "1"),
    ("keepalives_idle", "10"),
    ("keepalives_interval", "5"),
    ("keepalives_count", "3"),
    ("tcp_user_timeout", "8000"),
];

/// Sets what neither the address nor the role nor the database has set: those outrank our
/// defaults. Settings that this Postgres does not know (`transaction_timeout` came with 17) are
/// not in `pg_settings` and so are left out.
const SESSION_SETTINGS: &str = "\
    select set_config(wanted.name, wanted.setting, false) \
    from (values ('statement_timeout', '5s'), ('lock_timeout', '2s'), \
                 ('idle_in_transaction_session_timeout', '10s'), \
                 ('transaction_timeout', '15s')) as wanted (name, setting) \
    join pg_settings on pg_settings.name = wanted.name \
    where pg_settings.source in ('default', 'configuration file')";

/// The address with the defaults that it does not name itself. Takes both forms of libpq, the URL
/// and the list of `name=value`.
pub(super) fn with_defaults(database_url: &str) -> String {
    let is_url =
        database_url.starts_with("postgres://") || database_url.starts_with("postgresql://");
    let mut address = database_url.to_owned();
    for (name, value) in LIBPQ_DEFAULTS {
        if names(database_url, name, is_url) {
            continue;
        }
        let separator = match (is_url, address.contains('?')) {
            (false, _) => ' ',
            (true, false) => '?',
            (true, true) => '&',
        };
        address.push(separator);
        address.push_str(name);
        address.push('=');
        address.push_str(value);
    }
    address
}

fn names(address: &str, parameter: &str, is_url: bool) -> bool {
    if is_url {
        let query = address.split_once('?').map_or("", |(_, query)| query);
        query.split('&').any(|pair| pair.split('=').next() == Some(parameter))
    } else {
        address.split_whitespace().any(|word| word.split('=').next() == Some(parameter))
    }
}

diesel::define_sql_function! {
    /// A setting of the session.
    fn current_setting(name: diesel::sql_types::Text) -> diesel::sql_types::Text;
}

/// Whether the database takes no changes: a stand-by, or closed for writing by an operator.
///
/// # Errors
/// Those of the database.
pub fn is_read_only(conn: &mut Connection) -> Result<bool, StoreError> {
    let setting = diesel::select(current_setting("transaction_read_only"));
    Ok(setting.get_result::<String>(conn)? == "on")
}

/// One connection outside the pool, with libpq's defaults of ours but the session as it is.
pub(super) fn establish(database_url: &str) -> Result<Connection, StoreError> {
    use diesel::Connection as _;
    Connection::establish(&with_defaults(database_url))
        .map_err(|error| StoreError::Unavailable(error.to_string()))
}

/// Gives each new connection of the pool its limits.
#[derive(Debug)]
pub(super) struct SessionSettings;

impl CustomizeConnection<Connection, R2d2Error> for SessionSettings {
    fn on_acquire(&self, connection: &mut Connection) -> Result<(), R2d2Error> {
        sql_query(SESSION_SETTINGS).execute(connection).map(|_| ()).map_err(R2d2Error::QueryError)
    }
}

/// Connecting fails in the background, where nobody waits for an answer: it is logged.
#[derive(Debug)]
pub(super) struct LogPoolErrors;

impl diesel::r2d2::HandleError<R2d2Error> for LogPoolErrors {
    fn handle_error(&self, error: R2d2Error) {
        tracing::warn!(%error, "a connection to Postgres could not be made");
    }
}

#[cfg(test)]
mod tests {
    use super::with_defaults;

    #[test]
    fn what_the_address_says_is_not_overwritten() {
        let address = with_defaults("postgres://u:p@db/flags?connect_timeout=9");
        assert!(address.starts_with("postgres://u:p@db/flags?connect_timeout=9&application_name="));
        assert_eq!(address.matches("connect_timeout").count(), 1);
    }

    #[test]
    fn an_address_without_parameters_gets_all_of_them() {
        assert!(
            with_defaults("postgres://db/flags").contains("flags?application_name=flagstaff&conn")
        );
        let list = with_defaults("host=/run/pg dbname=flags keepalives=0");
        assert!(list.contains(" tcp_user_timeout=8000"));
        assert!(!list.contains("keepalives=1"));
    }
}
