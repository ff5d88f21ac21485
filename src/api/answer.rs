//! What several answers share.

use actix_web::{HttpResponse, http::header};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{http::Problem, store::Page};

/// What a handler answers.
pub type Answer = Result<HttpResponse, Problem>;

/// One page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct List<T> {
    /// What is on it, in order.
    pub items: Vec<T>,
    /// Where the next page starts: hand it back as `cursor`. Null on the last page.
    pub next_cursor: Option<String>,
}

impl<T> List<T> {
    /// A list that always fits on one page.
    pub fn whole(items: Vec<T>) -> List<T> {
        List { items, next_cursor: None }
    }

    /// A page of the store, each item written by `write`.
    pub fn page<R>(page: Page<R>, write: impl FnMut(R) -> T) -> List<T> {
        let next_cursor = page.next.map(|id: Uuid| id.to_string());
        List { items: page.items.into_iter().map(write).collect(), next_cursor }
    }

    /// A page of a numbered list: at most `limit` of the items, of which there is one more when
    /// there is a next page.
    pub fn numbered<R>(
        mut rows: Vec<R>,
        limit: u16,
        number: impl Fn(&R) -> i64,
        write: impl FnMut(R) -> T,
    ) -> List<T> {
        let more = rows.len() > usize::from(limit);
        rows.truncate(usize::from(limit));
        let last = rows.last().map(|row| number(row).to_string());
        List { items: rows.into_iter().map(write).collect(), next_cursor: last.filter(|_| more) }
    }
}

/// 200 with that JSON.
pub fn ok(value: &impl Serialize) -> HttpResponse {
    HttpResponse::Ok().json(value)
}

/// 201 with that JSON, and where it can be read again.
pub fn created(location: &str, value: &impl Serialize) -> HttpResponse {
    HttpResponse::Created().insert_header((header::LOCATION, location)).json(value)
}
