//! Environments: where a project runs.

use actix_web::web::Data;
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    answer::{Answer, List, ok},
    member::Member,
    query::Query,
    work,
};
use crate::store::{
    Store,
    environments::{self, Environment},
};

/// An environment, as it is answered.
#[derive(Debug, Serialize, ToSchema)]
pub struct EnvironmentAnswer {
    /// Identity.
    id: Uuid,
    /// Its name in addresses.
    key: String,
    /// Its name.
    name: String,
    /// Whether publishing there needs the larger right.
    protected: bool,
    /// Grows by one with every change that it serves.
    revision: i64,
    /// When it was made.
    created_at: DateTime<Utc>,
}

impl From<Environment> for EnvironmentAnswer {
    fn from(environment: Environment) -> EnvironmentAnswer {
        EnvironmentAnswer {
            id: environment.id,
            key: environment.key,
            name: environment.name,
            protected: environment.protected,
            revision: environment.revision,
            created_at: environment.created_at,
        }
    }
}

/// Lists the environments of the project, in their order
#[utoipa::path(get, path = "/api/v1/environments", tag = "Environments",
    responses((status = 200, description = "The environments", body = List<EnvironmentAnswer>)))]
pub async fn list(member: Member, store: Data<Store>, query: Query) -> Answer {
    query.only(&[])?;
    let list = work::read(&store, move |conn| {
        let environments = environments::list(conn, member.project.id)?;
        Ok(List::whole(environments.into_iter().map(EnvironmentAnswer::from).collect()))
    });
    Ok(ok(&list.await?))
}
