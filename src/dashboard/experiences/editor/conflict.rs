//! Somebody saved while somebody else was editing: both sides are shown, and neither is lost. Whoever
//! was slower puts both together, keeps theirs on purpose, or takes what was saved.

use actix_web::http::StatusCode;
use askama::Template;

use super::{
    super::{
        super::{Answer, Form, Fragment, Layout, Page, PageError, ProjectMember, work},
        changes::{self, ChangeRow},
        kind_pages::KindPages,
    },
    docks, edit,
    entered::{About, Entered},
    saving::{self, Conflict, Saving},
};
use crate::{
    domain::{
        reading::FieldError,
        version::{self, Merged, Side},
    },
    operations::{OperationError, experiences, keys::KeyLimit},
    store::{Connection, Store, rehearse},
};

/// What the button asks for that puts both sides together.
pub const MERGE: &str = "merge";
/// What the button asks for that keeps what was typed, whatever was saved meanwhile.
pub const OVERWRITE: &str = "overwrite";

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
    /// What has to be chosen before both fit together.
    pub conflicts: Vec<version::Conflict>,
    /// The number of the version that would be the next one.
    pub next: i32,
    /// The page of the experience.
    pub address: String,
    /// The whole editor as it was typed, as fields.
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
/// [`PageError::Broken`] when a template fails.
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
    let known = entered.known.as_ref().unwrap_or(&entered.about);
    let theirs_of = docks::about(known, &conflict.about);
    let yours_of = docks::about(known, &entered.about);
    Sides {
        title: format!(
            "{them} saved version {} while you were editing version {}",
            newest.number, base.number
        ),
        is_own,
        base: base.number,
        newest: newest.number,
        theirs: [changes::between(before, theirs, &names), theirs_of].concat(),
        yours: [changes::between(before, &conflict.yours, &names), yours_of].concat(),
        conflicts: merged(conflict, &|_| Side::Yours).conflicts,
        next: newest.number + 1,
        address: conflict.pages.address(member, &conflict.slug),
        fields: entered.pairs(),
        them,
    }
}

fn merged(conflict: &Conflict, choose: &dyn Fn(&str) -> Side) -> Merged {
    let names = conflict.around.segment_names();
    conflict.base.1.merge(&conflict.newest.1, &conflict.yours, &names, choose)
}

/// What was typed, on top of what was saved meanwhile where it is to be kept whatever that is.
pub fn settled(entered: Entered, form: &Form) -> Entered {
    match form.get("do") {
        OVERWRITE => Entered { base: form.get("newest").parse().ok(), ..entered },
        _ => entered,
    }
}

/// What the form chooses for the conflict at that place.
fn choice(form: &Form, place: &str) -> Option<Side> {
    match form.get(&format!("choice.{place}")) {
        "theirs" => Some(Side::Theirs),
        "yours" => Some(Side::Yours),
        _ => None,
    }
}

/// What came of putting both sides together.
enum Outcome {
    /// An editor with both.
    Together(Box<Entered>),
    /// There is something to choose that nobody was asked yet.
    Again(Box<Conflict>),
}

/// Shows an editor with what was saved meanwhile and what was typed, to be looked at and saved.
///
/// # Errors
/// [`PageError::NotFound`].
pub async fn merge(
    member: &ProjectMember,
    pages: KindPages,
    slug: String,
    form: &Form,
    entered: Entered,
    (store, limit): (&Store, KeyLimit),
) -> Answer {
    let (who, at, typed, chosen) = (member.clone(), slug.clone(), entered.clone(), form.clone());
    let found = work::read(store, move |conn| {
        put_together(conn, &who, (pages, &at), &typed, &chosen, limit)
    });
    match found.await {
        Ok(Outcome::Together(both)) => {
            let next = both.base.unwrap_or_default() + 1;
            let said = format!("Both are in the editor. Look at it, then save version {next}.");
            edit::show_typed(member, pages, store, slug, *both, said).await
        }
        Ok(Outcome::Again(conflict)) => show(member, &entered, &conflict),
        Err(PageError::Invalid(problems)) => {
            edit::show_again(member, pages, store, slug, entered, problems).await
        }
        Err(PageError::Refused(message, _)) => {
            let problems = vec![FieldError::new("rows", message)];
            edit::show_again(member, pages, store, slug, entered, problems).await
        }
        Err(other) => Err(other),
    }
}

fn put_together(
    conn: &mut Connection,
    member: &ProjectMember,
    (pages, slug): (KindPages, &str),
    typed: &Entered,
    form: &Form,
    limit: KeyLimit,
) -> Result<Outcome, OperationError> {
    let project_id = member.project.id;
    let view = experiences::find_by_slug(conn, &member.actor, project_id, pages.kind, slug)?;
    let experience = &view.experience;
    // Tried as if it were to be saved, which finds both sides.
    let tried =
        rehearse(conn, |conn| saving::save(conn, &member.actor, experience.id, typed, limit))?;
    let Saving::Stale(conflict) = tried else {
        return Ok(Outcome::Together(Box::new(typed.clone())));
    };
    let both = merged(&conflict, &|place| choice(form, place).unwrap_or(Side::Yours));
    if both.conflicts.iter().any(|it| choice(form, &it.place).is_none()) {
        return Ok(Outcome::Again(conflict));
    }
    let newest = conflict.newest.0.number;
    let new = typed.new_keys();
    let both = saving::as_typed(conn, experience, &both.content, newest, &new)?;
    let (about, known) = (typed.about.clone(), typed.known.clone());
    let both = Entered { about, known, ..both }.beside(About::of(experience));
    Ok(Outcome::Together(Box::new(both)))
}
