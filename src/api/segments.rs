//! Segments: named, reusable audiences.

use actix_web::web::{Data, Path};
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    answer::{Answer, List, created, ok},
    body::{Body, OptionalBody, optional_text},
    member::Member,
    openapi::Paging,
    precondition::{IfMatch, optional_base},
    query::{Query, listed},
    work,
};
use crate::{
    domain::reading::{Node, Problems},
    operations::{self, Link, OperationError},
    store::{
        Connection, Store, segment_lists, segment_revisions,
        segments::{self, Segment, SegmentFilter, SegmentKind},
    },
};

/// A segment to be.
#[derive(Debug, ToSchema)]
pub struct NewSegment {
    /// Its name; the slug is made from it.
    #[schema(example = "iPhone users in New York")]
    name: String,
    /// Whom it describes, in words.
    #[schema(required = false)]
    description: String,
    /// `rules`, which it is where this is left out, or `list`. It never changes.
    #[schema(required = false, value_type = String)]
    kind: SegmentKind,
    /// A tree of `all`, `any` and `not` over conditions; none for a list, whose users are uploaded.
    #[schema(example = json!({"all": [{"attribute": "country", "operator": "in", "value": ["US"]}]}))]
    conditions: Option<Value>,
}

/// A change of a segment; what is left out stays.
#[derive(Debug, ToSchema)]
pub struct SegmentEdit {
    /// Its name; the slug stays.
    name: Option<String>,
    /// Whom it describes, in words.
    description: Option<String>,
    /// The tree of conditions.
    conditions: Option<Value>,
    /// The newest revision that the editor knew; also as the header If-Match.
    base_revision: Option<i32>,
}

/// A name for a copy.
#[derive(Debug, ToSchema)]
pub struct SegmentClone {
    /// The name of the copy.
    name: String,
}

/// A segment, as it is answered.
#[derive(Debug, Serialize, ToSchema)]
pub struct SegmentAnswer {
    /// Identity.
    id: Uuid,
    /// Its name in addresses and definitions; never changes.
    slug: String,
    /// Its name.
    name: String,
    /// Whom it describes, in words.
    description: String,
    /// `rules` or `list`.
    kind: &'static str,
    /// The number of its newest conditions.
    revision: i32,
    /// When it was made.
    created_at: DateTime<Utc>,
    /// When it changed last.
    updated_at: DateTime<Utc>,
    /// Since when it is archived.
    archived_at: Option<DateTime<Utc>>,
}

/// A segment with its conditions.
#[derive(Debug, Serialize, ToSchema)]
pub struct WholeSegment {
    #[serde(flatten)]
    segment: SegmentAnswer,
    /// The tree of conditions; null for a list.
    conditions: Value,
    /// How many users are in a list; left out for conditions.
    #[serde(skip_serializing_if = "Option::is_none")]
    members: Option<i32>,
    /// The experiences and segments that use it.
    #[schema(value_type = Vec<Object>)]
    used_by: Vec<Link>,
}

impl NewSegment {
    fn read(node: &Node<'_>, problems: &mut Problems) -> Option<NewSegment> {
        node.object(&["name", "description", "kind", "conditions"], problems)?;
        let name = node.required("name", problems).and_then(|node| node.text(problems));
        let kind = node.field("kind").map_or(Some(SegmentKind::Rules), |node| {
            let kind = node.text(problems).and_then(SegmentKind::parse);
            if kind.is_none() {
                problems.push(node.problem("This is rules or list."));
            }
            kind
        });
        let conditions = match kind? {
            SegmentKind::Rules => Some(node.required("conditions", problems)?.json.clone()),
            SegmentKind::List => {
                let instead = "A list has user ids instead of conditions. Upload them once it is \
                               there.";
                problems.extend(node.field("conditions").map(|node| node.problem(instead)));
                None
            }
        };
        let description = optional_text(node, "description", problems).unwrap_or_default();
        Some(NewSegment { name: name?.to_owned(), description, kind: kind?, conditions })
    }
}

impl SegmentEdit {
    fn read(node: &Node<'_>, problems: &mut Problems) -> Option<SegmentEdit> {
        node.object(&["name", "description", "conditions", "base_revision"], problems)?;
        Some(SegmentEdit {
            name: optional_text(node, "name", problems),
            description: optional_text(node, "description", problems),
            conditions: node.field("conditions").map(|node| node.json.clone()),
            base_revision: optional_base(node, "base_revision", problems),
        })
    }
}

