//! The list of feature flags.

use std::collections::HashMap;

use actix_web::{HttpRequest, web::Data};
use askama::Template;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{
    super::{
        Answer, Layout, Page, Pager, ProjectMember, Section, layout::initials, time_words, work,
    },
    list_query::{ListQuery, ListSort, TABS},
    reach_words::who_gets_it,
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
        Connection, Store, segments,
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

/// A flag.
struct Line {
    name: String,
    address: String,
    keys: Vec<String>,
    tags: Vec<String>,
    status: Status,
    who: String,
    author: String,
    initials: String,
    changed: DateTime<Utc>,
    ago: String,
}

struct Found {
    views: Vec<ExperienceView>,
    counts: HashMap<Status, usize>,
    segment_names: HashMap<String, String>,
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
    let segment_names = names_of_segments(conn, member.project.id, &views)?;
    Ok(Found { views, counts, segment_names })
}

/// The names of the segments that these flags are for, by slug.
fn names_of_segments(
    conn: &mut Connection,
    project_id: Uuid,
    views: &[ExperienceView],
) -> Result<HashMap<String, String>, OperationError> {
    let contents: Vec<Content> = views.iter().filter_map(content).collect();
    let slugs: Vec<&str> =
        contents.iter().flat_map(Content::segments).map(|slug| slug.as_str()).collect();
    let found = segments::find_by_slugs(conn, project_id, &slugs)?;
    Ok(found.into_iter().map(|segment| (segment.slug, segment.name)).collect())
}

/// What the newest version of a flag says.
fn content(view: &ExperienceView) -> Option<Content> {
    Content::from_json(&view.newest.content, &view.experience.slug).ok()
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
    let names = |slug: &str| found.segment_names.get(slug).cloned();
    let lines: Vec<Line> =
        found.views.iter().map(|view| Line::of(view, member, names, now)).collect();
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
        lines,
        total,
        path,
        query,
    }
}

impl Line {
    fn of(
        view: &ExperienceView,
        member: &ProjectMember,
        segment_name: impl Fn(&str) -> Option<String>,
        now: DateTime<Utc>,
    ) -> Line {
        let experience = &view.experience;
        let place = view.place(member.environment.id);
        let status = place.map_or(Status::Draft, |place| place.status);
        let version = place.and_then(|place| place.standing).map(|standing| standing.version);
        let content = content(view);
        let words = content.as_ref().map_or_else(String::new, |it| who_gets_it(it, segment_name));
        let who = match (status, version) {
            (Status::Off, Some(version)) => format!("Switched off · v{version} kept"),
            (Status::Draft, _) => "Not published".to_owned(),
            (Status::Archived, _) => "Nobody".to_owned(),
            _ => words,
        };
        let keys = content.map(|it| it.keys.iter().map(ToString::to_string).collect());
        Line {
            name: experience.name.clone(),
            address: member.path(&format!("/flags/{}", experience.slug)),
            keys: keys.unwrap_or_default(),
            tags: experience.tags.clone(),
            status,
            who,
            author: view.newest.author_name.clone(),
            initials: initials(&view.newest.author_name),
            changed: experience.updated_at,
            ago: time_words::ago(experience.updated_at, now),
        }
    }
}
