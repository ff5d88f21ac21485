//! The revisions of a segment: beside it, and all of them on a page.

use actix_web::{HttpRequest, web::Data};
use askama::Template;
use chrono::{DateTime, Utc};

use super::{
    super::{Answer, Layout, Page, ProjectMember, Section, time_words, work},
    Place, find,
};
use crate::{
    operations::{
        OperationError,
        segment_revisions::{self, RevisionView},
    },
    store::{Connection, Store, segments::Segment},
};

/// How many stand beside a segment.
const BESIDE: u16 = 4;
/// How many stand on a page.
const ON_A_PAGE: u16 = 25;
/// Of what changed with one, this much is said in a list.
const MOST_SAID: usize = 3;

/// Some revisions of a segment, the newest first. `segments/_revisions.html` shows them.
pub struct Revisions {
    /// The revisions.
    pub lines: Vec<Line>,
    /// Where there are more of them.
    pub more: Option<String>,
}

/// A revision.
pub struct Line {
    /// Its number.
    pub number: i32,
    /// Where it is shown.
    pub address: String,
    /// What changed with it, in sentences.
    pub changes: Vec<String>,
    /// How much more has.
    pub unsaid: usize,
    /// Who made it.
    pub author: String,
    /// When.
    pub created_at: DateTime<Utc>,
    /// When, in words.
    pub ago: String,
    /// Whether it is the newest.
    pub is_newest: bool,
}

impl Revisions {
    /// The newest ones.
    ///
    /// # Errors
    /// Those of the database.
    pub fn newest(
        conn: &mut Connection,
        member: &ProjectMember,
        segment: &Segment,
    ) -> Result<Revisions, OperationError> {
        let mut revisions = Revisions::below(conn, member, segment, None, BESIDE)?;
        if revisions.more.is_some() {
            revisions.more = Some(address(member, segment));
        }
        Ok(revisions)
    }

    fn below(
        conn: &mut Connection,
        member: &ProjectMember,
        segment: &Segment,
        below: Option<i32>,
        most: u16,
    ) -> Result<Revisions, OperationError> {
        let path = address(member, segment);
        let found = segment_revisions::list(conn, segment, below, most)?;
        let last = found.last().map_or(1, |view| view.number);
        let more = (last > 1).then(|| format!("{path}?below={last}"));
        let now = Utc::now();
        let lines = found.into_iter().map(|view| Line::of(view, segment, &path, now)).collect();
        Ok(Revisions { lines, more })
    }
}

/// Where the revisions of a segment are.
pub fn address(member: &ProjectMember, segment: &Segment) -> String {
    member.path(&format!("/segments/{}/revisions", segment.slug))
}

impl Line {
    fn of(view: RevisionView, segment: &Segment, path: &str, now: DateTime<Utc>) -> Line {
        let mut changes = view.changes;
        let unsaid = changes.len().saturating_sub(MOST_SAID);
        changes.truncate(MOST_SAID);
        Line {
            number: view.number,
            address: format!("{path}/{}", view.number),
            changes,
            unsaid,
            author: view.author,
            created_at: view.created_at,
            ago: time_words::ago(view.created_at, now),
            is_newest: view.number == segment.revision,
        }
    }
}

#[derive(Template)]
#[template(path = "segments/revisions.html")]
struct RevisionsPage {
    layout: Layout,
    list: String,
    address: String,
    name: String,
    revisions: Revisions,
}

/// All of them, page by page.
///
/// # Errors
/// [`super::super::PageError::NotFound`].
pub async fn revisions(
    request: HttpRequest,
    member: ProjectMember,
    place: Place,
    store: Data<Store>,
) -> Answer {
    let mut fields = form_urlencoded::parse(request.query_string().as_bytes());
    let below = fields.find(|(name, _)| name == "below").and_then(|(_, it)| it.parse().ok());
    let (who, slug) = (member.clone(), place.2.clone());
    let found = work::read(&store, move |conn| {
        let segment = find(conn, who.project.id, &slug)?;
        let revisions = Revisions::below(conn, &who, &segment, below, ON_A_PAGE)?;
        Ok((segment, revisions))
    });
    let (segment, revisions) = found.await?;
    let list = member.path("/segments");
    Page::show(&RevisionsPage {
        layout: member.layout(&format!("Revisions · {}", segment.name), Section::Segments),
        address: format!("{list}/{}", segment.slug),
        list,
        name: segment.name,
        revisions,
    })
}
