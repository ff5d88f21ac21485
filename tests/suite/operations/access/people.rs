//! People and their roles.

use flagstaff::{
    domain::role::Role,
    operations::{
        Actor, OperationError,
        access::{Password, people},
    },
    store::audit::{self, AuditFilter},
};

use super::gate::{Gate, PASSWORD};

#[test]
fn only_an_admin_has_a_say_about_people() {
    let gate = Gate::new();
    let pia = gate.add("pia@example.com", Role::ProductManager).unwrap();
    let actor = gate.actor(&pia);
    let hash = gate.sign_in.hasher().hash(&Password::parse(PASSWORD).unwrap()).unwrap();
    let project = &gate.project;
    let outcomes = [
        gate.fixture.run(|conn| people::list(conn, &actor).map(drop)),
        gate.fixture.run(|conn| people::reset_password(conn, &actor, pia.id, &hash).map(drop)),
        gate.fixture.run(|conn| people::set_disabled(conn, &actor, gate.ada.id, true).map(drop)),
        gate.fixture.run(|conn| people::set_role(conn, &actor, pia.id, project, Role::Admin)),
        gate.fixture.run(|conn| people::remove_from_project(conn, &actor, pia.id, project)),
    ];
    for outcome in outcomes {
        assert!(matches!(outcome, Err(OperationError::Forbidden { .. })), "{outcome:?}");
    }
}

#[test]
fn an_email_belongs_to_one_person_whatever_its_case() {
    let gate = Gate::new();
    match gate.add("ADA@example.com", Role::Viewer) {
        Err(OperationError::Invalid(problems)) => assert_eq!(problems[0].field, "email"),
        other => panic!("{other:?}"),
    }
    for wrong in ["", "ada", "@", "a@", "@b", "a b@c", "a@b@c", "a\0@b", &"x".repeat(300)] {
        let outcome = gate.add(wrong, Role::Viewer);
        assert!(matches!(outcome, Err(OperationError::Invalid(_))), "{wrong:?}");
    }
}

#[test]
fn somebody_stays_admin() {
    let gate = Gate::new();
    let line = Actor::command_line();
    let disable = |conn: &mut _| people::set_disabled(conn, &line, gate.ada.id, true).map(drop);
    let demote =
        |conn: &mut _| people::set_role(conn, &line, gate.ada.id, &gate.project, Role::Viewer);
    for outcome in [gate.fixture.run(disable), gate.fixture.run(demote)] {
        assert!(matches!(outcome, Err(OperationError::Refused { .. })), "{outcome:?}");
    }
    gate.add("bob@example.com", Role::Admin).unwrap();
    gate.fixture.run(demote).unwrap();
    assert_eq!(gate.actor(&gate.ada).role_in(gate.project.id), Some(Role::Viewer));
}

#[test]
fn whoever_leaves_a_project_is_a_stranger_to_it() {
    let gate = Gate::new();
    let pia = gate.add("pia@example.com", Role::ProductManager).unwrap();
    let line = Actor::command_line();
    let remove = |conn: &mut _| people::remove_from_project(conn, &line, pia.id, &gate.project);
    gate.fixture.run(remove).unwrap();
    assert_eq!(gate.actor(&pia).role_in(gate.project.id), None);
    assert!(matches!(gate.fixture.run(remove), Err(OperationError::NotFound(_))));
}

#[test]
fn the_audit_log_tells_every_change_of_a_person_and_no_secret() {
    let gate = Gate::new();
    let pia = gate.add("pia@example.com", Role::ProductManager).unwrap();
    let actor = gate.actor(&gate.ada);
    let hash = gate.sign_in.hasher().hash(&Password::parse(PASSWORD).unwrap()).unwrap();
    gate.fixture.run(|conn| people::reset_password(conn, &actor, pia.id, &hash)).unwrap();
    let role = Role::Developer;
    gate.fixture.run(|conn| people::set_role(conn, &actor, pia.id, &gate.project, role)).unwrap();
    gate.fixture.run(|conn| people::set_disabled(conn, &actor, pia.id, true)).unwrap();
    gate.fixture.run(|conn| people::set_disabled(conn, &actor, pia.id, true)).unwrap();
    let id = pia.id.to_string();
    let filter = AuditFilter { object_id: Some(&id), ..AuditFilter::default() };
    let entries = gate.fixture.run(|conn| Ok(audit::list(conn, &filter, None, 100)?)).unwrap();
    let told: Vec<&str> = entries.iter().map(|entry| entry.action.as_str()).collect();
    assert_eq!(told, ["person.disable", "person.set_role", "person.reset_password", "person.add"]);
    assert_eq!(entries[0].actor_id, Some(gate.ada.id));
    let all = format!("{entries:?}");
    assert!(!all.contains("argon2") && !all.contains(PASSWORD));
}
