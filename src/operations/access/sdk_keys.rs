//! SDK keys: make, list, revoke.

use serde_json::json;
use uuid::Uuid;

use super::{
    super::{
        Actor, OperationError,
        audit::{self, Change},
        rights::require_for,
        texts,
    },
    making::{credential, fingerprint},
};
use crate::{
    domain::{
        credential::{Credential, CredentialKind},
        reading::Problems,
        role::Right,
    },
    store::{
        Connection, StoreError,
        environments::{self, Environment},
        sdk_keys::{self, NewSdkKey, SdkKey, SdkKeyKind},
    },
};

/// Makes an SDK key. Its text is handed out here and, for a server key, never again.
///
/// # Errors
/// Those of the right to [`Right::Credentials`]; [`OperationError::Invalid`] for the name; those
/// of the database.
pub fn create(
    conn: &mut Connection,
    actor: &Actor,
    environment: &Environment,
    kind: SdkKeyKind,
    name: &str,
) -> Result<(SdkKey, Credential), OperationError> {
    actor.require(Right::Credentials, environment.project_id)?;
    let mut problems = Problems::new();
    let name = texts::name("name", name, &mut problems);
    if !problems.is_empty() {
        return Err(OperationError::Invalid(problems));
    }
    let credential = credential(match kind {
        SdkKeyKind::Client => CredentialKind::ClientKey,
        SdkKeyKind::Server => CredentialKind::ServerKey,
    });
    let new = NewSdkKey {
        environment_id: environment.id,
        kind,
        name: &name,
        prefix: credential.shown(),
        key_hash: &fingerprint(credential.secret()),
        client_key: (kind == SdkKeyKind::Client).then(|| credential.secret()),
        created_by: actor.person_id(),
    };
    let key = sdk_keys::create(conn, &new)?;
    record(conn, actor, environment, &key, "sdk_key.create")?;
    Ok((key, credential))
}

/// The SDK keys of an environment, revoked ones too.
///
/// # Errors
/// Those of the right to [`Right::See`]; those of the database.
pub fn list(
    conn: &mut Connection,
    actor: &Actor,
    environment: &Environment,
) -> Result<Vec<SdkKey>, OperationError> {
    actor.require(Right::See, environment.project_id)?;
    Ok(sdk_keys::list(conn, environment.id)?)
}

/// Refuses an SDK key from now on, on every replica within a second.
///
/// # Errors
/// [`OperationError::NotFound`] also for a key of another project; those of the right to
/// [`Right::Credentials`]; those of the database.
pub fn revoke(conn: &mut Connection, actor: &Actor, id: Uuid) -> Result<SdkKey, OperationError> {
    const WHAT: &str = "SDK key";
    let key = sdk_keys::find(conn, id)?.ok_or(OperationError::NotFound(WHAT))?;
    let environment =
        environments::find(conn, key.environment_id)?.ok_or(OperationError::NotFound(WHAT))?;
    require_for(actor, Right::Credentials, environment.project_id, WHAT)?;
    if key.revoked_at.is_some() {
        return Ok(key);
    }
    let revoked = sdk_keys::revoke(conn, id)?;
    record(conn, actor, &environment, &revoked, "sdk_key.revoke")?;
    Ok(revoked)
}

fn record(
    conn: &mut Connection,
    actor: &Actor,
    environment: &Environment,
    key: &SdkKey,
    action: &str,
) -> Result<(), StoreError> {
    let change = Change {
        project_id: Some(environment.project_id),
        environment_id: Some(environment.id),
        action,
        object_kind: "sdk_key",
        object_id: key.id,
        object_name: &key.name,
        before: None,
        after: Some(json!({"kind": key.kind, "prefix": key.prefix})),
    };
    audit::record(conn, actor, &change)
}
