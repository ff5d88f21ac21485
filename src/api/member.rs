//! Who is calling, and in which project. [`crate::routes`] finds it out before a handler runs;
//! the handler takes it as an argument.

use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload, web::Data};
use chrono::Utc;
use futures_util::future::{Ready, ready};
use uuid::Uuid;

use super::{query::Query, refusal::refused, work};
use crate::{
    domain::role::Right,
    http::{Arrival, Problem, RequestId, presented},
    operations::{
        Actor, Identity, OperationError, Origin,
        access::{AccessTokens, SignIn, authenticate},
    },
    store::{
        Connection, Store, environments, environments::Environment, projects, projects::Project,
    },
};

/// Somebody whose credential is known.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Who it is.
    pub actor: Actor,
}

/// Somebody who is a member of the project that the request is about.
#[derive(Debug, Clone)]
pub struct Member {
    /// Who it is.
    pub actor: Actor,
    /// The project.
    pub project: Project,
}

const SIGN_IN: &str = "Send an access token or an API token, as Authorization: Bearer … or \
                       X-API-Key: ….";

/// What a request presents, not yet known to be good.
struct Credential {
    tokens: AccessTokens,
    secret: String,
    origin: Origin,
}

impl Credential {
    fn actor(self, conn: &mut Connection) -> Result<Actor, OperationError> {
        authenticate(conn, &self.tokens, &self.secret, self.origin, Utc::now())
    }
}

fn credential(request: &HttpRequest) -> Result<(Store, Credential), Problem> {
    // Postgres takes no text with U+0000, so there is nothing of such a name.
    if request.match_info().iter().any(|(_, value)| value.contains('\0')) {
        return Err(Problem::not_found("There is nothing of that name."));
    }
    let missing = || Problem::unauthorized(SIGN_IN);
    let presented = presented(request.headers()).ok_or_else(missing)?;
    let store = request.app_data::<Data<Store>>().ok_or_else(missing)?;
    let sign_in = request.app_data::<Data<SignIn>>().ok_or_else(missing)?;
    let credential = Credential {
        tokens: sign_in.tokens().clone(),
        secret: presented.secret().to_owned(),
        origin: Origin {
            ip: Arrival::of(request).address.map(|address| address.to_string()),
            request_id: Some(RequestId::of(request).to_string()),
        },
    };
    Ok((store.as_ref().clone(), credential))
}

impl Caller {
    /// Finds out who sent the request.
    ///
    /// # Errors
    /// 401 without a credential, or with one that is unknown, expired or revoked.
    pub async fn identify(request: &HttpRequest) -> Result<Caller, Problem> {
        let (store, credential) = credential(request)?;
        let actor = work::read(&store, move |conn| credential.actor(conn)).await?;
        Ok(Caller { actor })
    }
}

impl Member {
    /// Finds out who sent the request, and which project it is about: the one that its path or its
    /// query names, or the only one that they have.
    ///
    /// # Errors
    /// 401 as in [`Caller::identify`]; 404 when the project that it names is not theirs; 400 when
    /// it names none and they have several.
    pub async fn identify(request: &HttpRequest) -> Result<Member, Problem> {
        let (store, credential) = credential(request)?;
        let in_path = request.match_info().get("project").map(str::to_owned);
        let in_query = Query::of(request)?.get("project").map(str::to_owned);
        let named = in_path.or(in_query);
        let found = work::read(&store, move |conn| {
            let actor = credential.actor(conn)?;
            let projects = projects_of(conn, &actor, named.as_deref())?;
            Ok((actor, projects))
        });
        let (actor, mut projects) = found.await?;
        match (projects.pop(), projects.is_empty()) {
            (Some(project), true) => Ok(Member { actor, project }),
            (Some(_), false) => {
                Err(Problem::bad_request("You have several projects. Name one with ?project=…."))
            }
            (None, _) => Err(Problem::not_found("There is no such project.")),
        }
    }

    /// Checks a right in the project.
    ///
    /// # Errors
    /// 403 where the role is too small.
    pub fn require(&self, right: Right) -> Result<(), Problem> {
        self.actor.require(right, self.project.id).map_err(|error| refused(&error))
    }

    /// The environment of that key in the project.
    ///
    /// # Errors
    /// [`OperationError::NotFound`].
    pub fn environment(
        &self,
        conn: &mut Connection,
        key: &str,
    ) -> Result<Environment, OperationError> {
        environments::find_by_key(conn, self.project.id, key)?
            .ok_or(OperationError::NotFound("environment"))
    }
}

/// The projects that the request may be about.
fn projects_of(
    conn: &mut Connection,
    actor: &Actor,
    named: Option<&str>,
) -> Result<Vec<Project>, OperationError> {
    if let Some(key) = named {
        let project = projects::find_by_key(conn, key)?;
        return Ok(project.into_iter().filter(|p| actor.role_in(p.id).is_some()).collect());
    }
    let own: Vec<Uuid> = match actor.identity() {
        Identity::Person { is_admin: false, roles, .. } => {
            roles.iter().map(|(project, _)| *project).collect()
        }
        Identity::Token { project_id, .. } => vec![*project_id],
        _ => return Ok(projects::list(conn)?),
    };
    match own.as_slice() {
        [only] => Ok(projects::find(conn, *only)?.into_iter().collect()),
        several => Ok(projects::list(conn)?
            .into_iter()
            .filter(|project| several.contains(&project.id))
            .collect()),
    }
}

impl FromRequest for Caller {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(left_by_guard(request))
    }
}

impl FromRequest for Member {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(left_by_guard(request))
    }
}

/// A handler that asks for more than its row promises is closed to everybody.
fn left_by_guard<T: Clone + 'static>(request: &HttpRequest) -> Result<T, Problem> {
    let found = request.extensions().get::<T>().cloned();
    found.ok_or_else(|| Problem::unauthorized(SIGN_IN))
}
