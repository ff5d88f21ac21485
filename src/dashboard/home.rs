//! The start, and the overview of a project.

use actix_web::{HttpRequest, HttpResponse, web::Data};
use askama::Template;
use chrono::{DateTime, Utc};

use super::{
    Answer, Layout, Moved, Page, PageError, ProjectMember, Section, SignedIn, Site, cookies,
    first_steps::{self, Step},
    session::projects_of,
    time_words, work,
};
use crate::{
    operations::OperationError,
    store::{Store, audit, audit::AuditEntry, audit::AuditFilter, environments},
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

/// Leads into a project: to the environment that was looked at last, where it has one of that
/// name, else to its first one; and to the list that is asked for.
///
/// # Errors
/// [`PageError::NotFound`] where the project is not theirs.
pub async fn enter(request: HttpRequest, who: SignedIn, site: Site, store: Data<Store>) -> Answer {
    let named = request.match_info().get("project").unwrap_or_default().to_owned();
    let last = cookies::get(&request, cookies::PLACE).unwrap_or_default();
    let actor = who.actor.clone();
    let environment = work::read(&store, move |conn| {
        let project = projects_of(conn, &actor)?.into_iter().find(|project| project.key == named);
        let project = project.ok_or(OperationError::NotFound("page"))?;
        let places = environments::list(conn, project.id)?;
        let last = last.split_once('/').map(|(_, environment)| environment).unwrap_or_default();
        let known = places.iter().find(|known| known.key == last).or(places.first());
        let known = known.ok_or(OperationError::NotFound("page"))?;
        Ok(format!("/p/{}/{}", project.key, known.key))
    });
    let section = form_urlencoded::parse(request.query_string().as_bytes())
        .find_map(|(name, value)| (name == "to").then(|| Section::of_path(&value)));
    let section = section.unwrap_or(Section::Home);
    Ok(Moved::to(environment.await? + section.path()).answer(&who.ask, &site))
}

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage {
    layout: Layout,
    environment: String,
    /// The way to the first flag; empty once it was gone.
    steps: Vec<Step>,
    /// Where it is put away.
    hide_steps: String,
    changes: Vec<Change>,
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

/// The overview of a project in an environment.
///
/// # Errors
/// [`PageError::Away`].
pub async fn overview(request: HttpRequest, member: ProjectMember, store: Data<Store>) -> Answer {
    let hidden = first_steps::are_hidden(&request, &member);
    let who = member.clone();
    let found = work::read(&store, move |conn| {
        let latest = AuditFilter { project_id: Some(who.project.id), ..AuditFilter::default() };
        Ok((first_steps::look(conn, &who, hidden)?, audit::list(conn, &latest, None, CHANGES)?))
    });
    let (steps, changes) = found.await?;
    let now = Utc::now();
    Page::show(&HomePage {
        layout: member.layout("Home", Section::Home),
        environment: member.environment.name.clone(),
        hide_steps: member.path("/hide-first-steps"),
        steps,
        changes: changes.into_iter().map(|entry| Change::of(entry, now)).collect(),
    })
}

/// What no address of ours leads to.
///
/// # Errors
/// [`PageError::NotFound`], always.
pub async fn nowhere() -> Result<HttpResponse, PageError> {
    Err(PageError::NotFound)
}
