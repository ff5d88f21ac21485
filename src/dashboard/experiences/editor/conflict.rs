//! Somebody saved while somebody else was editing: both sides are shown, and neither is lost.

use actix_web::http::StatusCode;
use askama::Template;

use super::{
    super::{
        super::{Answer, Fragment, Layout, Page, ProjectMember},
        changes::{self, ChangeRow},
    },
    entered::Entered,
    saving::Conflict,
};

/// Both sides.
pub struct Sides {
    /// What happened, in one sentence.
    pub title: String,
    /// Who was faster.
    pub them: String,
    /// Whether that was the same person, on another page.
    pub is_own: bool,
    /// The number of the version that both started from.
    pub base: i32,
    /// The number of the newest version.
    pub newest: i32,
    /// What they changed.
    pub theirs: Vec<ChangeRow>,
    /// What whoever posts this changed.
    pub yours: Vec<ChangeRow>,
    /// The number of the version that would be the next one.
    pub next: i32,
    /// The page of the experience.
    pub address: String,
    /// The whole editor on top of their version, as fields.
    pub fields: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "experiences/editor/conflict.html")]
struct ConflictPage {
    layout: Layout,
    sides: Sides,
}

#[derive(Template)]
#[template(path = "experiences/editor/_conflict_dialog.html")]
struct ConflictDialog<'a> {
    csrf: &'a str,
    sides: Sides,
}

/// Shows both sides: as a page, or for htmx in the dialog over the page, where everything stays as
/// it was typed.
///
/// # Errors
/// [`PageError::Broken`](super::super::super::PageError::Broken) when a template fails.
pub fn show(member: &ProjectMember, entered: &Entered, conflict: &Conflict) -> Answer {
    let sides = sides(member, entered, conflict);
    if member.ask.is_htmx() {
        let dialog = ConflictDialog { csrf: &member.csrf, sides };
        return Fragment::of(&dialog)?.conflict().into_dialog().show();
    }
    let layout = member.layout(&sides.title, conflict.pages.section());
    Page::with_status(StatusCode::CONFLICT, &ConflictPage { layout, sides })
}

fn sides(member: &ProjectMember, entered: &Entered, conflict: &Conflict) -> Sides {
    let ((base, before), (newest, theirs)) = (&conflict.base, &conflict.newest);
    let names = conflict.around.segment_names();
    let is_own = newest.author_id.is_some() && newest.author_id == member.actor.person_id();
    let them = if is_own { "You".to_owned() } else { newest.author_name.clone() };
    let on_top = Entered { base: Some(newest.number), ..entered.clone() };
    Sides {
        title: format!(
            "{them} saved version {} while you were editing version {}",
            newest.number, base.number
        ),
        is_own,
        base: base.number,
        newest: newest.number,
        theirs: changes::between(before, theirs, &names),
        yours: changes::between(before, &conflict.yours, &names),
        next: newest.number + 1,
        address: conflict.pages.address(member, &conflict.slug),
        fields: on_top.pairs(),
        them,
    }
}
