//! Product configs: values of any type for up to 50 keys.

use actix_web::web::{Data, Path};

use super::{
    answer::{Answer, List, created, ok},
    body::{Body, OptionalBody},
    experience_bodies::{ExperienceEdit, NewExperience},
    experience_lists::{self, Listing},
    experiences::{ExperienceAnswer, KindInPath, despite_deliveries, find},
    member::Member,
    openapi::ListQuery,
    precondition::IfMatch,
    query::{Query, listed_by},
    work,
};
use crate::{
    domain::experience::Kind,
    operations::{
        archiving::{self, Archive},
        experiences,
    },
    store::Store,
};

const KIND: KindInPath = KindInPath::ProductConfigs;

/// Lists the product configs of the project
///
/// A status other than `archived` is one in an environment, which has to be named; so does what is
/// stale, delivered and reached.
#[utoipa::path(get, path = "/api/v1/product-configs", tag = "Product configs", params(ListQuery),
    responses((status = 200, description = "The configs", body = List<ExperienceAnswer>)))]
pub async fn list(member: Member, store: Data<Store>, query: Query) -> Answer {
    let page = experience_lists::page(&query)?;
    let list = work::read(&store, move |conn| {
        let place =
            query.get("environment").map(|key| member.environment(conn, key)).transpose()?;
        let kind = Kind::ProductConfig;
        let listing = Listing::read(conn, &query, &member, kind, place.as_ref())?;
        let (filter, order) = (listing.filter(), listing.order);
        let page = listed_by(experiences::list(conn, &member.actor, &filter, order, page))?;
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

/// Archives a product config that is off everywhere, used by nothing and asked for by no app
#[utoipa::path(delete, path = "/api/v1/product-configs/{id}", tag = "Product configs",
    params(("id" = String, Path, description = "Its id or slug"),
           ("despite_deliveries" = Option<bool>, Query,
            description = "True: although apps asked for its keys within 24 hours")),
    responses((status = 200, description = "The config", body = ExperienceAnswer)))]
pub async fn archive(
    member: Member,
    store: Data<Store>,
    query: Query,
    id: Path<String>,
    body: OptionalBody,
) -> Answer {
    query.only(&["despite_deliveries"])?;
    body.nothing()?;
    let despite_deliveries = despite_deliveries(&query)?;
    let archived = work::write(&store, move |conn| {
        let found = find(conn, &member, KIND, &id)?.experience;
        let order = Archive { experience_id: found.id, turn_off: false, despite_deliveries };
        archiving::archive(conn, &member.actor, &order)?;
        find(conn, &member, KIND, &found.id.to_string())
    });
    Ok(ok(&ExperienceAnswer::from(archived.await?)))
}
