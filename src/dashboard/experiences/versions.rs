//! The versions of an experience, beside it: who saved which one, why, and where it is served.

use actix_web::{
    HttpRequest,
    web::{Data, Path},
};
use askama::Template;
use chrono::{DateTime, Utc};

use super::{
    super::{Answer, Fragment, Layout, Page, PageError, ProjectMember, time_words, work},
    kind_pages::KindPages,
};
use crate::{
    domain::{
        experience::{Kind, Status},
        role::Right,
    },
    operations::{
        OperationError,
        experiences::{self, ExperienceView, Place},
        history::{self, PastVersion},
    },
    store::{
        Connection, Store,
        environments::Environment,
        publications::{self, Publication},
        standings::Standing,
    },
};

/// How many are shown at first, and with each step further back.
const STEP: u16 = 12;

/// Some of the versions of an experience, the newest first. `experiences/_versions.html` shows them.
#[derive(Debug)]
pub struct Versions {
    /// The versions.
    pub lines: Vec<VersionLine>,
    /// Those before them.
    pub older: Option<Older>,
    /// Where the newest is compared with what is live, or with the one before it; none where there
    /// is only one.
    pub compare: Option<String>,
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
    /// Whether what can be done with it is at hand, and not only in its menu.
    pub is_near: bool,
    /// Where it is compared: with what is live, else with the newest; none for that itself.
    pub compare: Option<String>,
    /// Where to publish it, for who may.
    pub publish: Option<String>,
    /// Where else it can be published: what it says, and the address.
    pub publish_elsewhere: Vec<(String, String)>,
    /// Where an editor starts from it; none for the newest, which the editor has.
    pub edit: Option<String>,
    /// Where its content is shown as JSON.
    pub json: String,
}

impl Versions {
    /// The newest versions of an experience. `shown` is the number of the one that the page shows.
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
        let past = history::list(conn, experience, below, STEP)?;
        let live = publications::active(conn, experience.id, member.environment.id)?;
        let replaced = match live.as_ref().and_then(|live| live.replaces_id) {
            Some(id) => publications::find(conn, id)?.map(|replaced| replaced.version),
            None => None,
        };
        let path = KindPages::from(experience.kind).address(member, &experience.slug);
        let teller = Teller { member, view, live, replaced, shown, path: &path };
        let oldest = past.last().map_or(1, |past| past.version.number);
        let older = (oldest > 1).then(|| Older {
            count: oldest - 1,
            page: format!("{path}/versions?below={oldest}"),
            fragment: format!("{path}/_versions?below={oldest}"),
        });
        Ok(Versions {
            lines: past.iter().map(|past| teller.line(past)).collect(),
            older,
            compare: teller.compare_newest(),
            is_out_of_band: false,
        })
    }
}

/// The address where two versions are compared, the earlier one first.
pub(super) fn compare_address(path: &str, one: i32, other: i32) -> String {
    format!("{path}/compare/{}...{}", one.min(other), one.max(other))
}

/// Knows where versions stand.
struct Teller<'a> {
    member: &'a ProjectMember,
    view: &'a ExperienceView,
    /// What is served where the member looks.
    live: Option<Publication>,
    /// The number of the version that was served before that.
    replaced: Option<i32>,
    /// The number of the version that the page shows.
    shown: Option<i32>,
    /// The page of the experience.
    path: &'a str,
}

