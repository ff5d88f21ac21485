//! What happens before a handler of the pages runs.

use actix_web::{HttpMessage, dev::ServiceRequest, http::Method, web::Payload};

use super::{
    Ask, Form, PageError, ProjectMember, SignedIn, Site, UploadForm, csrf, kept_form::KeptForm,
};
use crate::domain::role::Right;

/// Whom a page is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// Anybody.
    Anybody,
    /// Whoever is signed in.
    SignedIn,
    /// Whoever has that right in the project that the address names.
    Right(Right),
    /// Whoever has that right, with a form that brings a file: its handler takes an [`UploadForm`],
    /// which checks the token.
    Upload(Right),
}

/// Lets a request in, or says why not. Leaves with it who asks and, where it changes something,
/// the form that it brings; the token of a form is checked here, whatever the handler does.
///
/// # Errors
/// [`PageError::SignInNeeded`], [`PageError::NotFound`], [`PageError::Forbidden`],
/// [`PageError::Stale`], [`PageError::Unreadable`], [`PageError::Away`].
pub async fn admit(admission: Admission, request: &mut ServiceRequest) -> Result<(), PageError> {
    // Nothing has a name with U+0000, and Postgres would refuse to look for one.
    if request.path().contains("%00") {
        return Err(PageError::NotFound);
    }
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let site = Ask::site(request.request());
    if changes {
        csrf::check_source(request.request(), &site)?;
    }
    let admitted = find_out_who(admission, request).await;
    if let Err(PageError::SignInNeeded | PageError::Away(_)) = admitted
        && changes
    {
        keep_form(request, &site).await;
    }
    admitted?;
    let is_upload = matches!(admission, Admission::Upload(_));
    if changes && !(is_upload && UploadForm::is_sent_by(request.request())) {
        let form = read_form(request).await?;
        if let Err(error) = csrf::check_token(request.request(), &site, form.get(csrf::FIELD)) {
            keep(request, &form, &site);
            return Err(error);
        }
        request.extensions_mut().insert(form);
    }
    Ok(())
}

async fn find_out_who(admission: Admission, request: &mut ServiceRequest) -> Result<(), PageError> {
    match admission {
        Admission::Anybody => {}
        Admission::SignedIn => {
            let signed_in = SignedIn::identify(request.request()).await?;
            request.extensions_mut().insert(signed_in);
        }
        Admission::Right(right) | Admission::Upload(right) => {
            let member = ProjectMember::identify(request.request()).await?;
            let allowed = member.require(right);
            request.extensions_mut().insert(member);
            allowed?;
        }
    }
    Ok(())
}

async fn read_form(request: &mut ServiceRequest) -> Result<Form, PageError> {
    let payload = request.extract::<Payload>().await.map_err(|_| PageError::Broken)?;
    Form::read(request.request(), payload).await
}

/// Keeps a form whose sender is not known, so that nothing typed is lost. Whose token it has can't
/// be said then, so the browser has to say that it comes from one of our own pages.
async fn keep_form(request: &mut ServiceRequest, site: &Site) {
    if csrf::is_surely_own(request.request(), site)
        && let Ok(form) = read_form(request).await
    {
        keep(request, &form, site);
    }
}

fn keep(request: &ServiceRequest, form: &Form, site: &Site) {
    if csrf::is_surely_own(request.request(), site)
        && let Some(kept) = KeptForm::of(request.request(), form)
    {
        request.extensions_mut().insert(kept);
    }
}
