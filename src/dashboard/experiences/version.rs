//! A version of an experience, to look at.

use actix_web::{
    HttpRequest,
    web::{Data, Path},
};
use askama::Template;

use super::{
    super::{Answer, Layout, Page, PageError, ProjectMember, time_words, work},
    content_text::ContentText,
    header::Header,
    kind_pages::KindPages,
    segment_names::SegmentNames,
    versions::{Versions, compare_address},
};
use crate::{
    domain::{experience::Kind, role::Right, version::Content},
    operations::{
        OperationError,
        experiences::{self, ExperienceView},
    },
    store::{
        Connection, Store, StoreError,
        publications::{self, Publication},
        versions::{self, Version},
    },
};

#[derive(Template)]
#[template(path = "experiences/version.html")]
struct VersionPage {
    layout: Layout,
    header: Header,
    version: i32,
    around: Around,
    content: ContentText,
    /// The content as JSON, where that is asked for.
    json: Option<String>,
    versions: Versions,
}

/// What a version stands among.
struct Around {
    /// When it was served where the member looks.
    served: String,
    /// Where one gets back to: what it says, and the address.
    back: (String, String),
    /// Where it is published, for who may.
    publish: Option<String>,
    /// Where an editor starts from it, for who may edit.
    edit: Option<String>,
    /// Where it is compared with what is live, else with the newest.
    compare: Option<String>,
    /// Where it is shown in words, and where as JSON.
    shapes: (String, String),
}

/// A version and what stands around it.
struct Found {
    view: ExperienceView,
    header: Header,
    around: Around,
    content: Content,
    names: SegmentNames,
    versions: Versions,
}

/// A version, at an address of its own; with `?as=json`, its content as JSON.
///
/// # Errors
/// [`PageError::NotFound`].
pub async fn page(
    request: HttpRequest,
    member: ProjectMember,
    pages: KindPages,
    address: Path<(String, String, String, i32)>,
    store: Data<Store>,
) -> Answer {
    let (_, _, slug, number) = address.into_inner();
    let mut fields = form_urlencoded::parse(request.query_string().as_bytes());
    let is_json = fields.any(|(name, value)| name == "as" && value == "json");
    let found = look(&member, pages, slug, number, &store).await?;
    Page::show(&found.page(&member, pages, number, is_json))
}

/// The page of a version.
///
/// # Errors
/// [`PageError::NotFound`].
pub async fn show(
    member: &ProjectMember,
    pages: KindPages,
    slug: String,
    number: i32,
    store: &Store,
) -> Answer {
    let found = look(member, pages, slug, number, store).await?;
    Page::show(&found.page(member, pages, number, false))
}

async fn look(
    member: &ProjectMember,
    pages: KindPages,
    slug: String,
    number: i32,
    store: &Store,
) -> Result<Found, PageError> {
    let who = member.clone();
    work::read(store, move |conn| find(conn, &who, pages.kind, &slug, number)).await
}

impl Found {
    fn page(
        self,
        member: &ProjectMember,
        pages: KindPages,
        number: i32,
        is_json: bool,
    ) -> VersionPage {
        let title = format!("Version {number} · {}", self.view.experience.name);
        VersionPage {
            layout: member.layout(&title, pages.section()),
            header: self.header,
            version: number,
            around: self.around,
            content: ContentText::of(&self.content, &self.names),
            json: is_json.then(|| format!("{:#}", self.content.to_json())),
            versions: self.versions,
        }
    }
}

fn find(
    conn: &mut Connection,
    member: &ProjectMember,
    kind: Kind,
    slug: &str,
    number: i32,
) -> Result<Found, OperationError> {
    let project_id = member.project.id;
    let view = experiences::find_by_slug(conn, &member.actor, project_id, kind, slug)?;
    let version = versions::find_by_number(conn, view.experience.id, number)?
        .ok_or(OperationError::NotFound("version"))?;
    let content = Content::from_json(&version.content, slug)
        .map_err(|_| StoreError::Corrupt(format!("version {number} of {slug}")))?;
    Ok(Found {
        header: Header::load(conn, member, &view, Some(number))?,
        around: Around::load(conn, member, &view, &version)?,
        names: SegmentNames::load(conn, project_id, std::slice::from_ref(&content))?,
        versions: Versions::load(conn, member, &view, number)?,
        content,
        view,
    })
}

impl Around {
    fn load(
        conn: &mut Connection,
        member: &ProjectMember,
        view: &ExperienceView,
        version: &Version,
    ) -> Result<Around, OperationError> {
        let (experience, place, number) = (&view.experience, member.environment.id, version.number);
        let published = publications::last_of(conn, &[version.id])?;
        let here = published.iter().find(|it| it.environment_id == place);
        let live = publications::active(conn, experience.id, place)?.map(|live| live.version);
        let newest = view.newest.number;
        let path = KindPages::from(experience.kind).address(member, &experience.slug);
        let is_archived = experience.archived_at.is_some();
        let may_publish = member.may_publish() && !is_archived && live != Some(number);
        let may_edit = member.may(Right::Edit) && !is_archived && number != newest;
        let mut others = [live, Some(newest)].into_iter().flatten();
        let other = others.find(|other| *other != number);
        let address = format!("{path}/versions/{number}");
        Ok(Around {
            served: served(here),
            back: back(&path, live, number, newest),
            publish: may_publish.then(|| format!("{path}/publish?version={number}")),
            edit: may_edit.then(|| format!("{address}/edit")),
            compare: other.map(|other| compare_address(&path, number, other)),
            shapes: (address.clone(), format!("{address}?as=json")),
        })
    }
}

fn served(here: Option<&Publication>) -> String {
    match here {
        None => "never published here".to_owned(),
        Some(it) => match it.ended_at {
            None => format!("live since {}", time_words::at(it.published_at)),
            Some(ended_at) => time_words::span(it.published_at, ended_at),
        },
    }
}

/// Back to what is live; where that is what one looks at, or nothing is, to the newest version.
fn back(path: &str, live: Option<i32>, shown: i32, newest: i32) -> (String, String) {
    match live {
        Some(live) if live != shown && live != newest => {
            ("Back to live".to_owned(), format!("{path}?version={live}"))
        }
        Some(live) if live != shown => ("Back to live".to_owned(), path.to_owned()),
        _ => (format!("Back to version {newest}"), path.to_owned()),
    }
}
