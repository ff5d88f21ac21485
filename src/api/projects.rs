//! Projects: one per product.

use actix_web::web::{Data, Path};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    answer::{Answer, List, ok},
    member::Caller,
    query::Query,
    work,
};
use crate::{
    domain::role::Role,
    operations::{Actor, OperationError},
    store::{
        Connection, Store,
        projects::{self, Project},
    },
};

/// A project, as it is answered.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProjectAnswer {
    /// Identity.
    id: Uuid,
    /// Its name in addresses.
    key: String,
    /// Its name.
    name: String,
    /// What the caller is there.
    #[schema(value_type = String, example = "developer")]
    role: Option<Role>,
    /// When it was made.
    created_at: DateTime<Utc>,
    /// When its name changed last.
    updated_at: DateTime<Utc>,
}

impl ProjectAnswer {
    fn new(project: Project, actor: &Actor) -> ProjectAnswer {
        ProjectAnswer {
            role: actor.role_in(project.id),
            id: project.id,
            key: project.key,
            name: project.name,
            created_at: project.created_at,
            updated_at: project.updated_at,
        }
    }
}

/// Lists the projects of the caller
#[utoipa::path(get, path = "/api/v1/projects", tag = "Projects",
    responses((status = 200, description = "The projects", body = List<ProjectAnswer>)))]
pub async fn list(caller: Caller, store: Data<Store>, query: Query) -> Answer {
    query.only(&[])?;
    let list = work::read(&store, move |conn| {
        let all = projects::list(conn)?.into_iter();
        let own = all.filter(|project| caller.actor.role_in(project.id).is_some());
        Ok(List::whole(own.map(|project| ProjectAnswer::new(project, &caller.actor)).collect()))
    });
    Ok(ok(&list.await?))
}

/// Reads a project
#[utoipa::path(get, path = "/api/v1/projects/{key}", tag = "Projects",
    params(("key" = String, Path, description = "The project's key")),
    responses((status = 200, description = "The project", body = ProjectAnswer)))]
pub async fn read(caller: Caller, store: Data<Store>, query: Query, key: Path<String>) -> Answer {
    query.only(&[])?;
    let project = work::read(&store, move |conn| {
        let project = find(conn, &caller, &key)?;
        Ok(ProjectAnswer::new(project, &caller.actor))
    });
    Ok(ok(&project.await?))
}

/// The project of that key, if it is one of the caller's.
fn find(conn: &mut Connection, caller: &Caller, key: &str) -> Result<Project, OperationError> {
    let found = match key.contains('\0') {
        true => None,
        false => projects::find_by_key(conn, key)?,
    };
    found
        .filter(|project| caller.actor.role_in(project.id).is_some())
        .ok_or(OperationError::NotFound("project"))
}
