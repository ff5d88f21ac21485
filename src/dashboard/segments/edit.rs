//! The page of a segment, and saving it.

use actix_web::{
    HttpResponse,
    http::StatusCode,
    web::{Data, Query},
};
use askama::Template;
use chrono::Utc;

use super::{
    super::{
        Answer, AnyForm, FieldErrors, Form, Moved, PageError, ProjectMember, Section, Site, Toast,
        dialog, effect_words, work,
    },
    Place, find,
    form::{Base, Edit, Entered},
    known::Known,
    matches::Matches,
    page::{FormView, carried, problems_of},
    read,
    revisions::Revisions,
    save::{self, Effect, Outcome, Side, Theirs},
    used_in, user_list,
};
use crate::{
    domain::{condition::Condition, role::Right, ruleset::source::SegmentRule},
    operations::{
        OperationError,
        blast_radius::{self, Change},
    },
    population::Population,
    store::{
        Connection, Store, segment_revisions,
        segment_revisions::SegmentRevision,
        segments::{Segment, SegmentKind},
    },
};

/// A segment as its page needs it.
pub(super) struct Found {
    pub(super) segment: Segment,
    pub(super) newest: SegmentRevision,
    pub(super) users: Vec<used_in::User>,
    pub(super) revisions: Revisions,
    known: Known,
    asks_first: bool,
}

impl Found {
    fn load(
        conn: &mut Connection,
        population: &Population,
        member: &ProjectMember,
        slug: &str,
    ) -> Result<Found, OperationError> {
        let segment = find(conn, member.project.id, slug)?;
        let newest = segment_revisions::find(conn, segment.id, segment.revision)?
            .ok_or(OperationError::NotFound("segment"))?;
        let users = used_in::of(conn, member, &[segment.id])?.remove(&segment.id);
        Ok(Found {
            users: users.unwrap_or_default(),
            revisions: Revisions::newest(conn, member, &segment)?,
            known: Known::load(conn, population, member, Some(&segment.slug))?,
            asks_first: !save::effects(conn, member, segment.id)?.is_empty(),
            segment,
            newest,
        })
    }

    fn entered(&self) -> Option<Entered> {
        let base = Base {
            revision: self.newest.number,
            name: self.segment.name.clone(),
            description: self.segment.description.clone(),
        };
        let condition = Condition::from_json(&self.newest.conditions).ok()?;
        Some(Entered::of(base, &condition))
    }

    fn view(self, member: &ProjectMember, entered: Entered) -> FormView {
        let mut view = FormView::new(member, entered, self.known);
        view.action = format!("{}/{}", view.list, self.segment.slug);
        view.matches = Matches::of(member, Some(&self.segment.slug), &view.words);
        view.heading = self.segment.name;
        view.is_new = false;
        view.users = self.users;
        view.revisions = Some(self.revisions);
        view.asks_first = self.asks_first;
        view
    }
}

async fn load(
    member: &ProjectMember,
    place: &Place,
    store: &Store,
    population: &Data<Population>,
) -> Result<Found, PageError> {
    let (who, slug, population) = (member.clone(), place.2.clone(), population.clone());
    work::read(store, move |conn| Found::load(conn, &population, &who, &slug)).await
}

/// The page of a segment: a form for those who may change it, else in words.
///
/// # Errors
/// [`PageError::NotFound`].
pub async fn show(
    member: ProjectMember,
    place: Place,
    asked: Query<user_list::Asked>,
    store: Data<Store>,
    population: Data<Population>,
) -> Answer {
    let (who, slug) = (member.clone(), place.2.clone());
    let found = work::read(&store, move |conn| {
        let segment = find(conn, who.project.id, &slug)?;
        match segment.kind {
            SegmentKind::Rules => Ok(Kind::Rules(Found::load(conn, &population, &who, &slug)?)),
            SegmentKind::List => Ok(Kind::List(user_list::show(conn, &who, segment, &asked)?)),
        }
    });
    let found = match found.await? {
        Kind::List(list) => return list.page(&member),
        Kind::Rules(found) => found,
    };
    let may_edit = member.may(Right::Edit) && found.segment.archived_at.is_none();
    match found.entered().filter(|_| may_edit) {
        Some(entered) => found.view(&member, entered).show(&member),
        None => read::page(&member, found),
    }
}

/// What the page of a segment shows.
enum Kind {
    Rules(Found),
    List(user_list::Shown),
}

