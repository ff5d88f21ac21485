//! The one way in which operations leave their entries in the audit log.

use serde_json::Value;
use uuid::Uuid;

use super::Actor;
use crate::store::{
    Connection, StoreError,
    audit::{self, NewAuditEntry},
};

/// What was done, to what.
#[derive(Debug, Clone, Default)]
pub struct Change<'a> {
    /// In which project, if in one.
    pub project_id: Option<Uuid>,
    /// In which environment, if in one.
    pub environment_id: Option<Uuid>,
    /// What was done, such as `experience.publish`.
    pub action: &'a str,
    /// To what kind of thing, such as `experience`.
    pub object_kind: &'a str,
    /// To which one.
    pub object_id: Uuid,
    /// Its name.
    pub object_name: &'a str,
    /// What it was before. Never a secret.
    pub before: Option<Value>,
    /// What it is after. Never a secret.
    pub after: Option<Value>,
}

/// Writes down what the actor does, in the transaction that does it.
///
/// # Errors
/// Those of the database.
pub fn record(conn: &mut Connection, actor: &Actor, change: &Change<'_>) -> Result<(), StoreError> {
    let entry = NewAuditEntry {
        project_id: change.project_id,
        environment_id: change.environment_id,
        actor_kind: actor.kind(),
        actor_id: actor.id(),
        actor_name: actor.name(),
        action: change.action,
        object_kind: change.object_kind,
        object_id: &change.object_id.to_string(),
        object_name: change.object_name,
        before: change.before.as_ref(),
        after: change.after.as_ref(),
        ip: actor.origin().ip.as_deref(),
        request_id: actor.origin().request_id.as_deref(),
    };
    audit::append(conn, &entry)
}
