//! The list of segments.

use std::collections::HashMap;

use actix_web::{
    HttpRequest,
    http::header::{HeaderMap, HeaderName, HeaderValue},
    web::Data,
};
use askama::Template;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{
    super::{Answer, Layout, Page, ProjectMember, Section, list_address::SORTS, time_words, work},
    create::EXAMPLES,
    list_query::ListQuery,
    matches::Members,
    used_in::{self, User},
    user_list::users,
};
use crate::{
    domain::{condition::Condition, role::Right},
    operations::{
        OperationError,
        reach::{self, Count},
    },
    population::Population,
    store::{
        Connection, Store, segment_lists, segment_revisions,
        segments::{self, Segment, SegmentFilter, SegmentKind},
    },
};

/// How many segments a page shows.
const PAGE: usize = 25;
/// How many users a row names.
const MOST_NAMED: usize = 3;

#[derive(Template)]
#[template(path = "segments/list.html")]
struct ListPage {
    layout: Layout,
    /// The address without what is asked for.
    path: String,
    query: ListQuery,
    lines: Vec<Line>,
    pager: Pager,
    /// How many are archived.
    archived: i64,
    /// Whether the project has any segment.
    has_any: bool,
    may_edit: bool,
}

/// Where in the list the page is.
struct Pager {
    from: usize,
    to: usize,
    total: usize,
    previous: Option<String>,
    next: Option<String>,
}

/// A segment.
struct Line {
    slug: String,
    name: String,
    address: String,
    words: String,
    /// How many known users are in it, where that is known.
    count: Option<Members>,
    users: Vec<User>,
    /// How many more use it.
    more: usize,
    is_archived: bool,
    changed: DateTime<Utc>,
    ago: String,
}

struct Found {
    segments: Vec<Segment>,
    conditions: HashMap<Uuid, Condition>,
    /// How many users lists have.
    sizes: HashMap<Uuid, i32>,
    users: HashMap<Uuid, Vec<User>>,
    counts: HashMap<String, Count>,
    total: i64,
    archived: i64,
    has_any: bool,
}

/// The list, as the address asks for it.
///
/// # Errors
/// [`crate::dashboard::PageError::Away`].
pub async fn segments(
    request: HttpRequest,
    member: ProjectMember,
    store: Data<Store>,
    population: Data<Population>,
) -> Answer {
    let query = ListQuery::parse(request.query_string());
    let (wanted, who) = (query.clone(), member.clone());
    let found = work::read(&store, move |conn| find(conn, &population, &who, &wanted)).await?;
    let (path, now) = (member.path("/segments"), Utc::now());
    let total = usize::try_from(found.total).unwrap_or_default();
    let (mut used_in, counts) = (found.users, found.counts);
    let lines: Vec<Line> = found
        .segments
        .iter()
        .map(|segment| {
            let made_of =
                (found.conditions.get(&segment.id), found.sizes.get(&segment.id).copied());
            let users = used_in.remove(&segment.id).unwrap_or_default();
            let count = counts.get(&segment.slug).map(Members::of);
            Line { count, ..Line::of(segment, made_of, users, &path, now) }
        })
        .collect();
    let address = query.address(&path);
    let mut answer = Page::show(&ListPage {
        layout: member.layout("Segments", Section::Segments),
        pager: Pager::new(&query, &path, lines.len(), total),
        archived: found.archived,
        has_any: found.has_any,
        may_edit: member.may(Right::Edit),
        lines,
        path,
        query,
    })?;
    remember(&request, &member, &address, answer.headers_mut());
    Ok(answer)
}

/// What htmx shows as the address: the one without what says nothing. A search that goes on takes
/// the place of the one before, so that typing leaves no trail.
fn remember(request: &HttpRequest, member: &ProjectMember, address: &str, headers: &mut HeaderMap) {
    let Ok(value) = HeaderValue::from_str(address) else { return };
    if !member.ask.is_htmx() {
        return;
    }
    let before = request.headers().get("hx-current-url").and_then(|url| url.to_str().ok());
    let before = before.and_then(|url| url.split_once('?')).map_or("", |(_, query)| query);
    let now = ListQuery::parse(request.query_string());
    let goes_on =
        ListQuery { search: now.search.clone(), page: now.page, ..ListQuery::parse(before) };
    let name = if goes_on == now { "hx-replace-url" } else { "hx-push-url" };
    headers.insert(HeaderName::from_static(name), value);
}

/// How many of the segments are counted, by slug. A page without numbers is better than none.
fn counts(
    conn: &mut Connection,
    population: &Population,
    member: &ProjectMember,
    found: &[Segment],
) -> HashMap<String, Count> {
    let slugs: Vec<&str> = found.iter().map(|segment| segment.slug.as_str()).collect();
    let (project, environment) = (member.project.id, member.environment.id);
    reach::of_segments(conn, population, project, environment, &slugs, Utc::now())
        .inspect_err(|error| tracing::warn!(%error, "the members of segments are not counted"))
        .unwrap_or_default()
}

fn find(
    conn: &mut Connection,
    population: &Population,
    member: &ProjectMember,
    query: &ListQuery,
) -> Result<Found, OperationError> {
    let project_id = member.project.id;
    let all = SegmentFilter { project_id, archived: None, search: None };
    let filter = SegmentFilter {
        project_id,
        archived: (!query.archived).then_some(false),
        search: Some(query.search.as_str()).filter(|text| !text.is_empty()),
    };
    let from = i64::from(query.page - 1) * PAGE as i64;
    let found = segments::slice(conn, &filter, query.sort, from, PAGE as i64)?;
    let ids: Vec<Uuid> = found.iter().map(|segment| segment.id).collect();
    let conditions = segment_revisions::newest_of(conn, &ids)?;
    let conditions = conditions
        .into_iter()
        .filter_map(|(id, json)| Some((id, Condition::from_json(&json).ok()?)));
    Ok(Found {
        conditions: conditions.collect(),
        sizes: segment_lists::sizes(conn, &ids)?.into_iter().collect(),
        users: used_in::of(conn, member, &ids)?,
        counts: counts(conn, population, member, &found),
        total: segments::count(conn, &filter)?,
        archived: segments::count(conn, &SegmentFilter { archived: Some(true), ..all })?,
        has_any: segments::count(conn, &all)? > 0,
        segments: found,
    })
}

impl Pager {
    fn new(query: &ListQuery, path: &str, shown: usize, total: usize) -> Pager {
        let before = (query.page as usize - 1) * PAGE;
        let page = |number| query.on_page(number).address(path);
        Pager {
            from: before + 1,
            to: before + shown,
            total,
            previous: (query.page > 1).then(|| page(query.page - 1)),
            next: (before + shown < total).then(|| page(query.page + 1)),
        }
    }
}

impl Line {
    fn of(
        segment: &Segment,
        (condition, size): (Option<&Condition>, Option<i32>),
        mut used_in: Vec<User>,
        path: &str,
        now: DateTime<Utc>,
    ) -> Line {
        let more = used_in.len().saturating_sub(MOST_NAMED);
        used_in.truncate(MOST_NAMED);
        let words = match segment.kind {
            SegmentKind::List => format!("list of {}", users(size.unwrap_or_default())),
            SegmentKind::Rules => condition.map(Condition::in_words).unwrap_or_default(),
        };
        Line {
            slug: segment.slug.clone(),
            name: segment.name.clone(),
            address: format!("{path}/{}", segment.slug),
            words,
            count: None,
            users: used_in,
            more,
            is_archived: segment.archived_at.is_some(),
            changed: segment.updated_at,
            ago: time_words::ago(segment.updated_at, now),
        }
    }
}
