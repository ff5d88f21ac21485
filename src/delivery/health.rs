//! Whether this process lives, can answer evaluations, and can do management work. None of these
//! asks Postgres: they tell what is known.

use actix_web::{HttpResponse, http::StatusCode, web};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use super::{Delivery, Origin};

/// How fresh Postgres's last confirmation must be for management work.
const FRESH: TimeDelta = TimeDelta::seconds(5);

/// `GET /health/live`: the process runs.
pub async fn live() -> HttpResponse {
    HttpResponse::Ok().json(json!({"status": "live"}))
}

/// `GET /health/ready`: evaluations are answered, whatever the age of what is served.
pub async fn ready(delivery: web::Data<Delivery>) -> HttpResponse {
    let origin = delivery.look().served().origin();
    let (status, word) = match origin {
        _ if delivery.is_stopping() => (StatusCode::SERVICE_UNAVAILABLE, "stopping"),
        Origin::Nothing => (StatusCode::SERVICE_UNAVAILABLE, "starting"),
        Origin::Postgres | Origin::LastKnownGood => (StatusCode::OK, "ready"),
    };
    let now = Utc::now();
    let fresh = is_fresh(&delivery, now);
    let source = if fresh || origin == Origin::Nothing { origin } else { Origin::LastKnownGood };
    HttpResponse::build(status).json(json!({
        "status": word,
        "source": source,
        "postgres_confirmed_at": delivery.confirmed_at(),
        "age_seconds": delivery.confirmed_at().map(|at| (now - at).num_seconds().max(0)),
    }))
}

/// `GET /health/ready/control`: the dashboard and management work.
pub async fn control(delivery: web::Data<Delivery>) -> HttpResponse {
    let fresh = is_fresh(&delivery, Utc::now());
    let (status, word) = match (delivery.is_stopping(), fresh) {
        (true, _) => (StatusCode::SERVICE_UNAVAILABLE, "stopping"),
        (false, true) => (StatusCode::OK, "ready"),
        (false, false) => (StatusCode::SERVICE_UNAVAILABLE, "postgres is away"),
    };
    let confirmed_at = delivery.confirmed_at();
    HttpResponse::build(status).json(json!({"status": word, "postgres_confirmed_at": confirmed_at}))
}

fn is_fresh(delivery: &Delivery, now: DateTime<Utc>) -> bool {
    delivery.confirmed_at().is_some_and(|at| now - at < FRESH)
}
