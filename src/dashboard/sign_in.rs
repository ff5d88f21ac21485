//! Logging in and out.

use std::net::{IpAddr, Ipv4Addr};

use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web::{self, Data},
};
use askama::Template;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::Utc;
use serde_json::json;

use super::{
    Answer, Ask, FieldErrors, Form, Fragment, Layout, Moved, Page, PageError, Site, cookies, csrf,
    kept_form::KeptForm, local_path::local_or_start, work,
};
use crate::{
    http::Arrival,
    operations::{
        access::{
            Attempt, Password, SignIn,
            browser_sessions::{self, Browser, Opened, Stay},
        },
        setup,
    },
    store::{READ_WITHIN, Store},
};

const WRONG: &str = "Email or password is not right.";

#[derive(Template)]
#[template(path = "log_in.html")]
struct LogInPage {
    layout: Layout,
    login: Login,
}

/// The same in a dialog, over a page whose session has ended.
#[derive(Template)]
#[template(path = "_log_in_dialog.html")]
struct LogInDialog {
    login: Login,
    csrf: String,
}

/// What was sent with a session that had ended, to be sent again.
#[derive(Template)]
#[template(path = "send_again.html")]
struct SendAgainPage {
    layout: Layout,
    kept: KeptForm,
    csrf: String,
}

/// What was entered, but for the password.
#[derive(Default)]
struct Login {
    email: String,
    stay: bool,
    next: String,
    /// Whether it comes in the place of something that needed a session.
    interrupts: bool,
    kept: Option<KeptForm>,
    errors: FieldErrors,
}

impl Login {
    fn of(form: &Form) -> Login {
        let kept = KeptForm::carried_by(form);
        Login {
            email: form.get("email").trim().to_owned(),
            stay: form.is_checked("stay"),
            next: local_or_start(form.get("next")).to_owned(),
            interrupts: kept.is_some(),
            kept,
            errors: FieldErrors::default(),
        }
    }

    fn show(self, status: StatusCode, ask: &Ask, csrf: &str) -> Answer {
        let wrong = !self.errors.is_empty();
        if ask.is_htmx() {
            let dialog = LogInDialog { login: self, csrf: csrf.to_owned() };
            let fragment = Fragment::of(&dialog)?;
            return if wrong { fragment.invalid().show() } else { fragment.show() };
        }
        let layout = Layout::plain("Log in", ask, csrf);
        let layout = if wrong { layout.with_error() } else { layout };
        Page::with_status(status, &LogInPage { layout, login: self })
    }
}

/// Has forms of somebody who is not signed in bound to a cookie; answers their token.
pub(super) fn visit(request: &HttpRequest, site: &Site) -> (String, Option<String>) {
    match csrf::bound_to(request, site) {
        Some(cookie) => (csrf::token(&cookie), None),
        None => {
            let random: [u8; 32] = rand::random();
            let visit = URL_SAFE_NO_PAD.encode(random);
            (csrf::token(&visit), Some(visit))
        }
    }
}

/// Leaves that cookie with the answer.
pub(super) fn with_visit(
    mut response: HttpResponse,
    site: &Site,
    new: Option<String>,
) -> HttpResponse {
    if let Some(visit) = new {
        cookies::set(response.headers_mut(), site, cookies::visit(site), &visit, None);
    }
    response
}

/// The page with the form; leads to the first run while nobody is here.
///
/// # Errors
/// [`PageError::Away`].
pub async fn page(request: HttpRequest, site: Site, store: Data<Store>) -> Answer {
    let ask = Ask::of(&request);
    if work::read(&store, setup::is_open).await? {
        return Ok(Moved::to("/setup").answer(&ask, &site));
    }
    let query = request.query_string().as_bytes();
    let next = form_urlencoded::parse(query).find(|(name, _)| name == "next");
    let next = next.map(|(_, value)| local_or_start(&value).to_owned()).unwrap_or_default();
    let (token, new) = visit(&request, &site);
    let shown = Login { next, ..Login::default() }.show(StatusCode::OK, &ask, &token)?;
    Ok(with_visit(shown, &site, new))
}

/// The page with the form, in the place of something that needed a session and was sent without
/// one. What was sent stays with it.
pub(super) fn page_over(request: &HttpRequest, site: &Site, kept: Option<KeptForm>) -> Answer {
    let ask = Ask::of(request);
    let (token, new) = visit(request, site);
    let next = local_or_start(&ask.address).to_owned();
    let login = Login { next, interrupts: true, kept, ..Login::default() };
    let shown = login.show(StatusCode::UNAUTHORIZED, &ask, &token)?;
    Ok(with_visit(shown, site, new))
}

