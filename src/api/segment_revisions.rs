//! The revisions of segments: every form that a segment had, who gave it, and what changed.

use actix_web::web::{Data, Path};
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::{
    answer::{Answer, List, ok},
    body::OptionalBody,
    member::Member,
    precondition::IfMatch,
    query::Query,
    segments::{WholeSegment, find},
    work,
};
use crate::{
    operations::{
        self, OperationError,
        segment_revisions::{self, RevisionView},
    },
    store::{Store, segment_lists::ListRevision},
};

/// A revision of a segment.
#[derive(Debug, Serialize, ToSchema)]
pub struct RevisionEntry {
    /// From 1.
    revision: i32,
    /// Who made it.
    author: String,
    /// When.
    created_at: DateTime<Utc>,
    /// What changed with it, in sentences.
    changes: Vec<String>,
    /// What it did to a list; left out for conditions.
    #[serde(skip_serializing_if = "Option::is_none")]
    list: Option<ListChangeAnswer>,
}

/// What a revision did to a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct ListChangeAnswer {
    /// `create`, `replace`, `add`, `restore` or `copy`.
    change: &'static str,
    /// How many users the list has since.
    members: i32,
    /// How many of them were not there before.
    added: i32,
    /// How many were there before.
    removed: i32,
}

/// A revision of a segment with what it says.
#[derive(Debug, Serialize, ToSchema)]
pub struct RevisionAnswer {
    #[serde(flatten)]
    entry: RevisionEntry,
    /// The tree of conditions; left out for a list.
    #[serde(skip_serializing_if = "Option::is_none")]
    conditions: Option<Value>,
    /// What restoring it would change in the newest revision, in sentences.
    changes_to_newest: Vec<String>,
}

impl From<ListRevision> for ListChangeAnswer {
    fn from(list: ListRevision) -> ListChangeAnswer {
        let ListRevision { change, members, added, removed, .. } = list;
        ListChangeAnswer { change: change.as_str(), members, added, removed }
    }
}

impl From<RevisionView> for RevisionEntry {
    fn from(view: RevisionView) -> RevisionEntry {
        RevisionEntry {
            revision: view.number,
            author: view.author,
            created_at: view.created_at,
            changes: view.changes,
            list: view.list.map(ListChangeAnswer::from),
        }
    }
}

/// Lists the revisions of a segment, the newest first
#[utoipa::path(get, path = "/api/v1/segments/{slug}/revisions", tag = "Segments",
    params(("slug" = String, Path, description = "The segment's slug or id"),
           ("limit" = Option<u16>, Query, description = "1 to 200, else 50"),
           ("cursor" = Option<String>, Query, description = "The `next_cursor` before")),
    responses((status = 200, description = "The revisions", body = List<RevisionEntry>)))]
pub async fn list(member: Member, store: Data<Store>, query: Query, slug: Path<String>) -> Answer {
    query.only(&["limit", "cursor"])?;
    let (limit, below) = (query.limit()?, query.numbered_cursor::<i32>()?);
    let list = work::read(&store, move |conn| {
        let segment = find(conn, &member, &slug)?;
        let found = segment_revisions::list(conn, &segment, below, limit + 1)?;
        Ok(List::numbered(found, limit, |view| i64::from(view.number), RevisionEntry::from))
    });
    Ok(ok(&list.await?))
}

/// Reads a revision of a segment, compared with the newest one
#[utoipa::path(get, path = "/api/v1/segments/{slug}/revisions/{n}", tag = "Segments",
    params(("slug" = String, Path, description = "The segment's slug or id"),
           ("n" = i32, Path, description = "The number of the revision")),
    responses((status = 200, description = "The revision", body = RevisionAnswer)))]
pub async fn read(
    member: Member,
    store: Data<Store>,
    query: Query,
    path: Path<(String, String)>,
) -> Answer {
    query.only(&[])?;
    let (slug, n) = path.into_inner();
    let answer = work::read(&store, move |conn| {
        let segment = find(conn, &member, &slug)?;
        let mut view = segment_revisions::find(conn, &segment, numbered(&n)?)?;
        let conditions = view.conditions.take();
        let newest = segment.revision;
        let changes_to_newest = segment_revisions::difference(conn, &segment, newest, view.number)?;
        Ok(RevisionAnswer { entry: view.into(), conditions, changes_to_newest })
    });
    Ok(ok(&answer.await?))
}

/// Restores a revision of a segment
///
/// Makes a new revision that says the same, which acts at once in every environment.
#[utoipa::path(post, path = "/api/v1/segments/{slug}/revisions/{n}/restore", tag = "Segments",
    params(("slug" = String, Path, description = "The segment's slug or id"),
           ("n" = i32, Path, description = "The number of the revision")),
    responses((status = 200, description = "The segment", body = WholeSegment)))]
pub async fn restore(
    member: Member,
    store: Data<Store>,
    query: Query,
    path: Path<(String, String)>,
    base: IfMatch,
    body: OptionalBody,
) -> Answer {
    query.only(&[])?;
    body.nothing()?;
    let (slug, n) = path.into_inner();
    let segment = work::write_at_length(&store, move |conn| {
        let found = find(conn, &member, &slug)?;
        let (actor, number, base) = (&member.actor, numbered(&n)?, base.number());
        let segment = operations::segments::restore(conn, actor, found.id, number, base)?;
        WholeSegment::of(conn, segment)
    });
    Ok(ok(&segment.await?))
}

/// A number as it stands in an address.
fn numbered(text: &str) -> Result<i32, OperationError> {
    text.parse().map_err(|_| OperationError::NotFound("revision of this segment"))
}
