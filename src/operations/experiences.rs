//! Experiences as pages and the API show them: with the newest version, and where they stand.

use uuid::Uuid;

use super::obstacles::word;
use super::{Actor, OperationError};
use crate::domain::experience::{Kind, Status};
use crate::domain::role::Right;
use crate::store::environments::{self, Environment};
use crate::store::experiences::{self, Experience};
use crate::store::standings::{self, ExperienceFilter, Standing};
use crate::store::versions::{self, Version};
use crate::store::{Connection, Order, Page, PageRequest, StoreError, keys};

/// An experience with its newest version, and where it stands.
#[derive(Debug, Clone)]
pub struct ExperienceView {
    /// The experience.
    pub experience: Experience,
    /// Its newest version.
    pub newest: Version,
    /// Every environment of the project, in their order.
    pub places: Vec<Place>,
}

/// An experience in one environment.
#[derive(Debug, Clone)]
pub struct Place {
    /// Where.
    pub environment: Environment,
    /// What is published there; none for a draft.
    pub standing: Option<Standing>,
    /// The status there.
    pub status: Status,
}

impl Place {
    /// Whether something else is published in another environment, or to others.
    pub fn differs_from(&self, other: &Place) -> bool {
        let served = |place: &Place| {
            place.standing.map(|standing| (standing.version, standing.is_for_test_users()))
        };
        served(self) != served(other)
    }
}

impl ExperienceView {
    /// Whether the environments serve different versions, or to others.
    pub fn differs(&self) -> bool {
        self.places.iter().zip(self.places.iter().skip(1)).any(|(one, next)| one.differs_from(next))
    }

    /// How it stands in that environment; none for one of another project.
    pub fn place(&self, environment_id: Uuid) -> Option<&Place> {
        self.places.iter().find(|place| place.environment.id == environment_id)
    }
}

/// The experience of that kind with that id or slug, or that holds the key of that name (a key
/// comes before a slug). An archived one is found by the keys that it held last.
///
/// # Errors
/// [`OperationError::NotFound`], also for somebody else's project.
pub fn find(
    conn: &mut Connection,
    actor: &Actor,
    project_id: Uuid,
    kind: Kind,
    reference: &str,
) -> Result<ExperienceView, OperationError> {
    actor.require(Right::See, project_id)?;
    let found = find_experience(conn, project_id, kind, reference)?
        .filter(|found| found.project_id == project_id && found.kind == kind)
        .ok_or(OperationError::NotFound(word(kind)))?;
    view(conn, found)
}

/// The experience of that kind with that slug, as addresses of pages name it.
///
/// # Errors
/// [`OperationError::NotFound`], also for somebody else's project.
pub fn find_by_slug(
    conn: &mut Connection,
    actor: &Actor,
    project_id: Uuid,
    kind: Kind,
    slug: &str,
) -> Result<ExperienceView, OperationError> {
    actor.require(Right::See, project_id)?;
    let found = experiences::find_by_slug(conn, project_id, slug)?;
    let found = found.filter(|found| found.kind == kind);
    view(conn, found.ok_or(OperationError::NotFound(word(kind)))?)
}

/// The experiences of a project, page by page.
///
/// # Errors
/// [`OperationError::NotFound`] for somebody else's project, or when the page's start is no
/// experience of the project.
pub fn list(
    conn: &mut Connection,
    actor: &Actor,
    filter: &ExperienceFilter<'_>,
    order: Order,
    page: PageRequest,
) -> Result<Page<ExperienceView>, OperationError> {
    actor.require(Right::See, filter.project_id)?;
    let found = standings::list(conn, filter, order, page)?;
    let items = views(conn, filter.project_id, found.items)?;
    Ok(Page { items, next: found.next })
}

/// Some of the experiences of a project, from that place in the order on, for pages with numbers.
///
/// # Errors
/// [`OperationError::NotFound`] for somebody else's project.
pub fn slice(
    conn: &mut Connection,
    actor: &Actor,
    filter: &ExperienceFilter<'_>,
    order: Order,
    from: i64,
    most: i64,
) -> Result<Vec<ExperienceView>, OperationError> {
    actor.require(Right::See, filter.project_id)?;
    let found = standings::slice(conn, filter, order, from, most)?;
    Ok(views(conn, filter.project_id, found)?)
}

/// How an experience stands.
pub(super) fn view(
    conn: &mut Connection,
    experience: Experience,
) -> Result<ExperienceView, OperationError> {
    let views = views(conn, experience.project_id, vec![experience])?;
    views.into_iter().next().ok_or(OperationError::NotFound("experience"))
}

fn views(
    conn: &mut Connection,
    project_id: Uuid,
    found: Vec<Experience>,
) -> Result<Vec<ExperienceView>, StoreError> {
    let ids: Vec<Uuid> = found.iter().map(|experience| experience.id).collect();
    let mut newest = versions::newest_of(conn, &ids)?;
    let standings = standings::of(conn, &ids)?;
    let environments = environments::list(conn, project_id)?;
    let place = |experience: &Experience, environment: &Environment| {
        let standing = standings.iter().find(|standing| {
            standing.experience_id == experience.id && standing.environment_id == environment.id
        });
        Place {
            environment: environment.clone(),
            standing: standing.copied(),
            status: Standing::status(standing, experience.archived_at.is_some()),
        }
    };
    // One without a version does not exist: it is created together with its first.
    let viewed = found.into_iter().filter_map(|experience| {
        let index = newest.iter().position(|version| version.experience_id == experience.id)?;
        let places = environments.iter().map(|environment| place(&experience, environment));
        let places = places.collect();
        Some(ExperienceView { newest: newest.swap_remove(index), places, experience })
    });
    Ok(viewed.collect())
}

pub(super) fn find_experience(
    conn: &mut Connection,
    project_id: Uuid,
    kind: Kind,
    reference: &str,
) -> Result<Option<Experience>, StoreError> {
    if let Ok(id) = Uuid::parse_str(reference) {
        return experiences::find(conn, id);
    }
    if let Some(key) = keys::find_by_name(conn, project_id, reference)?
        && let Some(held) = keys::holders(conn, &[key.id])?.first()
        && held.experience_kind == kind
    {
        return experiences::find(conn, held.experience_id);
    }
    let by_slug = experiences::find_by_slug(conn, project_id, reference)?;
    match by_slug.filter(|found| found.kind == kind) {
        Some(found) => Ok(Some(found)),
        None => experiences::find_giving_key(conn, project_id, kind, reference),
    }
}
