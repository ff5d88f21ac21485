//! What somebody else did to an experience while its page was open.

use actix_web::{
    HttpRequest,
    web::{Data, Path},
};
use askama::Template;
use chrono::{DateTime, Utc};

use super::{
    super::{Answer, Fragment, ProjectMember, response, work},
    kind_pages::KindPages,
    versions::compare_address,
};
use crate::{
    operations::{
        OperationError,
        experiences::{self, ExperienceView},
        history,
    },
    store::{Connection, Store, publications},
};

/// What happened. `experiences/_news.html` shows it.
#[derive(Template)]
#[template(
    source = r#"{% import "ui.html" as ui %}{% include "experiences/_news.html" %}"#,
    ext = "html"
)]
struct News {
    /// As a sentence.
    sentence: String,
    /// Where one sees what changed, if anything did.
    compare: Option<String>,
    /// The page as it is now.
    address: String,
}

/// What the page that asks has seen.
#[derive(Debug, Clone)]
struct Seen {
    newest: i32,
    live: String,
}

impl Seen {
    fn of(request: &HttpRequest) -> Seen {
        let mut seen = Seen { newest: i32::MAX, live: String::new() };
        for (name, value) in form_urlencoded::parse(request.query_string().as_bytes()) {
            match name.as_ref() {
                "newest" => seen.newest = value.parse().unwrap_or(i32::MAX),
                "live" => seen.live = value.into_owned(),
                _ => {}
            }
        }
        seen
    }
}

/// What happened since; nothing is 204.
///
/// # Errors
/// [`PageError::NotFound`](super::super::PageError::NotFound).
pub async fn news(
    request: HttpRequest,
    member: ProjectMember,
    pages: KindPages,
    address: Path<(String, String, String)>,
    store: Data<Store>,
) -> Answer {
    let seen = Seen::of(&request);
    let (who, slug) = (member.clone(), address.into_inner().2);
    let news = work::read(&store, move |conn| {
        let project_id = who.project.id;
        let view = experiences::find_by_slug(conn, &who.actor, project_id, pages.kind, &slug)?;
        find(conn, &who, &view, &seen)
    });
    match news.await? {
        Some(news) => Fragment::of(&news)?.show(),
        None => Ok(response::nothing_new()),
    }
}

fn find(
    conn: &mut Connection,
    member: &ProjectMember,
    view: &ExperienceView,
    seen: &Seen,
) -> Result<Option<News>, OperationError> {
    let experience = &view.experience;
    let address = KindPages::from(experience.kind).address(member, &experience.slug);
    let name = |id: Option<uuid::Uuid>, name: &str| match id {
        Some(id) if member.actor.person_id() == Some(id) => "You".to_owned(),
        _ => name.to_owned(),
    };
    let at = |moment: DateTime<Utc>| moment.format("%H:%M UTC").to_string();
    let live = publications::active(conn, experience.id, member.environment.id)?;
    let published = live.filter(|live| live.id.to_string() != seen.live);
    let newest = &view.newest;
    let sentence = if let Some(live) = &published {
        let who = name(live.published_by, &live.published_by_name);
        format!("{who} published version {} at {}", live.version, at(live.published_at))
    } else if newest.number > seen.newest {
        let who = name(newest.author_id, &newest.author_name);
        format!("{who} saved version {} at {}", newest.number, at(newest.created_at))
    } else {
        return Ok(None);
    };
    let newer = newest.number > seen.newest;
    let past = history::list(conn, experience, None, 1)?;
    let what = past.first().filter(|past| newer && !past.what.is_empty());
    let what = what.map_or_else(String::new, |past| format!(": {}", past.what));
    Ok(Some(News {
        sentence: format!("{sentence}{what}."),
        compare: newer.then(|| compare_address(&address, seen.newest, newest.number)),
        address,
    }))
}
