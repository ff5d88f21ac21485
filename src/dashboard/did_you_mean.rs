//! What helps somebody on who stands before a page that does not exist or is not for them.

use actix_web::{HttpRequest, web::Data};
use strsim::levenshtein;

use super::{ProjectMember, work};
use crate::{
    domain::experience::Kind,
    operations::OperationError,
    store::{Connection, Store, experiences, people, segments},
};

/// How many admins are named.
const MOST_ADMINS: usize = 3;

/// How much longer slugs than those that anybody has are compared with nothing.
const LONGEST: usize = 100;

/// The page that was meant, perhaps.
pub struct Suggestion {
    /// What it is about.
    pub name: String,
    /// Its address.
    pub address: String,
}

/// The flag or the segment whose slug is most like the one in the address, if one is.
pub async fn suggest(request: &HttpRequest, member: &ProjectMember) -> Option<Suggestion> {
    let rest = request.path().strip_prefix(&member.path("/"))?.to_owned();
    let (list, slug) = rest.split_once('/')?;
    let slug = slug.split('/').next().filter(|slug| slug.len() <= LONGEST)?.to_owned();
    let (project_id, section) = (member.project.id, list.to_owned());
    let store = request.app_data::<Data<Store>>()?;
    let known = work::read(store, move |conn: &mut Connection| {
        Ok::<_, OperationError>(match section.as_str() {
            "flags" => experiences::names(conn, project_id, Kind::FeatureFlag)?,
            "configs" => experiences::names(conn, project_id, Kind::ProductConfig)?,
            "segments" => segments::names(conn, project_id)?,
            _ => Vec::new(),
        })
    });
    let known = known.await.ok()?;
    let (found, name) = most_like(&slug, known)?;
    Some(Suggestion { name, address: member.path(&format!("/{list}/{found}")) })
}

/// The names of some admins, for somebody who may not do something.
pub async fn admins(request: &HttpRequest) -> Vec<String> {
    let Some(store) = request.app_data::<Data<Store>>() else { return Vec::new() };
    let people = work::read(store, |conn| Ok(people::list(conn)?)).await.unwrap_or_default();
    let admins = people.into_iter().filter(|p| p.is_admin && p.disabled_at.is_none());
    admins.take(MOST_ADMINS).map(|person| person.name).collect()
}

/// The slug and the name of what is most like a slug that nothing has.
fn most_like(slug: &str, known: Vec<(String, String)>) -> Option<(String, String)> {
    let rated = known.into_iter().filter(|(other, _)| other != slug).map(|known| {
        let rating = if known.0.starts_with(slug) { 1 } else { levenshtein(slug, &known.0) };
        (rating, known)
    });
    let (rating, found) = rated.min_by_key(|(rating, _)| *rating)?;
    (rating * 3 <= slug.len().max(found.0.len())).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meant(slug: &str) -> Option<String> {
        let known = ["auto-playlist", "dark-mode", "iphone-users-in-new-york", "tv"];
        let known = known.map(|slug| (slug.to_owned(), slug.to_uppercase()));
        most_like(slug, known.to_vec()).map(|(slug, _)| slug)
    }

    #[test]
    fn a_slip_or_a_beginning_leads_to_what_was_meant_and_nothing_else_does() {
        for (typed, expected) in [
            ("auto-playlst", Some("auto-playlist")),
            ("automatic-playlist", Some("auto-playlist")),
            ("dark", Some("dark-mode")),
            ("darkmode", Some("dark-mode")),
            ("iphone-users-in-new-yrok", Some("iphone-users-in-new-york")),
            ("something-else", None),
            ("tx", None),
            ("auto-playlist", None),
        ] {
            assert_eq!(meant(typed).as_deref(), expected, "{typed}");
        }
    }

    #[test]
    fn a_distance_counts_letters() {
        for (one, other, letters) in
            [("", "", 0), ("", "abc", 3), ("abc", "", 3), ("kitten", "sitting", 3), ("ab", "ba", 2)]
        {
            assert_eq!(levenshtein(one, other), letters, "{one} {other}");
        }
    }
}
