//! A copy of a segment under another name.

use actix_web::{HttpResponse, http::StatusCode, web::Data};
use askama::Template;

use super::{
    super::{
        Answer, FieldErrors, Form, Moved, PageError, ProjectMember, Section, Site, Toast, dialog,
        work,
    },
    Place, find,
};
use crate::{
    operations::segments,
    store::{
        Store,
        segments::{Segment, SegmentKind},
    },
};

#[derive(Template)]
#[template(path = "segments/_clone.html")]
struct CloneDialog<'a> {
    address: String,
    list: String,
    csrf: &'a str,
    is_dialog: bool,
    name: &'a str,
    entered: &'a str,
    errors: FieldErrors,
    is_list: bool,
}

fn show(member: &ProjectMember, segment: &Segment, entered: &str, errors: FieldErrors) -> Answer {
    let list = member.path("/segments");
    let status = match errors.is_empty() {
        true => StatusCode::OK,
        false => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let inside = CloneDialog {
        address: format!("{list}/{}", segment.slug),
        list,
        csrf: &member.csrf,
        is_dialog: member.ask.is_htmx(),
        name: &segment.name,
        entered,
        errors,
        is_list: segment.kind == SegmentKind::List,
    };
    dialog::show(member, Section::Segments, status, &format!("Clone {}", segment.name), &inside)
}

async fn load(member: &ProjectMember, place: &Place, store: &Store) -> Result<Segment, PageError> {
    let (project_id, slug) = (member.project.id, place.2.clone());
    work::read(store, move |conn| find(conn, project_id, &slug)).await
}

/// Asks for the name of the copy.
///
/// # Errors
/// [`PageError::NotFound`].
pub async fn ask(member: ProjectMember, place: Place, store: Data<Store>) -> Answer {
    let segment = load(&member, &place, &store).await?;
    show(&member, &segment, &format!("Copy of {}", segment.name), FieldErrors::default())
}

/// Makes the copy, and opens it.
///
/// # Errors
/// [`PageError::NotFound`]; what is wrong with the name is shown with it.
pub async fn clone(
    member: ProjectMember,
    place: Place,
    form: Form,
    site: Site,
    store: Data<Store>,
) -> Result<HttpResponse, PageError> {
    let (actor, project_id, slug) = (member.actor.clone(), member.project.id, place.2.clone());
    let name = form.get("name").to_owned();
    let cloned = work::write_at_length(&store, move |conn| {
        let original = find(conn, project_id, &slug)?;
        let copy = segments::clone(conn, &actor, original.id, &name)?;
        Ok((original, copy))
    });
    match cloned.await {
        Ok((original, copy)) => {
            let text =
                format!("{} is a copy of {}. Change what differs.", copy.name, original.name);
            let moved = Moved::to(member.path(&format!("/segments/{}", copy.slug)));
            Ok(moved.with_toast(Toast::saying(text)).answer(&member.ask, &site))
        }
        Err(PageError::Invalid(problems)) => {
            let segment = load(&member, &place, &store).await?;
            show(&member, &segment, form.get("name"), FieldErrors::new(problems))
        }
        Err(error) => Err(error),
    }
}
