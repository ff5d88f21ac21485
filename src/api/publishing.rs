//! Publishing a version in an environment, and the switch.

use actix_web::{
    http::StatusCode,
    web::{Data, Path},
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    answer::{Answer, created, ok},
    body::{Body, OptionalBody, nullable, optional_text},
    experiences::{self, ExperiencePath, VersionPath},
    member::Member,
    publications::PublicationAnswer,
    query::Query,
    versions, work,
};
use crate::{
    domain::reading::{Node, Problems},
    http::Problem,
    operations::{
        self, OperationError,
        publishing::{Publish, Replaces},
        switching::{self, Switch, Switched},
    },
    store::{Connection, Store, environments::Environment},
};

/// Where and why a version is published.
#[derive(Debug, ToSchema)]
pub struct NewPublication {
    /// The key of the environment.
    #[schema(example = "production")]
    environment: String,
    /// The publication that was live when the caller looked; null: nothing was.
    #[schema(value_type = Option<Uuid>)]
    replaces: Option<Option<Uuid>>,
    /// Why.
    #[schema(required = false)]
    note: String,
}

/// Where and why a switch is moved.
#[derive(Debug, Default, ToSchema)]
pub struct SwitchMove {
    /// The key of the environment.
    environment: Option<String>,
    /// Why.
    #[schema(required = false)]
    note: String,
}

/// A publication that has just begun.
#[derive(Debug, Serialize, ToSchema)]
pub struct PublishedAnswer {
    #[serde(flatten)]
    publication: PublicationAnswer,
    /// Whether the experience is on there. The first publication switches it on; a later one
    /// leaves the switch as it is.
    is_on: bool,
}

/// A switch that has just been moved.
#[derive(Debug, Serialize, ToSchema)]
pub struct SwitchAnswer {
    /// The key of the environment.
    environment: String,
    /// Whether it is on now.
    is_on: bool,
    /// Whether it stood otherwise before.
    changed: bool,
    /// The version that the environment serves.
    live_version: i32,
}

impl NewPublication {
    fn read(node: &Node<'_>, problems: &mut Problems) -> Option<NewPublication> {
        let fields = node.object(&["environment", "replaces", "note"], problems)?;
        let environment = node.required("environment", problems);
        let environment = environment.and_then(|node| node.text(problems)).map(str::to_owned);
        let note = optional_text(node, "note", problems).unwrap_or_default();
        let replaces = match nullable(fields, "replaces") {
            Some(Some(json)) => Some(Some(publication(&Node::at("replaces", json), problems)?)),
            Some(None) => Some(None),
            None => None,
        };
        Some(NewPublication { environment: environment?, replaces, note })
    }

    fn replaces(&self) -> Result<Replaces, Problem> {
        match self.replaces {
            Some(None) => Ok(Replaces::Nothing),
            Some(Some(id)) => Ok(Replaces::Publication(id)),
            None => Err(Problem::new(
                StatusCode::PRECONDITION_REQUIRED,
                "Say what this replaces: the id of the publication that is live there, as \
                 “replaces”, or null where nothing is.",
            )),
        }
    }
}

fn publication(node: &Node<'_>, problems: &mut Problems) -> Option<Uuid> {
    let id = Uuid::try_parse(node.text(problems)?).ok();
    if id.is_none() {
        problems.push(node.problem("This is the id of a publication, or null."));
    }
    id
}

impl SwitchMove {
    fn read(node: &Node<'_>, problems: &mut Problems) -> Option<SwitchMove> {
        node.object(&["environment", "note"], problems)?;
        Some(SwitchMove {
            environment: optional_text(node, "environment", problems),
            note: optional_text(node, "note", problems).unwrap_or_default(),
        })
    }
}

/// Publishes a version in an environment now, for everybody
///
/// Reverting is publishing an older version.
#[utoipa::path(post, path = "/api/v1/{kind}/{id}/versions/{n}/publish", tag = "Publishing",
    params(VersionPath), request_body = NewPublication,
    responses((status = 201, description = "The publication", body = PublishedAnswer)))]
pub async fn publish(
    member: Member,
    store: Data<Store>,
    query: Query,
    path: Path<VersionPath>,
    body: Body,
) -> Answer {
    query.only(&[])?;
    let new = body.read(NewPublication::read)?;
    let replaces = new.replaces()?;
    let place = format!("/api/v1/{}/{}/publications", path.kind.as_str(), path.id);
    let published = work::write(&store, move |conn| {
        let experience = experiences::find(conn, &member, path.kind, &path.id)?.experience;
        let version = versions::numbered(conn, &experience, &path.n)?;
        let environment = member.environment(conn, &new.environment)?;
        let request = Publish {
            experience_id: experience.id,
            environment_id: environment.id,
            version: version.number,
            replaces,
            note: &new.note,
        };
        let published = operations::publishing::publish(conn, &member.actor, &request)?;
        let publication = PublicationAnswer::new(published.publication, &environment.key);
        Ok(PublishedAnswer { publication, is_on: published.is_on })
    });
    Ok(created(&place, &published.await?))
}

/// Switches an experience on in an environment
#[utoipa::path(post, path = "/api/v1/{kind}/{id}/enable", tag = "Publishing",
    params(ExperiencePath, ("environment" = Option<String>, Query, description = "Its key")),
    request_body = SwitchMove,
    responses((status = 200, description = "The switch", body = SwitchAnswer)))]
pub async fn enable(
    member: Member,
    store: Data<Store>,
    query: Query,
    path: Path<ExperiencePath>,
    body: OptionalBody,
) -> Answer {
    turn(&member, &store, &query, path.into_inner(), &body, switching::switch_on).await
}

/// Switches an experience off in an environment, at once
#[utoipa::path(post, path = "/api/v1/{kind}/{id}/disable", tag = "Publishing",
    params(ExperiencePath, ("environment" = Option<String>, Query, description = "Its key")),
    request_body = SwitchMove,
    responses((status = 200, description = "The switch", body = SwitchAnswer)))]
pub async fn disable(
    member: Member,
    store: Data<Store>,
    query: Query,
    path: Path<ExperiencePath>,
    body: OptionalBody,
) -> Answer {
    turn(&member, &store, &query, path.into_inner(), &body, switching::switch_off).await
}

/// The operation that moves a switch one way or the other.
type Turn =
    fn(&mut Connection, &operations::Actor, &Switch<'_>) -> Result<Switched, OperationError>;

async fn turn(
    member: &Member,
    store: &Store,
    query: &Query,
    path: ExperiencePath,
    body: &OptionalBody,
    operation: Turn,
) -> Answer {
    let (environment, note) = moved(query, body)?;
    let member = member.clone();
    let answer = work::write(store, move |conn| {
        let experience = experiences::find(conn, &member, path.kind, &path.id)?.experience;
        let environment: Environment = member.environment(conn, &environment)?;
        let switch =
            Switch { experience_id: experience.id, environment_id: environment.id, note: &note };
        let switched = operation(conn, &member.actor, &switch)?;
        Ok(SwitchAnswer {
            environment: environment.key,
            is_on: switched.is_on,
            changed: switched.changed,
            live_version: switched.publication.version,
        })
    });
    Ok(ok(&answer.await?))
}

/// The environment, which the body or the query names, and the note.
fn moved(query: &Query, body: &OptionalBody) -> Result<(String, String), Problem> {
    query.only(&["environment"])?;
    let asked = body.read(SwitchMove::read)?;
    let environment = asked.environment.or_else(|| query.get("environment").map(str::to_owned));
    let missing = || OperationError::invalid("environment", "Name the environment.");
    Ok((environment.ok_or_else(missing)?, asked.note))
}