impl Teller<'_> {
    fn line(&self, past: &PastVersion) -> VersionLine {
        let (number, path) = (past.version.number, self.path);
        let is_newest = number == self.view.newest.number;
        let is_shown = self.shown == Some(number);
        let is_live = self.live_number() == Some(number);
        let is_archived = self.view.experience.archived_at.is_some();
        let may_edit = self.member.may(Right::Edit) && !is_archived;
        let may_publish = self.member.may_publish() && !is_archived && !is_live;
        VersionLine {
            number,
            address: if is_newest { path.to_owned() } else { format!("{path}?version={number}") },
            status: self.status(past),
            what: past.what.clone(),
            author: past.version.author_name.clone(),
            when: self.when(past),
            saved_at: past.version.created_at,
            elsewhere: self.elsewhere(past),
            is_shown,
            is_near: is_shown || self.replaced == Some(number),
            compare: self.compare(number),
            publish: may_publish.then(|| format!("{path}/publish?version={number}")),
            publish_elsewhere: if is_archived {
                Vec::new()
            } else {
                self.publish_elsewhere(number)
            },
            edit: (may_edit && !is_newest).then(|| format!("{path}/versions/{number}/edit")),
            json: format!("{path}/versions/{number}?as=json"),
        }
    }

    fn live_number(&self) -> Option<i32> {
        self.live.as_ref().map(|live| live.version)
    }

    fn compare(&self, number: i32) -> Option<String> {
        let newest = self.view.newest.number;
        let mut others = [self.live_number(), Some(newest)].into_iter().flatten();
        let other = others.find(|other| *other != number)?;
        Some(compare_address(self.path, number, other))
    }

    fn compare_newest(&self) -> Option<String> {
        let newest = self.view.newest.number;
        let other = self.live_number().filter(|live| *live != newest).unwrap_or(newest - 1);
        (other > 0).then(|| compare_address(self.path, other, newest))
    }

    /// How a version stands where the member looks.
    fn status(&self, past: &PastVersion) -> Option<Status> {
        let place = self.view.place(self.member.environment.id);
        let standing = place.and_then(|place| place.standing);
        match standing {
            Some(standing) if standing.version == past.version.number => {
                Some(Standing::status(Some(&standing), false))
            }
            _ => self.is_draft(past).then_some(Status::Draft),
        }
    }

    /// Whether it is the newest and was not published here yet.
    fn is_draft(&self, past: &PastVersion) -> bool {
        past.version.number == self.view.newest.number && self.here(past).is_none()
    }

    /// The last publication of a version where the member looks.
    fn here<'p>(&self, past: &'p PastVersion) -> Option<&'p Publication> {
        past.published_in(self.member.environment.id)
    }

    fn when(&self, past: &PastVersion) -> String {
        match self.here(past) {
            None if self.is_draft(past) => {
                format!("saved {}", time_words::ago(past.version.created_at, Utc::now()))
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

    fn elsewhere(&self, past: &PastVersion) -> Vec<String> {
        let serving = self.other_places().filter_map(|place| {
            let standing =
                place.standing.filter(|standing| standing.version == past.version.number)?;
            let since = past.published.iter().find(|it| it.id == standing.publication_id)?;
            let day = since.published_at.format("%-d %b");
            let status = place.status.label().to_lowercase();
            Some(format!("{}: {status} since {day}", place.environment.name))
        });
        serving.collect()
    }

    fn other_places(&self) -> impl Iterator<Item = &Place> {
        let here = self.member.environment.id;
        self.view.places.iter().filter(move |place| place.environment.id != here)
    }

    /// Where else a version can be published, for who may.
    fn publish_elsewhere(&self, number: i32) -> Vec<(String, String)> {
        let there = self.other_places().filter(|place| {
            let serves_it = place.standing.is_some_and(|standing| standing.version == number);
            !serves_it && self.member.may(Right::publish_in(place.environment.protected))
        });
        let offer = |environment: &Environment| {
            let path = self.path.replacen(
                &self.member.path(""),
                &format!("/p/{}/{}", self.member.project.key, environment.key),
                1,
            );
            let says = format!("Publish to {}…", environment.name);
            (says, format!("{path}/publish?version={number}"))
        };
        there.map(|place| offer(&place.environment)).collect()
    }
}

/// What the address names: project, environment, experience.
type Address = Path<(String, String, String)>;

#[derive(Template)]
#[template(path = "experiences/versions.html")]
struct VersionsPage {
    layout: Layout,
    pages: KindPages,
    list: String,
    experience: String,
    name: String,
    versions: Versions,
}

/// The versions below a number, as a page.
///
/// # Errors
/// [`PageError::NotFound`].
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
        experience: pages.address(&member, &view.experience.slug),
        list: pages.list(&member),
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
/// [`PageError::NotFound`].
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
) -> Result<(ExperienceView, Versions), PageError> {
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
