//! Brings the tables up to what this build expects.

use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::{RunQueryDsl, sql_query};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::{Connection, StoreError, connection};

/// Every migration of this build, in order.
pub const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");

const GIVE_UP_AFTER: Duration = Duration::from_secs(60);

/// Runs the migrations that are pending, on a connection of its own, and answers their names.
///
/// Replicas that start together take turns under an advisory lock. A migration that waits for a
/// table which others are using gives way after 3 s and is tried again for a minute, so that it
/// never queues all of their queries behind itself.
///
/// # Errors
/// [`StoreError::Unavailable`] without Postgres; [`StoreError::Busy`] when another replica's
/// migration or other queries were in the way for more than a minute; otherwise what Postgres
/// answered to the migration that failed, which left nothing behind.
pub fn migrate(database_url: &str) -> Result<Vec<String>, StoreError> {
    let mut connection = connection::establish(database_url)?;
    connection.batch_execute("set statement_timeout = 0; set lock_timeout = '60s'")?;
    sql_query("select pg_advisory_lock(hashtext('flagstaff_migrate'))").execute(&mut connection)?;
    connection.batch_execute("set lock_timeout = '3s'")?;
    run_pending(&mut connection)
}

fn run_pending(connection: &mut Connection) -> Result<Vec<String>, StoreError> {
    let started = Instant::now();
    let mut done = Vec::new();
    loop {
        let pending = connection
            .pending_migrations(MIGRATIONS)
            .map_err(|error| StoreError::Other(error.to_string()))?;
        let Some(next) = pending.first() else {
            return Ok(done);
        };
        match connection.run_migration(next) {
            Ok(version) => done.push(version.to_string()),
            Err(error) => {
                let reason = format!("migration {}: {error}", next.name());
                if !reason.contains("lock timeout") {
                    return Err(StoreError::Other(reason));
                }
                if started.elapsed() > GIVE_UP_AFTER {
                    return Err(StoreError::Busy(reason));
                }
                tracing::info!(reason, "a migration waits for a table that is in use");
            }
        }
    }
}
