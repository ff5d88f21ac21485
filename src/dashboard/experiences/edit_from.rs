//! An editor starts from an older version: its content stands on top of the newest one, as changes
//! that are not saved.

use actix_web::web::{Data, Path};

use super::{
    super::{Answer, ProjectMember, work},
    editor::{edit, saving},
    kind_pages::KindPages,
};
use crate::{
    operations::{OperationError, experiences},
    store::{Store, versions},
};

/// The editor with what that version says.
///
/// # Errors
/// [`PageError::NotFound`](super::super::PageError::NotFound).
pub async fn page(
    member: ProjectMember,
    pages: KindPages,
    address: Path<(String, String, String, i32)>,
    store: Data<Store>,
) -> Answer {
    let (_, _, slug, number) = address.into_inner();
    let (who, at) = (member.clone(), slug.clone());
    let typed = work::read(&store, move |conn| {
        let project_id = who.project.id;
        let view = experiences::find_by_slug(conn, &who.actor, project_id, pages.kind, &at)?;
        let experience = &view.experience;
        let version = versions::find_by_number(conn, experience.id, number)?
            .ok_or(OperationError::NotFound("version"))?;
        let (_, content) = saving::with_content(version, experience)?;
        saving::as_typed(conn, experience, &content, view.newest.number, &[])
    });
    let said = format!("Version {number} is in the editor. Nothing is saved yet.");
    edit::show_typed(&member, pages, &store, slug, typed.await?, said).await
}
