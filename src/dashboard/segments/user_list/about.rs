//! What a list is called.

use actix_web::{HttpResponse, http::StatusCode, web::Data};

use super::{
    Place, find,
    page::{self, Entered, Found},
};
use crate::{
    dashboard::{FieldErrors, Form, Moved, PageError, ProjectMember, Site, Toast, work},
    domain::reading::FieldError,
    operations::{
        OperationError,
        segments::{self, SegmentEdit},
    },
    store::Store,
};

/// Saves name and description.
///
/// # Errors
/// [`PageError::NotFound`]; what is wrong is shown with the form.
pub async fn save(
    member: ProjectMember,
    place: Place,
    form: Form,
    site: Site,
    store: Data<Store>,
) -> Result<HttpResponse, PageError> {
    let (actor, project_id, slug) = (member.actor.clone(), member.project.id, place.2.clone());
    let entered = form.clone();
    let saved = work::write(&store, move |conn| {
        let found = find(conn, project_id, &slug)?;
        refuse_stale(&entered, "name", &found.name)?;
        refuse_stale(&entered, "description", &found.description)?;
        let edit = SegmentEdit {
            name: Some(entered.get("name")),
            description: Some(entered.get("description")),
            ..SegmentEdit::default()
        };
        segments::edit(conn, &actor, found.id, &edit)
    });
    match saved.await {
        Ok(segment) => {
            let moved = Moved::to(member.path(&format!("/segments/{}", segment.slug)));
            let toast = Toast::saying(format!("{} is saved.", segment.name));
            Ok(moved.with_toast(toast).answer(&member.ask, &site))
        }
        Err(PageError::Invalid(problems)) => {
            let placed = problems.into_iter().map(|problem| {
                FieldError::new(format!("segment-{}", problem.field), problem.message)
            });
            let entered = Entered {
                about: Some((form.get("name").to_owned(), form.get("description").to_owned())),
                errors: FieldErrors::new(placed.collect()),
                ..Entered::default()
            };
            let found = Found::at(&member, &place, &store).await?;
            page::answer(&member, found, entered, StatusCode::UNPROCESSABLE_ENTITY)
        }
        Err(error) => Err(error),
    }
}

/// What somebody else has changed since the page was opened is not written over unseen.
fn refuse_stale(entered: &Form, field: &str, saved: &str) -> Result<(), OperationError> {
    let (mine, base) = (entered.get(field), entered.get(&format!("base_{field}")));
    if saved == base || mine == base || mine == saved {
        return Ok(());
    }
    let message = format!(
        "Somebody has changed it to “{saved}” in the meantime. Save again to put yours over it."
    );
    Err(OperationError::invalid(field, message))
}
