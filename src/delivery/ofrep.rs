//! OFREP 0.3, the protocol of OpenFeature's providers.

use actix_web::{
    HttpRequest, HttpResponse, HttpResponseBuilder,
    http::{StatusCode, header::RETRY_AFTER},
    web,
};
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

use super::{
    Delivery, KeyKind, MOST_BODY, Refusal, cors, etag,
    profiles::{Decided, Known, Profiles},
    reply::{self, Many},
    request::{Admitted, Rejection, admit, context, parse},
};
use crate::{
    domain::{
        context::{Attributes, Context, MaybeAttribute, USER_ID},
        ruleset::{Answer, Key, Reason},
    },
    http::Problem,
};

/// OpenFeature's name for the user's id.
const TARGETING_KEY: &str = "targetingKey";

#[derive(Debug, Default, Deserialize)]
struct Question {
    #[serde(default)]
    context: Attributes,
}

impl Question {
    /// A property under our own name wins over OpenFeature's.
    fn context(self) -> Result<Context, Rejection> {
        let attributes = self.context;
        let named = attributes.get(USER_ID).or_else(|| attributes.get(TARGETING_KEY)).cloned();
        context(MaybeAttribute(named), attributes)
    }
}

/// `POST /ofrep/v1/evaluate/flags/{key}`: the value of one key.
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
        Err(rejection) => reject(rejection, kind, Some(key)),
    }
}

/// `POST /ofrep/v1/evaluate/flags`: the values of all keys.
pub async fn evaluate_all(
    request: HttpRequest,
    payload: web::Payload,
    delivery: web::Data<Delivery>,
    profiles: web::Data<Profiles>,
) -> HttpResponse {
    let (kind, admitted) = admit(&request, payload, &delivery, MOST_BODY).await;
    let decide = |admitted: &_, known: &_| all(&delivery, &request, admitted, known);
    match profiles.deciding(admitted, decide).await {
        Ok(many) => many.into_response(kind),
        Err(rejection) => reject(rejection, kind, None),
    }
}

fn one(
    delivery: &Delivery,
    key: &str,
    admitted: &Admitted,
    known: &Known,
) -> Result<Decided<web::Bytes>, Rejection> {
    let context = parse::<Question>(&admitted.body)?.context()?;
    let look = delivery.look();
    let (environment, _) = look.open(&admitted.hash).map_err(Rejection::Refused)?;
    let subject = environment.subject(&context, known);
    let answer = environment.evaluate(key, &subject).ok_or(Rejection::NotFound)?;
    if let Some(who) = environment.depend_on(&[answer], &subject, known) {
        return Ok(Decided::Depends(who));
    }
    environment.count(&[answer]);
    delivery.teaching().notice(environment, &admitted.hash, &context, subject.now);
    Ok(Decided::Done(environment.bodies.ofrep(answer.index)))
}

fn all(
    delivery: &Delivery,
    request: &HttpRequest,
    admitted: &Admitted,
    known: &Known,
) -> Result<Decided<Many>, Rejection> {
    let context = parse::<Question>(&admitted.body)?.context()?;
    let look = delivery.look();
    let (environment, _) = look.open(&admitted.hash).map_err(Rejection::Refused)?;
    let subject = environment.subject(&context, known);
    let answers = environment.evaluate_all(None, &subject);
    if let Some(who) = environment.depend_on(&answers, &subject, known) {
        return Ok(Decided::Depends(who));
    }
    let bodies = answers.iter().map(|answer| environment.bodies.ofrep_text(answer.index));
    let body = all_body(bodies);
    let tag = etag::of(&body);
    if etag::matches(request.headers(), &tag) {
        return Ok(Decided::Done(Many { tag, body: None }));
    }
    environment.count(&answers);
    delivery.teaching().notice(environment, &admitted.hash, &context, subject.now);
    Ok(Decided::Done(Many { tag, body: Some(body) }))
}

/// The answer for one key. A value of JSON null is left out: OpenFeature then takes the default
/// of the code, where null would be an error.
pub fn body(key: &Key, answer: &Answer) -> String {
    let decision = &answer.decision;
    let mut metadata = Map::new();
    if let Some(version) = decision.version {
        metadata.insert("version".to_owned(), version.number.into());
    }
    if let Some(row) = &decision.row {
        metadata.insert("row".to_owned(), row.as_str().into());
    }
    if decision.reason == Reason::Stale {
        metadata.insert("profile".to_owned(), "unavailable".into());
    }
    let mut body = json!({
        "key": key.name,
        "reason": decision.reason,
        "variant": answer.variant,
        "metadata": metadata,
    });
    let value = answer.value.to_json();
    if let (Json::Object(body), false) = (&mut body, value.is_null()) {
        body.insert("value".to_owned(), value);
    }
    body.to_string()
}

fn all_body<'a>(bodies: impl Iterator<Item = &'a [u8]> + Clone) -> Vec<u8> {
    let room = bodies.clone().map(|body| body.len() + 1).sum::<usize>() + 32;
    let mut all = Vec::with_capacity(room);
    all.extend_from_slice(b"{\"flags\":[");
    for (i, body) in bodies.enumerate() {
        if i > 0 {
            all.push(b',');
        }
        all.extend_from_slice(body);
    }
    all.extend_from_slice(b"],\"metadata\":{}}");
    all
}

fn reject(rejection: Rejection, kind: Option<KeyKind>, key: Option<&str>) -> HttpResponse {
    let (status, code, detail) = match rejection {
        Rejection::Refused(refusal @ Refusal::NotReady) => {
            (StatusCode::SERVICE_UNAVAILABLE, None, refusal.detail().to_owned())
        }
        Rejection::Refused(refusal) => {
            (StatusCode::UNAUTHORIZED, None, refusal.detail().to_owned())
        }
        Rejection::Body(error) => (Problem::from(error).status(), None, error.to_string()),
        Rejection::Unreadable(detail) => (StatusCode::BAD_REQUEST, Some("PARSE_ERROR"), detail),
        Rejection::Context(detail) => (StatusCode::BAD_REQUEST, Some("INVALID_CONTEXT"), detail),
        Rejection::NotFound => {
            let detail = "There is no flag of this key in this project.".to_owned();
            (StatusCode::NOT_FOUND, Some("FLAG_NOT_FOUND"), detail)
        }
    };
    let mut body = json!({"errorDetails": detail});
    if let (Json::Object(body), Some(code)) = (&mut body, code) {
        body.insert("errorCode".to_owned(), code.into());
        key.map(|key| body.insert("key".to_owned(), key.into()));
    }
    let mut response = HttpResponseBuilder::new(status);
    cors::open(&mut response, kind);
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.insert_header((RETRY_AFTER, "2"));
    }
    response.json(body)
}
