//! A form with a file of user ids, which is never held whole. The guard leaves its body alone; its
//! token is the first part, and is checked before anything else of it is looked at.

use std::{future::Future, pin::Pin};

use actix_multipart::{Field, Multipart};
use actix_web::{
    FromRequest, HttpMessage, HttpRequest,
    dev::Payload,
    http::StatusCode,
    web::{self, Data},
};
use futures_util::StreamExt;

use super::{Ask, FieldErrors, PageError, csrf};
use crate::{
    http::{BodyError, Pieces, Problem},
    operations::segment_lists::{Upload, UploadError, UploadFolder, UserIds},
};

/// The part with a file.
pub const FILE: &str = "file";
/// The part with what was pasted.
pub const PASTED: &str = "pasted";

/// The most parts; a form of ours has fewer.
const MOST_PARTS: usize = 20;
/// The most bytes of a field of text.
const MOST_TEXT: usize = 64 * 1024;
/// The most bytes that can be pasted, which are held whole to be shown again.
const MOST_PASTED: usize = 16 * 1024 * 1024;
/// After how many seconds to try again where too many lists come in.
const TRY_AGAIN: u64 = 5;

/// A form with user ids.
#[derive(Debug)]
pub struct UploadForm {
    fields: Vec<(String, String)>,
    /// What was pasted, to be shown again.
    pub pasted: String,
    /// The user ids of the file and those that were pasted; or what is wrong with them.
    pub users: Result<UserIds, FieldErrors>,
}

impl UploadForm {
    /// Whether a body is of this kind.
    pub fn is_sent_by(request: &HttpRequest) -> bool {
        request.content_type() == "multipart/form-data"
    }

    /// What was entered in a field of text; empty where nothing was.
    pub fn get(&self, name: &str) -> &str {
        let found = self.fields.iter().find(|(found, _)| found == name);
        found.map(|(_, value)| value.as_str()).unwrap_or_default()
    }
}

impl FromRequest for UploadForm {
    type Error = PageError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, PageError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let payload = web::Payload::from_request(&request, payload);
        Box::pin(async move {
            if !UploadForm::is_sent_by(&request) {
                let reason = "This form is sent as multipart/form-data.".to_owned();
                return Err(PageError::Unreadable(StatusCode::UNSUPPORTED_MEDIA_TYPE, reason));
            }
            let folder = request.app_data::<Data<UploadFolder>>().ok_or(PageError::Broken)?;
            let payload = payload.await.map_err(|_| PageError::Broken)?;
            let mut parts = Multipart::new(request.headers(), payload);
            let mut pieces = Pieces::default();
            check_token(&request, &mut parts, &mut pieces).await?;
            let reading = Reading {
                pieces,
                fields: Vec::new(),
                pasted: String::new(),
                coming: Ok(folder.begin().map_err(of_upload)?),
            };
            reading.read(parts).await
        })
    }
}

async fn check_token(
    request: &HttpRequest,
    parts: &mut Multipart,
    pieces: &mut Pieces,
) -> Result<(), PageError> {
    let mut first = match parts.next().await {
        Some(Ok(part)) if part.name() == Some(csrf::FIELD) => part,
        Some(Err(_)) => return Err(unreadable()),
        _ => return Err(PageError::Stale),
    };
    let token = pieces.read(&mut first, MOST_TEXT).await.map_err(of_body)?;
    csrf::check_token(request, &Ask::site(request), &String::from_utf8_lossy(&token))
}

/// A form that is being read.
struct Reading {
    pieces: Pieces,
    fields: Vec<(String, String)>,
    pasted: String,
    /// The user ids so far; or what is wrong with them.
    coming: Result<Upload, FieldErrors>,
}

impl Reading {
    async fn read(mut self, mut parts: Multipart) -> Result<UploadForm, PageError> {
        for _ in 0..MOST_PARTS {
            let Some(part) = parts.next().await else { return self.finish().await };
            let mut part = part.map_err(|_| unreadable())?;
            match part.name().unwrap_or_default().to_owned().as_str() {
                FILE => self.take_file(&mut part).await?,
                PASTED => self.take_pasted(&mut part).await?,
                name => {
                    let text = self.text(&mut part, MOST_TEXT).await?;
                    self.fields.push((name.to_owned(), text));
                }
            }
        }
        Err(unreadable())
    }

