//! The first run: the first person, the first project. Gone once somebody is here.

use actix_web::{
    HttpRequest,
    http::StatusCode,
    web::{self, Data},
};
use askama::Template;
use chrono::Utc;

use super::{
    Answer, Ask, FieldErrors, Form, Layout, Moved, Page, PageError, SetupCode, Site, cookies,
    session, sign_in, work,
};
use crate::{
    domain::{reading::FieldError, slug::Slug},
    operations::{
        access::{
            Password, SignIn,
            browser_sessions::{self, Browser, Opened, Stay},
        },
        setup::{self, FirstRun},
    },
    store::Store,
};

#[derive(Template)]
#[template(path = "set_up.html")]
struct SetUpPage {
    layout: Layout,
    entered: Entered,
    asks_for_code: bool,
    errors: FieldErrors,
}

/// For whoever comes late.
#[derive(Template)]
#[template(path = "set_up_already.html")]
struct AlreadyPage {
    layout: Layout,
}

fn already(request: &HttpRequest) -> Answer {
    let layout = Layout::plain("Set up already", &Ask::of(request), "");
    Page::with_status(StatusCode::NOT_FOUND, &AlreadyPage { layout })
}

/// What was entered, but for the password.
#[derive(Clone)]
struct Entered {
    name: String,
    email: String,
    project_name: String,
    project_key: String,
    with_example: bool,
}

impl Entered {
    fn nothing() -> Entered {
        Entered {
            name: String::new(),
            email: String::new(),
            project_name: "My project".to_owned(),
            project_key: "my-project".to_owned(),
            with_example: true,
        }
    }

    fn of(form: &Form) -> Entered {
        let project_name = form.get("project_name").trim().to_owned();
        let key = form.get("project_key").trim().to_owned();
        let made = || Slug::from_name(&project_name).map(|slug| slug.as_str().to_owned());
        Entered {
            name: form.get("name").trim().to_owned(),
            email: form.get("email").trim().to_owned(),
            project_key: if key.is_empty() { made().unwrap_or_default() } else { key },
            project_name,
            with_example: form.get("start_with") != "nothing",
        }
    }
}

/// The page with the form.
///
/// # Errors
/// [`PageError::Away`].
pub async fn page(
    request: HttpRequest,
    site: Site,
    store: Data<Store>,
    code: Data<SetupCode>,
) -> Answer {
    if !work::read(&store, setup::is_open).await? {
        return already(&request);
    }
    let (token, new) = sign_in::visit(&request, &site);
    let shown = Page::show(&SetUpPage {
        layout: Layout::plain("Set up", &Ask::of(&request), &token),
        entered: Entered::nothing(),
        asks_for_code: code.is_needed(),
        errors: FieldErrors::default(),
    })?;
    Ok(sign_in::with_visit(shown, &site, new))
}

/// Sets Flagstaff up, and signs the first person in. Of two who come together, one is told that
/// the other was faster.
///
/// # Errors
/// [`PageError::Away`].
pub async fn set_up(
    request: HttpRequest,
    form: Form,
    site: Site,
    store: Data<Store>,
    hasher: Data<SignIn>,
    code: Data<SetupCode>,
) -> Answer {
    if !work::read(&store, setup::is_open).await? {
        return already(&request);
    }
    let ask = Ask::of(&request);
    let entered = Entered::of(&form);
    match create(&request, &form, &entered, &site, &store, hasher, &code).await {
        Ok(opened) => {
            let mut response = Moved::to("/").answer(&ask, &site);
            sign_in::give_session(&mut response, &opened, &site);
            Ok(response)
        }
        Err(PageError::Invalid(problems)) => {
            let (token, _) = sign_in::visit(&request, &site);
            Page::invalid(&SetUpPage {
                layout: Layout::plain("Set up", &ask, &token).with_error(),
                entered,
                asks_for_code: code.is_needed(),
                errors: FieldErrors::new(problems),
            })
        }
        Err(PageError::NotFound) => already(&request),
        Err(other) => Err(other),
    }
}

async fn create(
    request: &HttpRequest,
    form: &Form,
    entered: &Entered,
    site: &Site,
    store: &Data<Store>,
    hasher: Data<SignIn>,
    code: &SetupCode,
) -> Result<Opened, PageError> {
    if !code.accepts(form.get("code")) {
        let message = "This is not the code. Look at what `flagstaff serve` printed at its start.";
        return Err(PageError::Invalid(vec![FieldError::new("code", message)]));
    }
    let known = [&entered.email, &entered.name, &entered.project_name];
    let password = Password::parse(form.get("password"))
        .and_then(|password| password.unlike(known))
        .map_err(|message| PageError::Invalid(vec![FieldError::new("password", message)]))?;
    let (origin, from) = (session::origin(request), sign_in::address(request));
    let (agent, entered) = (sign_in::user_agent(request), entered.clone());
    let old = cookies::get(request, cookies::session(site));
    let hash = work::settle(web::block(move || hasher.hasher().hash(&password)).await)?;
    let opened = work::write(store, move |conn| {
        let first = FirstRun {
            name: &entered.name,
            email: &entered.email,
            password: &hash,
            project_name: &entered.project_name,
            project_key: &entered.project_key,
            with_example: entered.with_example,
        };
        let (person, _) = setup::first_run(conn, &origin, &first)?;
        let browser = Browser {
            user_agent: agent.as_deref(),
            session: old.as_deref(),
            stay: Stay::ForTheDay,
        };
        browser_sessions::open(conn, person, from, browser, Utc::now())
    });
    opened.await
}
