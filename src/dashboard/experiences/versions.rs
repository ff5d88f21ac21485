//! The versions of a flag, beside it: who saved which one, why, and where it is served.

use actix_web::{
    HttpRequest,
    web::{Data, Path},
};
use askama::Template;
use chrono::{DateTime, Utc};

use super::{
    super::{Answer, Fragment, Layout, Page, ProjectMember, time_words, work},
    changes,
    kind_pages::KindPages,
    segment_names::SegmentNames,
};
use crate::{
    domain::{
        experience::{Kind, Status},
        version::Content,
    },
    operations::{
        OperationError,
        experiences::{self, ExperienceView, Place},
    },
    store::{
        Connection, Store,
        publications::{self, Publication},
        standings::Standing,
        versions::{self, Version, VersionSummary},
    },
};

/// How many are shown at first, and with each step further back.
const STEP: u16 = 12;

/// Some of the versions of a flag, the newest first. `experiences/_versions.html` shows them.
#[derive(Debug)]
pub struct Versions {
    /// The versions.
    pub lines: Vec<VersionLine>,
    /// Those before them.
    pub older: Option<Older>,
    /// Whether they come along with something else, to take the place of those on the page.
    pub is_out_of_band: bool,
}

/// The versions before those that are shown.
#[derive(Debug)]
pub struct Older {
    /// How many.
    pub count: i32,
    /// The page with them.
    pub page: String,
    /// The same for htmx.
    pub fragment: String,
}

/// A version.
#[derive(Debug)]
pub struct VersionLine {
    /// Its number.
    pub number: i32,
    /// Where it is shown.
    pub address: String,
    /// How it stands where the member looks; none for one that served before or never.
    pub status: Option<Status>,
    /// What changed with it.
    pub what: String,
    /// Who saved it.
    pub author: String,
    /// When it was served.
    pub when: String,
    /// When it was saved.
    pub saved_at: DateTime<Utc>,
    /// Where else it is served.
    pub elsewhere: Vec<String>,
    /// Whether it is the one that the page shows.
    pub is_shown: bool,
    /// Where to publish it, where that is near at hand.
    pub publish: Option<String>,
}

impl Versions {
    /// The newest versions of a flag. `shown` is the number of the one that the page shows.
    ///
    /// # Errors
    /// Those of the database.
    pub fn load(
        conn: &mut Connection,
        member: &ProjectMember,
        view: &ExperienceView,
        shown: i32,
    ) -> Result<Versions, OperationError> {
        Versions::below(conn, member, view, Some(shown), None)
    }

    /// The same, to come along with something else.
    pub fn out_of_band(self) -> Versions {
        Versions { is_out_of_band: true, ..self }
    }

    fn below(
        conn: &mut Connection,
        member: &ProjectMember,
        view: &ExperienceView,
        shown: Option<i32>,
        below: Option<i32>,
    ) -> Result<Versions, OperationError> {
        let experience = &view.experience;
        let found = versions::list(conn, experience.id, below, STEP)?;
        let ids: Vec<_> = found.iter().map(|version| version.id).collect();
        let published = publications::last_of(conn, &ids)?;
        let live = publications::active(conn, experience.id, member.environment.id)?;
        let what = what_changed(conn, view, &found, &published)?;
        let teller = Teller { member, view, published, live, shown };
        let lines = found.iter().zip(what).map(|(version, what)| teller.line(version, what));
        let oldest = found.last().map_or(1, |version| version.number);
        let path = KindPages::from(experience.kind).address(member, &experience.slug);
        let older = (oldest > 1).then(|| Older {
            count: oldest - 1,
            page: format!("{path}/versions?below={oldest}"),
            fragment: format!("{path}/_versions?below={oldest}"),
        });
        Ok(Versions { lines: lines.collect(), older, is_out_of_band: false })
    }
}

/// What changed with each of these versions: what its author says, else what whoever published it
/// says, else the difference.
fn what_changed(
    conn: &mut Connection,
    view: &ExperienceView,
    found: &[VersionSummary],
    published: &[Publication],
) -> Result<Vec<String>, OperationError> {
    let note = |version: &VersionSummary| note_of(version, published);
    let silent = found.iter().filter(|version| note(version).is_none());
    let numbers: Vec<i32> =
        silent.flat_map(|version| [version.number, version.number - 1]).collect();
    let contents = versions::find_by_numbers(conn, view.experience.id, &numbers)?;
    let content = |version: &Version| {
        Content::from_json(&version.content, &view.experience.slug)
            .ok()
            .map(|it| (version.number, it))
    };
    let contents: Vec<(i32, Content)> = contents.iter().filter_map(content).collect();
    let all: Vec<Content> = contents.iter().map(|(_, content)| content.clone()).collect();
    let names = SegmentNames::load(conn, view.experience.project_id, &all)?;
    let of = |number| contents.iter().find(|(it, _)| *it == number).map(|(_, content)| content);
    let words = |version: &VersionSummary| match (note(version), version.number) {
        (Some(note), _) => note,
        (None, 1) => "First version".to_owned(),
        (None, number) => match of(number - 1).zip(of(number)) {
            Some((before, after)) => changes::in_short(&changes::between(before, after, &names)),
            None => String::new(),
        },
    };
    Ok(found.iter().map(words).collect())
}

fn note_of(version: &VersionSummary, published: &[Publication]) -> Option<String> {
    let of = published.iter().filter(|it| it.version_id == version.id);
    let mut notes = [&version.note].into_iter().chain(of.map(|it| &it.note));
    notes.find(|note| !note.is_empty()).cloned()
}