/// From where somebody comes.
pub(super) fn address(request: &HttpRequest) -> IpAddr {
    Arrival::of(request).address.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED))
}

/// What a browser calls itself.
pub(super) fn user_agent(request: &HttpRequest) -> Option<String> {
    let name = request.headers().get(header::USER_AGENT)?;
    name.to_str().ok().map(str::to_owned)
}

/// Signs somebody in: with another session than the browser had before, whoever had given it.
///
/// # Errors
/// [`PageError::Away`].
pub async fn log_in(
    request: HttpRequest,
    form: Form,
    site: Site,
    store: Data<Store>,
    sign_in: Data<SignIn>,
) -> Answer {
    let ask = Ask::of(&request);
    let mut login = Login::of(&form);
    let (from, agent) = (address(&request), user_agent(&request));
    let old = cookies::get(&request, cookies::session(&site));
    let (email, stay) = (login.email.clone(), login.stay);
    let password = Password::of_any_length(form.get("password"));
    let opened = web::block(move || {
        store.within(READ_WITHIN, move |store| {
            let attempt = Attempt { email: &email, password: &password, from };
            let browser = Browser {
                user_agent: agent.as_deref(),
                session: old.as_deref(),
                stay: if stay { Stay::LoggedIn } else { Stay::ForTheDay },
            };
            browser_sessions::sign_in(&sign_in, store, &attempt, browser, Utc::now())
        })?
    });
    let (status, wait, error) = match work::settle(opened.await) {
        Ok(opened) => return signed_in(&opened, login, &ask, &site),
        Err(PageError::SignInNeeded) => (StatusCode::UNPROCESSABLE_ENTITY, None, WRONG.to_owned()),
        Err(PageError::TooMany(_, seconds)) => {
            (StatusCode::TOO_MANY_REQUESTS, Some(seconds), too_many(seconds))
        }
        Err(other) => return Err(other),
    };
    login.errors = FieldErrors::one("password", error);
    let (token, _) = visit(&request, &site);
    let mut shown = login.show(status, &ask, &token)?;
    if let Some(seconds) = wait {
        shown.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from(seconds));
    }
    Ok(shown)
}

fn too_many(seconds: u64) -> String {
    let unit = if seconds == 1 { "second" } else { "seconds" };
    format!("Too many attempts. Try again in {seconds} {unit}, or ask an admin for a new password.")
}

/// Leads on, or tells the page that waits that it may go on; or shows what was kept meanwhile.
fn signed_in(opened: &Opened, login: Login, ask: &Ask, site: &Site) -> Answer {
    let csrf = csrf::token(&opened.secret);
    let mut response = match login.kept {
        _ if ask.is_htmx() => {
            let done = json!({"login:done": {"csrf": csrf}});
            HttpResponse::NoContent().insert_header(("hx-trigger", done.to_string())).finish()
        }
        Some(kept) => {
            let layout = Layout::plain("Logged in again", ask, &csrf);
            Page::show(&SendAgainPage { layout, kept, csrf })?
        }
        None => Moved::to(local_or_start(&login.next)).answer(ask, site),
    };
    give_session(&mut response, opened, site);
    Ok(response)
}

/// Gives the browser its session.
pub(super) fn give_session(response: &mut HttpResponse, opened: &Opened, site: &Site) {
    let headers = response.headers_mut();
    cookies::set(headers, site, cookies::session(site), &opened.secret, opened.keep_for);
    cookies::forget(headers, site, cookies::visit(site));
}

/// Ends the session, here and on the server.
///
/// # Errors
/// [`PageError::Away`].
pub async fn log_out(request: HttpRequest, site: Site, store: Data<Store>) -> Answer {
    if let Some(secret) = cookies::get(&request, cookies::session(&site)) {
        work::write(&store, move |conn| browser_sessions::end(conn, &secret)).await?;
    }
    let mut response = Moved::to("/login").answer(&Ask::of(&request), &site);
    response.headers_mut().insert(
        header::HeaderName::from_static("clear-site-data"),
        header::HeaderValue::from_static("\"cache\", \"storage\""),
    );
    cookies::forget(response.headers_mut(), &site, cookies::session(&site));
    Ok(response)
}
