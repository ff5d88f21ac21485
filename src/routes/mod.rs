//! Every URL, in tables. A row names a method, a path, the right that it needs and the handler;
//! from the same rows come what actix serves and what tests inspect, so that no route exists
//! without saying who may call it.
//!
//! Default deny: the right of the row is enforced before the handler reads anything.

mod api;
mod delivery;
mod guard;
mod table;

use actix_web::{
    HttpResponse,
    middleware::from_fn,
    web::{self, ServiceConfig},
};

use crate::{api::enveloped, http::Problem};

pub use table::{Access, Row};

/// Every route there is.
pub fn all() -> Vec<Row> {
    delivery::rows().into_iter().chain(api::rows()).collect()
}

/// Makes an app answer to every route, and to everything else with 404.
pub fn configure(config: &mut ServiceConfig) {
    table::mount(&delivery::rows(), config, |resource, config| {
        config.service(resource);
    });
    table::mount(&api::rows(), config, |resource, config| {
        config.service(resource.wrap(from_fn(enveloped)));
    });
    config.default_service(web::to(nowhere).wrap(from_fn(enveloped)));
}

async fn nowhere() -> Result<HttpResponse, Problem> {
    Err(Problem::not_found("There is nothing at this address."))
}
