//! How an app reads a key: a page, and a dialog over the list.

use actix_web::{HttpRequest, web::Data};
use askama::Template;

use super::{
    super::{
        Answer, Fragment, Layout, Page, ProjectMember, Section, Site,
        code::{self, App, CodeKey, Language},
        work,
    },
    Place, find,
};
use crate::{
    http::Arrival,
    store::{Store, keys::Key},
};

/// The languages that a key is shown in; all of them stand with its experience.
const SHOWN: [Language; 3] = [Language::JavaScript, Language::Python, Language::Curl];

/// How a key is read.
struct Code {
    name: String,
    environment: String,
    has_client_key: bool,
    snippets: Vec<Snippet>,
}

/// The same in one language.
struct Snippet {
    id: String,
    language: &'static str,
    /// What to install first; empty for nothing.
    install: &'static str,
    code: String,
}

#[derive(Template)]
#[template(path = "keys/code.html")]
struct CodePage {
    layout: Layout,
    /// The address of the list.
    list: String,
    code: Code,
}

#[derive(Template)]
#[template(path = "keys/_code_dialog.html")]
struct CodeDialog {
    code: Code,
}

/// How an app reads a key, with a client key of the environment where there is one.
///
/// # Errors
/// [`crate::dashboard::PageError::NotFound`].
pub async fn code(
    request: HttpRequest,
    member: ProjectMember,
    place: Place,
    site: Site,
    store: Data<Store>,
) -> Answer {
    let (project_id, (_, _, name)) = (member.project.id, place.into_inner());
    let environment_id = member.environment.id;
    let found = work::read(&store, move |conn| {
        let key = find(conn, project_id, &name)?;
        Ok((key, code::client_keys(conn, environment_id)?))
    });
    let (key, client_keys) = found.await?;
    let app = App::new(site.address(&Arrival::of(&request).host), client_keys.first());
    let code = Code {
        name: key.name.clone(),
        environment: member.environment.name.clone(),
        has_client_key: !client_keys.is_empty(),
        snippets: SHOWN.map(|language| snippet(language, &app, &key)).into(),
    };
    if member.ask.is_for_dialog() {
        return Fragment::of(&CodeDialog { code })?.show();
    }
    let layout = member.layout(&format!("Read {} in your app", code.name), Section::Keys);
    Page::show(&CodePage { layout, list: member.path("/keys"), code })
}

fn snippet(language: Language, app: &App, key: &Key) -> Snippet {
    let keys = [CodeKey::from(key)];
    let parts = [language.connect(app), language.read(app, &keys)];
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    Snippet {
        id: format!("code-{}", language.as_str()),
        language: language.label(),
        install: language.install(),
        code: parts.join("\n\n"),
    }
}
