use chrono::{Duration, Utc};
use flagstaff::domain::role::Role;
use flagstaff::store::{
    Constraint, StoreError,
    api_tokens::{self, NewApiToken, TokenScope},
    sdk_keys::{self, NewSdkKey, SdkKeyKind},
};

use super::fixture::Fixture;

#[test]
fn a_revoked_sdk_key_is_live_no_more_and_the_revisions_say_so() {
    let mut fixture = Fixture::new();
    let new = NewSdkKey {
        environment_id: fixture.staging.id,
        kind: SdkKeyKind::Client,
        name: "web",
        prefix: "fs_client_abcd",
        key_hash: &[7; 32],
        client_key: Some("fs_client_abcdefgh"),
        created_by: None,
    };
    let before = fixture.revisions();
    let key = sdk_keys::create(&mut fixture.conn, &new).unwrap();
    assert_eq!(fixture.revisions(), (before.0 + 1, before.1 + 1));
    let live = sdk_keys::live(&mut fixture.conn).unwrap();
    assert_eq!(live.len(), 1);
    assert_eq!((live[0].environment_id, live[0].kind), (fixture.staging.id, SdkKeyKind::Client));
    assert_eq!(live[0].key_hash, [7; 32]);
    sdk_keys::revoke(&mut fixture.conn, key.id).unwrap();
    sdk_keys::revoke(&mut fixture.conn, key.id).unwrap();
    assert_eq!(fixture.revisions(), (before.0 + 2, before.1 + 2));
    assert!(sdk_keys::live(&mut fixture.conn).unwrap().is_empty());
    let listed = sdk_keys::list(&mut fixture.conn, fixture.staging.id).unwrap();
    assert!(listed[0].revoked_at.is_some());
}

#[test]
fn only_client_keys_stay_readable() {
    let mut fixture = Fixture::new();
    for (kind, client_key) in
        [(SdkKeyKind::Server, Some("fs_server_x")), (SdkKeyKind::Client, None)]
    {
        let new = NewSdkKey {
            environment_id: fixture.staging.id,
            kind,
            name: "wrong",
            prefix: "fs",
            key_hash: &[8; 32],
            client_key,
            created_by: None,
        };
        let refused = sdk_keys::create(&mut fixture.conn, &new).unwrap_err();
        let rule = Constraint::Other("sdk_keys_only_client_keys_are_readable".to_owned());
        assert!(matches!(&refused, StoreError::Refused(by) if *by == rule), "{refused}");
    }
}

#[test]
fn an_api_token_is_found_until_it_expires_or_is_revoked() {
    let mut fixture = Fixture::new();
    let project_id = fixture.project.id;
    let conn = &mut fixture.conn;
    let mut create = |hash: &[u8], days: i64| {
        let new = NewApiToken {
            project_id,
            name: "ci",
            scope: TokenScope::Write,
            role: Role::Developer,
            prefix: "fs_api_abcd",
            token_hash: hash,
            created_by: None,
            expires_at: Some(Utc::now() + Duration::days(days)),
        };
        api_tokens::create(conn, &new).unwrap()
    };
    let token = create(&[1; 32], 1);
    create(&[2; 32], -1);
    let found = api_tokens::find_live(conn, &[1; 32]).unwrap().unwrap();
    assert_eq!((found.id, found.scope, found.role), (token.id, TokenScope::Write, Role::Developer));
    assert!(api_tokens::find_live(conn, &[2; 32]).unwrap().is_none());
    let elsewhere = api_tokens::revoke(conn, uuid::Uuid::new_v4(), token.id);
    assert!(matches!(elsewhere, Err(StoreError::NotFound)));
    api_tokens::revoke(conn, project_id, token.id).unwrap();
    assert!(api_tokens::find_live(conn, &[1; 32]).unwrap().is_none());
}
