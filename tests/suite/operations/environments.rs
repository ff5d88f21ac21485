use flagstaff::operations::environments::EnvironmentEdit;
use flagstaff::operations::{Actor, environments, projects};
use flagstaff::store::environments::{self as stored, NewEnvironment};

use super::fixture::{Fixture, is_forbidden};

#[test]
fn a_new_project_has_a_protected_production_and_a_staging() {
    let fixture = Fixture::new();
    let admin = Actor::command_line();
    let project = fixture.run(|conn| projects::create(conn, &admin, "music", "Music")).unwrap();
    let list = fixture.run(|conn| Ok(stored::list(conn, project.id)?)).unwrap();
    let list: Vec<(&str, bool)> = list.iter().map(|e| (e.key.as_str(), e.protected)).collect();
    assert_eq!(list, [("production", true), ("staging", false)]);
    let taken = fixture.run(|conn| projects::create(conn, &admin, "music", "Again"));
    assert!(taken.unwrap_err().to_string().contains("There is a project “music” already."));
    let refused = fixture.run(|conn| projects::create(conn, &fixture.pia, "mine", "Mine"));
    assert!(is_forbidden(&refused));
    let renamed = fixture.run(|conn| projects::rename(conn, &admin, project.id, "Songs"));
    assert_eq!(renamed.unwrap().name, "Songs");
}

#[test]
fn only_an_admin_adds_and_unprotects_environments() {
    let fixture = Fixture::new();
    let admin = Actor::command_line();
    let new = |key| NewEnvironment {
        project_id: fixture.project_id,
        key,
        name: "Testing",
        protected: false,
    };
    let create = |actor, key| fixture.run(|conn| environments::create(conn, actor, &new(key)));
    assert!(is_forbidden(&create(&fixture.pia, "testing")));
    create(&admin, "testing").unwrap();
    for key in ["testing", "settings", "new", "Not This"] {
        fixture.refused(|| create(&admin, key));
    }
    let open = |actor| {
        let id = fixture.production.id;
        let edit = EnvironmentEdit { protected: Some(false), ..EnvironmentEdit::default() };
        fixture.run(|conn| environments::edit(conn, actor, id, &edit))
    };
    assert!(is_forbidden(&open(&fixture.pia)));
    assert!(!open(&admin).unwrap().protected);
    assert_eq!(fixture.last_action(), "environment.edit");
}
