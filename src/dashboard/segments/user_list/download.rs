//! The users of a list as a file.

use actix_web::{
    HttpResponse,
    http::header,
    web::{Bytes, Data},
};
use futures_util::stream;

use super::{Place, find};
use crate::{
    dashboard::{Answer, PageError, ProjectMember, work},
    operations::{OperationError, segment_lists::Download},
    store::{Store, segments::SegmentKind},
};

/// Downloads them as CSV.
///
/// # Errors
/// [`PageError::NotFound`] where it is no list.
pub async fn download(member: ProjectMember, place: Place, store: Data<Store>) -> Answer {
    let (project_id, slug) = (member.project.id, place.2.clone());
    let found = work::read(&store, move |conn| {
        let found = find(conn, project_id, &slug)?;
        match found.kind {
            SegmentKind::List => Ok(found),
            SegmentKind::Rules => Err(OperationError::NotFound("list")),
        }
    });
    let list = found.await?;
    let download = Download::new(list.id, list.revision);
    let parts = stream::try_unfold((store, download), |(store, mut download)| async move {
        let next = work::read(&store, move |conn| {
            let part = download.next(conn)?;
            Ok(part.map(|part| (Bytes::from(part), download)))
        });
        let next: Result<_, PageError> = next.await;
        Ok::<_, actix_web::Error>(next?.map(|(part, download)| (part, (store, download))))
    });
    let name = format!("attachment; filename=\"{}.csv\"", list.slug);
    Ok(HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header((header::CONTENT_DISPOSITION, name))
        .streaming(parts))
}
