//! Publishing a version in an environment, and the switch.

use actix_web::{
    http::StatusCode,
    web::{Data, Path},
};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    answer::{Answer, ok},
    body::{Body, OptionalBody, nullable, optional_boolean, optional_text},
    experiences::{self, ExperiencePath, VersionPath},
    member::Member,
    publications::PublicationAnswer,
    publish_preview::{Deed, PreviewAnswer},
    query::Query,
    versions, work,
};
use crate::{
    domain::reading::{Node, Problems},
    http::Problem,
    operations::{
        self, OperationError,
        publishing::{Publish, Published, Recipients, Replaces, publish_to},
        switching::{self, Switch, Switched},
    },
    population::Population,
    store::{Connection, Store, environments::Environment, experiences::Experience},
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
    /// Publish to the test users of the version only; everybody else keeps what was live before.
    #[schema(required = false)]
    test_users_only: bool,
    /// Publish nothing, and answer what it would do, with status 200. `replaces` may be left out
    /// then.
    #[schema(required = false)]
    dry_run: bool,
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

impl PublishedAnswer {
    /// The answer for what was published in that environment.
    pub fn new(published: Published, environment: &Environment) -> PublishedAnswer {
        let publication = PublicationAnswer::new(published.publication, &environment.key);
        PublishedAnswer { publication, is_on: published.is_on }
    }
}

impl NewPublication {
    fn read(node: &Node<'_>, problems: &mut Problems) -> Option<NewPublication> {
        const FIELDS: [&str; 5] = ["environment", "replaces", "note", "test_users_only", "dry_run"];
        let fields = node.object(&FIELDS, problems)?;
        let environment = node.required("environment", problems);
        let environment = environment.and_then(|node| node.text(problems)).map(str::to_owned);
        let note = optional_text(node, "note", problems).unwrap_or_default();
        let replaces = seen(fields, problems);
        let test_users_only = optional_boolean(node, "test_users_only", problems).unwrap_or(false);
        let dry_run = optional_boolean(node, "dry_run", problems).unwrap_or(false);
        let environment = environment?;
        Some(NewPublication { environment, replaces, note, test_users_only, dry_run })
    }

    fn recipients(&self) -> Recipients {
        match self.test_users_only {
            true => Recipients::TestUsers,
            false => Recipients::Everybody,
        }
    }
}

/// Reads what a caller saw live: `replaces`.
pub(super) fn seen(fields: &Map<String, Value>, problems: &mut Problems) -> Option<Option<Uuid>> {
    match nullable(fields, "replaces")? {
        None => Some(None),
        Some(json) => publication(&Node::at("replaces", json), problems).map(Some),
    }
}

/// What a caller saw live. Only a dry run may leave it out.
///
/// # Errors
/// 428 where it is missing.
pub(super) fn replaces(seen: Option<Option<Uuid>>, dry_run: bool) -> Result<Replaces, Problem> {
    match seen {
        Some(None) => Ok(Replaces::Nothing),
        Some(Some(id)) => Ok(Replaces::Publication(id)),
        None if dry_run => Ok(Replaces::Anything),
        None => Err(Problem::new(
            StatusCode::PRECONDITION_REQUIRED,
            "Say what this replaces: the id of the publication that is live there, as \
             “replaces”, or null where nothing is.",
        )),
    }
}

pub(super) fn publication(node: &Node<'_>, problems: &mut Problems) -> Option<Uuid> {
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

/// Publishes a version in an environment now
///
/// For everybody, or with `test_users_only` for the test users of the version. Reverting is
/// publishing an older version. With `dry_run` nothing is published: the answer says what changes
/// against what is live there, and which known users gain, lose or change a value, with reasons.
#[utoipa::path(post, path = "/api/v1/{kind}/{id}/versions/{n}/publish", tag = "Publishing",
    params(VersionPath), request_body = NewPublication,
    responses((status = 200, description = "What it would do", body = PreviewAnswer),
              (status = 201, description = "The publication", body = PublishedAnswer)))]
pub async fn publish(
    member: Member,
    store: Data<Store>,
    population: Data<Population>,
    query: Query,
    path: Path<VersionPath>,
    body: Body,
) -> Answer {
    query.only(&[])?;
    let new = body.read(NewPublication::read)?;
    let replaces = replaces(new.replaces, new.dry_run)?;
    let deed = Deed { store, population, dry_run: new.dry_run, actor: member.actor.clone() };
    let (kind, id, key) = (path.kind, path.id.clone(), new.environment.clone());
    let find = move |conn: &mut Connection| {
        let experience = experiences::find(conn, &member, kind, &id)?.experience;
        let environment = member.environment(conn, &key)?;
        Ok((experience, environment))
    };
    let actor = deed.actor.clone();
    let location = format!("/api/v1/{}/{}/publications", path.kind.as_str(), path.id);
    let run = move |conn: &mut Connection, experience: &Experience, place: &Environment| {
        let request = Publish {
            experience_id: experience.id,
            environment_id: place.id,
            version: versions::numbered(conn, experience, &path.n)?.number,
            replaces,
            note: &new.note,
        };
        publish_to(conn, &actor, &request, new.recipients())
    };
    deed.answer(&location, find, run).await
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
