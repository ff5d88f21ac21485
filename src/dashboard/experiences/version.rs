//! A version of a flag, to look at.

use actix_web::web::{Data, Path};
use askama::Template;

use super::{
    super::{Answer, Layout, Page, ProjectMember, time_words, work},
    content_text::ContentText,
    header::Header,
    kind_pages::KindPages,
    segment_names::SegmentNames,
    versions::Versions,
};
use crate::{
    domain::{experience::Kind, version::Content},
    operations::{
        OperationError,
        experiences::{self, ExperienceView},
    },
    store::{Connection, Store, StoreError, publications, versions},
};

#[derive(Template)]
#[template(path = "experiences/version.html")]
struct VersionPage {
    layout: Layout,
    header: Header,
    version: i32,
    served: String,
    publish: Option<String>,
    content: ContentText,
    versions: Versions,
}

/// A version and what stands around it.
struct Found {
    view: ExperienceView,
    header: Header,
    served: String,
    publish: Option<String>,
    content: ContentText,
    versions: Versions,
}

/// A version, at an address of its own.
///
/// # Errors
/// [`super::super::PageError::NotFound`].
pub async fn page(
    member: ProjectMember,
    pages: KindPages,
    address: Path<(String, String, String, i32)>,
    store: Data<Store>,
) -> Answer {
    let (_, _, slug, number) = address.into_inner();
    show(&member, pages, slug, number, &store).await
}

/// The page of a version.
///
/// # Errors
/// [`super::super::PageError::NotFound`].
pub async fn show(
    member: &ProjectMember,
    pages: KindPages,
    slug: String,
    number: i32,
    store: &Store,
) -> Answer {
    let who = member.clone();
    let found = work::read(store, move |conn| find(conn, &who, pages.kind, &slug, number)).await?;
    let title = format!("Version {number} · {}", found.view.experience.name);
    Page::show(&VersionPage {
        layout: member.layout(&title, pages.section()),
        header: found.header,
        version: number,
        served: found.served,
        publish: found.publish,
        content: found.content,
        versions: found.versions,
    })
}

fn find(
    conn: &mut Connection,
    member: &ProjectMember,
    kind: Kind,
    slug: &str,
    number: i32,
) -> Result<Found, OperationError> {
    let (project_id, place) = (member.project.id, member.environment.id);
    let view = experiences::find_by_slug(conn, &member.actor, project_id, kind, slug)?;
    let experience = &view.experience;
    let version = versions::find_by_number(conn, experience.id, number)?
        .ok_or(OperationError::NotFound("version"))?;
    let content = Content::from_json(&version.content, &experience.slug)
        .map_err(|_| StoreError::Corrupt(format!("version {number} of {slug}")))?;
    let names = SegmentNames::load(conn, project_id, std::slice::from_ref(&content))?;
    let published = publications::last_of(conn, &[version.id])?;
    let here = published.iter().find(|it| it.environment_id == place);
    let is_live = here.is_some_and(|it| it.ended_at.is_none());
    let served = match here {
        None => "never published here".to_owned(),
        Some(it) => match it.ended_at {
            None => format!("live since {}", time_words::at(it.published_at)),
            Some(ended_at) => time_words::span(it.published_at, ended_at),
        },
    };
    let may = member.may_publish() && experience.archived_at.is_none() && !is_live;
    let publish = KindPages::from(kind).address(member, slug);
    let publish = format!("{publish}/publish?version={number}");
    Ok(Found {
        header: Header::load(conn, member, &view, Some(number))?,
        served,
        publish: may.then_some(publish),
        content: ContentText::of(&content, &names),
        versions: Versions::load(conn, member, &view, number)?,
        view,
    })
}