    async fn finish(self) -> Result<UploadForm, PageError> {
        let users = match self.coming {
            Ok(upload) => {
                let finished = web::block(move || upload.finish()).await;
                Ok(finished.map_err(|_| PageError::Broken)?.map_err(of_upload)?)
            }
            Err(errors) => Err(errors),
        };
        Ok(UploadForm { fields: self.fields, pasted: self.pasted, users })
    }

    async fn text(&mut self, part: &mut Field, most: usize) -> Result<String, PageError> {
        let text = self.pieces.read(part, most).await.map_err(of_body)?;
        let text = String::from_utf8(text).map_err(|_| unreadable())?;
        if text.contains('\0') {
            let reason = "Text may not contain the character U+0000.".to_owned();
            return Err(PageError::Unreadable(StatusCode::BAD_REQUEST, reason));
        }
        Ok(text)
    }

    async fn take_file(&mut self, part: &mut Field) -> Result<(), PageError> {
        let Ok(upload) = self.replace_coming() else {
            self.pieces.read(part, 0).await.map_err(of_body)?;
            return Ok(());
        };
        let handed = self.pieces.hand_over(part, upload, Upload::take).await.map_err(of_body)?;
        let (mut upload, outcome) = handed;
        let ended = outcome.and_then(|()| upload.end_file());
        self.settle(upload, ended, FILE)
    }

    async fn take_pasted(&mut self, part: &mut Field) -> Result<(), PageError> {
        self.pasted = self.text(part, MOST_PASTED).await?;
        let Ok(mut upload) = self.replace_coming() else { return Ok(()) };
        if self.pasted.len() == MOST_PASTED {
            let reason = "This is too much to paste. Save it as a CSV file and upload that.";
            self.coming = Err(FieldErrors::one(PASTED, reason));
            return Ok(());
        }
        let pasted = self.pasted.clone();
        let taken = web::block(move || {
            let outcome = upload.take(pasted.as_bytes()).and_then(|()| upload.end_file());
            (upload, outcome)
        });
        let (upload, outcome) = taken.await.map_err(|_| PageError::Broken)?;
        self.settle(upload, outcome, PASTED)
    }

    /// What comes in, taken out to be worked with; once something is wrong it stays so.
    fn replace_coming(&mut self) -> Result<Upload, ()> {
        match std::mem::replace(&mut self.coming, Err(FieldErrors::default())) {
            Ok(upload) => Ok(upload),
            Err(errors) => {
                self.coming = Err(errors);
                Err(())
            }
        }
    }

    fn settle(
        &mut self,
        upload: Upload,
        outcome: Result<(), UploadError>,
        field: &str,
    ) -> Result<(), PageError> {
        self.coming = match outcome {
            Ok(()) => Ok(upload),
            Err(UploadError::Line(bad)) => Err(FieldErrors::one(field, bad.to_string())),
            Err(error) => return Err(of_upload(error)),
        };
        Ok(())
    }
}

fn of_body(error: BodyError) -> PageError {
    let problem = Problem::from(error);
    PageError::Unreadable(problem.status(), problem.detail().to_owned())
}

fn of_upload(error: UploadError) -> PageError {
    let sentence = error.to_string();
    match error {
        UploadError::TooMany => PageError::TooMany(sentence, TRY_AGAIN),
        UploadError::Line(_) => PageError::Unreadable(StatusCode::UNPROCESSABLE_ENTITY, sentence),
        UploadError::Disk(reason) => {
            tracing::error!(%reason, "an uploaded list can't be kept");
            PageError::Unreadable(StatusCode::INSUFFICIENT_STORAGE, sentence)
        }
    }
}

fn unreadable() -> PageError {
    let reason = "The form can't be read. Open the page again and try once more.".to_owned();
    PageError::Unreadable(StatusCode::BAD_REQUEST, reason)
}
