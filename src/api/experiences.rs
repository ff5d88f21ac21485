//! What feature flags and product configs have in common: finding one by its address.

use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::member::Member;
use crate::{
    domain::{experience::Kind, key::KeyName, slug::Slug},
    operations::OperationError,
    store::{Connection, experiences, experiences::Experience, keys},
};

/// The two kinds, as they stand in addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KindInPath {
    /// Feature flags.
    FeatureFlags,
    /// Product configs.
    ProductConfigs,
}

impl KindInPath {
    /// The word of addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            KindInPath::FeatureFlags => "feature-flags",
            KindInPath::ProductConfigs => "product-configs",
        }
    }

    /// The kind in addresses of that kind.
    pub fn of(kind: Kind) -> KindInPath {
        match kind {
            Kind::FeatureFlag => KindInPath::FeatureFlags,
            Kind::ProductConfig => KindInPath::ProductConfigs,
        }
    }

    /// The kind.
    pub fn kind(self) -> Kind {
        match self {
            KindInPath::FeatureFlags => Kind::FeatureFlag,
            KindInPath::ProductConfigs => Kind::ProductConfig,
        }
    }
}

/// An experience in an address.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct ExperiencePath {
    /// `feature-flags` or `product-configs`.
    #[param(value_type = String)]
    pub kind: KindInPath,
    /// Its id, its slug or, of a feature flag, its key.
    pub id: String,
}

/// A version in an address.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct VersionPath {
    /// `feature-flags` or `product-configs`.
    #[param(value_type = String)]
    pub kind: KindInPath,
    /// Its id, its slug or, of a feature flag, its key.
    pub id: String,
    /// The number of the version.
    #[param(value_type = i32)]
    pub n: String,
}

/// The experience of that kind in the member's project that `name` names: its id, the name of a
/// key that it holds where it is a feature flag, or its slug.
///
/// # Errors
/// [`OperationError::NotFound`], whatever else there may be of that name.
pub fn find(
    conn: &mut Connection,
    member: &Member,
    kind: KindInPath,
    name: &str,
) -> Result<Experience, OperationError> {
    let found = match Uuid::try_parse(name) {
        Ok(id) => experiences::find(conn, id)?,
        Err(_) => by_name(conn, member, kind.kind(), name)?,
    };
    found.filter(|found| found.project_id == member.project.id && found.kind == kind.kind()).ok_or(
        OperationError::NotFound(match kind {
            KindInPath::FeatureFlags => "feature flag",
            KindInPath::ProductConfigs => "product config",
        }),
    )
}

fn by_name(
    conn: &mut Connection,
    member: &Member,
    kind: Kind,
    name: &str,
) -> Result<Option<Experience>, OperationError> {
    if let (Kind::FeatureFlag, Ok(name)) = (kind, KeyName::parse(name))
        && let Some(key) = keys::find_by_name(conn, member.project.id, name.as_str())?
        && let [held] = keys::holders(conn, &[key.id])?.as_slice()
        && held.experience_kind == kind
    {
        return Ok(experiences::find(conn, held.experience_id)?);
    }
    match Slug::parse(name) {
        Ok(slug) => Ok(experiences::find_by_slug(conn, member.project.id, slug.as_str())?),
        Err(_) => Ok(None),
    }
}
