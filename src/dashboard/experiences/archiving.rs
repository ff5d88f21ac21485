//! The end of an experience, and the way back.

use actix_web::{http::StatusCode, web::Data};
use askama::Template;
use uuid::Uuid;

use super::{
    super::{
        Answer, Form, Fragment, Layout, Moved, Page, PageError, ProjectMember, Site, Toast, work,
    },
    kind_pages::KindPages,
    switch::Place,
};
use crate::{
    domain::{experience::Kind, role::Right, version::value_in_words},
    operations::{
        OperationError,
        archiving::{self, Archive, Obstacle, ObstacleKind},
        experiences,
        experiences::ExperienceView,
    },
    store::{Connection, Store, key_lists},
};

/// What is said before an experience is archived.
struct Question {
    pages: KindPages,
    name: String,
    /// Where the form goes.
    action: String,
    /// Its keys with their defaults.
    keys: Vec<(String, String)>,
    /// Where it is on.
    on_in: String,
    /// Where it is published and they may not publish.
    refused_in: String,
    /// What uses it, as a sentence, with where that is found.
    used: Option<(String, Vec<Link>)>,
    /// That apps ask for its keys, as a sentence.
    asked_for: Option<String>,
    /// Whether that had to be confirmed, and was not.
    is_unconfirmed: bool,
}

/// Something that uses it.
struct Link {
    name: String,
    address: String,
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

/// Asks whether an experience shall be archived, and says what that does, or what is in the way.
///
/// # Errors
/// [`crate::dashboard::PageError::NotFound`].
pub async fn ask(
    member: ProjectMember,
    pages: KindPages,
    place: Place,
    store: Data<Store>,
) -> Answer {
    let (_, _, slug) = place.into_inner();
    let question = question(&member, pages, slug, &store).await?;
    question.show(&member, StatusCode::OK)
}

async fn question(
    member: &ProjectMember,
    pages: KindPages,
    slug: String,
    store: &Store,
) -> Result<Question, PageError> {
    let who = member.clone();
    let question = work::read(store, move |conn| {
        let view = find(conn, &who, pages, &slug)?;
        let held = held_with_defaults(conn, view.experience.id)?;
        let obstacles = archiving::obstacles(conn, &view.experience)?;
        Ok(Question::of(&view, held, obstacles, &who))
    });
    question.await
}

/// The keys that an experience holds, with what they hand out once it is gone.
fn held_with_defaults(
    conn: &mut Connection,
    experience_id: Uuid,
) -> Result<Vec<(String, String)>, OperationError> {
    let held = key_lists::held_by(conn, experience_id)?;
    Ok(held.into_iter().map(|key| (key.name, value_in_words(&key.default_value))).collect())
}

impl Question {
    fn of(
        view: &ExperienceView,
        keys: Vec<(String, String)>,
        obstacles: Vec<Obstacle>,
        member: &ProjectMember,
    ) -> Question {
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
        let (mut used, mut asked_for) = (None, None);
        for obstacle in obstacles {
            match obstacle.kind {
                ObstacleKind::IsOn => {}
                ObstacleKind::IsUsed => used = Some((obstacle.message(), links(&obstacle, member))),
                ObstacleKind::IsAskedFor => asked_for = Some(obstacle.what),
            }
        }
        let pages = KindPages::from(view.experience.kind);
        Question {
            pages,
            name: view.experience.name.clone(),
            action: format!("{}/archive", pages.address(member, &view.experience.slug)),
            keys,
            on_in: on_in.join(" and "),
            refused_in: refused_in.join(" and "),
            used,
            asked_for,
            is_unconfirmed: false,
        }
    }

    /// Whether they can archive it at all.
    fn is_possible(&self) -> bool {
        self.refused_in.is_empty() && self.used.is_none()
    }

    /// The question, in the dialog or on its page.
    fn show(self, member: &ProjectMember, status: StatusCode) -> Answer {
        if member.ask.is_for_dialog() {
            let dialog = Fragment::of(&ArchiveDialog { question: self, csrf: &member.csrf })?;
            return match status {
                StatusCode::CONFLICT => dialog.conflict().show(),
                _ => dialog.show(),
            };
        }
        let layout = member.layout(&format!("Archive {}", self.name), self.pages.section());
        let (pages, list) = (self.pages, self.pages.list(member));
        Page::with_status(status, &ArchivePage { layout, pages, list, question: self })
    }
}

fn links(obstacle: &Obstacle, member: &ProjectMember) -> Vec<Link> {
    let links = obstacle.links.iter().filter_map(|link| {
        let pages = KindPages::from(Kind::parse(link.kind)?);
        Some(Link { name: link.name.clone(), address: pages.address(member, &link.slug) })
    });
    links.collect()
}

/// Archives an experience; where the form says so, turns it off first, and does not mind apps that
/// still ask for its keys.
///
/// # Errors
/// [`crate::dashboard::PageError::Forbidden`] without the right to publish wherever it is
/// published. What is in the way comes back as the question.
pub async fn archive(
    member: ProjectMember,
    pages: KindPages,
    place: Place,
    form: Form,
    site: Site,
    store: Data<Store>,
) -> Answer {
    let (_, _, slug) = place.into_inner();
    let turn_off = form.is_checked("turn_off");
    let despite_deliveries = form.is_checked("despite_deliveries");
    let (who, of) = (member.clone(), slug.clone());
    let done = work::write(&store, move |conn| {
        let experience_id = find(conn, &who, pages, &of)?.experience.id;
        let order = Archive { experience_id, turn_off, despite_deliveries };
        archiving::archive(conn, &who.actor, &order)
    });
    let archived = match done.await {
        Err(PageError::Refused(..)) => {
            let mut question = question(&member, pages, slug, &store).await?;
            question.is_unconfirmed = question.asked_for.is_some() && !despite_deliveries;
            return question.show(&member, StatusCode::CONFLICT);
        }
        done => done?,
    };
    let undo = format!("{}/unarchive", pages.address(&member, &archived.slug));
    let said = format!("{} is archived. Apps get each key's default.", archived.name);
    let toast = Toast::saying(said).with_undo(undo);
    Moved::to(pages.list(&member)).with_toast(toast).answer_on_list(&member, &site)
}

/// Takes an experience back into use.
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
