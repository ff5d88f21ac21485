//! What was done to an experience, the newest first.

use actix_web::{
    HttpRequest,
    web::{Data, Path},
};
use askama::Template;
use chrono::{DateTime, Utc};
use serde_json::Value as Json;

use super::{
    super::{Answer, Layout, Page, ProjectMember, time_words, work},
    kind_pages::KindPages,
    tabs::{Tab, TabHead},
};
use crate::{
    operations::experiences,
    store::{
        Store,
        audit::{self, AuditEntry, AuditFilter},
    },
};

/// How many deeds a page shows.
const PAGE: u16 = 50;

#[derive(Template)]
#[template(path = "experiences/activity.html")]
struct ActivityPage {
    layout: Layout,
    head: TabHead,
    deeds: Vec<Deed>,
    /// Where those before them are.
    older: Option<String>,
}

/// Something that was done.
struct Deed {
    who: String,
    what: String,
    note: String,
    at: DateTime<Utc>,
    ago: String,
}

/// The page.
///
/// # Errors
/// [`PageError::NotFound`](super::super::PageError::NotFound).
pub async fn page(
    request: HttpRequest,
    member: ProjectMember,
    pages: KindPages,
    address: Path<(String, String, String)>,
    store: Data<Store>,
) -> Answer {
    let mut fields = form_urlencoded::parse(request.query_string().as_bytes());
    let below = fields.find(|(name, _)| name == "below").and_then(|(_, it)| it.parse().ok());
    let (who, slug) = (member.clone(), address.into_inner().2);
    let found = work::read(&store, move |conn| {
        let project_id = who.project.id;
        let view = experiences::find_by_slug(conn, &who.actor, project_id, pages.kind, &slug)?;
        let id = view.experience.id.to_string();
        let filter = AuditFilter {
            project_id: Some(project_id),
            object_kind: Some("experience"),
            object_id: Some(&id),
            ..AuditFilter::default()
        };
        Ok((audit::list(conn, &filter, below, PAGE + 1)?, view))
    });
    let (mut entries, view) = found.await?;
    let has_older = entries.len() > usize::from(PAGE);
    entries.truncate(usize::from(PAGE));
    let head = TabHead::of(&member, &view, Tab::Activity);
    let last = entries.last().filter(|_| has_older);
    Page::show(&ActivityPage {
        layout: member.layout(&format!("Activity · {}", head.name), pages.section()),
        older: last.map(|entry| format!("{}/activity?below={}", head.address, entry.id)),
        deeds: entries.iter().map(|entry| Deed::of(&member, entry)).collect(),
        head,
    })
}

impl Deed {
    fn of(member: &ProjectMember, entry: &AuditEntry) -> Deed {
        let place = member.environments.iter().find(|it| Some(it.id) == entry.environment_id);
        let place = place.map_or("an environment", |place| place.name.as_str());
        let after = entry.after.as_ref().unwrap_or(&Json::Null);
        let number = |path: &str| after.pointer(path).map(ToString::to_string).unwrap_or_default();
        let what = match entry.action.as_str() {
            "experience.create" => "created it".to_owned(),
            "experience.save" => format!("saved version {}", number("/version")),
            "experience.describe" => "changed name, description, tags or owner".to_owned(),
            "experience.publish" => {
                format!("published version {} in {place}", number("/live/version"))
            }
            "experience.switch_on" => format!("turned it on in {place}"),
            "experience.switch_off" => format!("turned it off in {place}"),
            "experience.archive" => "archived it".to_owned(),
            "experience.unarchive" => "unarchived it".to_owned(),
            other => other.replace(['.', '_'], " "),
        };
        let notes = ["/note", "/live/note"].into_iter();
        let mut notes = notes.filter_map(|path| after.pointer(path)?.as_str());
        Deed {
            who: entry.actor_name.clone(),
            what,
            note: notes.find(|note| !note.is_empty()).unwrap_or_default().to_owned(),
            at: entry.at,
            ago: time_words::ago(entry.at, Utc::now()),
        }
    }
}
