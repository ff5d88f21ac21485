//! API tokens: make, list, revoke.

use chrono::{DateTime, Utc};
use serde_json::json;
use uuid::Uuid;

use super::{
    super::{
        Actor, OperationError,
        audit::{self, Change},
        texts,
    },
    making::{credential, fingerprint},
};
use crate::{
    domain::{
        credential::{Credential, CredentialKind},
        reading::Problems,
        role::{Right, Role},
    },
    store::{
        Connection, StoreError,
        api_tokens::{self, ApiToken, TokenScope},
    },
};

/// An API token to be, as entered.
#[derive(Debug, Clone, Copy)]
pub struct NewApiToken<'a> {
    /// The project that it will manage.
    pub project_id: Uuid,
    /// The name that it acts under.
    pub name: &'a str,
    /// Whether it may change anything.
    pub scope: TokenScope,
    /// What it is in the project.
    pub role: Role,
    /// When it ends by itself.
    pub expires_at: Option<DateTime<Utc>>,
}

/// Makes an API token. Its text is handed out here and never again.
///
/// # Errors
/// Those of the right to [`Right::Credentials`]; [`OperationError::Forbidden`] for a role with more
/// rights than the actor's own; [`OperationError::Invalid`] for the name; those of the database.
pub fn create(
    conn: &mut Connection,
    actor: &Actor,
    new: &NewApiToken<'_>,
) -> Result<(ApiToken, Credential), OperationError> {
    actor.require(Right::Credentials, new.project_id)?;
    if actor.role_in(new.project_id) < Some(new.role) {
        let reason = "A token may not have a larger role than whoever makes it.".to_owned();
        return Err(OperationError::Forbidden { reason });
    }
    let mut problems = Problems::new();
    let name = texts::name("name", new.name, &mut problems);
    if !problems.is_empty() {
        return Err(OperationError::Invalid(problems));
    }
    let credential = credential(CredentialKind::ApiToken);
    let row = api_tokens::NewApiToken {
        project_id: new.project_id,
        name: &name,
        scope: new.scope,
        role: new.role,
        prefix: credential.shown(),
        token_hash: &fingerprint(credential.secret()),
        created_by: actor.person_id(),
        expires_at: new.expires_at,
    };
    let token = api_tokens::create(conn, &row)?;
    record(conn, actor, &token, "api_token.create")?;
    Ok((token, credential))
}

/// The API tokens of a project, revoked ones too.
///
/// # Errors
/// Those of the right to [`Right::Credentials`]; those of the database.
pub fn list(
    conn: &mut Connection,
    actor: &Actor,
    project_id: Uuid,
) -> Result<Vec<ApiToken>, OperationError> {
    actor.require(Right::Credentials, project_id)?;
    Ok(api_tokens::list(conn, project_id)?)
}

/// Refuses an API token from now on.
///
/// # Errors
/// Those of the right to [`Right::Credentials`]; [`OperationError::NotFound`] when the project has
/// no such token, or it is revoked already; those of the database.
pub fn revoke(
    conn: &mut Connection,
    actor: &Actor,
    project_id: Uuid,
    id: Uuid,
) -> Result<ApiToken, OperationError> {
    actor.require(Right::Credentials, project_id)?;
    let token = api_tokens::revoke(conn, project_id, id).map_err(|error| match error {
        StoreError::NotFound => OperationError::NotFound("API token"),
        other => other.into(),
    })?;
    record(conn, actor, &token, "api_token.revoke")?;
    Ok(token)
}

fn record(
    conn: &mut Connection,
    actor: &Actor,
    token: &ApiToken,
    action: &str,
) -> Result<(), StoreError> {
    let change = Change {
        project_id: Some(token.project_id),
        environment_id: None,
        action,
        object_kind: "api_token",
        object_id: token.id,
        object_name: &token.name,
        before: None,
        after: Some(json!({
            "scope": token.scope.as_str(), "role": token.role, "prefix": token.prefix,
        })),
    };
    audit::record(conn, actor, &change)
}
