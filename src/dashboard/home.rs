//! The start, and the overview of a project.

use actix_web::{HttpRequest, HttpResponse, web::Data};
use askama::Template;
use chrono::{DateTime, Utc};

use super::{
    Answer, Layout, Moved, Page, PageError, ProjectMember, Section, SignedIn, Site, cookies,
    session::projects_of, time_words, work,
};
use crate::{
    domain::role::Right,
    operations::OperationError,
    store::{
        Connection, PageRequest, Sort, Store, audit, audit::AuditEntry, audit::AuditFilter,
        environments, keys, segments, segments::SegmentFilter,
    },
};

/// How many of the latest changes are shown.
const CHANGES: u16 = 6;

#[derive(Template)]
#[template(path = "no_project.html")]
struct NoProjectPage {
    layout: Layout,
}

/// Leads to the project and the environment that were looked at last, else to the first ones.
///
/// # Errors
/// [`PageError::Away`].
pub async fn start(request: HttpRequest, who: SignedIn, site: Site, store: Data<Store>) -> Answer {
    let last = cookies::get(&request, cookies::PLACE).unwrap_or_default();
    let actor = who.actor.clone();
    let place = work::read(&store, move |conn| {
        let (project, environment) = last.split_once('/').unwrap_or_default();
        let projects = projects_of(conn, &actor)?;
        let known = projects.iter().find(|known| known.key == project).or(projects.first());
        let Some(project) = known else { return Ok(None) };
        let places = environments::list(conn, project.id)?;
        let known = places.iter().find(|known| known.key == environment).or(places.first());
        Ok(known.map(|environment| format!("/p/{}/{}", project.key, environment.key)))
    });
    match place.await? {
        Some(place) => Ok(Moved::to(place).answer(&who.ask, &site)),
        None => Page::show(&NoProjectPage { layout: who.layout("No project") }),
    }
}

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage {
    layout: Layout,
    environment: String,
    /// The way to the first flag; empty once it was gone.
    steps: Vec<Step>,
    changes: Vec<Change>,
    is_new: bool,
}

/// A step on the way to the first flag.
struct Step {
    words: &'static str,
    done: bool,
    address: String,
}

/// Something that was done lately.
struct Change {
    who: String,
    what: String,
    thing: String,
    ago: String,
    at: DateTime<Utc>,
}

impl Change {
    fn of(entry: AuditEntry, now: DateTime<Utc>) -> Change {
        Change {
            what: in_words(&entry.action),
            who: entry.actor_name,
            thing: entry.object_name,
            ago: time_words::ago(entry.at, now),
            at: entry.at,
        }
    }
}

/// The verb of an entry, in the past.
fn in_words(action: &str) -> String {
    let verb = action.rsplit('.').next().unwrap_or(action);
    let past = match verb {
        "add" => "added",
        "archive" => "archived",
        "create" => "created",
        "describe" | "edit" => "changed",
        "publish" => "published",
        "revoke" => "revoked",
        "save" => "saved a version of",
        "switch_off" => "turned off",
        "switch_on" => "turned on",
        "unarchive" => "unarchived",
        other => return other.replace('_', " "),
    };
    past.to_owned()
}

/// What of the way to the first flag is behind them, and what was done lately.
struct Found {
    has_keys: bool,
    has_segments: bool,
    changes: Vec<AuditEntry>,
}

fn look(conn: &mut Connection, project_id: uuid::Uuid) -> Result<Found, OperationError> {
    let any = PageRequest { after: None, limit: 1 };
    let filter = SegmentFilter { project_id, archived: false, search: None };
    let latest = AuditFilter { project_id: Some(project_id), ..AuditFilter::default() };
    Ok(Found {
        has_keys: keys::count(conn, project_id)? > 0,
        has_segments: !segments::list(conn, &filter, Sort::Name, any)?.items.is_empty(),
        changes: audit::list(conn, &latest, None, CHANGES)?,
    })
}

/// The overview of a project in an environment.
///
/// # Errors
/// [`PageError::Away`].
pub async fn overview(member: ProjectMember, store: Data<Store>) -> Answer {
    let project_id = member.project.id;
    let found = work::read(&store, move |conn| look(conn, project_id)).await?;
    let has_flags = member.counts.flags + member.counts.configs > 0;
    let step = |words, done, rest| Step { words, done, address: member.path(rest) };
    let steps = vec![
        step("Create a key", found.has_keys, "/keys"),
        step("Create a segment", found.has_segments, "/segments"),
        step("Create a feature flag", has_flags, "/flags"),
    ];
    let now = Utc::now();
    let is_new = member.may(Right::Edit) && steps.iter().any(|step| !step.done);
    Page::show(&HomePage {
        layout: member.layout("Home", Section::Home),
        environment: member.environment.name.clone(),
        steps,
        changes: found.changes.into_iter().map(|entry| Change::of(entry, now)).collect(),
        is_new,
    })
}

/// What no address of ours leads to.
///
/// # Errors
/// [`PageError::NotFound`], always.
pub async fn nowhere() -> Result<HttpResponse, PageError> {
    Err(PageError::NotFound)
}
