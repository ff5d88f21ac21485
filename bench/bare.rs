//! Bare actix handlers, the yardstick of `bench/http`: they do what no server can leave out, and
//! nothing else.
//!
//! `bare ADDRESS SINGLE_ANSWER BULK_ANSWER`: two files with answers of Flagstaff.

use std::collections::BTreeMap;

use actix_web::{
    App, HttpResponse, HttpServer,
    http::{StatusCode, header},
    web::{Bytes, Data, post},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// What is asked.
#[derive(Deserialize)]
struct Question {
    user_id: String,
    attributes: BTreeMap<String, Value>,
}

/// The answer to a bulk request.
#[derive(Serialize, Deserialize)]
struct Answer {
    values: BTreeMap<String, Entry>,
    revision: i64,
}

#[derive(Serialize, Deserialize)]
struct Entry {
    value: Value,
    variant: String,
    reason: String,
    version: Option<i64>,
}

struct Answers {
    single: Bytes,
    bulk: Answer,
}

fn parsed(body: &Bytes) -> serde_json::Result<usize> {
    let question: Question = serde_json::from_slice(body)?;
    Ok(question.user_id.len() + question.attributes.len())
}

fn json(body: impl actix_web::body::MessageBody + 'static) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
        .insert_header((header::ACCESS_CONTROL_EXPOSE_HEADERS, "ETag, Retry-After"))
        .insert_header((header::CONTENT_TYPE, "application/json"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .body(body)
}

fn refuse() -> HttpResponse {
    HttpResponse::new(StatusCode::BAD_REQUEST)
}

async fn single(body: Bytes, answers: Data<Answers>) -> HttpResponse {
    match parsed(&body) {
        Ok(_) => json(answers.single.clone()),
        Err(_) => refuse(),
    }
}

async fn bulk(body: Bytes, answers: Data<Answers>) -> HttpResponse {
    match parsed(&body).and_then(|_| serde_json::to_vec(&answers.bulk)) {
        Ok(body) => json(body),
        Err(_) => refuse(),
    }
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [address, single_file, bulk_file] = arguments.as_slice() else {
        return Err("bare ADDRESS SINGLE_ANSWER BULK_ANSWER".into());
    };
    let answers = Data::new(Answers {
        single: std::fs::read(single_file)?.into(),
        bulk: serde_json::from_slice(&std::fs::read(bulk_file)?)?,
    });
    HttpServer::new(move || {
        App::new()
            .app_data(answers.clone())
            .route("/single", post().to(single))
            .route("/bulk", post().to(bulk))
    })
    .bind(address)?
    .run()
    .await?;
    Ok(())
}
