//! The list of keys.

use std::collections::HashMap;

use actix_web::{HttpRequest, web::Data};
use askama::Template;
use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::{
    super::{
        Answer, Layout, Page, Pager, ProjectMember, Section,
        number_words::{counted, grouped},
        time_words,
        typed_value::type_label,
        work,
    },
    default_text,
    list_query::ListQuery,
    order::{self, By, DAYS, Order},
    shortened,
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
    columns: Vec<Column>,
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
    value: String,
    label: &'static str,
    is_chosen: bool,
}

/// The head of a column that the list can be ordered by.
struct Column {
    class: &'static str,
    label: &'static str,
    /// The list in this order, or where it is, the other way round.
    address: String,
    /// How the list is ordered by it, if it is: `ascending`, `descending`.
    sorted: Option<&'static str>,
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
    total: usize,
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
    let ids = order::ids(conn, environment_id, &filter, query.order, now)?;
    let from = (query.page as usize - 1) * PAGE;
    let shown: Vec<Uuid> = ids.iter().skip(from).take(PAGE).copied().collect();
    let mut keys = key_lists::of_ids(conn, &shown)?;
    keys.sort_by_key(|key| shown.iter().position(|id| *id == key.id));
    Ok(Found {
        users: key_lists::users(conn, &shown)?,
        delivered: delivered::of_keys(conn, environment_id, &shown, now - TimeDelta::days(DAYS))?,
        total: ids.len(),
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
        value: of.as_str().to_owned(),
        label: type_label(of),
        is_chosen: query.value_type == Some(of),
    });
    // The opposite of an order is chosen in the head of its column.
    let sorts = Order::all().filter(|order| !order.reversed || query.order == *order);
    let sorts = sorts.map(|order| Choice {
        value: order.name(),
        label: order.label(),
        is_chosen: query.order == order,
    });
    let lines: Vec<Line> =
        found.keys.iter().map(|key| Line::of(key, member, &found, now)).collect();
    ListPage {
        layout: member.layout("Keys", Section::Keys),
        environment: member.environment.name.clone(),
        address: query.address(&path),
        types: types.collect(),
        sorts: sorts.collect(),
        columns: columns(&query, &path),
        pager: Pager::new(query.page, PAGE, lines.len(), found.total, |page| {
            query.on_page(page).address(&path)
        }),
        found: counted(found.total, "key"),
        kept: found.kept,
        archived: found.archived,
        limit: i64::from(limit),
        may_edit: member.may(Right::Edit),
        lines,
        path,
        query,
    }
}

fn columns(query: &ListQuery, path: &str) -> Vec<Column> {
    let named = [
        (By::Name, "c-name", "Name"),
        (By::Type, "c-type", "Type"),
        (By::Users, "c-used", "Used by"),
        (By::Delivered, "c-delivered end", "Delivered, 7 days"),
        (By::Changed, "c-changed", "Changed"),
    ];
    let columns = named.into_iter().map(|(by, class, label)| {
        let is_sorted = query.order.by == by;
        let order = Order { by, reversed: is_sorted && !query.order.reversed };
        let direction = if query.order.is_ascending() { "ascending" } else { "descending" };
        Column {
            class,
            label,
            address: query.in_order(order).address(path),
            sorted: is_sorted.then_some(direction),
        }
    });
    columns.collect()
}

impl ListPage {
    /// Whether hardly any more keys fit in.
    fn is_nearly_full(&self) -> bool {
        self.kept * 25 >= self.limit * 24
    }
}

impl Line {
    fn of(key: &Key, member: &ProjectMember, found: &Found, now: DateTime<Utc>) -> Line {
        let users = found.users.get(&key.id).map(Vec::as_slice).unwrap_or_default();
        Line {
            address: member.path(&format!("/keys/{}", key.name)),
            name: key.name.clone(),
            description: key.description.clone(),
            value_type: type_label(key.value_type),
            default: shortened(&default_text(key)),
            users: user_links::links(member, users),
            delivered: grouped(found.delivered.get(&key.id).copied().unwrap_or(0)),
            is_archived: key.archived_at.is_some(),
            changed: key.updated_at,
            ago: time_words::ago(key.updated_at, now),
        }
    }
}
