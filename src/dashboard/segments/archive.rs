//! The end of a segment, and the way back.

use actix_web::{HttpResponse, http::StatusCode, web::Data};
use askama::Template;

use super::{
    super::{Answer, Form, Moved, PageError, ProjectMember, Section, Site, Toast, dialog, work},
    Place, find,
    used_in::{self, User},
};
use crate::{
    operations::segments,
    store::{Store, segments::Segment},
};

#[derive(Template)]
#[template(path = "segments/_archive.html")]
struct ArchiveDialog<'a> {
    address: String,
    list: String,
    csrf: &'a str,
    is_dialog: bool,
    name: &'a str,
    listed: String,
    users: &'a [User],
}

fn show(member: &ProjectMember, segment: &Segment, users: &[User], status: StatusCode) -> Answer {
    let list = member.path("/segments");
    let names: Vec<String> = users.iter().map(|user| user.name.clone()).collect();
    let inside = ArchiveDialog {
        address: format!("{list}/{}", segment.slug),
        list,
        csrf: &member.csrf,
        is_dialog: member.ask.is_htmx(),
        name: &segment.name,
        listed: used_in::listed(&names),
        users,
    };
    dialog::show(member, Section::Segments, status, &format!("Archive {}", segment.name), &inside)
}

async fn load(
    member: &ProjectMember,
    place: &Place,
    store: &Store,
) -> Result<(Segment, Vec<User>), PageError> {
    let (who, slug) = (member.clone(), place.2.clone());
    let found = work::read(store, move |conn| {
        let segment = find(conn, who.project.id, &slug)?;
        let users = used_in::of(conn, &who, &[segment.id])?.remove(&segment.id);
        Ok((segment, users.unwrap_or_default()))
    });
    found.await
}

/// Asks whether to archive it, or says what uses it.
///
/// # Errors
/// [`PageError::NotFound`].
pub async fn ask(member: ProjectMember, place: Place, store: Data<Store>) -> Answer {
    let (segment, users) = load(&member, &place, &store).await?;
    show(&member, &segment, &users, StatusCode::OK)
}

/// Archives it.
///
/// # Errors
/// [`PageError::NotFound`]; what uses it is shown.
pub async fn archive(
    member: ProjectMember,
    place: Place,
    site: Site,
    store: Data<Store>,
) -> Result<HttpResponse, PageError> {
    let (actor, project_id, slug) = (member.actor.clone(), member.project.id, place.2.clone());
    let archived = work::write(&store, move |conn| {
        let segment = find(conn, project_id, &slug)?;
        segments::archive(conn, &actor, segment.id)
    });
    match archived.await {
        Ok(segment) => {
            let undo = member.path(&format!("/segments/{}/unarchive", segment.slug));
            let toast = Toast::saying(format!("{} is archived. Nothing used it.", segment.name));
            let moved = Moved::to(member.path("/segments")).with_toast(toast.with_undo(undo));
            Ok(moved.answer(&member.ask, &site))
        }
        Err(PageError::Refused(..)) => {
            let (segment, users) = load(&member, &place, &store).await?;
            show(&member, &segment, &users, StatusCode::CONFLICT)
        }
        Err(error) => Err(error),
    }
}

/// Takes it back into use, and shows it where it was asked for: on its page or in the list.
///
/// # Errors
/// [`PageError::NotFound`]; [`PageError::Refused`] when it asks for a segment that is archived.
pub async fn unarchive(
    member: ProjectMember,
    place: Place,
    form: Form,
    site: Site,
    store: Data<Store>,
) -> Result<HttpResponse, PageError> {
    let (actor, project_id, slug) = (member.actor.clone(), member.project.id, place.2.clone());
    let back = work::write(&store, move |conn| {
        let segment = find(conn, project_id, &slug)?;
        segments::unarchive(conn, &actor, segment.id)
    });
    let segment = back.await?;
    let toast = Toast::saying(format!("{} can be picked again.", segment.name));
    let page = match form.is_checked("here") {
        true => format!("/segments/{}", segment.slug),
        false => "/segments".to_owned(),
    };
    let moved = Moved::to(member.path(&page));
    Ok(moved.with_toast(toast).answer(&member.ask, &site))
}
