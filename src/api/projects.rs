//! Projects: one per product.

use actix_web::web::Data;
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    answer::{Answer, List, created, ok},
    body::Body,
    member::{Caller, Member},
    query::Query,
    work,
};
use crate::{
    domain::{
        reading::{Node, Problems},
        role::Role,
    },
    operations::{self, Actor},
    store::{
        Store,
        projects::{self, Project},
    },
};

/// A project to be.
#[derive(Debug, ToSchema)]
pub struct NewProject {
    /// Its name in addresses: lower case letters, digits and single hyphens. Never changes.
    #[schema(example = "music-app")]
    key: String,
    /// Its name.
    name: String,
}

/// A change of a project.
#[derive(Debug, ToSchema)]
pub struct ProjectEdit {
    /// Its name; the key stays.
    name: String,
}

impl NewProject {
    fn read(node: &Node<'_>, problems: &mut Problems) -> Option<NewProject> {
        node.object(&["key", "name"], problems)?;
        let key = node.required("key", problems).and_then(|node| node.text(problems));
        let name = node.required("name", problems).and_then(|node| node.text(problems));
        Some(NewProject { key: key?.to_owned(), name: name?.to_owned() })
    }
}

impl ProjectEdit {
    fn read(node: &Node<'_>, problems: &mut Problems) -> Option<ProjectEdit> {
        node.object(&["name"], problems)?;
        let name = node.required("name", problems)?.text(problems)?;
        Some(ProjectEdit { name: name.to_owned() })
    }
}

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

/// Creates a project, with `production` (protected) and `staging`
#[utoipa::path(post, path = "/api/v1/projects", tag = "Projects", request_body = NewProject,
    responses((status = 201, description = "The project", body = ProjectAnswer)))]
pub async fn create(caller: Caller, store: Data<Store>, query: Query, body: Body) -> Answer {
    query.only(&[])?;
    let new = body.read(NewProject::read)?;
    let made = work::write(&store, move |conn| {
        let project = operations::projects::create(conn, &caller.actor, &new.key, &new.name)?;
        Ok(ProjectAnswer::new(project, &caller.actor))
    });
    let made = made.await?;
    Ok(created(&format!("/api/v1/projects/{}", made.key), &made))
}

/// Reads a project
#[utoipa::path(get, path = "/api/v1/projects/{project}", tag = "Projects",
    params(("project" = String, Path, description = "The project's key")),
    responses((status = 200, description = "The project", body = ProjectAnswer)))]
pub async fn read(member: Member, query: Query) -> Answer {
    query.only(&[])?;
    Ok(ok(&ProjectAnswer::new(member.project, &member.actor)))
}

/// Renames a project
#[utoipa::path(patch, path = "/api/v1/projects/{project}", tag = "Projects",
    params(("project" = String, Path, description = "The project's key")),
    request_body = ProjectEdit,
    responses((status = 200, description = "The project", body = ProjectAnswer)))]
pub async fn edit(member: Member, store: Data<Store>, query: Query, body: Body) -> Answer {
    query.only(&[])?;
    let edit = body.read(ProjectEdit::read)?;
    let project = work::write(&store, move |conn| {
        let id = member.project.id;
        let project = operations::projects::rename(conn, &member.actor, id, &edit.name)?;
        Ok(ProjectAnswer::new(project, &member.actor))
    });
    Ok(ok(&project.await?))
}
