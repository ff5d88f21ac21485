//! Flagstaff's own evaluation endpoints.

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::Utc;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::{
    Delivery, KeyKind, Refusal, cors, etag,
    reply::{self, Many},
    request::{Admitted, Rejection, admit, context, parse},
};
use crate::{
    domain::{
        context::{Attributes, MaybeAttribute},
        ruleset::{Answer, Key, Reason},
    },
    http::Problem,
};

/// What an app asks; unknown fields are ignored.
#[derive(Debug, Default, Deserialize)]
struct Question {
    #[serde(default)]
    user_id: MaybeAttribute,
    #[serde(default)]
    attributes: Attributes,
    keys: Option<Vec<String>>,
    count: Option<bool>,
}

/// `POST /api/v1/feature-flags/{key}/evaluate`: the value of one key.
pub async fn evaluate(
    request: HttpRequest,
    payload: web::Payload,
    delivery: web::Data<Delivery>,
) -> HttpResponse {
    let (kind, admitted) = admit(&request, payload, &delivery).await;
    let key = request.match_info().get("key").unwrap_or_default();
    match admitted.and_then(|admitted| one(&delivery, key, &admitted)) {
        Ok(body) => reply::ok(kind).body(body),
        Err(rejection) => reject(rejection, kind),
    }
}

/// `POST /api/v1/evaluate`: the values of the keys that are named, or of all.
pub async fn evaluate_all(
    request: HttpRequest,
    payload: web::Payload,
    delivery: web::Data<Delivery>,
) -> HttpResponse {
    let (kind, admitted) = admit(&request, payload, &delivery).await;
    match admitted.and_then(|admitted| many(&delivery, &request, &admitted)) {
        Ok(many) => many.into_response(kind),
        Err(rejection) => reject(rejection, kind),
    }
}

fn one(delivery: &Delivery, key: &str, admitted: &Admitted) -> Result<web::Bytes, Rejection> {
    let question: Question = parse(&admitted.body)?;
    let context = context(question.user_id, question.attributes)?;
    let look = delivery.look();
    let (environment, _) = look.open(&admitted.hash).map_err(Rejection::Refused)?;
    let count = question.count.unwrap_or(true);
    let answer = environment.evaluate(key, &context, Utc::now(), count);
    let answer = answer.ok_or(Rejection::NotFound)?;
    Ok(environment.bodies.native_single(answer.index))
}

fn many(
    delivery: &Delivery,
    request: &HttpRequest,
    admitted: &Admitted,
) -> Result<Many, Rejection> {
    let question: Question = parse(&admitted.body)?;
    let context = context(question.user_id, question.attributes)?;
    let look = delivery.look();
    let (environment, _) = look.open(&admitted.hash).map_err(Rejection::Refused)?;
    let answers = environment.evaluate_all(question.keys.as_deref(), &context, Utc::now());
    let entries = answers.iter().map(|answer| environment.bodies.native_entry(answer.index));
    let body = all_body(entries, environment.ruleset.revision());
    let tag = etag::of(&body);
    if etag::matches(request.headers(), &tag) {
        return Ok(Many { tag, body: None });
    }
    if question.count.unwrap_or(true) {
        environment.count(&answers);
    }
    Ok(Many { tag, body: Some(body) })
}

/// The answer for one key.
pub fn single_body(key: &Key, answer: &Answer) -> String {
    let decision = &answer.decision;
    let rollout = decision.rollout.or(key.short_rollout).map(|rollout| rollout.to_json());
    let mut body = json!({
        "flag_key": key.name,
        "enabled": answer.enabled,
        "value": answer.value.to_json(),
        "variant": answer.variant,
        "payload": payload(answer),
        "reason": decision.reason,
        "version": decision.version.map(|version| version.number),
        "rollout_percentage": rollout,
    });
    if let (Reason::Stale, Json::Object(body)) = (decision.reason, &mut body) {
        body.insert("metadata".to_owned(), json!({"profile": "unavailable"}));
    }
    body.to_string()
}

fn payload(answer: &Answer) -> Option<Json> {
    answer.decision.payload.as_deref().and_then(|payload| serde_json::from_str(payload).ok())
}

/// The answer for one of many keys: a member of an object.
pub fn entry(key: &Key, answer: &Answer) -> String {
    let decision = &answer.decision;
    let entry = json!({
        "value": answer.value.to_json(),
        "variant": answer.variant,
        "reason": decision.reason,
        "version": decision.version.map(|version| version.number),
    });
    format!("{}:{entry}", json!(key.name))
}

fn all_body<'a>(entries: impl Iterator<Item = &'a str> + Clone, revision: i64) -> Vec<u8> {
    let room = entries.clone().map(|entry| entry.len() + 1).sum::<usize>() + 64;
    let mut body = Vec::with_capacity(room);
    body.extend_from_slice(b"{\"values\":{");
    for (i, entry) in entries.enumerate() {
        if i > 0 {
            body.push(b',');
        }
        body.extend_from_slice(entry.as_bytes());
    }
    body.extend_from_slice(format!("}},\"revision\":{revision}}}").as_bytes());
    body
}

fn reject(rejection: Rejection, kind: Option<KeyKind>) -> HttpResponse {
    let problem = match rejection {
        Rejection::Refused(refusal @ Refusal::NotReady) => {
            Problem::new(actix_web::http::StatusCode::SERVICE_UNAVAILABLE, refusal.detail())
                .retry_after(2)
        }
        Rejection::Refused(refusal) => Problem::unauthorized(refusal.detail()),
        Rejection::Body(error) => error.into(),
        Rejection::Unreadable(detail) | Rejection::Context(detail) => Problem::bad_request(detail),
        Rejection::NotFound => Problem::not_found("There is no flag of this key in this project."),
    };
    let mut response = problem.to_response();
    cors::open_to(response.headers_mut(), kind);
    response
}
