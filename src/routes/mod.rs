//! Every URL, in tables. A row names a method, a path, the right that it needs and the handler;
//! from the same rows come what actix serves and what tests inspect, so that no route exists
//! without saying who may call it.
//!
//! Default deny: the right of the row is enforced before the handler reads anything.

mod api;
mod dashboard;
mod delivery;
mod guard;
mod pages;
mod table;

use actix_web::{
    HttpResponse,
    guard::{GuardContext, fn_guard},
    http::header,
    middleware::from_fn,
    web::{self, ServiceConfig},
};

use crate::{
    api::enveloped,
    dashboard::{framed, home},
    http::Problem,
};

pub use pages::PageRow;
pub use table::{Access, Row};

/// Every route but those of pages.
pub fn all() -> Vec<Row> {
    delivery::rows().into_iter().chain(api::rows()).chain(dashboard::open_rows()).collect()
}

/// Every route of a page.
pub fn pages() -> Vec<PageRow> {
    dashboard::rows()
}

/// Makes an app answer to every route, and to everything else with 404: with a page below the
/// addresses of pages and to whoever would read one, else with a problem.
pub fn configure(config: &mut ServiceConfig) {
    table::mount(&delivery::rows(), config, |resource, config| {
        config.service(resource);
    });
    let of_callers: Vec<Row> = api::rows().into_iter().chain(dashboard::open_rows()).collect();
    table::mount(&of_callers, config, |resource, config| {
        config.service(resource.wrap(from_fn(enveloped)));
    });
    pages::mount(&pages(), config);
    let no_page = || web::to(home::nowhere).wrap(from_fn(framed));
    config.service(web::resource("/p/{rest:.*}").default_service(no_page()));
    config.service(
        web::resource("/{rest:.*}").guard(fn_guard(reads_pages)).default_service(no_page()),
    );
    config.default_service(web::to(nowhere).wrap(from_fn(enveloped)));
}

/// Whether whoever asks is a browser that goes to an address.
fn reads_pages(context: &GuardContext<'_>) -> bool {
    let accept = context.head().headers().get(header::ACCEPT);
    accept.and_then(|value| value.to_str().ok()).is_some_and(|value| value.contains("text/html"))
}

async fn nowhere() -> Result<HttpResponse, Problem> {
    Err(Problem::not_found("There is nothing at this address."))
}
