//! What feature flags and product configs have in common.

use actix_web::web::{Data, Path};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{
    answer::{Answer, created, ok},
    body::{Body, OptionalBody},
    member::Member,
    query::Query,
    work,
};
use crate::{
    domain::{
        experience::{Kind, Status},
        key::KeyName,
        reading::{Node, Problems},
    },
    http::Problem,
    operations::{
        OperationError,
        archiving::{self, Archive},
        editing,
        experiences::{self, ExperienceView, Place},
    },
    store::{Connection, Store, standings::StatusFilter},
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

/// An experience, as it is answered.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExperienceAnswer {
    /// Identity.
    id: Uuid,
    /// `feature_flag` or `product_config`.
    #[schema(value_type = String)]
    kind: Kind,
    /// Its name in addresses; never changes.
    slug: String,
    /// Its name.
    name: String,
    /// What it is for.
    description: String,
    /// Words to find it by.
    tags: Vec<String>,
    /// Whom to ask.
    owner_id: Option<Uuid>,
    /// The number of the newest version.
    version: i32,
    /// What the newest version says.
    definition: Value,
    /// How it stands in each environment, in their order.
    environments: Vec<StandingAnswer>,
    /// When it was made.
    created_at: DateTime<Utc>,
    /// When it changed or got a version last.
    updated_at: DateTime<Utc>,
    /// Since when it is archived.
    archived_at: Option<DateTime<Utc>>,
}

/// An experience in one environment.
#[derive(Debug, Serialize, ToSchema)]
pub struct StandingAnswer {
    /// The key of the environment.
    environment: String,
    /// `draft`, `live`, `ramping`, `off` or `archived`.
    #[schema(value_type = String, example = "live")]
    status: Status,
    /// The version that it serves.
    live_version: Option<i32>,
    /// The active publication: what the next one `replaces`.
    publication: Option<Uuid>,
    /// Whether it is switched on.
    is_on: bool,
}

impl From<Place> for StandingAnswer {
    fn from(place: Place) -> StandingAnswer {
        StandingAnswer {
            environment: place.environment.key,
            status: place.status,
            live_version: place.standing.map(|standing| standing.version),
            publication: place.standing.map(|standing| standing.publication_id),
            is_on: place.standing.is_some_and(|standing| standing.is_on),
        }
    }
}

impl From<ExperienceView> for ExperienceAnswer {
    fn from(view: ExperienceView) -> ExperienceAnswer {
        let experience = view.experience;
        ExperienceAnswer {
            id: experience.id,
            kind: experience.kind,
            slug: experience.slug,
            name: experience.name,
            description: experience.description,
            tags: experience.tags,
            owner_id: experience.owner_id,
            version: view.newest.number,
            definition: view.newest.content,
            environments: view.places.into_iter().map(StandingAnswer::from).collect(),
            created_at: experience.created_at,
            updated_at: experience.updated_at,
            archived_at: experience.archived_at,
        }
    }
}

/// A copy to be.
#[derive(Debug, ToSchema)]
pub struct ExperienceClone {
    /// The name of the copy.
    name: String,
    /// A key for each one of the original, in their order; none: the copy starts without.
    #[schema(value_type = Vec<String>, required = false)]
    keys: Vec<KeyName>,
}

impl ExperienceClone {
    fn read(node: &Node<'_>, problems: &mut Problems) -> Option<ExperienceClone> {
        node.object(&["name", "keys"], problems)?;
        let name = node.required("name", problems).and_then(|node| node.text(problems));
        let keys = node.field("keys").and_then(|node| node.list(problems)).unwrap_or_default();
        let keys = keys.iter().filter_map(|node| key_name(node, problems)).collect();
        Some(ExperienceClone { name: name?.to_owned(), keys })
    }
}

/// Reads the name of a key.
pub fn key_name(node: &Node<'_>, problems: &mut Problems) -> Option<KeyName> {
    let name = KeyName::parse(node.text(problems)?);
    name.map_err(|message| problems.push(node.problem(message))).ok()
}

/// What an address names.
///
/// # Errors
/// [`OperationError::NotFound`].
pub fn find(
    conn: &mut Connection,
    member: &Member,
    kind: KindInPath,
    id: &str,
) -> Result<ExperienceView, OperationError> {
    experiences::find(conn, &member.actor, member.project.id, kind.kind(), id)
}

