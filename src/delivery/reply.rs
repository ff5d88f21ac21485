//! Answers to apps, alike in every protocol but for their words.

use actix_web::{
    HttpResponse, HttpResponseBuilder,
    http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG},
};

use super::{KeyKind, cors};
use crate::http::{JSON, NO_SNIFFING, Problem};

/// The head of an answer that carries values.
pub fn ok(kind: Option<KeyKind>) -> HttpResponseBuilder {
    let mut response = HttpResponse::Ok();
    cors::open(&mut response, kind);
    response
        .insert_header((CONTENT_TYPE, JSON))
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header(NO_SNIFFING);
    response
}

/// The answer to what can't be answered, in our own protocols.
pub fn refused(problem: &Problem, kind: Option<KeyKind>) -> HttpResponse {
    let mut response = problem.to_response();
    cors::open_to(response.headers_mut(), kind);
    response
}

/// The values of many keys, or that the client has them already.
pub struct Many {
    /// The tag of the answer.
    pub tag: String,
    /// The answer; none where it is unchanged.
    pub body: Option<Vec<u8>>,
}

impl Many {
    /// The response: 200 with the tag, or 304.
    pub fn into_response(self, kind: Option<KeyKind>) -> HttpResponse {
        match self.body {
            Some(body) => ok(kind).insert_header((ETAG, self.tag)).body(body),
            None => {
                let mut response = HttpResponse::NotModified();
                cors::open(&mut response, kind);
                response.insert_header((ETAG, self.tag)).finish()
            }
        }
    }
}
