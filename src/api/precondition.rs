//! What an editor knew when they began: a change on top of something older is a conflict.

use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload,
    http::{StatusCode, header},
};
use futures_util::future::{Ready, ready};

use crate::{
    domain::reading::{Node, Problems},
    http::Problem,
};

/// The number in the header If-Match, if there is one.
#[derive(Debug, Clone, Copy)]
pub struct IfMatch(Option<i32>);

impl IfMatch {
    /// The number.
    pub fn number(self) -> Option<i32> {
        self.0
    }

    /// The number that the body or the header says.
    ///
    /// # Errors
    /// 428 when neither does.
    pub fn or_required(self, body: Option<i32>) -> Result<i32, Problem> {
        body.or(self.0).ok_or_else(|| {
            Problem::new(
                StatusCode::PRECONDITION_REQUIRED,
                "Say which version you started from: base_version in the body, or the header \
                 If-Match.",
            )
        })
    }
}

impl FromRequest for IfMatch {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(match request.headers().get(header::IF_MATCH) {
            None => Ok(IfMatch(None)),
            Some(value) => match value.to_str().ok().and_then(number) {
                Some(number) => Ok(IfMatch(Some(number))),
                None => Err(Problem::bad_request("The header If-Match is a number in quotes.")),
            },
        })
    }
}

/// Reads `"7"`, `W/"7"` and `7`.
fn number(text: &str) -> Option<i32> {
    text.trim().trim_start_matches("W/").trim_matches('"').parse().ok()
}

/// Reads the number of a version or a revision in a body.
pub fn optional_base(node: &Node<'_>, name: &str, problems: &mut Problems) -> Option<i32> {
    let node = node.field(name)?;
    let number = node.json.as_i64().and_then(|number| i32::try_from(number).ok());
    if number.is_none() {
        problems.push(node.problem("This is the number of a version, such as 3."));
    }
    number
}
