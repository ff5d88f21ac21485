//! The page of a list.

use actix_web::{
    http::StatusCode,
    web::{Data, Query},
};
use askama::Template;
use serde::Deserialize;

use super::{
    Pasted, Place, find,
    question::Question,
    revisions::Revisions,
    save::{self, Effect},
    used_in::{self, User, counted, listed},
    users,
};
use crate::{
    dashboard::{
        Answer, FieldErrors, Fragment, Layout, Page, PageError, ProjectMember, Section, work,
    },
    domain::role::Right,
    operations::OperationError,
    store::{
        Connection, Store, segment_lists,
        segments::{Segment, SegmentKind},
    },
};

/// What the address asks of the list.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    user_id: Option<String>,
}

/// A list as its page needs it.
pub(super) struct Found {
    segment: Segment,
    members: i32,
    users: Vec<User>,
    /// Where a change acts at once, however many segments lead there.
    acts: Vec<String>,
    revisions: Revisions,
    check: Check,
}

/// Whether a user is in the list.
#[derive(Default)]
struct Check {
    user_id: String,
    /// None where nobody asks.
    is_in: Option<bool>,
}

impl Found {
    pub(super) fn load(
        conn: &mut Connection,
        member: &ProjectMember,
        segment: Segment,
        asked: &Asked,
    ) -> Result<Found, OperationError> {
        let sizes = segment_lists::sizes(conn, &[segment.id])?;
        let users = used_in::of(conn, member, &[segment.id])?.remove(&segment.id);
        Ok(Found {
            members: sizes.first().map_or(0, |(_, members)| *members),
            users: users.unwrap_or_default(),
            acts: save::effects(conn, member, segment.id)?.iter().map(Effect::words).collect(),
            revisions: Revisions::newest(conn, member, &segment)?,
            check: Check::of(conn, &segment, asked)?,
            segment,
        })
    }

    /// The list that an address names.
    pub(super) async fn at(
        member: &ProjectMember,
        place: &Place,
        store: &Store,
    ) -> Result<Found, PageError> {
        let (who, slug) = (member.clone(), place.2.clone());
        let found = work::read(store, move |conn| {
            let segment = find(conn, who.project.id, &slug)?;
            Found::load(conn, &who, segment, &Asked::default())
        });
        found.await
    }
}

impl Check {
    /// U+0000 is in no user id, and Postgres would not look for it.
    fn of(
        conn: &mut Connection,
        segment: &Segment,
        asked: &Asked,
    ) -> Result<Check, OperationError> {
        let user_id = asked.user_id.clone().unwrap_or_default();
        let is_in = match user_id.is_empty() {
            true => None,
            false if user_id.contains('\0') => Some(false),
            false => {
                let (id, revision) = (segment.id, segment.revision);
                Some(segment_lists::contains(conn, id, revision, &user_id)?)
            }
        };
        Ok(Check { user_id: user_id.replace('\0', ""), is_in })
    }
}

/// What has been entered into the forms of the page, and what is wrong with it.
#[derive(Default)]
pub(super) struct Entered {
    /// Name and description; none as they are saved.
    pub about: Option<(String, String)>,
    pub errors: FieldErrors,
    pub pasted: Pasted,
    /// Whether the users are to come in addition.
    pub adds: bool,
    /// What is to be answered before they come.
    pub question: Option<Question>,
}

#[derive(Template)]
#[template(path = "segments/user_list/show.html")]
struct ListPage {
    layout: Layout,
    list: String,
    upload: UploadPart,
    check: CheckPart,
    heading: String,
    name: String,
    description: String,
    saved_name: String,
    saved_description: String,
    errors: FieldErrors,
    members: String,
    users: Vec<User>,
    revisions: Revisions,
    archived: Option<String>,
    may_edit: bool,
    may_unarchive: bool,
}

/// The form of users to come.
struct UploadPart {
    address: String,
    csrf: String,
    revision: i32,
    adds: bool,
    pasted: Pasted,
    /// Where it acts at once.
    acts: Option<String>,
    /// What is to be answered first.
    question: Option<Question>,
    /// Whether a chosen file stays chosen while the question is answered.
    keeps_file: bool,
}

/// The question whether a user is in the list.
struct CheckPart {
    address: String,
    check: Check,
}

#[derive(Template)]
#[template(
    source = r#"{% import "ui.html" as ui %}{% include "segments/user_list/_upload.html" %}"#,
    ext = "html"
)]
struct UploadFragment {
    upload: UploadPart,
}

