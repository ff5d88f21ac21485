//! Putting users into a list.

use actix_web::{HttpResponse, http::StatusCode, web::Data};

use super::{
    FILE, Pasted, Place, find,
    page::{self, Entered, Found},
    question::{Question, ask},
    users,
};
use crate::{
    dashboard::{
        FieldErrors, Moved, PageError, ProjectMember, Site, Toast, UploadForm,
        number_words::grouped, work,
    },
    operations::segment_lists::{self, Changed, Mode, UserIds},
    population::Population,
    store::Store,
};

/// Takes a file, or what was pasted.
///
/// # Errors
/// [`PageError::NotFound`]; what is wrong is shown with the form.
pub async fn fill(
    member: ProjectMember,
    place: Place,
    form: UploadForm,
    site: Site,
    store: Data<Store>,
    population: Data<Population>,
) -> Result<HttpResponse, PageError> {
    let mode = Mode::parse(form.get("mode"));
    let base = form.get("base_revision").parse().ok();
    let confirmed = form.get("confirmed").to_owned();
    let filled = match (form.users, mode) {
        (Err(errors), _) => Err(Refusal::new(errors, StatusCode::UNPROCESSABLE_ENTITY)),
        (Ok(_), None) => Err(Refusal::saying("Choose whether to replace or to add.")),
        (Ok(users), _) if users.count() == 0 => {
            Err(Refusal::saying("Choose a CSV file with user ids, or paste some."))
        }
        (Ok(users), Some(mode)) => {
            let asked = ask(&member, &place, &store, population, &users, mode, confirmed).await?;
            match asked {
                Some(question) => Err(Refusal::asking(question)),
                None => put(&member, &place, &store, users, mode, base).await?,
            }
        }
    };
    match filled {
        Ok(changed) => {
            let address = member.path(&format!("/segments/{}", changed.segment.slug));
            let toast = Toast::saying(in_words(&changed));
            Ok(Moved::to(address).with_toast(toast).answer(&member.ask, &site))
        }
        Err(Refusal { errors, status, question }) => {
            let entered = Entered {
                pasted: Pasted { text: form.pasted, errors },
                adds: mode == Some(Mode::Add),
                question,
                ..Entered::default()
            };
            let found = Found::at(&member, &place, &store).await?;
            page::refuse_upload(&member, found, entered, status)
        }
    }
}

/// Why nobody was put into the list.
struct Refusal {
    errors: FieldErrors,
    status: StatusCode,
    /// What is to be answered first.
    question: Option<Question>,
}

impl Refusal {
    fn new(errors: FieldErrors, status: StatusCode) -> Refusal {
        Refusal { errors, status, question: None }
    }

    fn asking(question: Question) -> Refusal {
        let (errors, status) = (FieldErrors::default(), StatusCode::OK);
        Refusal { errors, status, question: Some(question) }
    }

    fn saying(message: &str) -> Refusal {
        Refusal::new(FieldErrors::one(FILE, message), StatusCode::UNPROCESSABLE_ENTITY)
    }
}

async fn put(
    member: &ProjectMember,
    place: &Place,
    store: &Store,
    users: UserIds,
    mode: Mode,
    base: Option<i32>,
) -> Result<Result<Changed, Refusal>, PageError> {
    let (actor, project_id, slug) = (member.actor.clone(), member.project.id, place.2.clone());
    let put = work::write_at_length(store, move |conn| {
        let list = find(conn, project_id, &slug)?;
        segment_lists::fill(conn, &actor, list.id, mode, &users, base)
    });
    Ok(match put.await {
        Ok(changed) => Ok(changed),
        Err(PageError::Invalid(problems)) => {
            let message: Vec<String> = problems.into_iter().map(|it| it.message).collect();
            Err(Refusal::saying(&message.join(" ")))
        }
        Err(PageError::Refused(message, _)) => {
            Err(Refusal::new(FieldErrors::one(FILE, message), StatusCode::CONFLICT))
        }
        Err(PageError::Forbidden(message)) => {
            Err(Refusal::new(FieldErrors::one(FILE, message), StatusCode::FORBIDDEN))
        }
        Err(error) => return Err(error),
    })
}

fn in_words(changed: &Changed) -> String {
    let name = &changed.segment.name;
    match &changed.revision {
        None => format!("{name} has all of these users and no others, so nothing was changed."),
        Some(revision) => format!(
            "{name} has {} now: {} added, {} removed.",
            users(revision.members),
            grouped(revision.added.into()),
            grouped(revision.removed.into())
        ),
    }
}
