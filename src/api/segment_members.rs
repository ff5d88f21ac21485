//! The users of a segment that is a list: CSV in and out, in a stream.

use actix_web::{
    HttpMessage, HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web::{Bytes, Data, Path, Payload},
};
use futures_util::stream;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    answer::{Answer, ok},
    member::Member,
    precondition::IfMatch,
    query::Query,
    segments::find,
    work,
};
use crate::{
    domain::reading::FieldError,
    http::{BodyError, Pieces, Problem},
    operations::{
        OperationError,
        segment_lists::{self, Download, Mode, Upload, UploadError, UploadFolder, UserIds},
    },
    store::{Store, segments::SegmentKind},
};

/// After how many seconds to try again where too many lists come in.
const TRY_AGAIN: u64 = 5;

/// What came of an upload.
#[derive(Debug, Serialize, ToSchema)]
pub struct MembersAnswer {
    /// The number of the segment's newest revision; the same as before where nothing changed.
    revision: i32,
    /// How many users the list has now.
    members: i32,
    /// How many of them are new.
    added: i32,
    /// How many have left.
    removed: i32,
}

/// Uploads the users of a list
///
/// CSV with a user id in the first column of each line, up to 1,000,000 in all; a first line that
/// says `user_id` is skipped. A line that can't be taken is named, and then nothing is changed.
/// What changes acts at once in every environment.
#[utoipa::path(put, path = "/api/v1/segments/{slug}/members", tag = "Segments",
    request_body(content = String, content_type = "text/csv"),
    params(("slug" = String, Path, description = "The segment's slug or id"),
           ("mode" = Option<String>, Query,
            description = "`replace` those who are in the list, or `add` to them; else replace")),
    responses((status = 200, description = "What changed", body = MembersAnswer)))]
#[expect(clippy::too_many_arguments, reason = "each is taken from the request by its type")]
pub async fn fill(
    member: Member,
    store: Data<Store>,
    folder: Data<UploadFolder>,
    query: Query,
    slug: Path<String>,
    base: IfMatch,
    request: HttpRequest,
    payload: Payload,
) -> Answer {
    query.only(&["mode"])?;
    let mode = query.parsed("mode", "This is replace or add.", Mode::parse)?;
    let mode = mode.unwrap_or(Mode::Replace);
    let who = member.clone();
    let list = work::read(&store, move |conn| {
        let found = find(conn, &who, &slug)?;
        segment_lists::fillable(conn, &who.actor, found.id)
    });
    let list = list.await?;
    let users = receive(&request, payload, &folder).await?;
    let answer = work::write_at_length(&store, move |conn| {
        let base = base.number();
        let changed = segment_lists::fill(conn, &member.actor, list.id, mode, &users, base)?;
        let members = crate::store::segment_lists::sizes(conn, &[list.id])?;
        let revision = changed.revision.as_ref();
        Ok(MembersAnswer {
            revision: changed.segment.revision,
            members: members.first().map_or(0, |(_, members)| *members),
            added: revision.map_or(0, |revision| revision.added),
            removed: revision.map_or(0, |revision| revision.removed),
        })
    });
    Ok(ok(&answer.await?))
}

async fn receive(
    request: &HttpRequest,
    mut payload: Payload,
    folder: &UploadFolder,
) -> Result<UserIds, Problem> {
    if request.content_type() != "text/csv" {
        return Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "Send the user ids as CSV, one on each line, with the header Content-Type: text/csv.",
        ));
    }
    let encoding = request.headers().get(header::CONTENT_ENCODING);
    if encoding.is_some_and(|encoding| encoding != "identity") {
        return Err(BodyError::Compressed.into());
    }
    let upload = folder.begin().map_err(|error| refused(&error))?;
    let received = Pieces::default().hand_over(&mut payload, upload, Upload::take).await?;
    let (upload, outcome) = received;
    outcome.and_then(|()| upload.finish()).map_err(|error| refused(&error))
}

fn refused(error: &UploadError) -> Problem {
    match error {
        UploadError::Line(bad) => {
            let field = format!("line {}", bad.line);
            let problem = Problem::invalid(vec![FieldError::new(field, error.to_string())]);
            problem.with("line", bad.line)
        }
        UploadError::TooMany => {
            Problem::new(StatusCode::TOO_MANY_REQUESTS, error.to_string()).retry_after(TRY_AGAIN)
        }
        UploadError::Disk(reason) => {
            tracing::error!(%reason, "an uploaded list can't be kept");
            Problem::new(StatusCode::INSUFFICIENT_STORAGE, error.to_string())
        }
    }
}

/// Downloads the users of a list
#[utoipa::path(get, path = "/api/v1/segments/{slug}/members", tag = "Segments",
    params(("slug" = String, Path, description = "The segment's slug or id")),
    responses((status = 200, description = "A user id on each line, in the order of their bytes",
               body = String, content_type = "text/csv")))]
pub async fn download(
    member: Member,
    store: Data<Store>,
    query: Query,
    slug: Path<String>,
) -> Answer {
    query.only(&[])?;
    let found = work::read(&store, move |conn| {
        let found = find(conn, &member, &slug)?;
        match found.kind {
            SegmentKind::List => Ok(found),
            SegmentKind::Rules => Err(OperationError::Refused {
                message: format!("“{}” has conditions, and no list of users.", found.name),
                links: Vec::new(),
            }),
        }
    });
    let list = found.await?;
    let download = Download::new(list.id, list.revision);
    let parts = stream::try_unfold((store, download), |(store, mut download)| async move {
        let next = work::read(&store, move |conn| {
            let part = download.next(conn)?;
            Ok(part.map(|part| (Bytes::from(part), download)))
        });
        let next: Result<_, Problem> = next.await;
        Ok::<_, actix_web::Error>(next?.map(|(part, download)| (part, (store, download))))
    });
    Ok(HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header((
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{}.csv\"", list.slug),
        ))
        .streaming(parts))
}
