//! What uses a key: a page, and a dialog over the list.

use actix_web::web::Data;
use askama::Template;

use super::{
    super::{Answer, Fragment, Layout, Page, ProjectMember, Section, work},
    Place, find,
    user_links::{self, User},
};
use crate::store::{Store, keys};

#[derive(Template)]
#[template(path = "keys/users.html")]
struct UsersPage {
    layout: Layout,
    /// The address of the list.
    list: String,
    name: String,
    users: Vec<User>,
}

#[derive(Template)]
#[template(path = "keys/_users_dialog.html")]
struct UsersDialog {
    name: String,
    users: Vec<User>,
}

/// What uses a key.
///
/// # Errors
/// [`crate::dashboard::PageError::NotFound`].
pub async fn users(member: ProjectMember, place: Place, store: Data<Store>) -> Answer {
    let (project_id, (_, _, name)) = (member.project.id, place.into_inner());
    let found = work::read(&store, move |conn| {
        let key = find(conn, project_id, &name)?;
        Ok((keys::used_by(conn, key.id)?, key.name))
    });
    let (users, name) = found.await?;
    let users = user_links::links(&member, &users);
    if member.ask.is_for_dialog() {
        return Fragment::of(&UsersDialog { name, users })?.show();
    }
    let layout = member.layout(&format!("Where {name} is used"), Section::Keys);
    Page::show(&UsersPage { layout, list: member.path("/keys"), name, users })
}
