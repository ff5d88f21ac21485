//! How an app reads the keys of an experience, with a client key of the environment; and whether one
//! has asked for them yet.

use std::collections::HashMap;

use actix_web::{
    HttpRequest,
    web::{Data, Path},
};
use askama::Template;
use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use uuid::Uuid;

use super::{
    super::{
        Answer, Fragment, Layout, Page, PageError, ProjectMember, Site,
        code::{self, App, ClientKey, CodeKey, Language},
        number_words::counted,
        response, work,
    },
    kind_pages::KindPages,
    tabs::{Tab, TabHead},
};
use crate::{
    domain::{experience::Kind, version::Content},
    http::Arrival,
    operations::{
        OperationError,
        experiences::{self, ExperienceView},
        history,
    },
    store::{
        Connection, Store, delivered,
        keys::{self, Key},
    },
};

/// How far back deliveries are counted that were there before the page.
const DAYS: i64 = 7;

/// What the address names: project, environment, experience.
type Address = Path<(String, String, String)>;

#[derive(Template)]
#[template(path = "experiences/code.html")]
struct CodePage {
    layout: Layout,
    head: TabHead,
    languages: Vec<Tongue>,
    code: Snippets,
}

/// The same beside an editor, in one language.
#[derive(Template)]
#[template(path = "experiences/_code_fold.html")]
struct CodeFold {
    address: String,
    code: Snippets,
}

/// A language to choose.
struct Tongue {
    label: &'static str,
    address: String,
    is_current: bool,
}

/// How the keys are read in one language.
struct Snippets {
    language: Language,
    environment: String,
    environment_key: String,
    project_key: String,
    client_keys: Vec<ClientKey>,
    /// The id of the one that stands in the code.
    chosen: String,
    /// What is read, in words; none where there is no key yet.
    keys: Vec<String>,
    steps: Vec<Step>,
    listening: Listening,
}

/// A step on the way to a value.
struct Step {
    number: usize,
    title: &'static str,
    id: &'static str,
    code: String,
}

/// Whether an app has asked since the page is there.
#[derive(Template)]
#[template(
    source = r#"{% import "ui.html" as ui %}{% include "experiences/_listening.html" %}"#,
    ext = "html"
)]
struct Listens {
    listening: Listening,
}

/// Since when it is listened, and what was there before.
#[derive(Debug, Clone)]
struct Listening {
    /// Where to ask again.
    address: String,
    /// What was delivered lately, before the page was there.
    before: Option<String>,
    /// Whether somebody has asked since.
    got_one: bool,
}

/// What is known of an experience's keys.
struct Found {
    view: ExperienceView,
    keys: Vec<Key>,
    client_keys: Vec<ClientKey>,
    /// What was delivered of them in the minute that the page was asked for in.
    seen: i64,
    /// What was delivered in the last days.
    lately: i64,
}

/// What the address asks for.
fn field(request: &HttpRequest, wanted: &str) -> Option<String> {
    let mut fields = form_urlencoded::parse(request.query_string().as_bytes());
    fields.find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned())
}

/// The page.
///
/// # Errors
/// [`PageError::NotFound`].
pub async fn page(
    request: HttpRequest,
    member: ProjectMember,
    pages: KindPages,
    address: Address,
    site: Site,
    store: Data<Store>,
) -> Answer {
    let (found, code) = look(&request, &member, pages, address, &site, &store).await?;
    let head = TabHead::of(&member, &found.view, Tab::Code);
    let chosen = field(&request, "key").map(|_| format!("&key={}", code.chosen));
    let languages = Language::ALL.into_iter().map(|language| Tongue {
        label: language.label(),
        address: format!(
            "{}/code?lang={}{}",
            head.address,
            language.as_str(),
            chosen.as_deref().unwrap_or_default()
        ),
        is_current: language == code.language,
    });
    let title = format!("Code · {}", head.name);
    let layout = member.layout(&title, pages.section());
    Page::show(&CodePage { layout, languages: languages.collect(), head, code })
}

/// The part beside an editor.
///
/// # Errors
/// [`PageError::NotFound`].
pub async fn fold(
    request: HttpRequest,
    member: ProjectMember,
    pages: KindPages,
    address: Address,
    site: Site,
    store: Data<Store>,
) -> Answer {
    let (found, code) = look(&request, &member, pages, address, &site, &store).await?;
    let address = format!("{}/code", pages.address(&member, &found.view.experience.slug));
    Fragment::of(&CodeFold { address, code })?.show()
}

