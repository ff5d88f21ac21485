use chrono::{Duration, Utc};
use diesel::connection::SimpleConnection;
use flagstaff::domain::role::Role;
use flagstaff::store::{
    Connection, Constraint, StoreError, memberships,
    people::{self, NewPerson, Person},
    sessions::{self, NewSession},
};

use super::fixture::Fixture;

fn person(conn: &mut Connection, email: &str, is_admin: bool) -> Person {
    let new = NewPerson { email, name: "Ann", password_hash: "$argon2id$", is_admin };
    people::create(conn, &new).unwrap()
}

fn sign_in(conn: &mut Connection, person: &Person, secret: u8) -> [u8; 32] {
    let token_hash = [secret; 32];
    let new = NewSession {
        token_hash: &token_hash,
        person_id: person.id,
        expires_at: Utc::now() + Duration::hours(12),
        ip: Some("127.0.0.1"),
        user_agent: None,
        idle_seconds: None,
    };
    sessions::create(conn, &new, 3).unwrap();
    token_hash
}

#[test]
fn an_email_is_one_persons_whatever_its_case() {
    let mut fixture = Fixture::new();
    let ann = person(&mut fixture.conn, "Ann@example.org", false);
    let new =
        NewPerson { email: "aNN@example.org", name: "Other", password_hash: "x", is_admin: false };
    let refused = people::create(&mut fixture.conn, &new).unwrap_err();
    assert!(matches!(refused, StoreError::Refused(Constraint::PeopleEmailUnique)), "{refused}");
    let found = people::find_for_sign_in(&mut fixture.conn, "ANN@EXAMPLE.ORG").unwrap();
    let (found, hash) = found.unwrap();
    assert_eq!((found.id, hash.as_str()), (ann.id, "$argon2id$"));
}

#[test]
fn a_person_has_one_role_per_project_and_an_admin_is_admin_of_all() {
    let mut fixture = Fixture::new();
    let ann = person(&mut fixture.conn, "ann@example.org", false);
    let root = person(&mut fixture.conn, "root@example.org", true);
    let (conn, project) = (&mut fixture.conn, fixture.project.id);
    assert_eq!(memberships::role(conn, ann.id, project).unwrap(), None);
    memberships::set(conn, ann.id, project, Role::Viewer).unwrap();
    memberships::set(conn, ann.id, project, Role::ProductManager).unwrap();
    assert_eq!(memberships::role(conn, ann.id, project).unwrap(), Some(Role::ProductManager));
    assert_eq!(memberships::role(conn, root.id, project).unwrap(), Some(Role::Admin));
    assert_eq!(memberships::of_person(conn, ann.id).unwrap(), [(project, Role::ProductManager)]);
    people::set_disabled(conn, root.id, true).unwrap();
    assert_eq!(memberships::role(conn, root.id, project).unwrap(), None);
    assert!(memberships::remove(conn, ann.id, project).unwrap());
    assert_eq!(memberships::role(conn, ann.id, project).unwrap(), None);
}

#[test]
fn a_session_ends_when_it_is_ended_expires_or_its_person_is_disabled() {
    let mut fixture = Fixture::new();
    let ann = person(&mut fixture.conn, "ann@example.org", false);
    let conn = &mut fixture.conn;
    let (ended, expired, kept) =
        (sign_in(conn, &ann, 1), sign_in(conn, &ann, 2), sign_in(conn, &ann, 3));
    assert!(sessions::end(conn, &ended).unwrap());
    conn.batch_execute(
        "update sessions set expires_at = now() - interval '1 second' \
         where get_byte(token_hash, 0) = 2",
    )
    .unwrap();
    assert!(sessions::find(conn, &ended).unwrap().is_none());
    assert!(sessions::find(conn, &expired).unwrap().is_none());
    assert_eq!(sessions::find(conn, &kept).unwrap().unwrap().1.id, ann.id);
    assert_eq!(sessions::forget_expired(conn).unwrap(), 1);
    people::set_disabled(conn, ann.id, true).unwrap();
    assert!(sessions::find(conn, &kept).unwrap().is_none());
    assert!(people::find_for_sign_in(conn, &ann.email).unwrap().is_none());
}

#[test]
fn the_oldest_session_ends_when_there_are_too_many() {
    let mut fixture = Fixture::new();
    let ann = person(&mut fixture.conn, "ann@example.org", false);
    let conn = &mut fixture.conn;
    let all: Vec<[u8; 32]> = (1..=4).map(|secret| sign_in(conn, &ann, secret)).collect();
    let alive: Vec<bool> =
        all.iter().map(|hash| sessions::find(conn, hash).unwrap().is_some()).collect();
    assert_eq!(alive, [false, true, true, true]);
}
