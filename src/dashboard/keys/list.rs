//! The list of keys.

use std::collections::HashMap;

use actix_web::{HttpRequest, web::Data};
use askama::Template;
use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::{
    super::{
        Answer, Layout, Page, Pager, ProjectMember, Section,
        list_address::SORTS,
        number_words::{counted, grouped},
        time_words, work,
    },
    default_text,
    list_query::ListQuery,
    type_label,
    user_links::{self, User},
};
use crate::{
    domain::{role::Right, value::ValueType},
    operations::{OperationError, keys::KeyLimit},
    store::{
        Connection, Store, UsedBy, delivered,
        key_lists::{self, KeyFilter},
        keys::Key,
    },
};

/// How many keys a page shows.
const PAGE: usize = 50;
/// How much of a default a row shows, in characters.
const MOST_DEFAULT: usize = 48;

#[derive(Template)]
#[template(path = "keys/list.html")]
struct ListPage {
    layout: Layout,
    environment: String,
    /// The address without what is asked for.
    path: String,
    /// The address with it.
    address: String,
    query: ListQuery,
    types: Vec<Choice>,
    sorts: Vec<Choice>,
    lines: Vec<Line>,
    pager: Pager,
    /// How many keys there are that are not archived.
    kept: i64,
    archived: i64,
    limit: i64,
    /// How many the list is about, in words.
    found: String,
    may_edit: bool,
}

/// Something to choose from.
struct Choice {
    value: &'static str,
    label: &'static str,
    is_chosen: bool,
}

/// A key.
struct Line {
    /// Where it is, without what is done there.
    address: String,
    name: String,
    description: String,
    value_type: &'static str,
    default: String,
    users: Vec<User>,
    delivered: String,
    is_archived: bool,
    changed: DateTime<Utc>,
    ago: String,
}

struct Found {
    keys: Vec<Key>,
    users: HashMap<Uuid, Vec<UsedBy>>,
    delivered: HashMap<Uuid, i64>,
    total: i64,
    kept: i64,
    archived: i64,
}

/// The list, as the address asks for it.
///
/// # Errors
/// [`crate::dashboard::PageError::Away`].
pub async fn keys(
    request: HttpRequest,
    member: ProjectMember,
    limit: Data<KeyLimit>,
    store: Data<Store>,
) -> Answer {
    let query = ListQuery::parse(request.query_string());
    let (project_id, place) = (member.project.id, member.environment.id);
    let (wanted, now) = (query.clone(), Utc::now());
    let found = work::read(&store, move |conn| find(conn, project_id, place, &wanted, now)).await?;
    let page = page(&member, query, found, limit.0, now);
    let typed = |shown: &str| page.query.is_typed_on(shown);
    Page::list(&page, &member.ask, &page.address, typed)
}

fn find(
    conn: &mut Connection,
    project_id: Uuid,
    environment_id: Uuid,
    query: &ListQuery,
    now: DateTime<Utc>,
) -> Result<Found, OperationError> {
    let all = |archived| KeyFilter { project_id, archived, value_type: None, search: None };
    let filter = KeyFilter {
        value_type: query.value_type,
        search: Some(query.search.as_str()).filter(|text| !text.is_empty()),
        ..all((!query.archived).then_some(false))
    };
    let from = i64::from(query.page - 1) * PAGE as i64;
    let keys = key_lists::slice(conn, &filter, query.sort, from, PAGE as i64)?;
    let ids: Vec<Uuid> = keys.iter().map(|key| key.id).collect();
    Ok(Found {
        users: key_lists::users(conn, &ids)?,
        delivered: delivered::of_keys(conn, environment_id, &ids, now - TimeDelta::hours(24))?,
        total: key_lists::count(conn, &filter)?,
        kept: key_lists::count(conn, &all(Some(false)))?,
        archived: key_lists::count(conn, &all(Some(true)))?,
        keys,
    })
}

fn page(
    member: &ProjectMember,
    query: ListQuery,
    found: Found,
    limit: u32,
    now: DateTime<Utc>,
) -> ListPage {
    let path = member.path("/keys");
    let types = ValueType::ALL.into_iter().map(|of| Choice {
        value: of.as_str(),
        label: type_label(of),
        is_chosen: query.value_type == Some(of),
    });
    let sorts = SORTS.into_iter().map(|(sort, value, label)| Choice {
        value,
        label,
        is_chosen: query.sort == sort,
    });
    let lines: Vec<Line> =
        found.keys.iter().map(|key| Line::of(key, member, &found, now)).collect();
    let total = usize::try_from(found.total).unwrap_or_default();
    ListPage {
        layout: member.layout("Keys", Section::Keys),
        environment: member.environment.name.clone(),
        address: query.address(&path),
        types: types.collect(),
        sorts: sorts.collect(),
        pager: Pager::new(query.page, PAGE, lines.len(), total, |page| {
            query.on_page(page).address(&path)
        }),
        found: counted(total, "key"),
        kept: found.kept,
        archived: found.archived,
        limit: i64::from(limit),
        may_edit: member.may(Right::Edit),
        lines,
        path,
        query,
    }
}

impl ListPage {
    /// Whether hardly any more keys fit in.
    fn is_nearly_full(&self) -> bool {
        self.kept * 25 >= self.limit * 24
    }
}

impl Line {
    fn of(key: &Key, member: &ProjectMember, found: &Found, now: DateTime<Utc>) -> Line {
        let default = default_text(key);
        let mut shown: String = default.chars().take(MOST_DEFAULT).collect();
        if shown.len() < default.len() {
            shown.push('…');
        }
        let users = found.users.get(&key.id).map(Vec::as_slice).unwrap_or_default();
        Line {
            address: member.path(&format!("/keys/{}", key.name)),
            name: key.name.clone(),
            description: key.description.clone(),
            value_type: type_label(key.value_type),
            default: shown,
            users: user_links::links(member, users),
            delivered: grouped(found.delivered.get(&key.id).copied().unwrap_or(0)),
            is_archived: key.archived_at.is_some(),
            changed: key.updated_at,
            ago: time_words::ago(key.updated_at, now),
        }
    }
}