/// Knows where versions stand.
struct Teller<'a> {
    member: &'a ProjectMember,
    view: &'a ExperienceView,
    published: Vec<Publication>,
    live: Option<Publication>,
    shown: Option<i32>,
}

impl Teller<'_> {
    fn line(&self, version: &VersionSummary, what: String) -> VersionLine {
        let number = version.number;
        let experience = &self.view.experience;
        let path = KindPages::from(experience.kind).address(self.member, &experience.slug);
        let is_newest = number == self.view.newest.number;
        let status = self.status(number);
        let is_shown = self.shown == Some(number);
        let is_near = is_shown || self.replaced_version() == Some(number);
        let may = self.member.may_publish() && self.view.experience.archived_at.is_none();
        let is_served = self.live.as_ref().is_some_and(|live| live.version == number);
        VersionLine {
            number,
            address: if is_newest { path.clone() } else { format!("{path}?version={number}") },
            status,
            what,
            author: version.author_name.clone(),
            when: self.when(version),
            saved_at: version.created_at,
            elsewhere: self.elsewhere(number),
            is_shown,
            publish: (may && is_near && !is_served)
                .then(|| format!("{path}/publish?version={number}")),
        }
    }

    /// How a version stands where the member looks.
    fn status(&self, number: i32) -> Option<Status> {
        let place = self.view.place(self.member.environment.id);
        let standing = place.and_then(|place| place.standing);
        match standing {
            Some(standing) if standing.version == number => {
                Some(Standing::status(Some(&standing), false))
            }
            _ => self.is_draft(number).then_some(Status::Draft),
        }
    }

    /// Whether it is the newest and was not published here yet.
    fn is_draft(&self, number: i32) -> bool {
        number == self.view.newest.number && self.here(number).is_none()
    }

    /// The last publication of a version where the member looks.
    fn here(&self, number: i32) -> Option<&Publication> {
        let place = self.member.environment.id;
        self.published.iter().find(|it| it.version == number && it.environment_id == place)
    }

    /// The version that was served before the one that is now.
    fn replaced_version(&self) -> Option<i32> {
        let replaced = self.live.as_ref()?.replaces_id?;
        self.published.iter().find(|it| it.id == replaced).map(|it| it.version)
    }

    fn when(&self, version: &VersionSummary) -> String {
        match self.here(version.number) {
            None if self.is_draft(version.number) => {
                format!("saved {}", time_words::ago(version.created_at, Utc::now()))
            }
            None => "Never published".to_owned(),
            Some(Publication { published_at, ended_at: None, .. }) => {
                format!("since {}", time_words::at(*published_at))
            }
            Some(Publication { published_at, ended_at: Some(ended_at), .. }) => {
                time_words::span(*published_at, *ended_at)
            }
        }
    }

    fn elsewhere(&self, number: i32) -> Vec<String> {
        let other = |place: &&Place| place.environment.id != self.member.environment.id;
        let serving = self.view.places.iter().filter(other).filter_map(|place| {
            let standing = place.standing.filter(|standing| standing.version == number)?;
            let since = self.published.iter().find(|it| it.id == standing.publication_id)?;
            let day = since.published_at.format("%-d %b");
            let status = place.status.label().to_lowercase();
            Some(format!("{}: {status} since {day}", place.environment.name))
        });
        serving.collect()
    }
}

/// What the address names: project, environment, flag.
type Address = Path<(String, String, String)>;

#[derive(Template)]
#[template(path = "experiences/versions.html")]
struct VersionsPage {
    layout: Layout,
    pages: KindPages,
    flags: String,
    flag: String,
    name: String,
    versions: Versions,
}

/// The versions below a number, as a page.
///
/// # Errors
/// [`super::super::PageError::NotFound`].
pub async fn list(
    request: HttpRequest,
    member: ProjectMember,
    pages: KindPages,
    address: Address,
    store: Data<Store>,
) -> Answer {
    let (view, versions) = find(&request, &member, pages.kind, address, &store).await?;
    Page::show(&VersionsPage {
        layout: member.layout(&format!("Versions · {}", view.experience.name), pages.section()),
        flag: pages.address(&member, &view.experience.slug),
        flags: pages.list(&member),
        pages,
        name: view.experience.name,
        versions,
    })
}

#[derive(Template)]
#[template(
    source = r#"{% import "ui.html" as ui %}{% include "experiences/_version_lines.html" %}"#,
    ext = "html"
)]
struct Lines {
    versions: Versions,
}

/// The versions below a number, to go on with.
///
/// # Errors
/// [`super::super::PageError::NotFound`].
pub async fn more(
    request: HttpRequest,
    member: ProjectMember,
    pages: KindPages,
    address: Address,
    store: Data<Store>,
) -> Answer {
    let (_, versions) = find(&request, &member, pages.kind, address, &store).await?;
    Fragment::of(&Lines { versions })?.show()
}

async fn find(
    request: &HttpRequest,
    member: &ProjectMember,
    kind: Kind,
    address: Address,
    store: &Store,
) -> Result<(ExperienceView, Versions), super::super::PageError> {
    let mut fields = form_urlencoded::parse(request.query_string().as_bytes());
    let below = fields.find(|(name, _)| name == "below").and_then(|(_, it)| it.parse().ok());
    let (who, slug) = (member.clone(), address.into_inner().2);
    let found = work::read(store, move |conn| {
        let project_id = who.project.id;
        let view = experiences::find_by_slug(conn, &who.actor, project_id, kind, &slug)?;
        let versions = Versions::below(conn, &who, &view, None, below)?;
        Ok((view, versions))
    });
    found.await
}
