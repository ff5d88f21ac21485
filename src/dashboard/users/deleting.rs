//! Deleting what is stored about a user.

use actix_web::web::Data;
use askama::Template;

use super::{
    super::{Answer, Fragment, Layout, Moved, Page, ProjectMember, Section, Site, Toast, work},
    Place, address,
    page::nobody,
    short,
};
use crate::{
    domain::role::Right,
    operations::users,
    population::Population,
    store::{Store, user_records},
};

/// What is said before.
struct Question {
    user_id: String,
    environment: String,
    /// The page of the user.
    address: String,
}

#[derive(Template)]
#[template(path = "users/delete.html")]
struct DeletePage {
    layout: Layout,
    /// The address of the list.
    list: String,
    question: Question,
}

#[derive(Template)]
#[template(path = "users/_delete_dialog.html")]
struct DeleteDialog<'a> {
    question: Question,
    csrf: &'a str,
}

/// Asks whether what is stored about a user shall be deleted.
///
/// # Errors
/// [`crate::dashboard::PageError::Forbidden`].
pub async fn ask(member: ProjectMember, place: Place, store: Data<Store>) -> Answer {
    member.require(Right::publish_in(member.environment.protected))?;
    let (_, _, user_id) = place.into_inner();
    let (id, wanted) = (member.environment.id, user_id.clone());
    let found = work::read(&store, move |conn| Ok(user_records::find(conn, id, &wanted)?)).await?;
    if found.is_none() {
        return nobody(&member, &user_id);
    }
    let question = Question {
        address: address(&member, &user_id),
        environment: member.environment.name.clone(),
        user_id: short(&user_id),
    };
    if member.ask.is_for_dialog() {
        return Fragment::of(&DeleteDialog { question, csrf: &member.csrf })?.show();
    }
    let title = format!("Delete the data of {}", question.user_id);
    let layout = member.layout(&title, Section::Users);
    Page::show(&DeletePage { layout, list: member.path("/users"), question })
}

/// Deletes it.
///
/// # Errors
/// [`crate::dashboard::PageError::Forbidden`].
pub async fn delete(
    member: ProjectMember,
    place: Place,
    site: Site,
    population: Data<Population>,
    store: Data<Store>,
) -> Answer {
    let (_, _, user_id) = place.into_inner();
    let (actor, id, wanted) = (member.actor.clone(), member.environment.id, user_id.clone());
    let done = work::write(&store, move |conn| users::forget(conn, &actor, id, &wanted)).await?;
    population.forget(id, &user_id);
    let (name, place) = (short(&user_id), &member.environment.name);
    let toast = match done {
        true => format!("What was stored about {name} in {place} is deleted."),
        false => format!("Nothing is stored about {name} in {place}."),
    };
    let moved = Moved::to(member.path("/users")).with_toast(Toast::saying(toast));
    Ok(moved.answer(&member.ask, &site))
}
