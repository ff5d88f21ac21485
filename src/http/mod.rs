//! What every HTTP door shares: where requests come from, reading bodies within limits, strict JSON, credentials in headers,
//! and `application/problem+json`.

mod arrival;
mod body;
mod credential;
mod headers;
mod json;
mod json_fault;
mod pieces;
mod problem;
mod request_id;

pub use arrival::Arrival;
pub use body::{BodyError, read_body};
pub use credential::{Presented, presented};
pub use headers::{ANYBODYS_ORIGIN, JSON, NO_SNIFFING, harden};
pub use json::{depth_within, parse_strict, read_strict};
pub use json_fault::JsonFault;
pub use pieces::Pieces;
pub use problem::Problem;
pub use request_id::RequestId;
