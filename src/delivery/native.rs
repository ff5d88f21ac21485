//! Flagstaff's own evaluation endpoints.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::{
    Delivery, MOST_BODY, etag,
    profiles::{Decided, Known, Profiles},
    reply::{self, Many},
    request::{Admitted, Rejection, admit, context, parse},
};
use crate::domain::{
    context::{Attributes, MaybeAttribute},
    ruleset::{Answer, Key, Reason},
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
    profiles: web::Data<Profiles>,
) -> HttpResponse {
    let (kind, admitted) = admit(&request, payload, &delivery, MOST_BODY).await;
    let key = request.match_info().get("key").unwrap_or_default();
    let decide = |admitted: &_, known: &_| one(&delivery, key, admitted, known);
    match profiles.deciding(admitted, decide).await {
        Ok(body) => reply::ok(kind).body(body),
        Err(rejection) => reply::refused(&rejection.into(), kind),
    }
}

/// `POST /api/v1/evaluate`: the values of the keys that are named, or of all.
pub async fn evaluate_all(
    request: HttpRequest,
    payload: web::Payload,
    delivery: web::Data<Delivery>,
    profiles: web::Data<Profiles>,
) -> HttpResponse {
    let (kind, admitted) = admit(&request, payload, &delivery, MOST_BODY).await;
    let decide = |admitted: &_, known: &_| many(&delivery, &request, admitted, known);
    match profiles.deciding(admitted, decide).await {
        Ok(many) => many.into_response(kind),
        Err(rejection) => reply::refused(&rejection.into(), kind),
    }
}

fn one(
    delivery: &Delivery,
    key: &str,
    admitted: &Admitted,
    known: &Known,
) -> Result<Decided<web::Bytes>, Rejection> {
    let question: Question = parse(&admitted.body)?;
    let context = context(question.user_id, question.attributes)?;
    let look = delivery.look();
    let (environment, _) = look.open(&admitted.hash).map_err(Rejection::Refused)?;
    let subject = environment.subject(&context, known);
    let answer = environment.evaluate(key, &subject).ok_or(Rejection::NotFound)?;
    if let Some(who) = environment.depend_on(&[answer], &subject, known) {
        return Ok(Decided::Depends(who));
    }
    if question.count.unwrap_or(true) {
        environment.count(&[answer]);
        delivery.teaching().notice(environment, &admitted.hash, &context, subject.now);
    }
    Ok(Decided::Done(environment.bodies.native_single(answer.index)))
}

fn many(
    delivery: &Delivery,
    request: &HttpRequest,
    admitted: &Admitted,
    known: &Known,
) -> Result<Decided<Many>, Rejection> {
    let question: Question = parse(&admitted.body)?;
    let context = context(question.user_id, question.attributes)?;
    let look = delivery.look();
    let (environment, _) = look.open(&admitted.hash).map_err(Rejection::Refused)?;
    let subject = environment.subject(&context, known);
    let answers = environment.evaluate_all(question.keys.as_deref(), &subject);
    if let Some(who) = environment.depend_on(&answers, &subject, known) {
        return Ok(Decided::Depends(who));
    }
    let entries = answers.iter().map(|answer| environment.bodies.native_entry(answer.index));
    let body = all_body(entries, environment.ruleset.revision());
    let tag = etag::of(&body);
    if etag::matches(request.headers(), &tag) {
        return Ok(Decided::Done(Many { tag, body: None }));
    }
    if question.count.unwrap_or(true) {
        environment.count(&answers);
        delivery.teaching().notice(environment, &admitted.hash, &context, subject.now);
    }
    Ok(Decided::Done(Many { tag, body: Some(body) }))
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
