//! One transaction, and the one policy of trying it again.

use std::time::Duration;

use diesel::Connection as _;
use diesel::result::Error as DieselError;

use super::{Connection, StoreError};

const ATTEMPTS: u32 = 3;

/// The error of a transaction: whatever the caller's is, it can say which error of the store it
/// came from, so that the transaction is tried again where that helps.
pub trait WriteError: From<StoreError> {
    /// The store's error inside, if it is one.
    fn store_error(&self) -> Option<&StoreError>;
}

impl WriteError for StoreError {
    fn store_error(&self) -> Option<&StoreError> {
        Some(self)
    }
}

/// Tells what `f` raised from what BEGIN and COMMIT raised.
enum Raised<E> {
    Inside(E),
    Around(DieselError),
}

impl<E> From<DieselError> for Raised<E> {
    fn from(error: DieselError) -> Raised<E> {
        Raised::Around(error)
    }
}

/// Runs `f` in a transaction, up to three times while others are in the way. A commit whose fate
/// is unknown is never tried again: it could happen twice.
pub(super) fn run<T, E: WriteError>(
    connection: &mut Connection,
    mut f: impl FnMut(&mut Connection) -> Result<T, E>,
) -> Result<T, E> {
    let mut attempt = 1;
    loop {
        let error = match run_once(connection, &mut f) {
            Ok(value) => return Ok(value),
            Err(error) => error,
        };
        if attempt == ATTEMPTS || !matches!(error.store_error(), Some(StoreError::Contended(_))) {
            return Err(error);
        }
        std::thread::sleep(pause(attempt));
        attempt += 1;
    }
}

fn run_once<T, E: WriteError>(
    connection: &mut Connection,
    f: &mut impl FnMut(&mut Connection) -> Result<T, E>,
) -> Result<T, E> {
    let mut finished = false;
    let result = connection.transaction(|connection| {
        let value = f(connection).map_err(Raised::Inside)?;
        finished = true;
        Ok(value)
    });
    result.map_err(|raised| match raised {
        Raised::Inside(error) => error,
        Raised::Around(error) => match StoreError::from(error) {
            StoreError::Unavailable(reason) | StoreError::Other(reason) if finished => {
                StoreError::OutcomeUnknown(reason).into()
            }
            other => other.into(),
        },
    })
}

/// Runs `f` to see what would come of it, and gives up everything that it wrote.
///
/// # Errors
/// What `f` answers; those of the database.
pub fn rehearse<T, E: WriteError>(
    connection: &mut Connection,
    f: impl FnOnce(&mut Connection) -> Result<T, E>,
) -> Result<T, E> {
    let mut outcome = None;
    let ended = connection.transaction(|connection| {
        outcome = Some(f(connection));
        Err::<(), DieselError>(DieselError::RollbackTransaction)
    });
    match (outcome, ended) {
        (Some(outcome), Ok(()) | Err(DieselError::RollbackTransaction)) => outcome,
        (_, Err(error)) => Err(StoreError::from(error).into()),
        (None, Ok(())) => Err(StoreError::Other("nothing was rehearsed".to_owned()).into()),
    }
}

/// Random, so that two transactions that met once do not meet again.
fn pause(attempt: u32) -> Duration {
    Duration::from_millis(u64::from(rand::random_range(5..=25 * attempt)))
}
