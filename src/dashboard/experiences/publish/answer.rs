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
    order::{Done, Order, Publisher, Target},
    question::Question,
};
use crate::{
    domain::reading::Problems,
    operations::{publishing::Published, undoing::Deed},
    store::Store,
};

/// What somebody who publishes is told.
#[derive(Debug)]
pub enum Reply {
    /// What would change, and whether it shall.
    Question(Box<Question>),
    /// The editor has to be put right first.
    Invalid(Order, Problems),
    /// There is a newer version than the editor knew.
    Stale(Order, Box<Conflict>),
    /// It is done, there.
    Done(Box<Publisher>, Box<Done>),
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
            Reply::Done(publisher, done) => Ok(show_done(&publisher, site, &done)),
        }
    }

    /// Only who is affected; nothing where there is another answer than a question.
    ///
    /// # Errors
    /// [`PageError::Broken`](super::super::super::PageError::Broken) when a template fails.
    pub fn show_affected(&self) -> Answer {
        match self {
            Reply::Question(question) => Fragment::of(&AffectedPart { question })?.show(),
            _ => Fragment::nothing().show(),
        }
    }
}

#[derive(Template)]
#[template(
    source = r#"{% import "ui.html" as ui %}{% let heading = "h3" %}{% include "experiences/_publish_affected.html" %}"#,
    ext = "html"
)]
struct AffectedPart<'a> {
    question: &'a Question,
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

/// The page that it was published from, which says what was done and offers to undo it.
fn show_done(publisher: &Publisher, site: &Site, done: &Done) -> actix_web::HttpResponse {
    let Publisher { here, there } = publisher;
    let pages = KindPages::from(done.experience.kind);
    let slug = &done.experience.slug;
    let from = CameFrom::read(here, pages, slug, "");
    let toast = match &done.published {
        None => Toast::saying("Nothing changed, so no version was made."),
        Some(published) => {
            let deed = Deed::Published(published.publication.id);
            let said = in_words(&done.experience.name, &there.environment.name, published);
            Toast::saying(said).with_undo(undo::address(there, pages, slug, deed, &from))
        }
    };
    Moved::to(from.address()).with_toast(toast).answer(&here.ask, site)
}

fn in_words(name: &str, place: &str, published: &Published) -> String {
    let number = published.publication.version;
    match (published.is_on, published.publication.is_for_test_users()) {
        (true, false) => format!("Version {number} of {name} is live in {place}."),
        (true, true) => {
            format!("Version {number} of {name} is live in {place} for its test users only.")
        }
        (false, _) => format!("Version {number} of {name} is published in {place}, still off."),
    }
}
