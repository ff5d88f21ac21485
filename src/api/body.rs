//! Bodies of management requests: strict JSON, read whole, with every problem at once.

use std::{future::Future, pin::Pin};

use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload, http::StatusCode, web};
use serde_json::{Map, Value};

use crate::{
    domain::reading::{Node, Problems},
    http::{Problem, parse_strict, read_body},
};

/// The most bytes of a body.
pub const MOST_BODY: usize = 512 * 1024;

/// A JSON body.
#[derive(Debug)]
pub struct Body(Value);

/// A JSON body, or none, which is the same as `{}`.
#[derive(Debug)]
pub struct OptionalBody(Body);

impl Body {
    /// Whether one of these fields is there.
    pub fn has_any(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.0.get(name).is_some())
    }

    /// Reads the body; all that is wrong with it is answered together, as 422.
    ///
    /// # Errors
    /// With every problem that `read` found.
    pub fn read<T>(
        &self,
        read: impl FnOnce(&Node<'_>, &mut Problems) -> Option<T>,
    ) -> Result<T, Problem> {
        let mut problems = Problems::new();
        let value = read(&Node::root(&self.0), &mut problems);
        match value {
            Some(value) if problems.is_empty() => Ok(value),
            _ => Err(Problem::invalid(problems)),
        }
    }
}

impl OptionalBody {
    /// As [`Body::read`].
    ///
    /// # Errors
    /// With every problem that `read` found.
    pub fn read<T>(
        &self,
        read: impl FnOnce(&Node<'_>, &mut Problems) -> Option<T>,
    ) -> Result<T, Problem> {
        self.0.read(read)
    }

    /// Accepts an empty object only.
    ///
    /// # Errors
    /// 422 for anything else.
    pub fn nothing(&self) -> Result<(), Problem> {
        self.read(|node, problems| node.object(&[], problems).map(|_| ()))
    }
}

impl FromRequest for Body {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), web::Payload::from_request(request, payload));
        Box::pin(async move {
            let bytes = read_body(&request, payload.await.map_err(unreadable)?, MOST_BODY).await?;
            parse(&request, &bytes)
        })
    }
}

impl FromRequest for OptionalBody {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), web::Payload::from_request(request, payload));
        Box::pin(async move {
            let bytes = read_body(&request, payload.await.map_err(unreadable)?, MOST_BODY).await?;
            match bytes.is_empty() {
                true => Ok(OptionalBody(Body(Value::Object(Map::new())))),
                false => parse(&request, &bytes).map(OptionalBody),
            }
        })
    }
}

fn parse(request: &HttpRequest, bytes: &[u8]) -> Result<Body, Problem> {
    if request.content_type() != "application/json" {
        return Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "Send the body as JSON, with the header Content-Type: application/json.",
        ));
    }
    parse_strict(bytes).map(Body)
}

fn unreadable(_: actix_web::Error) -> Problem {
    Problem::bad_request("The body can't be read.")
}

/// The text of an optional field.
pub fn optional_text(node: &Node<'_>, name: &str, problems: &mut Problems) -> Option<String> {
    node.field(name)?.text(problems).map(str::to_owned)
}

/// Whether an optional field says true or false.
pub fn optional_boolean(node: &Node<'_>, name: &str, problems: &mut Problems) -> Option<bool> {
    node.field(name)?.boolean(problems)
}

/// A field that may be null, which is not the same as left out.
pub fn nullable<'a>(fields: &'a Map<String, Value>, name: &str) -> Option<Option<&'a Value>> {
    fields.get(name).map(|value| Some(value).filter(|value| !value.is_null()))
}