/// Saves a segment, or changes what is entered. What acts at once somewhere asks first, and what
/// somebody else has changed in the meantime is shown beside it.
///
/// # Errors
/// [`PageError::NotFound`]; for htmx [`PageError::Forbidden`]. What is wrong is shown with the form.
pub async fn save(
    member: ProjectMember,
    place: Place,
    AnyForm(form): AnyForm,
    site: Site,
    store: Data<Store>,
    population: Data<Population>,
) -> Result<HttpResponse, PageError> {
    let entered = Entered::from_form(&form);
    if let Some(edit) = Edit::parse(form.get("do")) {
        let found = load(&member, &place, &store, &population).await?;
        return found.view(&member, entered).change(&member, edit);
    }
    let condition = match entered.condition() {
        Ok(condition) => condition,
        Err(problems) => {
            let found = load(&member, &place, &store, &population).await?;
            return found.view(&member, entered).refuse(&member, FieldErrors::new(problems));
        }
    };
    let (who, slug, wanted) = (member.clone(), place.2.clone(), entered.clone());
    let confirmed = form.is_checked("confirmed");
    let outcome = work::write(&store, move |conn| {
        save::save(conn, &who, &slug, &wanted, &condition, confirmed)
    });
    match outcome.await {
        Ok(Outcome::Saved(segment)) => Ok(saved(&member, &segment, &site)),
        Ok(Outcome::Unchanged(segment)) => {
            let toast = Toast::saying("Nothing changed, so nothing was saved.");
            Ok(moved(&member, &segment).with_toast(toast).answer(&member.ask, &site))
        }
        Ok(Outcome::Asks(question)) => {
            let people = people(&member, &place, &question, &store, population).await?;
            confirm(&member, &place, &form, &question, people)
        }
        Ok(Outcome::Conflict(theirs)) => conflict(&member, &place, &form, &theirs),
        Err(error) => {
            let is_forbidden = matches!(error, PageError::Forbidden(_));
            if is_forbidden && member.ask.is_htmx() {
                return Err(error);
            }
            let errors = match error {
                PageError::Forbidden(reason) => entered.refused(reason),
                other => problems_of(other, &entered)?,
            };
            let found = load(&member, &place, &store, &population).await?;
            let mut response = found.view(&member, entered).refuse(&member, errors)?;
            if is_forbidden {
                *response.status_mut() = StatusCode::FORBIDDEN;
            }
            Ok(response)
        }
    }
}

fn moved(member: &ProjectMember, segment: &Segment) -> Moved {
    Moved::to(member.path(&format!("/segments/{}", segment.slug)))
}

fn saved(member: &ProjectMember, segment: &Segment, site: &Site) -> HttpResponse {
    let toast = Toast::saying(format!("{} is saved.", segment.name));
    moved(member, segment).with_toast(toast).answer(&member.ask, site)
}

/// What saving does to known users, in words.
async fn people(
    member: &ProjectMember,
    place: &Place,
    question: &save::Question,
    store: &Store,
    population: Data<Population>,
) -> Result<Vec<String>, PageError> {
    let (project_id, slug) = (member.project.id, place.2.clone());
    let rule = SegmentRule::Conditions(question.conditions.clone());
    let radii = work::read(store, move |conn| {
        let change = Change::Segment { slug: &slug, rule };
        blast_radius::of(conn, &population, project_id, &change, Utc::now())
    });
    Ok(effect_words::sentences(&radii.await?))
}

#[derive(Template)]
#[template(path = "segments/_confirm.html")]
struct Confirm<'a> {
    action: String,
    csrf: &'a str,
    is_dialog: bool,
    carried: Vec<(String, String)>,
    name: &'a str,
    effects: String,
    before: &'a str,
    after: &'a str,
    /// What it does to known users, in each environment.
    people: Vec<String>,
    live: String,
}

fn confirm(
    member: &ProjectMember,
    place: &Place,
    form: &Form,
    question: &save::Question,
    people: Vec<String>,
) -> Answer {
    let effects: Vec<String> = question.effects.iter().map(Effect::words).collect();
    let title = format!("Save {}?", question.name);
    let confirm = Confirm {
        action: member.path(&format!("/segments/{}", place.2)),
        csrf: &member.csrf,
        is_dialog: member.ask.is_htmx(),
        carried: carried(form, &["confirmed"]),
        name: &question.name,
        effects: used_in::listed(&effects),
        before: &question.before,
        after: &question.after,
        people,
        live: Effect::counted(&question.effects),
    };
    dialog::show(member, Section::Segments, StatusCode::OK, &title, &confirm)
}

#[derive(Template)]
#[template(path = "segments/_conflict.html")]
struct Conflict<'a> {
    action: String,
    csrf: &'a str,
    is_dialog: bool,
    carried: Vec<(String, String)>,
    title: String,
    sides: &'a [Side],
}

fn conflict(member: &ProjectMember, place: &Place, form: &Form, theirs: &Theirs) -> Answer {
    // On top of theirs: what only they have changed stays as they have it.
    let fields = ["name", "description", "base_revision", "base_name", "base_description"];
    let mut carried = carried(form, &[&fields[..], &["confirmed"]].concat());
    let revision = theirs.base.revision.to_string();
    let merged = [
        &theirs.merged_name,
        &theirs.merged_description,
        &revision,
        &theirs.base.name,
        &theirs.base.description,
    ];
    carried.extend(fields.iter().zip(merged).map(|(name, it)| ((*name).to_owned(), it.clone())));
    let title = match &theirs.author {
        Some(author) => format!("{author} saved this segment while you were editing"),
        None => "Somebody saved this segment while you were editing".to_owned(),
    };
    let conflict = Conflict {
        action: member.path(&format!("/segments/{}", place.2)),
        csrf: &member.csrf,
        is_dialog: member.ask.is_htmx(),
        carried,
        title: title.clone(),
        sides: &theirs.sides,
    };
    dialog::show(member, Section::Segments, StatusCode::CONFLICT, &title, &conflict)
}
