//! The way to the first flag: ticks itself by what is there, and can be put away.

use actix_web::{HttpRequest, HttpResponse};
use chrono::TimeDelta;

use super::{Ask, Moved, ProjectMember, Site, cookies};
use crate::{
    domain::role::Right,
    operations::OperationError,
    store::{
        Connection, PageRequest, Sort, deliveries, keys, sdk_keys, segments,
        segments::SegmentFilter,
    },
};

/// A step on the way.
pub struct Step {
    /// What to do.
    pub words: &'static str,
    /// Whether it is done.
    pub done: bool,
    /// Where to do it, if there is a page for it.
    pub address: Option<String>,
}

/// The steps, for somebody who may take them; none once all are taken or put away.
///
/// # Errors
/// Those of the database.
pub fn look(
    conn: &mut Connection,
    member: &ProjectMember,
    hidden: bool,
) -> Result<Vec<Step>, OperationError> {
    if hidden || !member.may(Right::Edit) {
        return Ok(Vec::new());
    }
    let (project_id, environment_id) = (member.project.id, member.environment.id);
    let any = PageRequest { after: None, limit: 1 };
    let filter = SegmentFilter { project_id, archived: Some(false), search: None };
    let has_segments = !segments::list(conn, &filter, Sort::Name, any)?.items.is_empty();
    let keys_of_apps = sdk_keys::list(conn, environment_id)?;
    let step = |words, done, rest: Option<&str>| {
        let address = rest.map(|rest| member.path(rest));
        Step { words, done, address }
    };
    let steps = vec![
        step("Create a key", keys::count(conn, project_id)? > 0, Some("/keys/new")),
        step("Create a segment", has_segments, Some("/segments/new")),
        step("Create a feature flag", member.counts.flags > 0, Some("/flags/new")),
        step("Connect your app", keys_of_apps.iter().any(|key| key.last_used_at.is_some()), None),
        step("See a value delivered", deliveries::any(conn, environment_id)?, None),
    ];
    Ok(if steps.iter().all(|step| step.done) { Vec::new() } else { steps })
}

/// Whether this browser has put them away for the project.
pub fn are_hidden(request: &HttpRequest, member: &ProjectMember) -> bool {
    let hidden = cookies::get(request, cookies::HIDDEN_STEPS).unwrap_or_default();
    hidden.split('.').any(|key| key == member.project.key)
}

/// Puts them away in this browser.
pub async fn hide(request: HttpRequest, member: ProjectMember, site: Site) -> HttpResponse {
    let mut hidden = cookies::get(&request, cookies::HIDDEN_STEPS).unwrap_or_default();
    if !are_hidden(&request, &member) {
        hidden = [hidden.as_str(), member.project.key.as_str()].join(".");
    }
    let mut response = Moved::to(member.path("")).answer(&Ask::of(&request), &site);
    let keep = Some(TimeDelta::days(365));
    cookies::set(response.headers_mut(), &site, cookies::HIDDEN_STEPS, &hidden, keep);
    response
}