impl SegmentClone {
    fn read(node: &Node<'_>, problems: &mut Problems) -> Option<SegmentClone> {
        node.object(&["name"], problems)?;
        let name = node.required("name", problems)?.text(problems)?;
        Some(SegmentClone { name: name.to_owned() })
    }
}

impl From<Segment> for SegmentAnswer {
    fn from(segment: Segment) -> SegmentAnswer {
        SegmentAnswer {
            id: segment.id,
            slug: segment.slug,
            name: segment.name,
            description: segment.description,
            kind: segment.kind.as_str(),
            revision: segment.revision,
            created_at: segment.created_at,
            updated_at: segment.updated_at,
            archived_at: segment.archived_at,
        }
    }
}

impl WholeSegment {
    /// The segment with what belongs to it.
    ///
    /// # Errors
    /// Those of the database.
    pub fn of(conn: &mut Connection, segment: Segment) -> Result<WholeSegment, OperationError> {
        let newest = segment_revisions::find(conn, segment.id, segment.revision)?;
        let used_by = segments::used_by(conn, segment.id)?;
        let sizes = segment_lists::sizes(conn, &[segment.id])?;
        Ok(WholeSegment {
            segment: segment.into(),
            conditions: newest.map_or(Value::Null, |newest| newest.conditions),
            members: sizes.first().map(|(_, members)| *members),
            used_by: used_by.into_iter().map(Link::from).collect(),
        })
    }
}

/// Lists the segments of the project
#[utoipa::path(get, path = "/api/v1/segments", tag = "Segments",
    params(Paging, ("status" = Option<String>, Query, description = "`active` or `archived`")),
    responses((status = 200, description = "The segments", body = List<SegmentAnswer>)))]
pub async fn list(member: Member, store: Data<Store>, query: Query) -> Answer {
    query.only(&["limit", "cursor", "sort", "q", "status"])?;
    let (page, sort, archived) = (query.page()?, query.sort()?, query.archived()?);
    let search = query.get("q").map(str::to_owned);
    let list = work::read(&store, move |conn| {
        let project_id = member.project.id;
        let archived = Some(archived);
        let filter = SegmentFilter { project_id, archived, search: search.as_deref() };
        let page = listed(segments::list(conn, &filter, sort, page))?;
        Ok(List::page(page, SegmentAnswer::from))
    });
    Ok(ok(&list.await?))
}

/// Reads a segment
#[utoipa::path(get, path = "/api/v1/segments/{slug}", tag = "Segments",
    params(("slug" = String, Path, description = "The segment's slug or id")),
    responses((status = 200, description = "The segment", body = WholeSegment)))]
pub async fn read(member: Member, store: Data<Store>, query: Query, slug: Path<String>) -> Answer {
    query.only(&[])?;
    let segment = work::read(&store, move |conn| {
        let segment = find(conn, &member, &slug)?;
        WholeSegment::of(conn, segment)
    });
    Ok(ok(&segment.await?))
}

/// Creates a segment
#[utoipa::path(post, path = "/api/v1/segments", tag = "Segments", request_body = NewSegment,
    responses((status = 201, description = "The segment", body = WholeSegment)))]
pub async fn create(member: Member, store: Data<Store>, query: Query, body: Body) -> Answer {
    query.only(&[])?;
    let new = body.read(NewSegment::read)?;
    let segment = work::write(&store, move |conn| {
        let segment = add(conn, &member, &new)?;
        WholeSegment::of(conn, segment)
    });
    answer_new(segment.await?)
}

/// Changes a segment
///
/// New conditions act at once in every environment.
#[utoipa::path(put, path = "/api/v1/segments/{slug}", tag = "Segments",
    request_body = SegmentEdit,
    params(("slug" = String, Path, description = "The segment's slug or id")),
    responses((status = 200, description = "The segment", body = WholeSegment)))]
