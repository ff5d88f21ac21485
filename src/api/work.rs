//! How a handler reaches the database: always off the threads that serve, and never for ever.

use std::time::Duration;

use actix_web::{error::BlockingError, web};

use crate::{
    http::Problem,
    operations::OperationError,
    store::{Connection, Store, StoreError},
};

/// How long a read may take: longer than Postgres lets one statement take.
pub const READ_WITHIN: Duration = Duration::from_secs(8);
/// How long a write may take: longer than Postgres lets one transaction take.
const WRITE_WITHIN: Duration = Duration::from_secs(16);

/// Reads on one connection.
///
/// # Errors
/// What the operation refuses, as a problem.
pub async fn read<T: Send + 'static>(
    store: &Store,
    f: impl FnOnce(&mut Connection) -> Result<T, OperationError> + Send + 'static,
) -> Result<T, Problem> {
    let store = store.clone();
    settle(web::block(move || store.within(READ_WITHIN, |store| store.read(f))?).await)
}

/// Runs one operation in one transaction.
///
/// # Errors
/// What the operation refuses, as a problem.
pub async fn write<T: Send + 'static>(
    store: &Store,
    f: impl FnMut(&mut Connection) -> Result<T, OperationError> + Send + 'static,
) -> Result<T, Problem> {
    let store = store.clone();
    settle(
        web::block(move || {
            store.within(WRITE_WITHIN, |store| store.write(f)).map_err(outcome_unknown)?
        })
        .await,
    )
}

/// A write that was not waited for may be done all the same.
fn outcome_unknown(error: StoreError) -> StoreError {
    match error {
        StoreError::Unavailable(reason) => StoreError::OutcomeUnknown(reason),
        other => other,
    }
}

/// What came of work off the serving threads.
///
/// # Errors
/// What the operation refused, as a problem; 503 when the server stops.
pub fn settle<T>(outcome: Result<Result<T, OperationError>, BlockingError>) -> Result<T, Problem> {
    let stopping =
        |_| OperationError::from(StoreError::Unavailable("Flagstaff is stopping".to_owned()));
    Ok(outcome.map_err(stopping)??)
}
