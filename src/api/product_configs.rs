//! Product configs: values of any type for up to 50 keys.

use actix_web::web::{Data, Path};

use super::{
    answer::{Answer, List, created, ok},
    body::{Body, OptionalBody},
    experience_bodies::{ExperienceEdit, NewExperience},
    experiences::{ExperienceAnswer, KindInPath, find, status_filter},
    member::Member,
    openapi::ListQuery,
    precondition::IfMatch,
    query::{Query, listed_by},
    work,
};
use crate::{
    domain::experience::Kind,
    operations::{OperationError, archiving, experiences},
    store::{
        Store,
        standings::{ExperienceFilter, StatusFilter},
    },
};

const KIND: KindInPath = KindInPath::ProductConfigs;

/// Lists the product configs of the project
///
/// A status other than `archived` is one in an environment, which has to be named.
#[utoipa::path(get, path = "/api/v1/product-configs", tag = "Product configs", params(ListQuery),
    responses((status = 200, description = "The configs", body = List<ExperienceAnswer>)))]
pub async fn list(member: Member, store: Data<Store>, query: Query) -> Answer {
    query.only(&ListQuery::NAMES)?;
    let (page, sort) = (query.page()?, query.sort()?);
    let list = work::read(&store, move |conn| {
        let status = match (query.get("environment"), query.get("status")) {
            (Some(key), _) => status_filter(&query, member.environment(conn, key)?.id)?,
            (None, None) => StatusFilter::NotArchived,
            (None, Some("archived")) => StatusFilter::Archived,
            (None, Some(_)) => {
                return Err(OperationError::invalid("environment", "Name the environment, too."));
            }
        };
        let filter = ExperienceFilter {
            project_id: member.project.id,
            kind: Some(Kind::ProductConfig),
            search: query.get("q"),
            tag: query.get("tag"),
            owner_id: None,
            segment_id: None,
            status,
        };
        let page = listed_by(experiences::list(conn, &member.actor, &filter, sort, page))?;
        Ok(List::page(page, ExperienceAnswer::from))
    });
    Ok(ok(&list.await?))
}

/// Reads a product config
#[utoipa::path(get, path = "/api/v1/product-configs/{id}", tag = "Product configs",
    params(("id" = String, Path, description = "Its id or slug")),
    responses((status = 200, description = "The config", body = ExperienceAnswer)))]
pub async fn read(member: Member, store: Data<Store>, query: Query, id: Path<String>) -> Answer {
    query.only(&[])?;
    let found = work::read(&store, move |conn| find(conn, &member, KIND, &id));
    Ok(ok(&ExperienceAnswer::from(found.await?)))
}

/// Creates a product config
#[utoipa::path(post, path = "/api/v1/product-configs", tag = "Product configs",
    request_body = NewExperience,
    responses((status = 201, description = "The config", body = ExperienceAnswer)))]
pub async fn create(member: Member, store: Data<Store>, query: Query, body: Body) -> Answer {
    query.only(&[])?;
    let new = body.read(NewExperience::read)?;
    let made = work::write(&store, move |conn| {
        let id = new.create(conn, &member, Kind::ProductConfig)?;
        find(conn, &member, KIND, &id.to_string())
    });
    let made = made.await?;
    let place = format!("/api/v1/product-configs/{}", made.experience.id);
    Ok(created(&place, &ExperienceAnswer::from(made)))
}

/// Changes a product config
///
/// With a definition it saves the next version, and needs `base_version`. Nothing that is served
/// changes.
#[utoipa::path(put, path = "/api/v1/product-configs/{id}", tag = "Product configs",
    params(("id" = String, Path, description = "Its id or slug")),
    request_body = ExperienceEdit,
    responses((status = 200, description = "The config", body = ExperienceAnswer)))]
pub async fn edit(
    member: Member,
    store: Data<Store>,
    query: Query,
    id: Path<String>,
    base: IfMatch,
    body: Body,
) -> Answer {
    query.only(&[])?;
    let edit = body.read(ExperienceEdit::read)?.on(base)?;
    let saved = work::write(&store, move |conn| {
        let found = find(conn, &member, KIND, &id)?.experience;
        edit.save(conn, &member, found.id)?;
        find(conn, &member, KIND, &found.id.to_string())
    });
    Ok(ok(&ExperienceAnswer::from(saved.await?)))
}

/// Archives a product config that is off everywhere
#[utoipa::path(delete, path = "/api/v1/product-configs/{id}", tag = "Product configs",
    params(("id" = String, Path, description = "Its id or slug")),
    responses((status = 200, description = "The config", body = ExperienceAnswer)))]
pub async fn archive(
    member: Member,
    store: Data<Store>,
    query: Query,
    id: Path<String>,
    body: OptionalBody,
) -> Answer {
    query.only(&[])?;
    body.nothing()?;
    let archived = work::write(&store, move |conn| {
        let found = find(conn, &member, KIND, &id)?.experience;
        archiving::archive(conn, &member.actor, found.id)?;
        find(conn, &member, KIND, &found.id.to_string())
    });
    Ok(ok(&ExperienceAnswer::from(archived.await?)))
}