pub async fn edit(
    member: Member,
    store: Data<Store>,
    query: Query,
    slug: Path<String>,
    base: IfMatch,
    body: Body,
) -> Answer {
    query.only(&[])?;
    let edit = body.read(SegmentEdit::read)?;
    let segment = work::write(&store, move |conn| {
        let found = find(conn, &member, &slug)?;
        let edit = operations::segments::SegmentEdit {
            name: edit.name.as_deref(),
            description: edit.description.as_deref(),
            conditions: edit.conditions.as_ref(),
            base_revision: edit.base_revision.or(base.number()),
        };
        let segment = operations::segments::edit(conn, &member.actor, found.id, &edit)?;
        WholeSegment::of(conn, segment)
    });
    Ok(ok(&segment.await?))
}

/// Copies a segment under another name
#[utoipa::path(post, path = "/api/v1/segments/{slug}/clone", tag = "Segments",
    request_body = SegmentClone,
    params(("slug" = String, Path, description = "The segment's slug or id")),
    responses((status = 201, description = "The copy", body = WholeSegment)))]
pub async fn clone(
    member: Member,
    store: Data<Store>,
    query: Query,
    slug: Path<String>,
    body: Body,
) -> Answer {
    query.only(&[])?;
    let copy = body.read(SegmentClone::read)?;
    let segment = work::write_at_length(&store, move |conn| {
        let found = find(conn, &member, &slug)?;
        let segment = operations::segments::clone(conn, &member.actor, found.id, &copy.name)?;
        WholeSegment::of(conn, segment)
    });
    answer_new(segment.await?)
}

/// Archives a segment that nothing uses
#[utoipa::path(post, path = "/api/v1/segments/{slug}/archive", tag = "Segments",
    params(("slug" = String, Path, description = "The segment's slug or id")),
    responses((status = 200, description = "The segment", body = WholeSegment)))]
pub async fn archive(
    member: Member,
    store: Data<Store>,
    query: Query,
    slug: Path<String>,
    body: OptionalBody,
) -> Answer {
    query.only(&[])?;
    body.nothing()?;
    let segment = work::write(&store, move |conn| {
        let found = find(conn, &member, &slug)?;
        let segment = operations::segments::archive(conn, &member.actor, found.id)?;
        WholeSegment::of(conn, segment)
    });
    Ok(ok(&segment.await?))
}

/// Takes a segment back into use
#[utoipa::path(post, path = "/api/v1/segments/{slug}/unarchive", tag = "Segments",
    params(("slug" = String, Path, description = "The segment's slug or id")),
    responses((status = 200, description = "The segment", body = WholeSegment)))]
pub async fn unarchive(
    member: Member,
    store: Data<Store>,
    query: Query,
    slug: Path<String>,
    body: OptionalBody,
) -> Answer {
    query.only(&[])?;
    body.nothing()?;
    let segment = work::write(&store, move |conn| {
        let found = find(conn, &member, &slug)?;
        let segment = operations::segments::unarchive(conn, &member.actor, found.id)?;
        WholeSegment::of(conn, segment)
    });
    Ok(ok(&segment.await?))
}

fn add(
    conn: &mut Connection,
    member: &Member,
    new: &NewSegment,
) -> Result<Segment, OperationError> {
    let NewSegment { name, description, kind, conditions } = new;
    let project_id = member.project.id;
    match kind {
        SegmentKind::Rules => {
            let conditions = conditions.as_ref().unwrap_or(&Value::Null);
            let new =
                operations::segments::NewSegment { project_id, name, description, conditions };
            operations::segments::create(conn, &member.actor, &new)
        }
        SegmentKind::List => {
            let new = operations::segment_lists::NewList { project_id, name, description };
            operations::segment_lists::create(conn, &member.actor, &new, None)
        }
    }
}

fn answer_new(segment: WholeSegment) -> Answer {
    Ok(created(&format!("/api/v1/segments/{}", segment.segment.slug), &segment))
}

/// The segment of that slug or id in the member's project.
///
/// # Errors
/// [`OperationError::NotFound`].
pub fn find(conn: &mut Connection, member: &Member, name: &str) -> Result<Segment, OperationError> {
    let found = match Uuid::try_parse(name) {
        Ok(id) => segments::find(conn, id)?,
        Err(_) if name.contains('\0') => None,
        Err(_) => segments::find_by_slug(conn, member.project.id, name)?,
    };
    found
        .filter(|segment| segment.project_id == member.project.id)
        .ok_or(OperationError::NotFound("segment"))
}
