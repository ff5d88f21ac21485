//! Who asks for a page, and in which project. [`crate::routes`] finds it out before a handler
//! runs, and finds and authorizes in one step: a stranger gets 404, a member whose role is too
//! small 403. The handler takes [`SignedIn`] or [`ProjectMember`] as an argument.
//!
//! Sessions are a handful of lines over `operations::access::browser_sessions`. A session crate
//! would bring key-value state that nothing here needs, and has no limit on a session's whole life.

use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload, web::Data};
use chrono::Utc;
use futures_util::future::{Ready, ready};

use super::{PageError, Site, ask::Ask, cookies, csrf, work};
use crate::{
    domain::{experience::Kind, role::Right},
    http::{Arrival, RequestId},
    operations::{Actor, Identity, OperationError, Origin, access::browser_sessions},
    store::{
        Connection, Store, environments, environments::Environment, experiences, is_read_only,
        projects, projects::Project,
    },
};

/// Somebody who is signed in.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// Who it is.
    pub actor: Actor,
    /// How the answer is wanted.
    pub ask: Ask,
    /// The token for forms.
    pub csrf: String,
}

/// Somebody who is signed in and a member of the project that the page is about.
#[derive(Debug, Clone)]
pub struct ProjectMember {
    /// Who it is.
    pub actor: Actor,
    /// How the answer is wanted.
    pub ask: Ask,
    /// The token for forms.
    pub csrf: String,
    /// The project.
    pub project: Project,
    /// The environment that the address names; else the one that was looked at last.
    pub environment: Environment,
    /// All projects of theirs, by name.
    pub projects: Vec<Project>,
    /// All environments of the project, in their order.
    pub environments: Vec<Environment>,
    /// How much there is of what the rail counts.
    pub counts: Counts,
    /// Whether the database takes no changes now.
    pub read_only: bool,
}

/// How many experiences a project has that are not archived.
#[derive(Debug, Clone, Copy, Default)]
pub struct Counts {
    /// Feature flags.
    pub flags: i64,
    /// Product configs.
    pub configs: i64,
}

impl Counts {
    /// How many there are of that kind.
    pub fn of(&self, kind: Kind) -> i64 {
        match kind {
            Kind::FeatureFlag => self.flags,
            Kind::ProductConfig => self.configs,
        }
    }
}

impl ProjectMember {
    /// Whether they have that right in the project. What they may not do is not offered.
    pub fn may(&self, right: Right) -> bool {
        self.actor.role_in(self.project.id).is_some_and(|role| role.may(right))
    }

    /// Whether they may publish in the environment.
    pub fn may_publish(&self) -> bool {
        self.may(Right::publish_in(self.environment.protected))
    }

    /// The address of a page of the project in the environment; `rest` is empty or starts with a
    /// slash.
    pub fn path(&self, rest: &str) -> String {
        format!("/p/{}/{}{rest}", self.project.key, self.environment.key)
    }
}

/// The first two names of a path.
fn place(path: &str) -> Option<(String, String)> {
    let mut names = path.split('/').map(str::to_owned);
    Some((names.next()?, names.next()?))
}

/// Where a request goes and what it brings along, taken out of it for work on another thread.
#[derive(Clone)]
struct Wanted {
    store: Store,
    secret: String,
    origin: Origin,
    project: Option<String>,
    environment: Option<String>,
}

impl Wanted {
    fn of(request: &HttpRequest, site: &Site) -> Result<Wanted, PageError> {
        let store = request.app_data::<Data<Store>>().ok_or(PageError::Broken)?;
        let secret = cookies::get(request, cookies::session(site));
        let part = |name: &str| request.match_info().get(name).map(str::to_owned);
        Ok(Wanted {
            store: store.as_ref().clone(),
            secret: secret.ok_or(PageError::SignInNeeded)?,
            origin: origin(request),
            project: part("project"),
            environment: part("environment").or_else(|| last_environment(request)),
        })
    }

    fn actor(&self, conn: &mut Connection) -> Result<Actor, OperationError> {
        let person = browser_sessions::resume(conn, &self.secret, Utc::now())?;
        let person = person.ok_or(OperationError::NotSignedIn("Log in again to go on."))?;
        Ok(Actor::new(Identity::of_person(conn, person)?, self.origin.clone()))
    }
}

/// Where a request comes from, for the audit log.
pub fn origin(request: &HttpRequest) -> Origin {
    Origin {
        ip: Arrival::of(request).address.map(|address| address.to_string()),
        request_id: Some(RequestId::of(request).to_string()),
    }
}

