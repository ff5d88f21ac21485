//! The end of a key, and the way back.

use actix_web::web::Data;
use askama::Template;
use chrono::{TimeDelta, Utc};

use super::{
    super::{
        Answer, Fragment, Layout, Moved, Page, ProjectMember, Section, Site, Toast,
        number_words::grouped, work,
    },
    Place, find,
    order::DAYS,
    user_links::{self, User},
};
use crate::{
    operations::keys::{self, KeyLimit},
    store::{self, Store, delivered},
};

/// What is said before a key is archived.
struct Question {
    name: String,
    /// Where the form goes.
    action: String,
    /// What has to let go of it first.
    users: Vec<User>,
    environment: String,
    /// How often it was delivered there within 7 days.
    delivered: String,
}

#[derive(Template)]
#[template(path = "keys/archive.html")]
struct ArchivePage {
    layout: Layout,
    /// The address of the list.
    list: String,
    question: Question,
}

#[derive(Template)]
#[template(path = "keys/_archive_dialog.html")]
struct ArchiveDialog<'a> {
    question: Question,
    csrf: &'a str,
}

/// Asks whether a key shall be archived, or says what uses it.
///
/// # Errors
/// [`crate::dashboard::PageError::NotFound`].
pub async fn ask(member: ProjectMember, place: Place, store: Data<Store>) -> Answer {
    let (project_id, (_, _, name)) = (member.project.id, place.into_inner());
    let environment_id = member.environment.id;
    let found = work::read(&store, move |conn| {
        let key = find(conn, project_id, &name)?;
        let since = Utc::now() - TimeDelta::days(DAYS);
        let counts = delivered::of_keys(conn, environment_id, &[key.id], since)?;
        let count = counts.get(&key.id).copied().unwrap_or(0);
        Ok((store::keys::used_by(conn, key.id)?, count, key.name))
    });
    let (users, count, name) = found.await?;
    let question = Question {
        action: member.path(&format!("/keys/{name}/archive")),
        users: user_links::links(&member, &users),
        environment: member.environment.name.clone(),
        delivered: grouped(count),
        name,
    };
    if member.ask.is_for_dialog() {
        return Fragment::of(&ArchiveDialog { question, csrf: &member.csrf })?.show();
    }
    let layout = member.layout(&format!("Archive {}", question.name), Section::Keys);
    Page::show(&ArchivePage { layout, list: member.path("/keys"), question })
}

/// Archives a key.
///
/// # Errors
/// [`crate::dashboard::PageError::Refused`] with what uses it.
pub async fn archive(
    member: ProjectMember,
    place: Place,
    site: Site,
    store: Data<Store>,
) -> Answer {
    let (actor, project_id) = (member.actor.clone(), member.project.id);
    let (_, _, name) = place.into_inner();
    let done = work::write(&store, move |conn| {
        let key = find(conn, project_id, &name)?;
        keys::archive(conn, &actor, key.id)
    });
    let key = done.await?;
    let undo = member.path(&format!("/keys/{}/unarchive", key.name));
    let said = format!("{} is archived. Apps no longer find it.", key.name);
    let moved = Moved::to(member.path("/keys")).with_toast(Toast::saying(said).with_undo(undo));
    moved.answer_on_list(&member, &site)
}

/// Takes a key back into use.
///
/// # Errors
/// [`crate::dashboard::PageError::Refused`] when a project may have no more keys.
pub async fn unarchive(
    member: ProjectMember,
    place: Place,
    limit: Data<KeyLimit>,
    site: Site,
    store: Data<Store>,
) -> Answer {
    let (actor, project_id) = (member.actor.clone(), member.project.id);
    let (_, _, name) = place.into_inner();
    let done = work::write(&store, move |conn| {
        let key = find(conn, project_id, &name)?;
        keys::unarchive(conn, &actor, key.id, limit.0)
    });
    let toast = Toast::saying(format!("{} is back. Apps get its default.", done.await?.name));
    Moved::to(member.path("/keys")).with_toast(toast).answer_on_list(&member, &site)
}
