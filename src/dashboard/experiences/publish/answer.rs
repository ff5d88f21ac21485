//! The answers of publishing: in the dialog for htmx, else as a page.

use actix_web::http::StatusCode;
use askama::Template;

use super::{
    super::{
        super::{Answer, Fragment, Layout, Moved, Page, PageError, ProjectMember, Site, Toast},
        came_from::CameFrom,
        editor::{conflict, create, edit, saving::Conflict},
        kind_pages::KindPages,
        undo,
    },
    order::{Done, Order, Target},
    question::Question,
};
use crate::{domain::reading::Problems, operations::undoing::Deed, store::Store};

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
    pub async fn show(self, member: &ProjectMember, store: &Store, site: &Site) -> Answer {
        match self {
            Reply::Question(question) => show_question(member, &question),
            Reply::Invalid(order, problems) => show_invalid(member, store, order, problems).await,
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
    let layout = member.layout(&question.title, question.pages.section());
    match (is_invalid, is_conflict) {
        (true, _) => Page::invalid(&QuestionPage { layout: layout.with_error(), question }),
        (_, true) => Page::with_status(StatusCode::CONFLICT, &QuestionPage { layout, question }),
        _ => Page::show(&QuestionPage { layout, question }),
    }
}

/// The editor, with what was typed and what is wrong with it.
async fn show_invalid(
    member: &ProjectMember,
    store: &Store,
    order: Order,
    problems: Problems,
) -> Answer {
    match (order.slug, order.target) {
        (Some(slug), Target::Editor(entered)) => {
            edit::show_again(member, order.pages, store, slug, *entered, problems).await
        }
        (None, Target::Editor(entered)) => {
            create::show_again(member, order.pages, store, *entered, problems).await
        }
        (_, Target::Version(_)) => Err(PageError::Invalid(problems)),
    }
}

fn show_stale(member: &ProjectMember, order: &Order, found: &Conflict) -> Answer {
    match &order.target {
        Target::Editor(entered) => conflict::show(member, entered, found),
        Target::Version(_) => Err(PageError::NotFound),
    }
}

/// The flag's page, which says what was done and offers to undo it.
fn show_done(member: &ProjectMember, site: &Site, done: &Done) -> actix_web::HttpResponse {
    let pages = KindPages::from(done.experience.kind);
    let (name, slug) = (&done.experience.name, &done.experience.slug);
    let (number, place) = (done.version.number, &member.environment.name);
    let from = CameFrom::read(member, pages, slug, "");
    let toast = match &done.published {
        None => Toast::saying("Nothing changed, so no version was made."),
        Some(published) => {
            let deed = Deed::Published(published.publication.id);
            Toast::saying(match published.is_on {
                true => format!("Version {number} of {name} is live in {place}."),
                false => format!("Version {number} of {name} is published in {place}, still off."),
            })
            .with_undo(undo::address(member, pages, slug, deed, &from))
        }
    };
    Moved::to(from.address()).with_toast(toast).answer(&member.ask, site)
}
