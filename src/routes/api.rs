//! The routes of management.

use actix_web::http::Method;

use super::{Access, Row};
use crate::{
    api::{
        audit_log, environments, keys, openapi, projects, publications, segments, stats, versions,
    },
    domain::role::Right,
};

const SEE: Access = Access::Right(Right::See);
const EDIT: Access = Access::Right(Right::Edit);

/// Feature flags and product configs, where both answer alike.
macro_rules! experience {
    ($rest:literal) => {
        concat!("/api/v1/{kind:feature-flags|product-configs}/{id}", $rest)
    };
}

pub(super) fn rows() -> Vec<Row> {
    let tables = [of_description(), of_projects(), of_keys(), of_segments(), of_experiences()];
    tables.into_iter().flatten().collect()
}

fn of_description() -> Vec<Row> {
    vec![Row::new(Method::GET, "/openapi.json", Access::Public, openapi::document)]
}

fn of_projects() -> Vec<Row> {
    vec![
        Row::new(Method::GET, "/api/v1/projects", Access::SignedIn, projects::list),
        Row::new(Method::GET, "/api/v1/projects/{key}", Access::SignedIn, projects::read),
        Row::new(Method::GET, "/api/v1/environments", SEE, environments::list),
        Row::new(Method::GET, "/api/v1/audit-log", SEE, audit_log::list),
    ]
}

fn of_keys() -> Vec<Row> {
    vec![
        Row::new(Method::GET, "/api/v1/keys", SEE, keys::list),
        Row::new(Method::POST, "/api/v1/keys", EDIT, keys::create),
        Row::new(Method::GET, "/api/v1/keys/{name}", SEE, keys::read),
        Row::new(Method::PATCH, "/api/v1/keys/{name}", EDIT, keys::edit),
        Row::new(Method::POST, "/api/v1/keys/{name}/archive", EDIT, keys::archive),
        Row::new(Method::POST, "/api/v1/keys/{name}/unarchive", EDIT, keys::unarchive),
    ]
}

fn of_segments() -> Vec<Row> {
    vec![
        Row::new(Method::GET, "/api/v1/segments", SEE, segments::list),
        Row::new(Method::POST, "/api/v1/segments", EDIT, segments::create),
        Row::new(Method::GET, "/api/v1/segments/{slug}", SEE, segments::read),
        Row::new(Method::PUT, "/api/v1/segments/{slug}", EDIT, segments::edit),
        Row::new(Method::POST, "/api/v1/segments/{slug}/clone", EDIT, segments::clone),
        Row::new(Method::POST, "/api/v1/segments/{slug}/archive", EDIT, segments::archive),
        Row::new(Method::POST, "/api/v1/segments/{slug}/unarchive", EDIT, segments::unarchive),
    ]
}

fn of_experiences() -> Vec<Row> {
    vec![
        Row::new(Method::GET, experience!("/versions"), SEE, versions::list),
        Row::new(Method::GET, experience!("/versions/{n}"), SEE, versions::read),
        Row::new(Method::GET, experience!("/publications"), SEE, publications::list),
        Row::new(Method::GET, experience!("/stats"), SEE, stats::read),
    ]
}