/// The environment that was looked at last.
fn last_environment(request: &HttpRequest) -> Option<String> {
    let place = cookies::get(request, cookies::PLACE)?;
    place.split_once('/').map(|(_, environment)| environment.to_owned())
}

impl SignedIn {
    /// Finds out who asks.
    ///
    /// # Errors
    /// [`PageError::SignInNeeded`].
    pub async fn identify(request: &HttpRequest) -> Result<SignedIn, PageError> {
        let site = Ask::site(request);
        let wanted = Wanted::of(request, &site)?;
        let csrf = csrf::token(&wanted.secret);
        let actor = work::read(&wanted.store.clone(), move |conn| wanted.actor(conn)).await?;
        Ok(SignedIn { actor, ask: Ask::of(request), csrf })
    }
}

impl ProjectMember {
    /// Finds out who asks, and for which project.
    ///
    /// # Errors
    /// [`PageError::SignInNeeded`]; [`PageError::NotFound`] where the project is not theirs or has
    /// no such environment.
    pub async fn identify(request: &HttpRequest) -> Result<ProjectMember, PageError> {
        let site = Ask::site(request);
        let wanted = Wanted::of(request, &site)?;
        let (ask, csrf) = (Ask::of(request), csrf::token(&wanted.secret));
        work::read(&wanted.store.clone(), move |conn| member(conn, &wanted, ask, csrf)).await
    }

    /// Who asks for a page that does not exist: in the project that the address names where that
    /// is theirs, else in the one that they looked at last. None where nobody is signed in.
    pub async fn near(request: &HttpRequest) -> Option<ProjectMember> {
        let wanted = Wanted::of(request, &Site::of(request)).ok()?;
        let (ask, csrf) = (Ask::of(request), csrf::token(&wanted.secret));
        let named = request.path().strip_prefix("/p/").and_then(place);
        let last = cookies::get(request, cookies::PLACE);
        let places = [named, last.as_deref().and_then(place)];
        let store = wanted.store.clone();
        let found = work::read(&store, move |conn| {
            for (project, environment) in places.into_iter().flatten() {
                let (project, environment) = (Some(project), Some(environment));
                let wanted = Wanted { project, environment, ..wanted.clone() };
                match member(conn, &wanted, ask.clone(), csrf.clone()) {
                    Err(OperationError::NotFound(_)) => {}
                    found => return found.map(Some),
                }
            }
            Ok(None)
        });
        found.await.ok().flatten()
    }

    /// Checks a right in the project.
    ///
    /// # Errors
    /// [`PageError::Forbidden`].
    pub fn require(&self, right: Right) -> Result<(), PageError> {
        Ok(self.actor.require(right, self.project.id)?)
    }
}

fn member(
    conn: &mut Connection,
    wanted: &Wanted,
    ask: Ask,
    csrf: String,
) -> Result<ProjectMember, OperationError> {
    let missing = || OperationError::NotFound("page");
    let actor = wanted.actor(conn)?;
    let projects = projects_of(conn, &actor)?;
    let key = wanted.project.as_deref().ok_or_else(missing)?;
    let project = projects.iter().find(|project| project.key == key).ok_or_else(missing)?.clone();
    let environments = environments::list(conn, project.id)?;
    let named = wanted.environment.as_deref();
    let environment = environments
        .iter()
        .find(|environment| Some(environment.key.as_str()) == named)
        .ok_or_else(missing)?
        .clone();
    let counts = Counts {
        flags: experiences::count(conn, project.id, Kind::FeatureFlag)?,
        configs: experiences::count(conn, project.id, Kind::ProductConfig)?,
    };
    let read_only = is_read_only(conn)?;
    Ok(ProjectMember {
        actor,
        ask,
        csrf,
        project,
        environment,
        projects,
        environments,
        counts,
        read_only,
    })
}

/// The projects that somebody is a member of, by name.
///
/// # Errors
/// Those of the database.
pub fn projects_of(conn: &mut Connection, actor: &Actor) -> Result<Vec<Project>, OperationError> {
    let all = projects::list(conn)?;
    Ok(all.into_iter().filter(|project| actor.role_in(project.id).is_some()).collect())
}

impl FromRequest for SignedIn {
    type Error = PageError;
    type Future = Ready<Result<Self, PageError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(left_by_guard(request))
    }
}

impl FromRequest for ProjectMember {
    type Error = PageError;
    type Future = Ready<Result<Self, PageError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(left_by_guard(request))
    }
}

/// A handler that asks for more than its row promises is closed to everybody.
fn left_by_guard<T: Clone + 'static>(request: &HttpRequest) -> Result<T, PageError> {
    request.extensions().get::<T>().cloned().ok_or(PageError::SignInNeeded)
}
