//! How a handler reaches the database: always off the threads that serve, and never for ever.

use actix_web::{error::BlockingError, web};

use super::PageError;
use crate::{
    operations::OperationError,
    store::{Connection, Store, StoreError},
};

/// Reads on one connection.
///
/// # Errors
/// What the operation refuses.
pub async fn read<T: Send + 'static>(
    store: &Store,
    f: impl FnOnce(&mut Connection) -> Result<T, OperationError> + Send + 'static,
) -> Result<T, PageError> {
    let store = store.clone();
    settle(web::block(move || store.read_in_time(f)).await)
}

/// Runs one operation in one transaction.
///
/// # Errors
/// What the operation refuses.
pub async fn write<T: Send + 'static>(
    store: &Store,
    f: impl FnMut(&mut Connection) -> Result<T, OperationError> + Send + 'static,
) -> Result<T, PageError> {
    let store = store.clone();
    settle(web::block(move || store.write_in_time(f)).await)
}

/// The same for an operation that moves a million rows.
///
/// # Errors
/// What the operation refuses.
pub async fn write_at_length<T: Send + 'static>(
    store: &Store,
    f: impl FnMut(&mut Connection) -> Result<T, OperationError> + Send + 'static,
) -> Result<T, PageError> {
    let store = store.clone();
    settle(web::block(move || store.write_at_length(f)).await)
}

/// What came of work off the serving threads.
///
/// # Errors
/// What the operation refused; [`PageError::Away`] when the server stops.
pub fn settle<T>(
    outcome: Result<Result<T, OperationError>, BlockingError>,
) -> Result<T, PageError> {
    let stopping =
        |_| OperationError::from(StoreError::Unavailable("Flagstaff is stopping".to_owned()));
    Ok(outcome.map_err(stopping)??)
}
