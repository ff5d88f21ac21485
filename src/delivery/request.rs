//! What every evaluation request goes through before it is decided: its credential, its body, its
//! limits.

use actix_web::{
    HttpRequest,
    http::StatusCode,
    web::{Bytes, Payload},
};
use serde::Deserialize;

use super::{Delivery, KeyKind, Refusal, SecretHash};
use crate::{
    domain::context::{Attributes, Context, MaybeAttribute},
    http::{BodyError, Problem, depth_within, presented, read_body},
};

/// A request with a good credential and its body.
pub struct Admitted {
    /// The credential's hash, by which the environment is found.
    pub hash: SecretHash,
    /// The body.
    pub body: Bytes,
}

/// Why a request is not decided.
#[derive(Debug, Clone, PartialEq)]
pub enum Rejection {
    /// The door is closed to its credential.
    Refused(Refusal),
    /// Its body could not be read.
    Body(BodyError),
    /// Its body is not what is expected here; a sentence says why.
    Unreadable(String),
    /// Its context breaks a limit; a sentence says which.
    Context(String),
    /// There is no key of that name.
    NotFound,
}

/// The rejection in our own protocols.
impl From<Rejection> for Problem {
    fn from(rejection: Rejection) -> Problem {
        match rejection {
            Rejection::Refused(refusal @ Refusal::NotReady) => {
                Problem::new(StatusCode::SERVICE_UNAVAILABLE, refusal.detail()).retry_after(2)
            }
            Rejection::Refused(refusal) => Problem::unauthorized(refusal.detail()),
            Rejection::Body(error) => error.into(),
            Rejection::Unreadable(detail) | Rejection::Context(detail) => {
                Problem::bad_request(detail)
            }
            Rejection::NotFound => {
                Problem::not_found("There is no flag of this key in this project.")
            }
        }
    }
}

/// Checks the credential first, then reads the body, of at most that many bytes.
pub async fn admit(
    request: &HttpRequest,
    payload: Payload,
    delivery: &Delivery,
    most_bytes: usize,
) -> (Option<KeyKind>, Result<Admitted, Rejection>) {
    let secret = presented(request.headers()).ok_or(Refusal::NoCredential);
    let opened = secret.map(|presented| SecretHash::of(presented.secret())).and_then(|hash| {
        let look = delivery.look();
        look.open(&hash).map(|(_, kind)| (hash, kind))
    });
    let (hash, kind) = match opened {
        Ok(opened) => opened,
        Err(refusal) => return (None, Err(Rejection::Refused(refusal))),
    };
    let body = read_body(request, payload, most_bytes).await.map_err(Rejection::Body);
    (Some(kind), body.map(|body| Admitted { hash, body }))
}

/// Reads a body as JSON of the form that is expected here.
///
/// # Errors
/// A sentence that says where it goes wrong, without repeating what was sent.
pub fn parse<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, Rejection> {
    if !depth_within(body) {
        return Err(Rejection::Unreadable("The JSON is nested too deep.".to_owned()));
    }
    serde_json::from_slice(body).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        let what = match error.is_data() {
            true => "The JSON is not of the form that is expected here",
            false => "The body is not valid JSON",
        };
        Rejection::Unreadable(format!("{what} (line {line}, column {column})."))
    })
}

/// Makes a context of attributes and, where it is given apart, the user's id.
///
/// # Errors
/// A sentence that says which limit is broken.
pub fn context(user_id: MaybeAttribute, attributes: Attributes) -> Result<Context, Rejection> {
    Context::read(user_id, attributes).map_err(Rejection::Context)
}
