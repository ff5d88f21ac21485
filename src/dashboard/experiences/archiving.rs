//! The end of a flag, and the way back.

use actix_web::web::Data;
use askama::Template;
use uuid::Uuid;

use super::{
    super::{Answer, Form, Fragment, Layout, Moved, Page, ProjectMember, Site, Toast, work},
    kind_pages::KindPages,
    switch::Place,
};
use crate::{
    domain::role::Right,
    operations::{OperationError, archiving, experiences, experiences::ExperienceView},
    store::{Connection, Store, key_lists},
};

/// What is said before a flag is archived.
struct Question {
    name: String,
    /// Where the form goes.
    action: String,
    /// Its keys with their defaults.
    keys: Vec<(String, String)>,
    /// Where it is on.
    on_in: String,
    /// Where it is published and they may not publish.
    refused_in: String,
}

#[derive(Template)]
#[template(path = "experiences/archive.html")]
struct ArchivePage {
    layout: Layout,
    pages: KindPages,
    /// The address of the list.
    list: String,
    question: Question,
}

#[derive(Template)]
#[template(path = "experiences/_archive_dialog.html")]
struct ArchiveDialog<'a> {
    question: Question,
    csrf: &'a str,
}

fn find(
    conn: &mut Connection,
    member: &ProjectMember,
    pages: KindPages,
    slug: &str,
) -> Result<ExperienceView, OperationError> {
    experiences::find_by_slug(conn, &member.actor, member.project.id, pages.kind, slug)
}

/// Asks whether a flag shall be archived, and says what that does.
///
/// # Errors
/// [`crate::dashboard::PageError::NotFound`].
pub async fn ask(
    member: ProjectMember,
    pages: KindPages,
    place: Place,
    store: Data<Store>,
) -> Answer {
    let ((_, _, slug), who) = (place.into_inner(), member.clone());
    let question = work::read(&store, move |conn| {
        let view = find(conn, &who, pages, &slug)?;
        let held = held_with_defaults(conn, view.experience.id)?;
        Ok(Question::of(&view, held, &who))
    });
    let question = question.await?;
    if member.ask.is_for_dialog() {
        return Fragment::of(&ArchiveDialog { question, csrf: &member.csrf })?.show();
    }
    let layout = member.layout(&format!("Archive {}", question.name), pages.section());
    Page::show(&ArchivePage { layout, pages, list: pages.list(&member), question })
}

/// The keys that a flag holds, with what they hand out once it is gone.
fn held_with_defaults(
    conn: &mut Connection,
    experience_id: Uuid,
) -> Result<Vec<(String, String)>, OperationError> {
    let held = key_lists::held_by(conn, experience_id)?;
    Ok(held.into_iter().map(|key| (key.name, key.default_value.to_string())).collect())
}

impl Question {
    fn of(view: &ExperienceView, keys: Vec<(String, String)>, member: &ProjectMember) -> Question {
        let published = view.places.iter().filter_map(|place| Some((place, place.standing?)));
        let (mut on_in, mut refused_in) = (Vec::new(), Vec::new());
        for (place, standing) in published {
            let environment = &place.environment;
            if standing.is_on {
                on_in.push(environment.name.as_str());
            }
            if !member.may(Right::publish_in(environment.protected)) {
                refused_in.push(environment.name.as_str());
            }
        }
        let pages = KindPages::from(view.experience.kind);
        Question {
            name: view.experience.name.clone(),
            action: format!("{}/archive", pages.address(member, &view.experience.slug)),
            keys,
            on_in: on_in.join(" and "),
            refused_in: refused_in.join(" and "),
        }
    }
}

/// Archives a flag; where the form says so, turns it off first.
///
/// # Errors
/// [`crate::dashboard::PageError::Refused`] while it is on anywhere; [`crate::dashboard::PageError::Forbidden`] without the right to
/// publish wherever it is published.
pub async fn archive(
    member: ProjectMember,
    pages: KindPages,
    place: Place,
    form: Form,
    site: Site,
    store: Data<Store>,
) -> Answer {
    let ((_, _, slug), who) = (place.into_inner(), member.clone());
    let turn_off = form.is_checked("turn_off");
    let done = work::write(&store, move |conn| {
        let id = find(conn, &who, pages, &slug)?.experience.id;
        match turn_off {
            true => archiving::switch_off_and_archive(conn, &who.actor, id),
            false => archiving::archive(conn, &who.actor, id),
        }
    });
    let archived = done.await?;
    let undo = format!("{}/unarchive", pages.address(&member, &archived.slug));
    let said = format!("{} is archived. Apps get each key's default.", archived.name);
    let toast = Toast::saying(said).with_undo(undo);
    Moved::to(pages.list(&member)).with_toast(toast).answer_on_list(&member, &site)
}

/// Takes a flag back into use.
///
/// # Errors
/// [`crate::dashboard::PageError::Refused`] when one of its keys is taken by now, or something that it needs is
/// archived; [`crate::dashboard::PageError::Forbidden`] without the right to publish wherever it is published.
pub async fn unarchive(
    member: ProjectMember,
    pages: KindPages,
    place: Place,
    site: Site,
    store: Data<Store>,
) -> Answer {
    let ((_, _, slug), who) = (place.into_inner(), member.clone());
    let done = work::write(&store, move |conn| {
        let id = find(conn, &who, pages, &slug)?.experience.id;
        let back = archiving::unarchive(conn, &who.actor, id)?;
        Ok((find(conn, &who, pages, &slug)?, back.name))
    });
    let (view, name) = done.await?;
    let is_published = view.places.iter().any(|place| place.standing.is_some());
    let toast = Toast::saying(match is_published {
        true => format!("{name} is back, and off until you turn it on."),
        false => format!("{name} is back as a draft."),
    });
    Moved::to(pages.list(&member)).with_toast(toast).answer_on_list(&member, &site)
}
