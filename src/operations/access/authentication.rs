//! From the credential of a management request to the actor behind it.

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    super::{Actor, Identity, OperationError, Origin},
    AccessTokens,
    making::fingerprint,
};
use crate::{
    domain::credential::{Credential, CredentialKind},
    store::{
        Connection, StoreError,
        api_tokens::{self, ApiToken},
        memberships,
        people::Person,
        sessions,
    },
};

/// How old the last use that is written down may get.
const USE_NOTED_EVERY: TimeDelta = TimeDelta::minutes(1);

const UNKNOWN: OperationError = OperationError::NotSignedIn(
    "This credential is not known, or no longer good. Sign in again, or use another token.",
);

/// Who sent that credential, with the rights that they have at this moment. Notes, once a minute,
/// that a token is in use.
///
/// # Errors
/// [`OperationError::NotSignedIn`] for whatever is unknown, expired, revoked, or of somebody who
/// was disabled; those of the database.
pub fn authenticate(
    conn: &mut Connection,
    tokens: &AccessTokens,
    secret: &str,
    origin: Origin,
    now: DateTime<Utc>,
) -> Result<Actor, OperationError> {
    let identity = match Credential::parse(secret) {
        Some(credential) => match credential.kind() {
            CredentialKind::ApiToken => token(conn, &credential, now)?,
            CredentialKind::ClientKey | CredentialKind::ServerKey => {
                return Err(OperationError::NotSignedIn(
                    "An SDK key evaluates; it does not manage. Sign in, or use an API token.",
                ));
            }
        },
        None => person(conn, tokens, secret, now)?,
    };
    Ok(Actor::new(identity, origin))
}

impl Identity {
    /// A person, with the roles that they have at this moment.
    ///
    /// # Errors
    /// Those of the database.
    pub fn of_person(conn: &mut Connection, person: Person) -> Result<Identity, StoreError> {
        let roles = memberships::of_person(conn, person.id)?;
        let Person { id, name, is_admin, .. } = person;
        Ok(Identity::Person { id, name, is_admin, roles })
    }
}

fn person(
    conn: &mut Connection,
    tokens: &AccessTokens,
    secret: &str,
    now: DateTime<Utc>,
) -> Result<Identity, OperationError> {
    let claims = tokens.verify(secret, now).ok_or(UNKNOWN)?;
    let session = claims.session().ok_or(UNKNOWN)?;
    let found = sessions::find(conn, &session)?.filter(|(_, person)| person.id == claims.sub);
    let (_, person) = found.ok_or(UNKNOWN)?;
    Ok(Identity::of_person(conn, person)?)
}

fn token(
    conn: &mut Connection,
    credential: &Credential,
    now: DateTime<Utc>,
) -> Result<Identity, OperationError> {
    let token = api_tokens::find_live(conn, &fingerprint(credential.secret()))?.ok_or(UNKNOWN)?;
    if token.last_used_at.is_none_or(|last| now - last > USE_NOTED_EVERY) {
        api_tokens::touch(conn, token.id)?;
    }
    let ApiToken { id, name, project_id, scope, role, created_by, .. } = token;
    // Never more rights than its creator has at this moment; the command line has all.
    let role = match created_by {
        None => role,
        Some(creator) => memberships::role(conn, creator, project_id)?.ok_or(UNKNOWN)?.min(role),
    };
    Ok(Identity::Token { id, name, project_id, scope, role })
}
