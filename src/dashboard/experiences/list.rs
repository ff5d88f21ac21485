//! The list of feature flags.

use std::collections::HashMap;

use actix_web::{HttpRequest, web::Data};
use askama::Template;
use chrono::Utc;

use super::{
    super::{Answer, Layout, Page, Pager, ProjectMember, Section, work},
    list_query::{ListQuery, ListSort, TABS},
    row::{self, Line},
    segment_names::SegmentNames,
};
use crate::{
    domain::{
        experience::{Kind, Status},
        role::Right,
        version::Content,
    },
    operations::{
        OperationError,
        experiences::{self, ExperienceView},
    },
    store::{
        Connection, Store,
        standings::{self, ExperienceFilter, StatusFilter},
    },
};

/// How many flags a page shows.
const PAGE: usize = 25;

#[derive(Template)]
#[template(path = "experiences/list.html")]
struct ListPage {
    layout: Layout,
    /// The address without what is asked for.
    path: String,
    query: ListQuery,
    environment: String,
    tabs: Vec<Tab>,
    sorts: Vec<Link>,
    lines: Vec<Line>,
    pager: Pager,
    total: usize,
    all: usize,
    may_edit: bool,
    /// Whether there is a column of switches.
    has_switches: bool,
}

/// A status with how many flags have it.
struct Tab {
    label: &'static str,
    address: String,
    count: usize,
    is_current: bool,
}

/// An order of the list.
struct Link {
    label: &'static str,
    value: &'static str,
    is_current: bool,
}

struct Found {
    views: Vec<ExperienceView>,
    counts: HashMap<Status, usize>,
    segment_names: SegmentNames,
}

/// The list, as the address asks for it.
///
/// # Errors
/// [`crate::dashboard::PageError::Away`].
pub async fn flags(request: HttpRequest, member: ProjectMember, store: Data<Store>) -> Answer {
    let query = ListQuery::parse(request.query_string());
    let (wanted, who) = (query.clone(), member.clone());
    let found = work::read(&store, move |conn| find(conn, &who, &wanted)).await?;
    Page::show(&page(&member, query, found))
}

fn find(
    conn: &mut Connection,
    member: &ProjectMember,
    query: &ListQuery,
) -> Result<Found, OperationError> {
    let place = member.environment.id;
    let filter = ExperienceFilter {
        project_id: member.project.id,
        kind: Some(Kind::FeatureFlag),
        search: Some(query.search.as_str()).filter(|text| !text.is_empty()),
        tag: Some(query.tag.as_str()).filter(|tag| !tag.is_empty()),
        owner_id: None,
        status: match query.status {
            None => StatusFilter::NotArchived,
            Some(status) => StatusFilter::In(place, status),
        },
    };
    let from = i64::from(query.page - 1) * PAGE as i64;
    let sort = query.sort.stored();
    let views = experiences::slice(conn, &member.actor, &filter, sort, from, PAGE as i64)?;
    let counts = standings::count_by_status(conn, &filter, place)?;
    let contents: Vec<Content> = views.iter().filter_map(row::content).collect();
    let segment_names = SegmentNames::load(conn, member.project.id, &contents)?;
    Ok(Found { views, counts, segment_names })
}

fn page(member: &ProjectMember, query: ListQuery, found: Found) -> ListPage {
    let path = member.path("/flags");
    let count = |status: Option<Status>| match status {
        Some(status) => found.counts.get(&status).copied().unwrap_or(0),
        None => {
            let kept = found.counts.iter().filter(|(status, _)| **status != Status::Archived);
            kept.map(|(_, number)| number).sum()
        }
    };
    let total = count(query.status);
    let tabs = TABS.into_iter().map(|(status, _)| Tab {
        label: status.map_or("All", Status::label),
        address: query.with_status(status).address(&path),
        count: count(status),
        is_current: status == query.status,
    });
    let sorts = ListSort::ALL.into_iter().map(|sort| Link {
        label: sort.label(),
        value: sort.as_str(),
        is_current: sort == query.sort,
    });
    let now = Utc::now();
    let line = |view| Line::of(view, member, &found.segment_names, now);
    let lines: Vec<Line> = found.views.iter().map(line).collect();
    ListPage {
        layout: member.layout("Feature flags", Section::Flags),
        environment: member.environment.name.clone(),
        tabs: tabs.collect(),
        sorts: sorts.collect(),
        pager: Pager::new(query.page, PAGE, lines.len(), total, |page| {
            query.on_page(page).address(&path)
        }),
        all: count(None),
        may_edit: member.may(Right::Edit),
        has_switches: member.may(Right::SwitchOff),
        lines,
        total,
        path,
        query,
    }
}
