//! The routes of management.

use actix_web::http::Method;

use super::{Access, Row};
use crate::{
    api::{
        audit_log, auth, bulk, docs, environments, experience_preview, experiences, explain,
        feature_flags, keys, openapi, product_configs, projects, promotion, publications,
        publishing, sdk_keys, segment_members, segment_preview, segment_revisions, segments, stats,
        users, versions,
    },
    domain::role::Right,
};

const SEE: Access = Access::Right(Right::See);
const EDIT: Access = Access::Right(Right::Edit);
const PUBLISH: Access = Access::Right(Right::Publish);
const SWITCH_OFF: Access = Access::Right(Right::SwitchOff);
const CREDENTIALS: Access = Access::Right(Right::Credentials);
const ADMINISTER: Access = Access::Right(Right::Administer);

/// Feature flags and product configs, where both answer alike.
macro_rules! experience {
    ($rest:literal) => {
        concat!("/api/v1/{kind:feature-flags|product-configs}/{id}", $rest)
    };
}

/// A segment.
macro_rules! segment {
    ($rest:literal) => {
        concat!("/api/v1/segments/{slug}", $rest)
    };
}

/// Several feature flags or product configs at once.
const BULK: &str = "/api/v1/{kind:feature-flags|product-configs}/bulk";

pub(super) fn rows() -> Vec<Row> {
    let tables = [
        of_everybody(),
        of_projects(),
        of_keys(),
        of_segments(),
        of_flags_and_configs(),
        of_experiences(),
        of_versions(),
    ];
    tables.into_iter().flatten().collect()
}

fn of_everybody() -> Vec<Row> {
    vec![
        Row::new(Method::GET, "/openapi.json", Access::Public, openapi::document),
        Row::new(Method::GET, "/docs", Access::Public, docs::page),
        Row::new(Method::POST, "/api/v1/auth/login", Access::Public, auth::login),
    ]
}

fn of_projects() -> Vec<Row> {
    vec![
        Row::new(Method::GET, "/api/v1/projects", Access::SignedIn, projects::list),
        Row::new(Method::POST, "/api/v1/projects", Access::Admin, projects::create),
        Row::new(Method::GET, "/api/v1/projects/{project}", SEE, projects::read),
        Row::new(Method::PATCH, "/api/v1/projects/{project}", ADMINISTER, projects::edit),
        Row::new(Method::GET, "/api/v1/environments", SEE, environments::list),
        Row::new(Method::POST, "/api/v1/environments", ADMINISTER, environments::create),
        Row::new(Method::PATCH, "/api/v1/environments/{key}", ADMINISTER, environments::edit),
        Row::new(Method::GET, "/api/v1/sdk-keys", SEE, sdk_keys::list),
        Row::new(Method::POST, "/api/v1/sdk-keys", CREDENTIALS, sdk_keys::create),
        Row::new(Method::DELETE, "/api/v1/sdk-keys/{id}", CREDENTIALS, sdk_keys::revoke),
        Row::new(Method::GET, "/api/v1/audit-log", SEE, audit_log::list),
        Row::new(Method::GET, "/api/v1/users", SEE, users::list),
        Row::new(Method::GET, "/api/v1/users/{user_id}", SEE, users::read),
        Row::new(Method::DELETE, "/api/v1/users/{user_id}", PUBLISH, users::forget),
        Row::new(Method::POST, "/api/v1/explain", SEE, explain::explain),
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
        Row::new(Method::POST, "/api/v1/segments/preview", SEE, segment_preview::preview),
        Row::new(Method::GET, "/api/v1/segments/{slug}", SEE, segments::read),
        Row::new(Method::PUT, "/api/v1/segments/{slug}", EDIT, segments::edit),
        Row::new(Method::POST, "/api/v1/segments/{slug}/clone", EDIT, segments::clone),
        Row::new(Method::POST, "/api/v1/segments/{slug}/archive", EDIT, segments::archive),
        Row::new(Method::POST, "/api/v1/segments/{slug}/unarchive", EDIT, segments::unarchive),
        Row::new(Method::GET, segment!("/members"), SEE, segment_members::download),
        Row::new(Method::PUT, segment!("/members"), EDIT, segment_members::fill),
        Row::new(Method::GET, segment!("/revisions"), SEE, segment_revisions::list),
        Row::new(Method::GET, segment!("/revisions/{n}"), SEE, segment_revisions::read),
        Row::new(
            Method::POST,
            segment!("/revisions/{n}/restore"),
            EDIT,
            segment_revisions::restore,
        ),
    ]
}

fn of_flags_and_configs() -> Vec<Row> {
    vec![
        // Before the addresses that it could be the name of something in.
        Row::new(Method::POST, BULK, EDIT, bulk::apply).among_names(),
        Row::new(Method::GET, "/api/v1/feature-flags", SEE, feature_flags::list),
        Row::new(Method::POST, "/api/v1/feature-flags", EDIT, feature_flags::create),
        Row::new(Method::GET, "/api/v1/feature-flags/{id}", SEE, feature_flags::read),
        Row::new(Method::PUT, "/api/v1/feature-flags/{id}", EDIT, feature_flags::edit),
        Row::new(Method::DELETE, "/api/v1/feature-flags/{id}", EDIT, feature_flags::archive),
        Row::new(Method::GET, "/api/v1/product-configs", SEE, product_configs::list),
        Row::new(Method::POST, "/api/v1/product-configs", EDIT, product_configs::create),
        Row::new(Method::GET, "/api/v1/product-configs/{id}", SEE, product_configs::read),
        Row::new(Method::PUT, "/api/v1/product-configs/{id}", EDIT, product_configs::edit),
        Row::new(Method::DELETE, "/api/v1/product-configs/{id}", EDIT, product_configs::archive),
    ]
}

fn of_experiences() -> Vec<Row> {
    vec![
        Row::new(Method::POST, experience!("/clone"), EDIT, experiences::clone),
        Row::new(Method::POST, experience!("/archive"), EDIT, experiences::archive),
        Row::new(Method::POST, experience!("/unarchive"), EDIT, experiences::unarchive),
        Row::new(Method::POST, experience!("/enable"), PUBLISH, publishing::enable),
        Row::new(Method::POST, experience!("/disable"), SWITCH_OFF, publishing::disable),
        Row::new(Method::POST, experience!("/promote"), PUBLISH, promotion::promote),
        Row::new(Method::POST, experience!("/undo"), SWITCH_OFF, promotion::undo),
        Row::new(Method::GET, experience!("/publications"), SEE, publications::list),
        Row::new(Method::GET, experience!("/stats"), SEE, stats::read),
    ]
}

fn of_versions() -> Vec<Row> {
    vec![
        Row::new(Method::GET, experience!("/versions"), SEE, versions::list),
        Row::new(Method::POST, experience!("/versions"), EDIT, versions::save),
        Row::new(Method::GET, experience!("/versions/{n}"), SEE, versions::read),
        Row::new(Method::GET, experience!("/versions/{a}/diff/{b}"), SEE, versions::difference),
        Row::new(Method::POST, experience!("/preview"), SEE, experience_preview::preview),
        Row::new(Method::POST, experience!("/versions/{n}/publish"), PUBLISH, publishing::publish),
    ]
}
