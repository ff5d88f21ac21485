//! The answers of publishing: in the dialog for htmx, else as a page.

use actix_web::http::StatusCode;
use askama::Template;

use super::{
    super::{
        super::{
            Answer, FieldErrors, Fragment, Layout, Moved, Page, ProjectMember, Section, Site, Toast,
        },
        came_from::CameFrom,
        changes::{self, ChangeRow},
        editor::saving::Conflict,
        segment_names::SegmentNames,
        undo,
    },
    order::{Done, Order},
    question::Question,
};
use crate::{domain::reading::Problems, operations::undoing::Deed};

/// What somebody who publishes is told.
#[derive(Debug)]
pub enum Reply {
    /// What would change, and whether it shall.
    Question(Box<Question>),
    /// The editor has to be put right first.
    Invalid(Order, Problems),
    /// There is a newer version than the editor knew.
    Stale(Order, Box<Conflict>),
    /// It is done.
    Done(Box<Done>),
}

impl Reply {
    /// The answer.
    ///
    /// # Errors
    /// [`PageError::Broken`](super::super::super::PageError::Broken) when a template fails.
    pub fn show(self, member: &ProjectMember, site: &Site) -> Answer {
        match self {
            Reply::Question(question) => show_question(member, &question),
            Reply::Invalid(_, problems) => show_invalid(problems),
            Reply::Stale(order, conflict) => show_stale(member, &order, &conflict),
            Reply::Done(done) => Ok(show_done(member, site, &done)),
        }
    }
}

#[derive(Template)]
#[template(path = "experiences/_publish.html")]
struct QuestionDialog<'a> {
    question: &'a Question,
    csrf: &'a str,
}

#[derive(Template)]
#[template(path = "experiences/publish.html")]
struct QuestionPage<'a> {
    layout: Layout,
    question: &'a Question,
}

fn show_question(member: &ProjectMember, question: &Question) -> Answer {
    let is_invalid = !question.errors.is_empty();
    let is_conflict = question.news.is_some() || question.obstacle.is_some();
    if member.ask.is_htmx() {
        let dialog = Fragment::of(&QuestionDialog { question, csrf: &member.csrf })?.into_dialog();
        return match (is_invalid, is_conflict) {
            (true, _) => dialog.invalid(),
            (_, true) => dialog.conflict(),
            _ => dialog,
        }
        .show();
    }
    let layout = member.layout(&question.title, Section::Flags);
    match (is_invalid, is_conflict) {
        (true, _) => Page::invalid(&QuestionPage { layout: layout.with_error(), question }),
        (_, true) => Page::with_status(StatusCode::CONFLICT, &QuestionPage { layout, question }),
        _ => Page::show(&QuestionPage { layout, question }),
    }
}

#[derive(Template)]
#[template(path = "experiences/_publish_invalid.html")]
struct InvalidDialog {
    errors: FieldErrors,
}

fn show_invalid(problems: Problems) -> Answer {
    let errors = FieldErrors::new(problems);
    Fragment::of(&InvalidDialog { errors })?.into_dialog().invalid().show()
}

#[derive(Template)]
#[template(path = "experiences/_publish_stale.html")]
struct StaleDialog<'a> {
    csrf: &'a str,
    stale: Stale,
}

/// What two people made of one version.
struct Stale {
    author: String,
    base: i32,
    newest: i32,
    theirs: Vec<ChangeRow>,
    yours: Vec<ChangeRow>,
    /// The page of the flag.
    address: String,
    carried: Vec<(String, String)>,
}

fn show_stale(member: &ProjectMember, order: &Order, conflict: &Conflict) -> Answer {
    let slug = order.slug.as_deref().unwrap_or("new");
    let known = conflict.around.segments.iter().map(|it| (it.slug.clone(), it.name.clone()));
    let names = SegmentNames::of_all(known.chain(conflict.around.archived.clone()));
    let (base, newest) = (&conflict.base, &conflict.newest);
    let stale = Stale {
        author: newest.0.author_name.clone(),
        base: base.0.number,
        newest: newest.0.number,
        theirs: changes::between(&base.1, &newest.1, &names),
        yours: changes::between(&base.1, &conflict.yours, &names),
        address: member.path(&format!("/flags/{slug}")),
        carried: order.pairs(),
    };
    Fragment::of(&StaleDialog { csrf: &member.csrf, stale })?.into_dialog().conflict().show()
}

/// The flag's page, which says what was done and offers to undo it.
fn show_done(member: &ProjectMember, site: &Site, done: &Done) -> actix_web::HttpResponse {
    let (name, slug) = (&done.experience.name, &done.experience.slug);
    let (number, place) = (done.version.number, &member.environment.name);
    let from = CameFrom::read(member, slug, "");
    let toast = match &done.published {
        None => Toast::saying("Nothing changed, so no version was made."),
        Some(published) => {
            let deed = Deed::Published(published.publication.id);
            Toast::saying(match published.is_on {
                true => format!("Version {number} of {name} is live in {place}."),
                false => format!("Version {number} of {name} is published in {place}, still off."),
            })
            .with_undo(undo::address(member, slug, deed, &from))
        }
    };
    Moved::to(from.address()).with_toast(toast).answer(&member.ask, site)
}
