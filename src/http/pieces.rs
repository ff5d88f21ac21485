//! Reading what is too long to be read whole: piece by piece, bounded in size and in time, and
//! handed over off the threads that serve.

use std::time::Duration;

use actix_web::web::{self, Bytes};
use futures_util::{Stream, StreamExt};
use tokio::time::{Instant, timeout, timeout_at};

use super::BodyError;

/// The most bytes.
const MOST_BYTES: usize = 2 * 1024 * 1024 * 1024;
/// How long the next piece may take.
const NEXT_WITHIN: Duration = Duration::from_secs(30);
/// How long all of it may take.
const ALL_WITHIN: Duration = Duration::from_secs(30 * 60);

/// What is left of a request's bytes and time.
#[derive(Debug)]
pub struct Pieces {
    left: usize,
    until: Instant,
}

impl Default for Pieces {
    fn default() -> Pieces {
        Pieces { left: MOST_BYTES, until: Instant::now() + ALL_WITHIN }
    }
}

impl Pieces {
    /// Hands over a stream to its end. When `step` refuses a piece the rest is only read: a browser
    /// that is cut short shows nothing of the answer.
    ///
    /// # Errors
    /// When there is too much of it, or it takes too long.
    pub async fn hand_over<S, B, T, E>(
        &mut self,
        stream: &mut S,
        mut to: T,
        step: fn(&mut T, &[u8]) -> Result<(), E>,
    ) -> Result<(T, Result<(), E>), BodyError>
    where
        S: Stream<Item = Result<Bytes, B>> + Unpin,
        T: Send + 'static,
        E: Send + 'static,
    {
        let mut outcome = Ok(());
        while let Some(piece) = self.next(stream).await? {
            if outcome.is_err() {
                continue;
            }
            let stepped = web::block(move || {
                let outcome = step(&mut to, &piece);
                (to, outcome)
            });
            (to, outcome) = stepped.await.map_err(|_| BodyError::Broken)?;
        }
        Ok((to, outcome))
    }

    /// Reads a stream that is to be short; what is longer is cut.
    ///
    /// # Errors
    /// As of [`Pieces::hand_over`].
    pub async fn read<S, B>(&mut self, stream: &mut S, most: usize) -> Result<Vec<u8>, BodyError>
    where
        S: Stream<Item = Result<Bytes, B>> + Unpin,
    {
        let mut read = Vec::new();
        while let Some(piece) = self.next(stream).await? {
            let room = most.saturating_sub(read.len());
            read.extend_from_slice(piece.get(..room).unwrap_or(&piece));
        }
        Ok(read)
    }

    async fn next<S, B>(&mut self, stream: &mut S) -> Result<Option<Bytes>, BodyError>
    where
        S: Stream<Item = Result<Bytes, B>> + Unpin,
    {
        let next = timeout_at(self.until, timeout(NEXT_WITHIN, stream.next())).await;
        let Ok(Ok(piece)) = next else { return Err(BodyError::TooSlow) };
        let piece = piece.transpose().map_err(|_| BodyError::Broken)?;
        let length = piece.as_ref().map_or(0, Bytes::len);
        self.left = self.left.checked_sub(length).ok_or(BodyError::TooLarge(MOST_BYTES))?;
        Ok(piece)
    }
}
