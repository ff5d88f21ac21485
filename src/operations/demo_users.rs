//! The users of the demonstration's app: two thousand, always the same.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use uuid::Uuid;

use super::OperationError;
use crate::domain::event::Event;
use crate::store::Connection;
use crate::store::profiles::{self, Reporter};

const USERS: u32 = 2_000;
/// How many reports are stored at once.
const BATCH: usize = 1_000;

const CITIES: [(&str, &str); 8] = [
    ("New York", "US"),
    ("Miami", "US"),
    ("Chicago", "US"),
    ("London", "GB"),
    ("Berlin", "DE"),
    ("Paris", "FR"),
    ("Mumbai", "IN"),
    ("São Paulo", "BR"),
];
const DEVICES: [(&str, &str, &str); 5] = [
    ("iPhone 15", "iOS", "17.1"),
    ("iPhone 13", "iOS", "16.6"),
    ("Pixel 8", "Android", "14"),
    ("Galaxy S23", "Android", "13"),
    ("iPhone SE", "iOS", "15.8"),
];
const PLANS: [&str; 4] = ["free", "free", "premium", "trial"];
const EVENTS: [&str; 3] = ["Video Played", "Charged", "App Launched"];

/// Stores them, as the app's own server would have told of them.
///
/// # Errors
/// Those of the database.
pub(super) fn load(
    conn: &mut Connection,
    environment_id: Uuid,
    now: DateTime<Utc>,
) -> Result<(), OperationError> {
    let reports: Vec<Event> = (0..USERS).flat_map(|user| reports_of(user, now)).collect();
    for batch in reports.chunks(BATCH) {
        profiles::take(conn, environment_id, Reporter::Server, batch, now)?;
    }
    Ok(())
}

/// Who a user is, and what they did of late.
fn reports_of(user: u32, now: DateTime<Utc>) -> Vec<Event> {
    // Mixed, so that cities and devices don't go together (Knuth's multiplicative hash).
    let mixed = user.wrapping_mul(2_654_435_761) as usize;
    let (Some((city, country)), Some((device, os, os_version)), Some(plan)) = (
        CITIES.get(mixed % CITIES.len()),
        DEVICES.get((mixed >> 8) % DEVICES.len()),
        PLANS.get((mixed >> 16) % PLANS.len()),
    ) else {
        return Vec::new();
    };
    let user_id = format!("u_{}", 10_000 + user);
    let set = json!({
        "city": city, "country": country, "device_model": device, "os": os,
        "os_version": os_version, "plan": plan, "seats": 1 + mixed % 20,
    });
    let mut reports = vec![json!({"id": format!("demo-{user}"), "user_id": user_id, "set": set})];
    for (place, event) in EVENTS.iter().enumerate().take(mixed % 4) {
        let at = now - TimeDelta::hours(((mixed >> 4) % 140) as i64);
        reports.push(json!({
            "id": format!("demo-{user}-{place}"), "user_id": user_id, "event": event,
            "timestamp": at.to_rfc3339(),
        }));
    }
    reports.iter().filter_map(|report| Event::read(report, now).ok()).collect()
}
