//! Publications: which version an environment serves, since when, by whom, why.

use actix_web::web::{Data, Path};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    answer::{Answer, List, ok},
    experiences::{self, ExperiencePath},
    member::Member,
    query::{Query, listed},
    work,
};
use crate::{
    operations::OperationError,
    store::{
        Connection, Store, environments,
        publications::{self, Publication},
    },
};

/// A publication, as it is answered.
#[derive(Debug, Serialize, ToSchema)]
pub struct PublicationAnswer {
    /// Identity.
    id: Uuid,
    /// The key of the environment.
    environment: String,
    /// Which version it serves.
    version: i32,
    /// The share of users reached so far, in percent.
    ramp: f64,
    /// Whether only the test users of the version get what it serves; everybody else gets what the
    /// publication `replaces` serves.
    test_users_only: bool,
    /// The publication that it took over from.
    replaces: Option<Uuid>,
    /// Why, in the words of who published.
    note: String,
    /// Since when.
    published_at: DateTime<Utc>,
    /// By whom.
    published_by: String,
    /// When another one took over; null while it is active.
    ended_at: Option<DateTime<Utc>>,
    /// By whom.
    ended_by: Option<String>,
}

impl PublicationAnswer {
    /// The answer for a publication in the environment of that key.
    pub fn new(publication: Publication, environment: &str) -> PublicationAnswer {
        PublicationAnswer {
            id: publication.id,
            environment: environment.to_owned(),
            version: publication.version,
            test_users_only: publication.is_for_test_users(),
            ramp: f64::from(publication.ramp) / 100.0,
            replaces: publication.replaces_id,
            note: publication.note,
            published_at: publication.published_at,
            published_by: publication.published_by_name,
            ended_at: publication.ended_at,
            ended_by: publication.ended_by_name,
        }
    }
}

/// Lists what was published of an experience, the newest first
#[utoipa::path(get, path = "/api/v1/{kind}/{id}/publications", tag = "Publishing",
    params(ExperiencePath,
           ("environment" = Option<String>, Query, description = "In this environment only"),
           ("limit" = Option<u16>, Query, description = "1 to 200, else 50"),
           ("cursor" = Option<String>, Query, description = "The `next_cursor` before")),
    responses((status = 200, description = "The publications", body = List<PublicationAnswer>)))]
pub async fn list(
    member: Member,
    store: Data<Store>,
    query: Query,
    path: Path<ExperiencePath>,
) -> Answer {
    query.only(&["environment", "limit", "cursor"])?;
    let page = query.page()?;
    let list = work::read(&store, move |conn| {
        let experience = experiences::find(conn, &member, path.kind, &path.id)?.experience;
        let environment = match query.get("environment") {
            Some(key) => Some(member.environment(conn, key)?.id),
            None => None,
        };
        let page = listed(publications::list(conn, experience.id, environment, page))?;
        let keys = keys_of_environments(conn, &member)?;
        Ok(List::page(page, |publication| {
            let key = keys.iter().find(|(id, _)| *id == publication.environment_id);
            PublicationAnswer::new(publication, key.map_or("", |(_, key)| key))
        }))
    });
    Ok(ok(&list.await?))
}

fn keys_of_environments(
    conn: &mut Connection,
    member: &Member,
) -> Result<Vec<(Uuid, String)>, OperationError> {
    let environments = environments::list(conn, member.project.id)?;
    Ok(environments.into_iter().map(|environment| (environment.id, environment.key)).collect())
}
