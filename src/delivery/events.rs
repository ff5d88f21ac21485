//! `POST /api/v1/events`: what apps report about their users.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use chrono::Utc;
use serde::Deserialize;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::{
    Delivery, KeyKind, cors,
    profiles::Profiles,
    reply,
    request::{Admitted, Rejection, admit, parse},
};
use crate::{
    domain::event::Event,
    http::Problem,
    store::{
        StoreError,
        profiles::{Fate, Reporter},
    },
};

/// The most bytes of a call: about 1 KiB for each report.
const MOST_BODY: usize = 1024 * 1024;
/// The most reports of a call.
const MOST_EVENTS: usize = 1_000;

/// What an app sends; unknown fields are ignored.
#[derive(Debug, Deserialize)]
struct Batch {
    events: Vec<Json>,
}

/// Takes a batch: 202 means stored, with what became of each report.
pub async fn take(
    request: HttpRequest,
    payload: web::Payload,
    delivery: web::Data<Delivery>,
    profiles: web::Data<Profiles>,
) -> HttpResponse {
    let (kind, admitted) = admit(&request, payload, &delivery, MOST_BODY).await;
    let taken = match admitted.and_then(|admitted| batch(&delivery, &admitted)) {
        Ok((place, events)) => store(profiles.into_inner(), place, events).await,
        Err(rejection) => Err(rejection.into()),
    };
    match taken {
        Ok(results) => {
            let mut response = HttpResponse::Accepted();
            cors::open(&mut response, kind);
            response.json(json!({"results": results}))
        }
        Err(problem) => reply::refused(&problem, kind),
    }
}

/// Where reports belong, and who says them.
type Place = (Uuid, Reporter);

fn batch(delivery: &Delivery, admitted: &Admitted) -> Result<(Place, Vec<Json>), Rejection> {
    let Batch { events } = parse(&admitted.body)?;
    if events.len() > MOST_EVENTS {
        let message = format!("A call takes at most {MOST_EVENTS} events. Send them in parts.");
        return Err(Rejection::Unreadable(message));
    }
    let look = delivery.look();
    let (environment, kind) = look.open(&admitted.hash).map_err(Rejection::Refused)?;
    let reporter = match kind {
        KeyKind::Server => Reporter::Server,
        KeyKind::Client => Reporter::Client,
    };
    Ok(((environment.id, reporter), events))
}

async fn store(
    profiles: Arc<Profiles>,
    (environment_id, reporter): Place,
    events: Vec<Json>,
) -> Result<Vec<Json>, Problem> {
    // Reading a thousand reports would hold up whoever else waits on this thread.
    let taking = move || {
        let now = Utc::now();
        let read: Vec<Result<Event, String>> =
            events.iter().map(|event| Event::read(event, now)).collect();
        let good = read.iter().filter_map(|read| read.as_ref().ok().cloned()).collect();
        let mut taken = profiles.take(environment_id, reporter, good, now)?.into_iter();
        let fates = read.into_iter().map(|read| match read {
            Ok(_) => taken.next().unwrap_or(Fate::Duplicate),
            Err(reason) => Fate::Refused(reason),
        });
        Ok(events.iter().zip(fates).map(|(event, fate)| result(event, fate)).collect())
    };
    let stopping = |_| StoreError::Unavailable("Flagstaff is stopping".to_owned());
    let taken = web::block(taking).await.map_err(stopping).and_then(|taken| taken);
    taken.map_err(|error| not_stored(&error))
}

/// What became of one report, under the id that it was sent with.
fn result(event: &Json, fate: Fate) -> Json {
    let id = event.get("id").cloned().unwrap_or_default();
    match fate {
        Fate::Stored => json!({"id": id, "status": "stored"}),
        Fate::Duplicate => json!({"id": id, "status": "duplicate"}),
        Fate::Refused(reason) => json!({"id": id, "status": "refused", "reason": reason}),
    }
}

/// Reports have ids, so sending them again is always safe.
fn not_stored(error: &StoreError) -> Problem {
    tracing::warn!(%error, "events could not be stored");
    let detail = "The events could not be stored now. Send the same ones again in a few seconds.";
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, detail).retry_after(2)
}