#[derive(Template)]
#[template(
    source = r#"{% import "ui.html" as ui %}{% include "segments/user_list/_check.html" %}"#,
    ext = "html"
)]
struct CheckFragment {
    check: CheckPart,
}

impl UploadPart {
    fn of(
        member: &ProjectMember,
        found: &Found,
        adds: bool,
        pasted: Pasted,
        question: Option<Question>,
    ) -> UploadPart {
        let acts = (!found.acts.is_empty())
            .then(|| format!("It takes effect at once in {}.", listed(&found.acts)));
        UploadPart {
            address: address(member, &found.segment),
            csrf: member.csrf.clone(),
            revision: found.segment.revision,
            adds,
            pasted,
            acts,
            question,
            keeps_file: member.ask.is_htmx(),
        }
    }
}

impl ListPage {
    fn sub(&self) -> String {
        match counted(&self.users) {
            Some(users) => format!("A list of {}. Used in {users}.", self.members),
            None => format!("A list of {}. Used nowhere yet.", self.members),
        }
    }
}

fn address(member: &ProjectMember, segment: &Segment) -> String {
    member.path(&format!("/segments/{}", segment.slug))
}

/// The page.
pub fn show(
    conn: &mut Connection,
    member: &ProjectMember,
    segment: Segment,
    asked: &Asked,
) -> Result<Shown, OperationError> {
    Ok(Shown(Found::load(conn, member, segment, asked)?))
}

/// A list that is to be shown.
pub struct Shown(Found);

impl Shown {
    /// The page.
    ///
    /// # Errors
    /// [`PageError::Broken`].
    pub fn page(self, member: &ProjectMember) -> Answer {
        answer(member, self.0, Entered::default(), StatusCode::OK)
    }
}

/// The page, perhaps with what was entered.
pub(super) fn answer(
    member: &ProjectMember,
    found: Found,
    entered: Entered,
    status: StatusCode,
) -> Answer {
    let layout = member.layout(&found.segment.name, Section::Segments);
    let is_wrong = status != StatusCode::OK;
    let upload = UploadPart::of(member, &found, entered.adds, entered.pasted, entered.question);
    let Found { segment, members, users: used, acts: _, revisions, check } = found;
    let may_unarchive = member.may(Right::Edit);
    let may_edit = may_unarchive && segment.archived_at.is_none();
    let (name, description) =
        entered.about.unwrap_or((segment.name.clone(), segment.description.clone()));
    let page = ListPage {
        layout: if is_wrong { layout.with_error() } else { layout },
        list: member.path("/segments"),
        check: CheckPart { address: address(member, &segment), check },
        upload,
        heading: segment.name.clone(),
        name,
        description,
        saved_name: segment.name,
        saved_description: segment.description,
        errors: entered.errors,
        members: users(members),
        users: used,
        revisions,
        archived: segment.archived_at.map(|moment| moment.format("%-d %b %Y").to_string()),
        may_edit,
        may_unarchive,
    };
    Page::with_status(status, &page)
}

/// The form of users to come, with what is wrong with it: for htmx alone, else on its page.
pub(super) fn refuse_upload(
    member: &ProjectMember,
    found: Found,
    entered: Entered,
    status: StatusCode,
) -> Answer {
    if !member.ask.is_htmx() {
        return answer(member, found, entered, status);
    }
    let upload = UploadPart::of(member, &found, entered.adds, entered.pasted, entered.question);
    let asks = upload.question.is_some();
    let fragment = Fragment::of(&UploadFragment { upload })?;
    if asks { fragment.show() } else { fragment.invalid().show() }
}

/// Says whether a user is in the list.
///
/// # Errors
/// [`PageError::NotFound`].
pub async fn check(
    member: ProjectMember,
    place: Place,
    asked: Query<Asked>,
    store: Data<Store>,
) -> Answer {
    let (project_id, slug) = (member.project.id, place.2.clone());
    let found = work::read(&store, move |conn| {
        let segment = find(conn, project_id, &slug)?;
        if segment.kind != SegmentKind::List {
            return Err(OperationError::NotFound("list"));
        }
        let check = Check::of(conn, &segment, &asked)?;
        Ok((segment, check))
    });
    let (segment, check) = found.await?;
    let check = CheckPart { address: address(&member, &segment), check };
    Fragment::of(&CheckFragment { check })?.show()
}
