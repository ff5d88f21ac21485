use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use diesel::connection::SimpleConnection;
use flagstaff::domain::ruleset::source::Source;
use flagstaff::domain::value::ValueType;
use flagstaff::store::{
    Store, StoreError, experiences, keys, publications, rulesets, segments, switches,
};
use serde_json::Value;
use uuid::Uuid;

use super::fixture::{Fixture, SAM, naming};

fn load(fixture: &mut Fixture, environment: Uuid) -> Source {
    rulesets::load(&mut fixture.conn, environment).unwrap()
}

#[test]
fn an_environment_serves_its_own_publications_and_the_projects_keys_and_segments() {
    let mut fixture = Fixture::new();
    let key = fixture.key("auto_playlist");
    let segment = fixture.segment("iphone");
    let experience = fixture.experience("playlist");
    let version = fixture.save(&experience, naming(&[&key])).unwrap();
    let (production, staging) = (fixture.production.id, fixture.staging.id);
    let publication = fixture.publish(&version, production, 10_000).unwrap();
    let source = load(&mut fixture, production);
    assert_eq!(source.revision, fixture.revisions().0);
    assert_eq!(source.keys.len(), 1);
    assert_eq!((source.keys[0].id, source.keys[0].value_type), (key.id, ValueType::Boolean));
    assert_eq!(source.segments[0].id, segment.id);
    let [served] = source.experiences.as_slice() else { panic!("{source:?}") };
    assert_eq!(
        (served.id, served.slug.as_str(), served.switched_on),
        (experience.id, "playlist", false)
    );
    assert_eq!((served.active.id, served.active.version_id), (publication.id, version.id));
    assert_eq!((served.active.version, served.active.ramp), (1, 10_000));
    assert_eq!(served.active.content, version.content);
    switches::set(&mut fixture.conn, experience.id, production, true, "", SAM).unwrap();
    assert!(load(&mut fixture, production).experiences[0].switched_on);
    assert!(load(&mut fixture, staging).experiences.is_empty());
}

#[test]
fn what_is_archived_is_not_served() {
    let mut fixture = Fixture::new();
    let (key, segment) = (fixture.key("gone"), fixture.segment("gone"));
    let experience = fixture.experience("gone");
    let version = fixture.save(&experience, naming(&[])).unwrap();
    let production = fixture.production.id;
    fixture.publish(&version, production, 10_000).unwrap();
    experiences::archive(&mut fixture.conn, experience.id).unwrap();
    keys::archive(&mut fixture.conn, key.id).unwrap();
    segments::archive(&mut fixture.conn, segment.id).unwrap();
    let source = load(&mut fixture, production);
    assert_eq!((source.keys, source.segments, source.experiences), (vec![], vec![], vec![]));
}

#[test]
fn what_a_ramp_leads_away_from_is_served_until_the_ramp_is_full() {
    let mut fixture = Fixture::new();
    let experience = fixture.experience("playlist");
    let production = fixture.production.id;
    let v1 = fixture.save(&experience, naming(&[])).unwrap();
    let v2 = fixture.save(&experience, naming(&[])).unwrap();
    let first = fixture.publish(&v1, production, 10_000).unwrap();
    let second = fixture.publish(&v2, production, 2_000).unwrap();
    let active = load(&mut fixture, production).experiences.remove(0).active;
    assert_eq!((active.id, active.ramp), (second.id, 2_000));
    let replaced = active.replaces.unwrap();
    assert_eq!((replaced.id, replaced.version, replaced.replaces), (first.id, 1, None));
    publications::set_ramp(&mut fixture.conn, second.id, 10_000).unwrap();
    let active = load(&mut fixture, production).experiences.remove(0).active;
    assert_eq!(active.replaces, None);
}

#[test]
fn json_that_can_not_be_read_spoils_only_its_own_thing() {
    let mut fixture = Fixture::new();
    fixture.key("fine");
    fixture
        .conn
        .batch_execute(
            "insert into keys (project_id, name, value_type, default_value) \
             select id, 'too_large', 'decimal', '1e400' from projects",
        )
        .unwrap();
    let production = fixture.production.id;
    let keys = load(&mut fixture, production).keys;
    let values: Vec<_> = keys.iter().map(|key| (key.name.as_str(), &key.default_value)).collect();
    assert_eq!(values, [("fine", &Value::Bool(false)), ("too_large", &Value::Null)]);
}

#[test]
fn an_unknown_environment_is_not_found() {
    let mut fixture = Fixture::new();
    let loaded = rulesets::load(&mut fixture.conn, Uuid::new_v4());
    assert!(matches!(loaded, Err(StoreError::NotFound)));
}

/// Each publication raises the revision by one and serves the version of the next number, so a
/// revision and a version that do not belong together were not read at one moment.
#[test]
fn the_revision_and_the_rows_are_of_one_moment() {
    let mut fixture = Fixture::new();
    let experience = fixture.experience("playlist");
    let production = fixture.production.id;
    let versions: Vec<_> =
        (0..40).map(|_| fixture.save(&experience, naming(&[])).unwrap()).collect();
    let start = fixture.revisions().0;
    let done = AtomicBool::new(false);
    let store = Store::new(&fixture.database.url());
    thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut reads = 0;
            while !done.load(Ordering::Relaxed) {
                let source = store.read(|conn| rulesets::load(conn, production)).unwrap();
                if let [served] = source.experiences.as_slice() {
                    assert_eq!(i64::from(served.active.version), source.revision - start);
                    reads += 1;
                }
            }
            reads
        });
        for version in &versions {
            fixture.publish(version, production, 10_000).unwrap();
        }
        done.store(true, Ordering::Relaxed);
        assert!(reader.join().unwrap() > 0);
    });
    assert!(rulesets::revisions(&mut fixture.conn).unwrap().contains(&(production, start + 40)));
}
