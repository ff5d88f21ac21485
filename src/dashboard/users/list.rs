//! The list of known users.

use actix_web::{HttpRequest, web::Data};
use askama::Template;
use chrono::{DateTime, Utc};

use super::{
    super::{
        Answer, Layout, Page, Pager, ProjectMember, Section, number_words::counted, time_words,
        work,
    },
    address,
    learning::Learning,
    list_query::ListQuery,
    short, value_text,
};
use crate::store::{
    Store,
    user_records::{self, Search, UserRecord},
};

/// How many users a page shows.
const PAGE: usize = 50;
/// How many properties a row shows.
const MOST_PROPERTIES: usize = 4;

#[derive(Template)]
#[template(path = "users/list.html")]
struct ListPage {
    layout: Layout,
    environment: String,
    /// The address without what is asked for.
    path: String,
    query: ListQuery,
    lines: Vec<Line>,
    pager: Pager,
    /// How many users are known, in words.
    known: String,
    /// How many the list is about, in words.
    found: String,
    learning: Learning,
}

/// A user.
struct Line {
    address: String,
    user_id: String,
    /// Some of what is known of them, in words.
    properties: String,
    seen: DateTime<Utc>,
    ago: String,
}

/// The list, as the address asks for it.
///
/// # Errors
/// [`crate::dashboard::PageError::Away`].
pub async fn users(request: HttpRequest, member: ProjectMember, store: Data<Store>) -> Answer {
    let query = ListQuery::parse(request.query_string());
    let (place, wanted) = (member.environment.id, query.clone());
    let found = work::read(&store, move |conn| {
        let search = Search { environment_id: place, starts_with: &wanted.search };
        let from = i64::from(wanted.page - 1) * PAGE as i64;
        let users = user_records::slice(conn, &search, from, PAGE as i64)?;
        let total = user_records::count(conn, &search)?;
        let known = match wanted.search.as_str() {
            "" => total,
            _ => user_records::count(conn, &Search { starts_with: "", ..search })?,
        };
        Ok((users, total, known))
    });
    let (users, total, known) = found.await?;
    let (path, now) = (member.path("/users"), Utc::now());
    let lines: Vec<Line> = users.iter().map(|user| Line::of(user, &member, now)).collect();
    let total = usize::try_from(total).unwrap_or_default();
    let page = ListPage {
        layout: member.layout("Users", Section::Users),
        environment: member.environment.name.clone(),
        pager: Pager::new(query.page, PAGE, lines.len(), total, |page| {
            query.on_page(page).address(&path)
        }),
        learning: Learning::of(&member),
        known: counted(usize::try_from(known).unwrap_or_default(), "known user"),
        found: counted(total, "user"),
        lines,
        path,
        query,
    };
    let before = |shown: &str| {
        let (_, before) = shown.split_once('?').unwrap_or_default();
        ListQuery::parse(before).search != page.query.search
    };
    Page::list(&page, &member.ask, &page.query.address(&page.path), before)
}

impl Line {
    fn of(user: &UserRecord, member: &ProjectMember, now: DateTime<Utc>) -> Line {
        let known = [&user.properties, &user.reported];
        let known = known.into_iter().filter_map(|known| known.as_object()).flatten();
        let mut said: Vec<String> = Vec::new();
        let mut names: Vec<&str> = Vec::new();
        for (name, value) in known {
            if said.len() < MOST_PROPERTIES && !names.contains(&name.as_str()) {
                names.push(name);
                said.push(format!("{}: {}", short(name), short(&value_text(value))));
            }
        }
        Line {
            address: address(member, &user.user_id),
            user_id: short(&user.user_id),
            properties: said.join(" · "),
            seen: user.last_seen_at,
            ago: time_words::ago(user.last_seen_at, now),
        }
    }
}
