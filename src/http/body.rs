//! Reading request bodies: bounded in size and in time.

use std::time::Duration;

use actix_web::{
    HttpRequest,
    http::{StatusCode, header},
    web::{Bytes, BytesMut, Payload},
};
use futures_util::StreamExt;

use super::Problem;

/// How long a whole body may take. actix bounds the head of a request only.
const DEADLINE: Duration = Duration::from_secs(10);

/// Why a body could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// It has more bytes than are allowed here.
    #[error("The body is too large. At most {0} bytes are accepted here.")]
    TooLarge(usize),
    /// It did not arrive in time.
    #[error("The body took too long to arrive.")]
    TooSlow,
    /// The connection broke.
    #[error("The body did not arrive whole.")]
    Broken,
    /// It is compressed.
    #[error("Compressed bodies are not accepted here. Send it as it is.")]
    Compressed,
}

impl From<BodyError> for Problem {
    fn from(error: BodyError) -> Problem {
        let status = match error {
            BodyError::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            BodyError::TooSlow => StatusCode::REQUEST_TIMEOUT,
            BodyError::Broken => StatusCode::BAD_REQUEST,
            BodyError::Compressed => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        };
        Problem::new(status, error.to_string())
    }
}

/// Reads a body of at most `most` bytes.
///
/// # Errors
/// As soon as the body is known to be too large, and when it takes more than 10 s.
pub async fn read_body(
    request: &HttpRequest,
    payload: Payload,
    most: usize,
) -> Result<Bytes, BodyError> {
    let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    let announced = header(header::CONTENT_LENGTH).and_then(|length| length.parse::<usize>().ok());
    if announced.is_some_and(|length| length > most) {
        return Err(BodyError::TooLarge(most));
    }
    if header(header::CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity") {
        return Err(BodyError::Compressed);
    }
    tokio::time::timeout(DEADLINE, collect(payload, most)).await.map_err(|_| BodyError::TooSlow)?
}

/// Joins the chunks; a body of one chunk, as most are, is not copied.
async fn collect(mut payload: Payload, most: usize) -> Result<Bytes, BodyError> {
    let mut first = Bytes::new();
    let mut joined: Option<BytesMut> = None;
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| BodyError::Broken)?;
        let length = joined.as_ref().map_or(first.len(), |joined| joined.len());
        if length + chunk.len() > most {
            return Err(BodyError::TooLarge(most));
        }
        match &mut joined {
            Some(joined) => joined.extend_from_slice(&chunk),
            None if first.is_empty() => first = chunk,
            None => {
                let mut both = BytesMut::from(first.as_ref());
                both.extend_from_slice(&chunk);
                joined = Some(both);
            }
        }
    }
    Ok(joined.map_or(first, BytesMut::freeze))
}
