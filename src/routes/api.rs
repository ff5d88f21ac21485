//! The routes of management.

use actix_web::http::Method;

use super::{Access, Row};
use crate::{
    api::{keys, openapi},
    domain::role::Right,
};

const SEE: Access = Access::Right(Right::See);

pub(super) fn rows() -> Vec<Row> {
    let mut rows = vec![
        Row::new(Method::GET, "/openapi.json", Access::Public, openapi::document),
    ];
    rows.extend(of_keys());
    rows
}

fn of_keys() -> Vec<Row> {
    vec![
        Row::new(Method::GET, "/api/v1/keys", SEE, keys::list),
        Row::new(Method::GET, "/api/v1/keys/{name}", SEE, keys::read),
    ]
}
