//! Numbers for Prometheus.

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::Utc;
use prometheus::{Encoder, IntCounter, IntGauge, IntGaugeVec, Opts, Registry, TextEncoder};

use super::{Delivery, Origin, Statistics};
use crate::http::Problem;

/// `GET /metrics`, for callers on this machine. Behind a proxy every caller seems to be on this
/// machine, so a request that was passed on is refused.
pub async fn metrics(
    request: HttpRequest,
    delivery: web::Data<Delivery>,
    statistics: web::Data<Statistics>,
) -> HttpResponse {
    let passed_on = ["forwarded", "x-forwarded-for", "x-real-ip", "via"]
        .iter()
        .any(|name| request.headers().contains_key(*name));
    let local = request.peer_addr().is_some_and(|address| address.ip().is_loopback());
    if passed_on || !local {
        return Problem::not_found("There is no such page.").to_response();
    }
    match text(&delivery, &statistics) {
        Ok(text) => HttpResponse::Ok().content_type("text/plain; version=0.0.4").body(text),
        Err(error) => {
            tracing::error!(%error, "can't write the metrics");
            HttpResponse::InternalServerError().finish()
        }
    }
}

fn text(delivery: &Delivery, statistics: &Statistics) -> Result<Vec<u8>, prometheus::Error> {
    let registry = Registry::new();
    let (delivered, dropped) = statistics.totals();
    counter(&registry, "flagstaff_deliveries_total", "Values handed out and counted.", delivered)?;
    let help = "Deliveries whose count could not be kept.";
    counter(&registry, "flagstaff_deliveries_dropped_total", help, dropped)?;
    let help = "Different counts that wait to be brought to Postgres.";
    gauge(&registry, "flagstaff_deliveries_waiting", help, statistics.waiting() as i64)?;
    let look = delivery.look();
    let up_to_date = i64::from(look.served().origin() == Origin::Postgres);
    let help = "1 when what is served came from Postgres, 0 when from the last-known-good files.";
    gauge(&registry, "flagstaff_serving_from_postgres", help, up_to_date)?;
    if let Some(at) = delivery.confirmed_at() {
        let help = "Seconds since Postgres last confirmed what is served.";
        let age = (Utc::now() - at).num_seconds().max(0);
        gauge(&registry, "flagstaff_snapshot_age_seconds", help, age)?;
    }
    let help = "The revision that each environment serves.";
    let options = Opts::new("flagstaff_snapshot_revision", help);
    let revisions = IntGaugeVec::new(options, &["project", "environment"])?;
    for environment in look.served().environments() {
        revisions
            .with_label_values(&[environment.project.as_str(), environment.name.as_str()])
            .set(environment.ruleset.revision());
    }
    registry.register(Box::new(revisions))?;
    let mut text = Vec::new();
    TextEncoder::new().encode(&registry.gather(), &mut text)?;
    Ok(text)
}

fn counter(
    registry: &Registry,
    name: &str,
    help: &str,
    value: u64,
) -> Result<(), prometheus::Error> {
    let counter = IntCounter::new(name, help)?;
    counter.inc_by(value);
    registry.register(Box::new(counter))
}

fn gauge(registry: &Registry, name: &str, help: &str, value: i64) -> Result<(), prometheus::Error> {
    let gauge = IntGauge::new(name, help)?;
    gauge.set(value);
    registry.register(Box::new(gauge))
}
