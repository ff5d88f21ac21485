//! The audit log: who did what, when, from where. Rows are added and never changed.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde_json::Value;
use uuid::Uuid;

use super::schema::audit_log;
use super::stored::{Stored, stored_word};
use super::{Connection, StoreError};

/// What kind of actor did something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ActorKind {
    /// A person, on pages or with an access token.
    Person,
    /// An API token.
    ApiToken,
    /// A schedule that came due.
    Scheduler,
    /// The command line, on the machine itself.
    CommandLine,
}

impl ActorKind {
    /// The name under which the kind is stored and spoken of in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            ActorKind::Person => "person",
            ActorKind::ApiToken => "api_token",
            ActorKind::Scheduler => "scheduler",
            ActorKind::CommandLine => "command_line",
        }
    }

    /// The kind of that name.
    pub fn parse(text: &str) -> Option<ActorKind> {
        match text {
            "person" => Some(ActorKind::Person),
            "api_token" => Some(ActorKind::ApiToken),
            "scheduler" => Some(ActorKind::Scheduler),
            "command_line" => Some(ActorKind::CommandLine),
            _ => None,
        }
    }
}

stored_word!(ActorKind, "kind of actor");

/// An entry of the log.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(check_for_backend(diesel::pg::Pg))]
#[diesel(table_name = audit_log)]
pub struct AuditEntry {
    /// Grows with time.
    pub id: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// In which project, if in one.
    pub project_id: Option<Uuid>,
    /// In which environment, if in one.
    pub environment_id: Option<Uuid>,
    /// What kind of actor.
    #[diesel(deserialize_as = Stored<ActorKind>)]
    pub actor_kind: ActorKind,
    /// The person or the token.
    pub actor_id: Option<Uuid>,
    /// Their name then.
    pub actor_name: String,
    /// What was done, such as `experience.publish`.
    pub action: String,
    /// To what kind of thing, such as `experience`.
    pub object_kind: String,
    /// To which one.
    pub object_id: String,
    /// Its name then.
    pub object_name: String,
    /// What it was before.
    pub before: Option<Value>,
    /// What it was after.
    pub after: Option<Value>,
    /// From which address.
    pub ip: Option<String>,
    /// In which request.
    pub request_id: Option<String>,
}

/// An entry to be; fields as in [`AuditEntry`].
#[derive(Debug, Clone, Copy)]
pub struct NewAuditEntry<'a> {
    /// In which project, if in one.
    pub project_id: Option<Uuid>,
    /// In which environment, if in one.
    pub environment_id: Option<Uuid>,
    /// What kind of actor.
    pub actor_kind: ActorKind,
    /// The person or the token.
    pub actor_id: Option<Uuid>,
    /// Their name.
    pub actor_name: &'a str,
    /// What is done: words in lower case, with underscores, joined by points.
    pub action: &'a str,
    /// To what kind of thing.
    pub object_kind: &'a str,
    /// To which one.
    pub object_id: &'a str,
    /// Its name.
    pub object_name: &'a str,
    /// What it was before.
    pub before: Option<&'a Value>,
    /// What it is after.
    pub after: Option<&'a Value>,
    /// From which address.
    pub ip: Option<&'a str>,
    /// In which request.
    pub request_id: Option<&'a str>,
}

/// Which entries a list is about. What is none does not matter.
#[derive(Debug, Clone, Copy, Default)]
pub struct AuditFilter<'a> {
    /// In which project.
    pub project_id: Option<Uuid>,
    /// In which environment.
    pub environment_id: Option<Uuid>,
    /// By whom.
    pub actor_id: Option<Uuid>,
    /// What was done.
    pub action: Option<&'a str>,
    /// To what kind of thing.
    pub object_kind: Option<&'a str>,
    /// To which one.
    pub object_id: Option<&'a str>,
    /// From this moment on.
    pub from: Option<DateTime<Utc>>,
    /// Before this moment.
    pub to: Option<DateTime<Utc>>,
}

/// Adds an entry, in the transaction of what it tells.
///
/// # Errors
/// Those of the database.
pub fn append(conn: &mut Connection, entry: &NewAuditEntry<'_>) -> Result<(), StoreError> {
    diesel::insert_into(audit_log::table)
        .values((
            audit_log::project_id.eq(entry.project_id),
            audit_log::environment_id.eq(entry.environment_id),
            audit_log::actor_kind.eq(entry.actor_kind.as_str()),
            audit_log::actor_id.eq(entry.actor_id),
            audit_log::actor_name.eq(entry.actor_name),
            audit_log::action.eq(entry.action),
            audit_log::object_kind.eq(entry.object_kind),
            audit_log::object_id.eq(entry.object_id),
            audit_log::object_name.eq(entry.object_name),
            audit_log::before.eq(entry.before),
            audit_log::after.eq(entry.after),
            audit_log::ip.eq(entry.ip),
            audit_log::request_id.eq(entry.request_id),
        ))
        .execute(conn)?;
    Ok(())
}

/// The entries below that id (none: all), the newest first, at most `limit`.
///
/// # Errors
/// Those of the database.
pub fn list(
    conn: &mut Connection,
    filter: &AuditFilter<'_>,
    below: Option<i64>,
    limit: u16,
) -> Result<Vec<AuditEntry>, StoreError> {
    let mut query = audit_log::table
        .filter(audit_log::id.lt(below.unwrap_or(i64::MAX)))
        .order(audit_log::id.desc())
        .limit(i64::from(limit))
        .select(AuditEntry::as_select())
        .into_boxed();
    if let Some(project_id) = filter.project_id {
        query = query.filter(audit_log::project_id.eq(project_id));
    }
    if let Some(environment_id) = filter.environment_id {
        query = query.filter(audit_log::environment_id.eq(environment_id));
    }
    if let Some(actor_id) = filter.actor_id {
        query = query.filter(audit_log::actor_id.eq(actor_id));
    }
    if let Some(action) = filter.action {
        query = query.filter(audit_log::action.eq(action));
    }
    if let Some(kind) = filter.object_kind {
        query = query.filter(audit_log::object_kind.eq(kind));
    }
    if let Some(id) = filter.object_id {
        query = query.filter(audit_log::object_id.eq(id));
    }
    if let Some(from) = filter.from {
        query = query.filter(audit_log::at.ge(from));
    }
    if let Some(to) = filter.to {
        query = query.filter(audit_log::at.lt(to));
    }
    Ok(query.load(conn)?)
}