async fn look(
    request: &HttpRequest,
    member: &ProjectMember,
    pages: KindPages,
    address: Address,
    site: &Site,
    store: &Store,
) -> Result<(Found, Snippets), PageError> {
    let (who, slug, now) = (member.clone(), address.into_inner().2, Utc::now());
    let found = work::read(store, move |conn| find(conn, &who, pages.kind, &slug, now)).await?;
    let language = field(request, "lang").and_then(|name| Language::parse(&name));
    let language = language.unwrap_or(Language::JavaScript);
    let wanted = field(request, "key").unwrap_or_default();
    let chosen = found.client_keys.iter().find(|key| key.id == wanted);
    let chosen = chosen.or(found.client_keys.first());
    let app = App::new(site.address(&Arrival::of(request).host), chosen);
    let code_keys: Vec<CodeKey> = found.keys.iter().map(CodeKey::from).collect();
    let listens = pages.address(member, &found.view.experience.slug);
    let snippets = Snippets {
        language,
        environment: member.environment.name.clone(),
        environment_key: member.environment.key.clone(),
        project_key: member.project.key.clone(),
        chosen: chosen.map(|key| key.id.clone()).unwrap_or_default(),
        client_keys: found.client_keys.clone(),
        keys: found.keys.iter().map(|key| key.name.clone()).collect(),
        steps: steps(language, &app, &code_keys),
        listening: Listening {
            address: format!("{listens}/_listening?since={}&seen={}", now.timestamp(), found.seen),
            before: (found.lately > 0).then(|| {
                let times = usize::try_from(found.lately).unwrap_or_default();
                format!("Delivered {} in the last {DAYS} days", counted(times, "time"))
            }),
            got_one: false,
        },
    };
    Ok((found, snippets))
}

fn steps(language: Language, app: &App, keys: &[CodeKey]) -> Vec<Step> {
    let all = [
        ("Install", "code-install", language.install().to_owned()),
        ("Connect", "code-connect", language.connect(app)),
        ("Read it", "code-read", language.read(app, keys)),
    ];
    let there = all.into_iter().filter(|(_, _, code)| !code.is_empty());
    let numbered = there.zip(1..);
    numbered.map(|((title, id, code), number)| Step { number, title, id, code }).collect()
}

fn find(
    conn: &mut Connection,
    member: &ProjectMember,
    kind: Kind,
    slug: &str,
    now: DateTime<Utc>,
) -> Result<Found, OperationError> {
    let (project_id, place) = (member.project.id, member.environment.id);
    let view = experiences::find_by_slug(conn, &member.actor, project_id, kind, slug)?;
    let keys = keys_of(conn, &view)?;
    let ids: Vec<Uuid> = keys.iter().map(|key| key.id).collect();
    Ok(Found {
        client_keys: code::client_keys(conn, place)?,
        seen: total(&delivered::of_keys(conn, place, &ids, minute_of(now))?),
        lately: total(&delivered::of_keys(conn, place, &ids, now - TimeDelta::days(DAYS))?),
        keys,
        view,
    })
}

/// The keys of the newest version, in its order.
fn keys_of(conn: &mut Connection, view: &ExperienceView) -> Result<Vec<Key>, OperationError> {
    let content: Content = history::content(&view.newest, &view.experience)?;
    let names: Vec<&str> = content.keys.iter().map(|key| key.as_str()).collect();
    let mut found = keys::find_by_names(conn, view.experience.project_id, &names)?;
    found.sort_by_key(|key| names.iter().position(|name| *name == key.name));
    Ok(found)
}

fn total(counts: &HashMap<Uuid, i64>) -> i64 {
    counts.values().sum()
}

/// Deliveries are counted by the minute.
fn minute_of(moment: DateTime<Utc>) -> DateTime<Utc> {
    moment.duration_trunc(TimeDelta::minutes(1)).unwrap_or(moment)
}

/// Whether an app has asked since the page is there; nothing new is 204.
///
/// # Errors
/// [`PageError::NotFound`].
pub async fn listen(
    request: HttpRequest,
    member: ProjectMember,
    pages: KindPages,
    address: Address,
    store: Data<Store>,
) -> Answer {
    let number = |name: &str| field(&request, name).and_then(|value| value.parse::<i64>().ok());
    let since = number("since").and_then(|since| DateTime::from_timestamp(since, 0));
    let (since, seen) = (since.unwrap_or_else(Utc::now), number("seen").unwrap_or_default());
    let (who, slug) = (member.clone(), address.into_inner().2);
    let now = work::read(&store, move |conn| {
        let (project_id, place) = (who.project.id, who.environment.id);
        let view = experiences::find_by_slug(conn, &who.actor, project_id, pages.kind, &slug)?;
        let ids: Vec<Uuid> = keys_of(conn, &view)?.iter().map(|key| key.id).collect();
        Ok(total(&delivered::of_keys(conn, place, &ids, minute_of(since))?))
    });
    if now.await? <= seen {
        return Ok(response::nothing_new());
    }
    let listening = Listening { address: String::new(), before: None, got_one: true };
    Fragment::of(&Listens { listening })?.show()
}
