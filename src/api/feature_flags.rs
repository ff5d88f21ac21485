//! Feature flags: the everyday form, and the full one.

use actix_web::web::{Data, Path};
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    answer::{Answer, List, created, ok},
    body::{Body, OptionalBody},
    experience_bodies::{ExperienceEdit, NewExperience},
    experience_lists::{self, Listing},
    experiences::{StandingAnswer, despite_deliveries},
    flag_bodies::{FlagEdit, NewFlag},
    member::Member,
    openapi::ListQuery,
    precondition::IfMatch,
    query::{Query, listed_by},
    work,
};
use crate::{
    domain::experience::Kind,
    operations::{
        OperationError,
        archiving::{self, Archive},
        flags::{self, FlagView},
        keys::KeyLimit,
        short_form,
    },
    store::{Connection, Store, environments::Environment},
};

/// Where a flag is meant that names no environment.
const USUAL_ENVIRONMENT: &str = "production";

/// A feature flag in one environment, as it is answered: in short form, as far as it can be said
/// so, and whole.
#[derive(Debug, Serialize, ToSchema)]
pub struct FlagAnswer {
    /// Identity.
    id: Uuid,
    /// Its name in addresses; never changes.
    slug: String,
    /// Its key, where it has exactly one.
    key: Option<String>,
    /// Its name.
    name: String,
    /// What it is for.
    description: String,
    /// Words to find it by.
    tags: Vec<String>,
    /// Whom to ask.
    owner_id: Option<Uuid>,
    /// `DRAFT`, `ACTIVE`, `INACTIVE` or `ARCHIVED`, in the environment.
    status: &'static str,
    /// The key's default.
    default_value: Option<Value>,
    /// The share that gets the other value, in percent; null where the short form can't say it.
    #[schema(value_type = Option<f64>)]
    rollout_percentage: Option<Value>,
    /// Whom it is for; null where the short form can't say it.
    targeting_rules: Option<Value>,
    /// The environment that the status is about.
    environment: String,
    /// The version that the environment serves.
    live_version: Option<i32>,
    /// The active publication: what the next one `replaces`.
    publication: Option<Uuid>,
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

impl FlagAnswer {
    fn new(view: FlagView, environment: &str) -> FlagAnswer {
        let (experience, short) = (view.experience, view.short);
        FlagAnswer {
            id: experience.id,
            slug: experience.slug,
            name: experience.name,
            description: experience.description,
            tags: experience.tags,
            owner_id: experience.owner_id,
            status: view.status.as_str(),
            rollout_percentage: short.as_ref().map(|short| short.rollout.to_json()),
            targeting_rules: short.as_ref().map(|short| short.targeting_rules_json()),
            environment: environment.to_owned(),
            live_version: view.standing.map(|standing| standing.version),
            publication: view.standing.map(|standing| standing.publication_id),
            version: view.newest.number,
            definition: view.newest.content,
            environments: view.places.into_iter().map(StandingAnswer::from).collect(),
            default_value: view.key.as_ref().map(|key| json!(key.default_value)),
            key: view.key.map(|key| key.name),
            created_at: experience.created_at,
            updated_at: experience.updated_at,
            archived_at: experience.archived_at,
        }
    }
}

/// Lists the feature flags of the project
#[utoipa::path(get, path = "/api/v1/feature-flags", tag = "Feature flags", params(ListQuery),
    responses((status = 200, description = "The flags", body = List<FlagAnswer>)))]
pub async fn list(member: Member, store: Data<Store>, query: Query) -> Answer {
    let page = experience_lists::page(&query)?;
    let list = work::read(&store, move |conn| {
        let environment = environment(conn, &member, query.get("environment"))?;
        let kind = Kind::FeatureFlag;
        let listing = Listing::read(conn, &query, &member, kind, Some(&environment))?;
        let (filter, order) = (listing.filter(), listing.order);
        let found = flags::list(conn, &member.actor, environment.id, &filter, order, page);
        let page = listed_by(found)?;
        Ok(List::page(page, |view| FlagAnswer::new(view, &environment.key)))
    });
    Ok(ok(&list.await?))
}

/// Reads a feature flag
#[utoipa::path(get, path = "/api/v1/feature-flags/{id}", tag = "Feature flags",
    params(("id" = String, Path, description = "Its id, key or slug"),
           ("environment" = Option<String>, Query, description = "Else `production`")),
    responses((status = 200, description = "The flag", body = FlagAnswer)))]
pub async fn read(member: Member, store: Data<Store>, query: Query, id: Path<String>) -> Answer {
    query.only(&["environment"])?;
    let flag = work::read(&store, move |conn| {
        let environment = environment(conn, &member, query.get("environment"))?;
        show(conn, &member, &environment, &id)
    });
    Ok(ok(&flag.await?))
}

