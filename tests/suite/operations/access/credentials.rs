//! SDK keys and API tokens.

use chrono::{TimeDelta, Utc};
use flagstaff::{
    domain::{
        credential::{Credential, CredentialKind},
        role::Role,
    },
    operations::{
        Actor, OperationError,
        access::{
            api_tokens::{self, NewApiToken},
            people, sdk_keys,
        },
    },
    store::{
        api_tokens::{ApiToken, TokenScope},
        audit::{self, AuditFilter},
        sdk_keys::{self as stored_keys, SdkKeyKind},
    },
};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::gate::Gate;
use crate::operations::fixture::{Outcome, member};

#[test]
fn a_server_key_is_kept_as_a_hash_alone_and_a_client_key_stays_readable() {
    let gate = Gate::new();
    let (environment, actor) = (&gate.fixture.production, &gate.fixture.dev);
    for (kind, form) in [
        (SdkKeyKind::Client, CredentialKind::ClientKey),
        (SdkKeyKind::Server, CredentialKind::ServerKey),
    ] {
        let create = |conn: &mut _| sdk_keys::create(conn, actor, environment, kind, "App");
        let (key, credential) = gate.fixture.run(create).unwrap();
        assert_eq!(Credential::parse(credential.secret()).unwrap().kind(), form);
        assert!(credential.secret().starts_with(&key.prefix) && key.prefix.len() < 16);
        let readable = (kind == SdkKeyKind::Client).then(|| credential.secret().to_owned());
        assert_eq!(key.client_key, readable);
        let live = gate.fixture.run(|conn| Ok(stored_keys::live(conn)?)).unwrap();
        let hash = Sha256::digest(credential.secret().as_bytes()).to_vec();
        assert!(live.iter().any(|live| live.id == key.id && live.key_hash == hash));
    }
}

#[test]
fn a_revoked_sdk_key_is_no_longer_live() {
    let gate = Gate::new();
    let (environment, actor) = (&gate.fixture.production, &gate.fixture.dev);
    let create =
        |conn: &mut _| sdk_keys::create(conn, actor, environment, SdkKeyKind::Server, "App");
    let (key, _) = gate.fixture.run(create).unwrap();
    for _ in 0..2 {
        let revoked = gate.fixture.run(|conn| sdk_keys::revoke(conn, actor, key.id)).unwrap();
        assert!(revoked.revoked_at.is_some());
    }
    assert!(gate.fixture.run(|conn| Ok(stored_keys::live(conn)?)).unwrap().is_empty());
    let listed = gate.fixture.run(|conn| sdk_keys::list(conn, actor, environment)).unwrap();
    assert_eq!(listed.len(), 1);
    let id = key.id.to_string();
    let filter = AuditFilter { object_id: Some(&id), ..AuditFilter::default() };
    let entries = gate.fixture.run(|conn| Ok(audit::list(conn, &filter, None, 10)?)).unwrap();
    let told: Vec<&str> = entries.iter().map(|entry| entry.action.as_str()).collect();
    assert_eq!(told, ["sdk_key.revoke", "sdk_key.create"]);
}

#[test]
fn a_viewer_makes_no_keys_and_a_stranger_finds_none() {
    let gate = Gate::new();
    let environment = &gate.fixture.production;
    let create = |conn: &mut _, actor: &Actor| {
        sdk_keys::create(conn, actor, environment, SdkKeyKind::Client, "App")
    };
    let (key, _) = gate.fixture.run(|conn| create(conn, &gate.fixture.dev)).unwrap();
    let viewers = gate.fixture.run(|conn| create(conn, &gate.fixture.vic));
    assert!(matches!(viewers, Err(OperationError::Forbidden { .. })));

    let stranger = gate.fixture.run(|conn| {
        let other = flagstaff::store::projects::create(conn, "other", "Other")?;
        Ok(member(conn, other.id, "Sid", Role::ProductManager))
    });
    let stranger = stranger.unwrap();
    let foreign = gate.fixture.run(|conn| sdk_keys::revoke(conn, &stranger, key.id));
    let missing = gate.fixture.run(|conn| sdk_keys::revoke(conn, &stranger, Uuid::new_v4()));
    assert!(matches!(foreign, Err(OperationError::NotFound("SDK key"))));
    assert!(matches!(missing, Err(OperationError::NotFound("SDK key"))));
}

#[test]
fn an_sdk_key_manages_nothing() {
    let gate = Gate::new();
    let (environment, actor) = (&gate.fixture.production, &gate.fixture.dev);
    let create =
        |conn: &mut _| sdk_keys::create(conn, actor, environment, SdkKeyKind::Server, "App");
    let (_, credential) = gate.fixture.run(create).unwrap();
    let outcome = gate.caller(credential.secret());
    assert!(matches!(outcome, Err(OperationError::NotSignedIn(_))));
}

fn token(
    gate: &Gate,
    actor: &Actor,
    role: Role,
    expires_in: Option<TimeDelta>,
) -> Outcome<(ApiToken, Credential)> {
    let new = NewApiToken {
        project_id: gate.project.id,
        name: "ci",
        scope: TokenScope::Write,
        role,
        expires_at: expires_in.map(|after| Utc::now() + after),
    };
    gate.fixture.run(|conn| api_tokens::create(conn, actor, &new))
}

#[test]
fn a_token_has_never_more_rights_than_its_creator_at_that_moment() {
    let gate = Gate::new();
    let pia = gate.add("pia@example.com", Role::ProductManager).unwrap();
    let actor = gate.actor(&pia);
    let larger = token(&gate, &actor, Role::Admin, None);
    assert!(matches!(larger, Err(OperationError::Forbidden { .. })));

    let (_, credential) = token(&gate, &actor, Role::ProductManager, None).unwrap();
    let role = || gate.caller(credential.secret()).map(|caller| caller.role_in(gate.project.id));
    assert_eq!(role().unwrap(), Some(Role::ProductManager));
    let line = Actor::command_line();
    let demote =
        |conn: &mut _| people::set_role(conn, &line, pia.id, &gate.project, Role::Developer);
    gate.fixture.run(demote).unwrap();
    assert_eq!(role().unwrap(), Some(Role::Developer));
    let remove = |conn: &mut _| people::remove_from_project(conn, &line, pia.id, &gate.project);
    gate.fixture.run(remove).unwrap();
    assert!(matches!(role(), Err(OperationError::NotSignedIn(_))));
}

#[test]
fn a_token_that_was_revoked_or_has_expired_opens_nothing() {
    let gate = Gate::new();
    let actor = &gate.fixture.dev;
    let (row, credential) = token(&gate, actor, Role::Viewer, Some(TimeDelta::days(1))).unwrap();
    gate.caller(credential.secret()).unwrap();
    let revoke = |conn: &mut _| api_tokens::revoke(conn, actor, gate.project.id, row.id);
    gate.fixture.run(revoke).unwrap();
    assert!(matches!(gate.caller(credential.secret()), Err(OperationError::NotSignedIn(_))));
    assert!(matches!(gate.fixture.run(revoke), Err(OperationError::NotFound("API token"))));

    let (_, expired) = token(&gate, actor, Role::Viewer, Some(TimeDelta::seconds(-1))).unwrap();
    assert!(matches!(gate.caller(expired.secret()), Err(OperationError::NotSignedIn(_))));
}
