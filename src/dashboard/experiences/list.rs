//! The list of feature flags, and that of product configs.

use std::collections::HashMap;

use actix_web::{HttpRequest, web::Data};
use askama::Template;
use chrono::{DateTime, Utc};

use super::{
    super::{Answer, Layout, Page, Pager, ProjectMember, number_words::counted, work},
    filters::{Facets, Filter},
    kind_pages::KindPages,
    list_query::{ListQuery, ListSort, TABS},
    row::Line,
    told::Told,
};
use crate::{
    domain::{
        experience::{Kind, Status},
        role::Right,
    },
    operations::{
        OperationError,
        experiences::{self, ExperienceView},
    },
    store::{
        Connection, Store, segments,
        stale::{self, Look},
        standings::{self, ExperienceFilter, StatusFilter},
    },
};

/// How many flags a page shows.
const PAGE: usize = 25;

#[derive(Template)]
#[template(path = "experiences/list.html")]
struct ListPage {
    layout: Layout,
    pages: KindPages,
    /// The address without what is asked for.
    path: String,
    /// The address with it.
    address: String,
    query: ListQuery,
    environment: String,
    tabs: Vec<Tab>,
    filters: Vec<Filter>,
    /// The list with only what may have outlived its purpose; where it is so, without that.
    stale: String,
    sorts: Vec<Order>,
    lines: Vec<Line>,
    pager: Pager,
    /// How many flags the list is about, in words.
    found: String,
    /// How many there are in all that are not archived.
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
struct Order {
    label: &'static str,
    value: &'static str,
    address: String,
    is_current: bool,
}

struct Found {
    /// What is asked for, without values that there are not.
    query: ListQuery,
    facets: Facets,
    views: Vec<ExperienceView>,
    counts: HashMap<Status, usize>,
    told: Told,
}

/// The list, as the address asks for it.
///
/// # Errors
/// [`crate::dashboard::PageError::Away`].
pub async fn list(
    request: HttpRequest,
    member: ProjectMember,
    pages: KindPages,
    store: Data<Store>,
) -> Answer {
    let asked = ListQuery::parse(request.query_string());
    let (who, now) = (member.clone(), Utc::now());
    let found = work::read(&store, move |conn| find(conn, &who, pages.kind, asked, now)).await?;
    let page = page(&member, pages, found, now);
    Page::list(&page, &member.ask, &page.address, |shown| page.query.is_typed_on(shown))
}

fn find(
    conn: &mut Connection,
    member: &ProjectMember,
    kind: Kind,
    asked: ListQuery,
    now: DateTime<Utc>,
) -> Result<Found, OperationError> {
    let (project_id, place) = (member.project.id, member.environment.id);
    let facets = Facets::find(conn, member, kind)?;
    let query = facets.known(asked);
    let segment = segments::find_by_slug(conn, project_id, &query.segment)?;
    let look = Look { environment_id: place, at: now };
    let stale = match query.stale {
        true => Some(stale::of_project(conn, project_id, Some(kind), look)?),
        false => None,
    };
    let filter = ExperienceFilter {
        project_id,
        kind: Some(kind),
        search: Some(query.search.as_str()).filter(|text| !text.is_empty()),
        tag: Some(query.tag.as_str()).filter(|tag| !tag.is_empty()),
        owner_id: facets.owner(&query),
        segment_id: segment.map(|segment| segment.id),
        status: match query.status {
            None => StatusFilter::NotArchived,
            Some(status) => StatusFilter::In(place, status),
        },
        stale: stale.as_deref(),
    };
    let from = i64::from(query.page - 1) * PAGE as i64;
    let order = query.sort.stored(place);
    let views = experiences::slice(conn, &member.actor, &filter, order, from, PAGE as i64)?;
    let counts = standings::count_by_status(conn, &filter, place)?;
    let told = Told::find(conn, member, &views, now)?;
    Ok(Found { query, facets, views, counts, told })
}

fn page(member: &ProjectMember, pages: KindPages, found: Found, now: DateTime<Utc>) -> ListPage {
    let Found { query, facets, views, counts, told } = found;
    let path = pages.list(member);
    let count = |status: Option<Status>| match status {
        Some(status) => counts.get(&status).copied().unwrap_or(0),
        None => {
            let kept = counts.iter().filter(|(status, _)| **status != Status::Archived);
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
    let sorts = ListSort::ALL.into_iter().map(|sort| Order {
        label: sort.label(),
        value: sort.as_str(),
        address: query.sorted(sort).address(&path),
        is_current: sort == query.sort,
    });
    let line = |view| Line::of(view, member, &told, now);
    let lines: Vec<Line> = views.iter().map(line).collect();
    ListPage {
        layout: member.layout(pages.title(), pages.section()),
        pages,
        environment: member.environment.name.clone(),
        address: query.address(&path),
        tabs: tabs.collect(),
        filters: facets.filters(&query, &path),
        stale: query.with_stale(!query.stale).address(&path),
        sorts: sorts.collect(),
        pager: Pager::new(query.page, PAGE, lines.len(), total, |page| {
            query.on_page(page).address(&path)
        }),
        found: counted(total, pages.one()),
        all: usize::try_from(member.counts.of(pages.kind)).unwrap_or(0),
        may_edit: member.may(Right::Edit),
        has_switches: member.may(Right::SwitchOff),
        lines,
        path,
        query,
    }
}

impl ListPage {
    /// What is said where the list shows nothing.
    fn nothing(&self) -> String {
        let tab = self.tabs.iter().find(|tab| tab.is_current).map_or("All", |tab| tab.label);
        if self.query.page > 1 {
            "The list is shorter by now.".to_owned()
        } else if !self.query.search.is_empty() {
            format!("Nothing matches “{}” in {tab}.", self.query.search)
        } else if self.query.is_narrowed() {
            format!("Nothing matches these filters in {tab}.")
        } else {
            format!("There is nothing in {tab}.")
        }
    }

    /// The same search over all flags.
    fn everywhere(&self) -> String {
        let search = self.query.search.clone();
        ListQuery { search, page: 1, ..ListQuery::default() }.address(&self.path)
    }

    /// The order of that name in addresses.
    fn order(&self, value: &str) -> Option<&Order> {
        self.sorts.iter().find(|order| order.value == value)
    }
}
