//! The id of a request.

use std::fmt;

use actix_web::{HttpMessage, HttpRequest};
use uuid::Uuid;

/// The id of a request: in the answer's header and its problem, in the log and in the audit log.
#[derive(Debug, Clone)]
pub struct RequestId(String);

impl RequestId {
    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The id of that request, which it gets with the first question.
    pub fn of(request: &HttpRequest) -> RequestId {
        if let Some(id) = request.extensions().get::<RequestId>() {
            return id.clone();
        }
        let id = RequestId(Uuid::now_v7().simple().to_string());
        request.extensions_mut().insert(id.clone());
        id
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
