//! The routes of apps, and of whoever watches over this process.

use actix_web::http::Method;

use super::{Access, Row};
use crate::delivery::{events, health, metrics, native, ofrep, preflight};

const NATIVE_ONE: &str = "/api/v1/feature-flags/{key}/evaluate";
const NATIVE_ALL: &str = "/api/v1/evaluate";
const EVENTS: &str = "/api/v1/events";
const OFREP_ONE: &str = "/ofrep/v1/evaluate/flags/{key}";
const OFREP_ALL: &str = "/ofrep/v1/evaluate/flags";

pub(super) fn rows() -> Vec<Row> {
    let asked = vec![
        Row::new(Method::POST, NATIVE_ONE, Access::SdkKey, native::evaluate),
        Row::new(Method::POST, NATIVE_ALL, Access::SdkKey, native::evaluate_all),
        Row::new(Method::POST, EVENTS, Access::SdkKey, events::take),
        Row::new(Method::POST, OFREP_ONE, Access::SdkKey, ofrep::evaluate),
        Row::new(Method::POST, OFREP_ALL, Access::SdkKey, ofrep::evaluate_all),
        Row::new(Method::GET, "/health/live", Access::Public, health::live),
        Row::new(Method::GET, "/health/ready", Access::Public, health::ready),
        Row::new(Method::GET, "/health/ready/control", Access::Public, health::control),
        Row::new(Method::GET, "/metrics", Access::Local, metrics::metrics),
    ];
    // What a browser asks before a request to another origin, without any credential.
    let preflights = [NATIVE_ONE, NATIVE_ALL, EVENTS, OFREP_ONE, OFREP_ALL]
        .map(|path| Row::new(Method::OPTIONS, path, Access::Public, preflight));
    asked.into_iter().chain(preflights).collect()
}
