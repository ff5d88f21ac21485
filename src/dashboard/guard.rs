//! What happens before a handler of the pages runs.

use actix_web::{HttpMessage, dev::ServiceRequest, http::Method, web::Payload};

use super::{Ask, Form, PageError, ProjectMember, SignedIn, csrf};
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
}

/// Lets a request in, or says why not. Leaves with it who asks and, where it changes something,
/// the form that it brings; the token of a form is checked here, whatever the handler does.
///
/// # Errors
/// [`PageError::SignInNeeded`], [`PageError::NotFound`], [`PageError::Forbidden`],
/// [`PageError::Unreadable`].
pub async fn admit(admission: Admission, request: &mut ServiceRequest) -> Result<(), PageError> {
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let site = Ask::site(request.request());
    if changes {
        csrf::check_source(request.request(), &site)?;
    }
    match admission {
        Admission::Anybody => {}
        Admission::SignedIn => {
            let signed_in = SignedIn::identify(request.request()).await?;
            request.extensions_mut().insert(signed_in);
        }
        Admission::Right(right) => {
            let member = ProjectMember::identify(request.request()).await?;
            let allowed = member.require(right);
            request.extensions_mut().insert(member);
            allowed?;
        }
    }
    if changes {
        let payload = request.extract::<Payload>().await.map_err(|_| PageError::Broken)?;
        let form = Form::read(request.request(), payload).await?;
        csrf::check_token(request.request(), &site, form.get(csrf::FIELD))?;
        request.extensions_mut().insert(form);
    }
    Ok(())
}
