//! The audit log: who did what, to what, before, after, from where.

use actix_web::web::Data;
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{
    answer::{Answer, List, ok},
    member::Member,
    query::{Query, moment},
    work,
};
use crate::store::{
    Store,
    audit::{self, AuditEntry, AuditFilter},
};

/// Which entries are asked for.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AuditQuery {
    /// How many entries at most: 1 to 200, else 50.
    pub limit: Option<u16>,
    /// The `next_cursor` of the page before.
    pub cursor: Option<String>,
    /// The key of an environment.
    pub environment: Option<String>,
    /// What was done, such as `experience.publish`.
    pub action: Option<String>,
    /// To what kind of thing, such as `key`.
    pub object_kind: Option<String>,
    /// To which one.
    pub object_id: Option<String>,
    /// By which person or token.
    pub actor_id: Option<Uuid>,
    /// From this moment on.
    pub from: Option<DateTime<Utc>>,
    /// Before this moment.
    pub to: Option<DateTime<Utc>>,
}

/// The names of [`AuditQuery`].
const QUERY: [&str; 9] = [
    "limit",
    "cursor",
    "environment",
    "action",
    "object_kind",
    "object_id",
    "actor_id",
    "from",
    "to",
];

/// An entry of the log, as it is answered.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditAnswer {
    /// Grows with time.
    id: i64,
    /// When.
    at: DateTime<Utc>,
    /// In which environment, if in one.
    environment_id: Option<Uuid>,
    /// `person`, `api_token`, `scheduler` or `command_line`.
    actor_kind: &'static str,
    /// The person or the token.
    actor_id: Option<Uuid>,
    /// Their name then.
    actor_name: String,
    /// What was done, such as `experience.publish`.
    action: String,
    /// To what kind of thing.
    object_kind: String,
    /// To which one.
    object_id: String,
    /// Its name then.
    object_name: String,
    /// What it was before.
    before: Option<Value>,
    /// What it was after.
    after: Option<Value>,
    /// From which address.
    ip: Option<String>,
    /// In which request.
    request_id: Option<String>,
}

impl From<AuditEntry> for AuditAnswer {
    fn from(entry: AuditEntry) -> AuditAnswer {
        AuditAnswer {
            id: entry.id,
            at: entry.at,
            environment_id: entry.environment_id,
            actor_kind: entry.actor_kind.as_str(),
            actor_id: entry.actor_id,
            actor_name: entry.actor_name,
            action: entry.action,
            object_kind: entry.object_kind,
            object_id: entry.object_id,
            object_name: entry.object_name,
            before: entry.before,
            after: entry.after,
            ip: entry.ip,
            request_id: entry.request_id,
        }
    }
}

/// Lists who did what in the project, the newest first
#[utoipa::path(get, path = "/api/v1/audit-log", tag = "Audit log", params(AuditQuery),
    responses((status = 200, description = "The entries", body = List<AuditAnswer>)))]
pub async fn list(member: Member, store: Data<Store>, query: Query) -> Answer {
    query.only(&QUERY)?;
    let (limit, below) = (query.limit()?, query.numbered_cursor::<i64>()?);
    let (from, to) = (moment(&query, "from")?, moment(&query, "to")?);
    let by = |text: &str| Uuid::try_parse(text).ok();
    let actor_id = query.parsed("actor_id", "This is the id of a person or a token.", by)?;
    let list = work::read(&store, move |conn| {
        let environment = match query.get("environment") {
            Some(key) => Some(member.environment(conn, key)?),
            None => None,
        };
        let filter = AuditFilter {
            project_id: Some(member.project.id),
            environment_id: environment.map(|environment| environment.id),
            actor_id,
            action: query.get("action"),
            object_kind: query.get("object_kind"),
            object_id: query.get("object_id"),
            from,
            to,
        };
        let entries = audit::list(conn, &filter, below, limit + 1)?;
        Ok(List::numbered(entries, limit, |entry| entry.id, AuditAnswer::from))
    });
    Ok(ok(&list.await?))
}