/// Which status is asked for, in that environment: `?status=`.
///
/// # Errors
/// 422 for a word that is no status.
pub fn status_filter(query: &Query, environment: Uuid) -> Result<StatusFilter, OperationError> {
    let Some(word) = query.get("status") else { return Ok(StatusFilter::NotArchived) };
    Ok(match word.to_ascii_lowercase().as_str() {
        "draft" => StatusFilter::In(environment, Status::Draft),
        "active" => StatusFilter::On(environment),
        "live" => StatusFilter::In(environment, Status::Live),
        "ramping" => StatusFilter::In(environment, Status::Ramping),
        "off" | "inactive" => StatusFilter::In(environment, Status::Off),
        "archived" => StatusFilter::Archived,
        _ => {
            let message = "This is draft, active, live, ramping, off, inactive or archived.";
            return Err(OperationError::invalid("status", message));
        }
    })
}

/// How an experience is archived.
#[derive(Debug, ToSchema)]
pub struct Archiving {
    /// Whether it goes although apps asked for its keys within 24 hours.
    #[schema(required = false)]
    despite_deliveries: bool,
}

impl Archiving {
    fn read(node: &Node<'_>, problems: &mut Problems) -> Option<Archiving> {
        node.object(&["despite_deliveries"], problems)?;
        let said = node.field("despite_deliveries");
        let despite_deliveries = said.map_or(Some(false), |node| node.boolean(problems))?;
        Some(Archiving { despite_deliveries })
    }
}

/// Whether something shall be archived although apps still ask for it: `?despite_deliveries=`.
///
/// # Errors
/// 422 unless it is true or false.
pub fn despite_deliveries(query: &Query) -> Result<bool, Problem> {
    let said =
        query.parsed("despite_deliveries", "This is true or false.", |text| text.parse().ok());
    Ok(said?.unwrap_or(false))
}

/// Copies an experience as a draft under another name
///
/// Rows and variants come along; keys do not, since a key has one holder.
#[utoipa::path(post, path = "/api/v1/{kind}/{id}/clone", tag = "Experiences",
    params(ExperiencePath), request_body = ExperienceClone,
    responses((status = 201, description = "The copy", body = ExperienceAnswer)))]
pub async fn clone(
    member: Member,
    store: Data<Store>,
    query: Query,
    path: Path<ExperiencePath>,
    body: Body,
) -> Answer {
    query.only(&[])?;
    let copy = body.read(ExperienceClone::read)?;
    let kind = path.kind;
    let copy = work::write(&store, move |conn| {
        let original = find(conn, &member, path.kind, &path.id)?.experience;
        let (made, _) = editing::clone(conn, &member.actor, original.id, &copy.name, &copy.keys)?;
        find(conn, &member, path.kind, &made.id.to_string())
    });
    let copy = ExperienceAnswer::from(copy.await?);
    Ok(created(&format!("/api/v1/{}/{}", kind.as_str(), copy.id), &copy))
}

/// Archives an experience that is off everywhere, used by nothing and asked for by no app
#[utoipa::path(post, path = "/api/v1/{kind}/{id}/archive", tag = "Experiences",
    params(ExperiencePath), request_body = Option<Archiving>,
    responses((status = 200, description = "The experience", body = ExperienceAnswer)))]
pub async fn archive(
    member: Member,
    store: Data<Store>,
    query: Query,
    path: Path<ExperiencePath>,
    body: OptionalBody,
) -> Answer {
    query.only(&[])?;
    let Archiving { despite_deliveries } = body.read(Archiving::read)?;
    let archived = work::write(&store, move |conn| {
        let found = find(conn, &member, path.kind, &path.id)?.experience;
        let order = Archive { experience_id: found.id, turn_off: false, despite_deliveries };
        archiving::archive(conn, &member.actor, &order)?;
        find(conn, &member, path.kind, &found.id.to_string())
    });
    Ok(ok(&ExperienceAnswer::from(archived.await?)))
}

/// Takes an experience back into use, off everywhere
#[utoipa::path(post, path = "/api/v1/{kind}/{id}/unarchive", tag = "Experiences",
    params(ExperiencePath),
    responses((status = 200, description = "The experience", body = ExperienceAnswer)))]
pub async fn unarchive(
    member: Member,
    store: Data<Store>,
    query: Query,
    path: Path<ExperiencePath>,
    body: OptionalBody,
) -> Answer {
    query.only(&[])?;
    body.nothing()?;
    let archived = work::write(&store, move |conn| {
        let found = find(conn, &member, path.kind, &path.id)?.experience;
        archiving::unarchive(conn, &member.actor, found.id)?;
        find(conn, &member, path.kind, &found.id.to_string())
    });
    Ok(ok(&ExperienceAnswer::from(archived.await?)))
}
