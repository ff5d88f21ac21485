use diesel::connection::SimpleConnection;
use diesel::result::{DatabaseErrorKind, Error};
use flagstaff::store::{Author, audit, keys, switches};

use super::fixture::{Fixture, SAM, naming};

/// A database in which each of the tables below has a row.
fn full() -> Fixture {
    let mut fixture = Fixture::new();
    let key = fixture.key("auto_playlist");
    let segment = fixture.segment("iphone");
    let experience = fixture.experience("auto-playlist");
    let mut named = naming(&[&key]);
    named.segments.push(segment.id);
    let version = fixture.save(&experience, named).unwrap();
    let environment = fixture.production.id;
    fixture.publish(&version, environment, 10_000).unwrap();
    switches::set(&mut fixture.conn, experience.id, environment, true, "", SAM).unwrap();
    fixture
        .conn
        .batch_execute(
            "insert into version_rows (version_id, row_id, position, audience) \
             select id, 'r1', 0, 'everyone' from versions",
        )
        .unwrap();
    fixture
        .conn
        .batch_execute(
            "insert into segment_list_revisions \
             select segment_id, number, 'create', 0, 0, 0 from segment_revisions",
        )
        .unwrap();
    let entry = audit::NewAuditEntry {
        project_id: Some(fixture.project.id),
        environment_id: None,
        actor_kind: audit::ActorKind::CommandLine,
        actor_id: None,
        actor_name: "Sam",
        action: "key.create",
        object_kind: "key",
        object_id: "1",
        object_name: "one",
        before: None,
        after: None,
        ip: None,
        request_id: None,
    };
    audit::append(&mut fixture.conn, &entry).unwrap();
    fixture
}

fn refused_by(result: Result<(), Error>) -> String {
    match result.unwrap_err() {
        Error::DatabaseError(DatabaseErrorKind::RestrictViolation, information) => {
            information.constraint_name().unwrap_or_default().to_owned()
        }
        other => panic!("{other}"),
    }
}

#[test]
fn what_was_saved_published_or_recorded_is_never_changed_nor_deleted() {
    let mut fixture = full();
    for (table, column) in [
        ("versions", "note"),
        ("version_rows", "row_id"),
        ("version_keys", "purpose"),
        ("version_segments", "segment_id"),
        ("key_revisions", "description"),
        ("segment_revisions", "author_name"),
        ("segment_list_revisions", "change"),
        ("publications", "note"),
        ("switch_changes", "note"),
        ("audit_log", "actor_name"),
    ] {
        let value = if column == "segment_id" { "gen_random_uuid()" } else { "'changed'" };
        for statement in [
            format!("update {table} set {column} = {value}"),
            format!("delete from {table}"),
            format!("truncate {table} cascade"),
        ] {
            let rule = refused_by(fixture.conn.batch_execute(&statement));
            assert!(rule.ends_with("_immutable"), "{statement}: {rule}");
        }
    }
}

#[test]
fn an_active_publication_moves_its_ramp_and_ends_once() {
    let mut fixture = full();
    fixture.conn.batch_execute("update publications set ramp = 2000").unwrap();
    let end = "update publications set ended_at = now(), ended_by_name = 'Sam'";
    fixture.conn.batch_execute(end).unwrap();
    for late in [end, "update publications set ramp = 10000"] {
        assert_eq!(refused_by(fixture.conn.batch_execute(late)), "publications_immutable");
    }
}

#[test]
fn the_name_and_the_type_of_a_key_never_change() {
    let mut fixture = full();
    for change in ["name = 'other'", "value_type = 'json'"] {
        let result = fixture.conn.batch_execute(&format!("update keys set {change}"));
        assert_eq!(refused_by(result), "keys_name_and_type_never_change");
    }
}

#[test]
fn who_made_a_revision_stays_known() {
    let mut fixture = full();
    let author = Author { person_id: None, name: "api token ci" };
    let key = fixture.key("dark_mode");
    let value = serde_json::json!(true);
    let fields = keys::KeyFields { default_value: &value, description: "now on", schema: None };
    keys::update(&mut fixture.conn, key.id, &fields, author).unwrap();
    let revisions = keys::revisions(&mut fixture.conn, key.id).unwrap();
    let seen: Vec<_> = revisions.iter().map(|r| (r.number, r.author_name.as_str())).collect();
    assert_eq!(seen, [(2, "api token ci"), (1, "Sam")]);
}
