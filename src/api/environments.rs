//! Environments: where a project runs.

use actix_web::web::{Data, Path};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    answer::{Answer, List, created, ok},
    body::{Body, optional_text},
    member::Member,
    query::Query,
    work,
};
use crate::{
    domain::{
        event::Teaches,
        reading::{Node, Problems},
    },
    operations,
    store::{
        Store,
        environments::{self, Environment},
    },
};

/// An environment to be.
#[derive(Debug, ToSchema)]
pub struct NewEnvironment {
    /// Its name in addresses: lower case letters, digits and single hyphens. Never changes.
    #[schema(example = "beta")]
    key: String,
    /// Its name.
    name: String,
    /// Whether publishing there needs the larger right; else false.
    #[schema(required = false)]
    protected: bool,
}

/// A change of an environment; what is left out stays.
#[derive(Debug, ToSchema)]
pub struct EnvironmentEdit {
    /// Its name; the key stays.
    name: Option<String>,
    /// Whether publishing there needs the larger right.
    protected: Option<bool>,
    /// What evaluations teach about who is there: `nothing`, `used` (who asks, with the attributes
    /// that conditions use) or `everything`.
    #[schema(value_type = Option<String>, example = "used")]
    teaches: Option<Teaches>,
    /// Whether what client keys report decides, from now on. Client keys are public: anybody can
    /// then say anything about any user.
    client_events_decide: Option<bool>,
}

impl NewEnvironment {
    fn read(node: &Node<'_>, problems: &mut Problems) -> Option<NewEnvironment> {
        node.object(&["key", "name", "protected"], problems)?;
        let key = node.required("key", problems).and_then(|node| node.text(problems));
        let name = node.required("name", problems).and_then(|node| node.text(problems));
        let protected = node.field("protected").and_then(|node| node.boolean(problems));
        Some(NewEnvironment {
            key: key?.to_owned(),
            name: name?.to_owned(),
            protected: protected.unwrap_or(false),
        })
    }
}

impl EnvironmentEdit {
    fn read(node: &Node<'_>, problems: &mut Problems) -> Option<EnvironmentEdit> {
        node.object(&["name", "protected", "teaches", "client_events_decide"], problems)?;
        let teaches = node.field("teaches").and_then(|node| {
            let teaches = Teaches::parse(node.text(problems)?);
            if teaches.is_none() {
                problems.push(node.problem("This is one of nothing, used, everything."));
            }
            teaches
        });
        let decide = node.field("client_events_decide");
        Some(EnvironmentEdit {
            name: optional_text(node, "name", problems),
            protected: node.field("protected").and_then(|node| node.boolean(problems)),
            teaches,
            client_events_decide: decide.and_then(|node| node.boolean(problems)),
        })
    }
}

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
    /// What evaluations teach about who is there: `nothing`, `used` or `everything`.
    #[schema(value_type = String, example = "used")]
    teaches: Teaches,
    /// Whether what client keys report decides.
    client_events_decide: bool,
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
            teaches: environment.teaches,
            client_events_decide: environment.client_events_decide,
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

/// Adds an environment behind the others
#[utoipa::path(post, path = "/api/v1/environments", tag = "Environments",
    request_body = NewEnvironment,
    responses((status = 201, description = "The environment", body = EnvironmentAnswer)))]
pub async fn create(member: Member, store: Data<Store>, query: Query, body: Body) -> Answer {
    query.only(&[])?;
    let new = body.read(NewEnvironment::read)?;
    let made = work::write(&store, move |conn| {
        let new = environments::NewEnvironment {
            project_id: member.project.id,
            key: &new.key,
            name: &new.name,
            protected: new.protected,
        };
        operations::environments::create(conn, &member.actor, &new)
    });
    Ok(created("/api/v1/environments", &EnvironmentAnswer::from(made.await?)))
}

/// Changes an environment: its name, whether it is protected, what is learned about users
#[utoipa::path(patch, path = "/api/v1/environments/{key}", tag = "Environments",
    params(("key" = String, Path, description = "The key of the environment")),
    request_body = EnvironmentEdit,
    responses((status = 200, description = "The environment", body = EnvironmentAnswer)))]
pub async fn edit(
    member: Member,
    store: Data<Store>,
    query: Query,
    key: Path<String>,
    body: Body,
) -> Answer {
    query.only(&[])?;
    let edit = body.read(EnvironmentEdit::read)?;
    let environment = work::write(&store, move |conn| {
        let found = member.environment(conn, &key)?;
        let edit = operations::environments::EnvironmentEdit {
            name: edit.name.as_deref(),
            protected: edit.protected,
            teaches: edit.teaches,
            client_events_decide: edit.client_events_decide,
        };
        operations::environments::edit(conn, &member.actor, found.id, &edit)
    });
    Ok(ok(&EnvironmentAnswer::from(environment.await?)))
}
