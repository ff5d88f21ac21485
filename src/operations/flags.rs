//! Feature flags in short form, as they are shown: the everyday fields, as far as the flag can be
//! said in them, in one environment.

use std::collections::HashMap;

use uuid::Uuid;

use super::editing::content_of;
use super::experiences::{self, ExperienceView, Place};
use super::{Actor, OperationError};
use crate::domain::experience::{Kind, Status};
use crate::domain::version::{Content, ShortForm};
use crate::store::experiences::Experience;
use crate::store::keys::{self, Key};
use crate::store::standings::{ExperienceFilter, Standing};
use crate::store::versions::Version;
use crate::store::{Connection, Order, Page, PageRequest};

/// The status of a flag in short form, in one environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FlagStatus {
    /// Nothing is published there.
    Draft,
    /// Published and switched on.
    Active,
    /// Published and switched off.
    Inactive,
    /// Archived, everywhere.
    Archived,
}

impl FlagStatus {
    /// All of them.
    pub const ALL: [FlagStatus; 4] =
        [FlagStatus::Draft, FlagStatus::Active, FlagStatus::Inactive, FlagStatus::Archived];

    /// The word of the API.
    pub fn as_str(self) -> &'static str {
        match self {
            FlagStatus::Draft => "DRAFT",
            FlagStatus::Active => "ACTIVE",
            FlagStatus::Inactive => "INACTIVE",
            FlagStatus::Archived => "ARCHIVED",
        }
    }

    /// The status of that word, whatever its case.
    pub fn parse(text: &str) -> Option<FlagStatus> {
        FlagStatus::ALL.into_iter().find(|status| status.as_str().eq_ignore_ascii_case(text))
    }
}

impl From<Status> for FlagStatus {
    fn from(status: Status) -> FlagStatus {
        match status {
            Status::Draft => FlagStatus::Draft,
            Status::Live | Status::Ramping => FlagStatus::Active,
            Status::Off => FlagStatus::Inactive,
            Status::Archived => FlagStatus::Archived,
        }
    }
}

/// A feature flag in one environment.
#[derive(Debug, Clone)]
pub struct FlagView {
    /// The experience.
    pub experience: Experience,
    /// Its newest version, with the whole definition.
    pub newest: Version,
    /// What is published in the environment.
    pub standing: Option<Standing>,
    /// The status there.
    pub status: FlagStatus,
    /// How it stands in every environment of the project, in their order.
    pub places: Vec<Place>,
    /// Its key, where it has exactly one.
    pub key: Option<Key>,
    /// The newest version in short form, where it can be said so.
    pub short: Option<ShortForm>,
}

impl FlagView {
    /// The number of the version that the environment serves.
    pub fn live_version(&self) -> Option<i32> {
        self.standing.map(|standing| standing.version)
    }
}

/// The feature flag with that id or slug, or that holds the key of that name.
///
/// # Errors
/// [`OperationError::NotFound`], also for somebody else's project.
pub fn find(
    conn: &mut Connection,
    actor: &Actor,
    project_id: Uuid,
    environment_id: Uuid,
    reference: &str,
) -> Result<FlagView, OperationError> {
    let found = experiences::find(conn, actor, project_id, Kind::FeatureFlag, reference)?;
    one(conn, found, environment_id)
}

/// The feature flags of a project, page by page. The kind in the filter does not matter.
///
/// # Errors
/// [`OperationError::NotFound`] for somebody else's project, or when the page's start is no
/// experience of the project.
pub fn list(
    conn: &mut Connection,
    actor: &Actor,
    environment_id: Uuid,
    filter: &ExperienceFilter<'_>,
    order: Order,
    page: PageRequest,
) -> Result<Page<FlagView>, OperationError> {
    let filter = ExperienceFilter { kind: Some(Kind::FeatureFlag), ..*filter };
    let found = experiences::list(conn, actor, &filter, order, page)?;
    let items = flags(conn, filter.project_id, found.items, environment_id)?;
    Ok(Page { items, next: found.next })
}

/// A flag as it stands in an environment.
pub(super) fn one(
    conn: &mut Connection,
    view: ExperienceView,
    environment_id: Uuid,
) -> Result<FlagView, OperationError> {
    let project_id = view.experience.project_id;
    let flags = flags(conn, project_id, vec![view], environment_id)?;
    flags.into_iter().next().ok_or(OperationError::NotFound("feature flag"))
}

fn flags(
    conn: &mut Connection,
    project_id: Uuid,
    views: Vec<ExperienceView>,
    environment_id: Uuid,
) -> Result<Vec<FlagView>, OperationError> {
    let read = |view: &ExperienceView| content_of(&view.newest, &view.experience);
    let contents: Vec<Content> = views.iter().map(read).collect::<Result<_, _>>()?;
    let names: Vec<&str> = contents.iter().filter_map(only_key).collect();
    let found = keys::find_by_names(conn, project_id, &names)?;
    let keys: HashMap<&str, &Key> = found.iter().map(|key| (key.name.as_str(), key)).collect();
    let flag = |(view, content): (ExperienceView, &Content)| {
        let place = view.place(environment_id).ok_or(OperationError::NotFound("environment"))?;
        let key = only_key(content).and_then(|name| keys.get(name).copied());
        let default = key.and_then(|key| key.default_value.as_bool());
        Ok(FlagView {
            standing: place.standing,
            status: place.status.into(),
            key: key.cloned(),
            short: default.and_then(|default| ShortForm::of(content, default)),
            experience: view.experience,
            newest: view.newest,
            places: view.places,
        })
    };
    views.into_iter().zip(&contents).map(flag).collect()
}

fn only_key(content: &Content) -> Option<&str> {
    match content.keys.as_slice() {
        [key] => Some(key.as_str()),
        _ => None,
    }
}
