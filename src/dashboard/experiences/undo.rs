//! Undo, as the messages after publishing and switching offer it.

use actix_web::{HttpRequest, web::Data};
use chrono::Utc;

use super::{
    super::{Answer, Fragment, Moved, PageError, ProjectMember, Site, Toast, work},
    came_from::CameFrom,
    header::Header,
    kind_pages::KindPages,
    switch::{self, Place, Shown},
};
use crate::{
    operations::{
        experiences,
        undoing::{self, Deed, Undo, Undone},
    },
    store::Store,
};

/// The address to post to in order to undo something.
pub fn address(
    member: &ProjectMember,
    pages: KindPages,
    slug: &str,
    deed: Deed,
    from: &CameFrom,
) -> String {
    let mut fields = form_urlencoded::Serializer::new(String::new());
    match deed {
        Deed::Published(id) => fields.append_pair("publication", &id.to_string()),
        Deed::Switched(id) => fields.append_pair("switch", &id.to_string()),
    };
    if !matches!(from, CameFrom::Flag(_)) {
        fields.append_pair("back", from.address());
    }
    format!("{}/undo?{}", pages.address(member, slug), fields.finish())
}

/// Reads what is to be undone from the address, and where it was done.
fn read(
    request: &HttpRequest,
    member: &ProjectMember,
    pages: KindPages,
    slug: &str,
) -> Option<(Deed, CameFrom)> {
    let query = request.query_string();
    let get = |wanted: &str| {
        let mut fields = form_urlencoded::parse(query.as_bytes());
        fields.find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned())
    };
    let published = || Some(Deed::Published(get("publication")?.parse().ok()?));
    let switched = || Some(Deed::Switched(get("switch")?.parse().ok()?));
    let deed = published().or_else(switched)?;
    Some((deed, CameFrom::read(member, pages, slug, &get("back").unwrap_or_default())))
}

/// Undoes what the address names.
///
/// # Errors
/// [`PageError::Refused`] when it is too late for that.
pub async fn undo(
    request: HttpRequest,
    member: ProjectMember,
    pages: KindPages,
    place: Place,
    site: Site,
    store: Data<Store>,
) -> Answer {
    let (_, _, slug) = place.into_inner();
    let (deed, from) = read(&request, &member, pages, &slug).ok_or(PageError::NotFound)?;
    let (who, place) = (member.clone(), from.clone());
    let done = work::write(&store, move |conn| {
        let (project_id, environment_id) = (who.project.id, who.environment.id);
        let find = |conn: &mut _| {
            experiences::find_by_slug(conn, &who.actor, project_id, pages.kind, &slug)
        };
        let experience_id = find(conn)?.experience.id;
        let undo = Undo { experience_id, environment_id, deed, now: Utc::now() };
        let undone = undoing::undo(conn, &who.actor, &undo)?;
        let view = find(conn)?;
        let shown = switch::shown(conn, &who, &view, &place)?;
        Ok((undone, view.experience.name, shown))
    });
    let (undone, name, shown) = done.await?;
    let toast = Toast::saying(in_words(&undone, &name, &member.environment.name));
    match (shown, undone) {
        // Whatever is being edited there stays.
        (Shown::Head(head), Undone::Switched(_)) if member.ask.is_htmx() => {
            let head = Fragment::of(head.as_ref())?.with_toast(&toast, &member.csrf)?;
            head.in_place_of(Header::ID).show()
        }
        _ => Ok(Moved::to(from.address()).with_toast(toast).answer(&member.ask, &site)),
    }
}

fn in_words(undone: &Undone, name: &str, place: &str) -> String {
    match undone {
        Undone::Switched(switched) if switched.is_on => format!("{name} is on in {place} again."),
        Undone::Switched(_) => format!("{name} is off in {place}. Everyone gets the default."),
        Undone::Published(published) => {
            let version = published.publication.version;
            let whom = match published.publication.is_for_test_users() {
                true => " for its test users only",
                false => "",
            };
            format!("Version {version} of {name} is live in {place}{whom} again.")
        }
    }
}