/// Creates a feature flag
///
/// In short form, which takes a free boolean key of that name or creates it; or, with a
/// `definition` or `keys`, in the full form of product configs.
#[utoipa::path(post, path = "/api/v1/feature-flags", tag = "Feature flags",
    params(("environment" = Option<String>, Query, description = "Else `production`")),
    request_body = NewFlag,
    responses((status = 201, description = "The flag", body = FlagAnswer)))]
pub async fn create(
    member: Member,
    store: Data<Store>,
    limit: Data<KeyLimit>,
    query: Query,
    body: Body,
) -> Answer {
    query.only(&["environment"])?;
    let full = body.has_any(&["definition", "keys"]);
    let whole = if full { Some(body.read(NewExperience::read)?) } else { None };
    let short = if full { None } else { Some(body.read(NewFlag::read)?) };
    let flag = work::write(&store, move |conn| {
        let named = short.as_ref().and_then(|short| short.environment.as_deref());
        let environment = environment(conn, &member, named.or(query.get("environment")))?;
        let id = match (&whole, &short) {
            (Some(whole), _) => whole.create(conn, &member, Kind::FeatureFlag)?,
            (None, Some(short)) => {
                let flag = short.operation(member.project.id, environment.id);
                short_form::create(conn, &member.actor, &flag, limit.0)?.experience.id
            }
            (None, None) => return Err(OperationError::NotFound("feature flag")),
        };
        show(conn, &member, &environment, &id.to_string())
    });
    let flag = flag.await?;
    Ok(created(&format!("/api/v1/feature-flags/{}", flag.id), &flag))
}

/// Changes a feature flag
///
/// In short form it changes only the fields that it carries, on the newest version, and publishes
/// where the flag is live, unless `publish` is false. With a `definition` it saves the next
/// version, and needs `base_version`.
#[utoipa::path(put, path = "/api/v1/feature-flags/{id}", tag = "Feature flags",
    params(("id" = String, Path, description = "Its id, key or slug"),
           ("environment" = Option<String>, Query, description = "Else `production`")),
    request_body = FlagEdit,
    responses((status = 200, description = "The flag", body = FlagAnswer)))]
pub async fn edit(
    member: Member,
    store: Data<Store>,
    query: Query,
    id: Path<String>,
    base: IfMatch,
    body: Body,
) -> Answer {
    query.only(&["environment"])?;
    let full = body.has_any(&["definition", "base_version"]);
    let whole = match full {
        true => Some(body.read(ExperienceEdit::read)?.on(base)?),
        false => None,
    };
    let short = if full { None } else { Some(body.read(FlagEdit::read)?) };
    let flag = work::write(&store, move |conn| {
        let named = short.as_ref().and_then(|short| short.environment.as_deref());
        let environment = environment(conn, &member, named.or(query.get("environment")))?;
        let project = member.project.id;
        let found = flags::find(conn, &member.actor, project, environment.id, &id)?.experience;
        if let Some(whole) = &whole {
            whole.save(conn, &member, found.id)?;
        }
        if let Some(short) = &short {
            short_form::edit(conn, &member.actor, found.id, &short.operation(environment.id))?;
        }
        show(conn, &member, &environment, &found.id.to_string())
    });
    Ok(ok(&flag.await?))
}

/// Archives a feature flag that is off everywhere, used by nothing and asked for by no app
#[utoipa::path(delete, path = "/api/v1/feature-flags/{id}", tag = "Feature flags",
    params(("id" = String, Path, description = "Its id, key or slug"),
           ("despite_deliveries" = Option<bool>, Query,
            description = "True: although apps asked for its keys within 24 hours")),
    responses((status = 200, description = "The flag", body = FlagAnswer)))]
pub async fn archive(
    member: Member,
    store: Data<Store>,
    query: Query,
    id: Path<String>,
    body: OptionalBody,
) -> Answer {
    query.only(&["environment", "despite_deliveries"])?;
    body.nothing()?;
    let despite_deliveries = despite_deliveries(&query)?;
    let flag = work::write(&store, move |conn| {
        let environment = environment(conn, &member, query.get("environment"))?;
        let project = member.project.id;
        let found = flags::find(conn, &member.actor, project, environment.id, &id)?.experience;
        let order = Archive { experience_id: found.id, turn_off: false, despite_deliveries };
        archiving::archive(conn, &member.actor, &order)?;
        show(conn, &member, &environment, &found.id.to_string())
    });
    Ok(ok(&flag.await?))
}

fn show(
    conn: &mut Connection,
    member: &Member,
    environment: &Environment,
    id: &str,
) -> Result<FlagAnswer, OperationError> {
    let flag = flags::find(conn, &member.actor, member.project.id, environment.id, id)?;
    Ok(FlagAnswer::new(flag, &environment.key))
}

/// The environment that is named, or the usual one.
fn environment(
    conn: &mut Connection,
    member: &Member,
    named: Option<&str>,
) -> Result<Environment, OperationError> {
    member.environment(conn, named.unwrap_or(USUAL_ENVIRONMENT))
}
