//! Passwords and the tokens that they open.

use argon2::{Argon2, Params, password_hash::PasswordHasher as _};
use chrono::{TimeDelta, Utc};
use flagstaff::{
    domain::role::{Right, Role},
    operations::{
        Actor, OperationError,
        access::{Password, people},
    },
    store::people as stored,
};

use super::gate::{Gate, PASSWORD};

fn refused<T>(outcome: Result<T, OperationError>) -> String {
    match outcome {
        Err(error @ OperationError::NotSignedIn(_)) => error.to_string(),
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("let in"),
    }
}

#[test]
fn the_right_password_opens_the_projects_for_fifteen_minutes() {
    let gate = Gate::new();
    let pia = gate.add("Pia@Example.com", Role::ProductManager).unwrap();
    let signed_in = gate.try_sign_in("pia@example.COM", PASSWORD, 0, 1).unwrap();
    assert_eq!(signed_in.expires_in.as_secs(), 15 * 60);
    let caller = gate.caller(&signed_in.access_token).unwrap();
    assert_eq!(caller.person_id(), Some(pia.id));
    assert_eq!(caller.role_in(gate.project.id), Some(Role::ProductManager));
    let later = Utc::now() + TimeDelta::minutes(17);
    refused(gate.caller_at(&signed_in.access_token, later));
}

#[test]
fn who_is_unknown_disabled_or_mistaken_is_told_the_same() {
    let gate = Gate::new();
    let dev = gate.add("dev@example.com", Role::Developer).unwrap();
    let disable = |conn: &mut _| people::set_disabled(conn, &Actor::command_line(), dev.id, true);
    gate.fixture.run(disable).unwrap();
    let attempts = [
        ("ada@example.com", "another horse battery"),
        ("nobody@example.com", PASSWORD),
        ("dev@example.com", PASSWORD),
        ("ada@example.com", ""),
        ("ada@example.com", &"long ".repeat(1000)),
        ("", PASSWORD),
        ("ada@example.com\0", PASSWORD),
        ("' or true --", PASSWORD),
    ];
    let told = attempts.map(|(email, password)| refused(gate.try_sign_in(email, password, 0, 1)));
    assert!(told.iter().all(|sentence| *sentence == told[0]), "{told:?}");
}

#[test]
fn failures_make_the_account_wait_but_never_lock_it() {
    let gate = Gate::new();
    for network in 0..5 {
        refused(gate.try_sign_in("ada@example.com", "wrong password", 0, network));
    }
    for network in [0, 9] {
        let outcome = gate.try_sign_in("Ada@example.com", PASSWORD, 0, network);
        assert!(matches!(outcome, Err(OperationError::TooManyRequests { .. })));
    }
    gate.try_sign_in("ada@example.com", PASSWORD, 1, 9).unwrap();
    refused(gate.try_sign_in("ada@example.com", "wrong password", 1, 9));
    gate.try_sign_in("ada@example.com", PASSWORD, 1, 9).unwrap();
}

#[test]
fn disabling_a_person_or_resetting_their_password_ends_their_tokens_at_once() {
    let gate = Gate::new();
    let pia = gate.add("pia@example.com", Role::ProductManager).unwrap();
    let line = Actor::command_line();
    let token = gate.access_token(&pia);
    gate.caller(&token).unwrap();
    gate.fixture.run(|conn| people::set_disabled(conn, &line, pia.id, true)).unwrap();
    refused(gate.caller(&token));
    gate.fixture.run(|conn| people::set_disabled(conn, &line, pia.id, false)).unwrap();
    refused(gate.caller(&token));

    let token = gate.access_token(&pia);
    let new = Password::parse("another long password").unwrap();
    let hash = gate.sign_in.hasher().hash(&new).unwrap();
    gate.fixture.run(|conn| people::reset_password(conn, &line, pia.id, &hash)).unwrap();
    refused(gate.caller(&token));
    refused(gate.try_sign_in("pia@example.com", PASSWORD, 0, 1));
    gate.try_sign_in("pia@example.com", "another long password", 0, 1).unwrap();
}

#[test]
fn a_change_of_role_holds_for_tokens_that_are_out_already() {
    let gate = Gate::new();
    let pia = gate.add("pia@example.com", Role::ProductManager).unwrap();
    let token = gate.access_token(&pia);
    let line = Actor::command_line();
    let demote = |conn: &mut _| people::set_role(conn, &line, pia.id, &gate.project, Role::Viewer);
    gate.fixture.run(demote).unwrap();
    let caller = gate.caller(&token).unwrap();
    assert!(matches!(
        caller.require(Right::Edit, gate.project.id),
        Err(OperationError::Forbidden { .. })
    ));
}

#[test]
fn what_was_never_handed_out_opens_nothing() {
    let gate = Gate::new();
    let token = gate.access_token(&gate.ada);
    for secret in ["", "x", &token[1..], &token[..token.len() - 1], &"a".repeat(1_000_000)] {
        refused(gate.caller(secret));
    }
}

#[test]
fn a_password_kept_with_other_costs_is_hashed_anew_at_the_next_sign_in() {
    let gate = Gate::new();
    let cheap = Argon2::from(Params::new(8_192, 1, 1, None).unwrap());
    let old = cheap.hash_password(PASSWORD.as_bytes()).unwrap().to_string();
    gate.fixture.run(|conn| Ok(stored::set_password_hash(conn, gate.ada.id, &old)?)).unwrap();
    gate.access_token(&gate.ada);
    let (_, kept) = gate
        .fixture
        .run(|conn| Ok(stored::find_for_sign_in(conn, "ada@example.com")?.unwrap()))
        .unwrap();
    assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
    gate.access_token(&gate.ada);
}
