//! Everything that delivery reads raises the revision of the environments that serve it, and what
//! it does not read raises none.

use flagstaff::store::{
    Connection, StoreError, experiences, keys, publications, segment_revisions,
    segment_revisions::NewConditions, segments, switches,
};
use serde_json::json;

use super::fixture::{Fixture, SAM, naming};

/// Runs each step, and says how much it raised production and staging.
fn rises(fixture: &mut Fixture, steps: &[Step<'_>]) -> Vec<(i64, i64)> {
    let mut rises = Vec::new();
    for step in steps {
        let before = fixture.revisions();
        step(&mut fixture.conn).unwrap();
        let after = fixture.revisions();
        rises.push((after.0 - before.0, after.1 - before.1));
    }
    rises
}

type Step<'a> = &'a dyn Fn(&mut Connection) -> Result<(), StoreError>;

#[test]
fn keys_and_segments_raise_every_environment() {
    let mut fixture = Fixture::new();
    let before = fixture.revisions();
    let (key, segment) = (fixture.key("one"), fixture.segment("one"));
    assert_eq!(fixture.revisions(), (before.0 + 2, before.1 + 2));
    let value = json!(true);
    let fields = keys::KeyFields { default_value: &value, description: "", schema: None };
    let new = NewConditions { conditions: &value, named_segments: &[] };
    let steps: [Step<'_>; 6] = [
        &|conn| keys::update(conn, key.id, &fields, SAM).map(drop),
        &|conn| keys::archive(conn, key.id).map(drop),
        &|conn| keys::unarchive(conn, key.id).map(drop),
        &|conn| segment_revisions::revise(conn, segment.id, &new, SAM).map(drop),
        &|conn| segments::archive(conn, segment.id).map(drop),
        &|conn| segments::unarchive(conn, segment.id).map(drop),
    ];
    assert_eq!(rises(&mut fixture, &steps), [(1, 1); 6]);
}

#[test]
fn publications_ramps_switches_and_archiving_raise_the_environment_they_act_in() {
    let mut fixture = Fixture::new();
    let experience = fixture.experience("playlist");
    let version = fixture.save(&experience, naming(&[])).unwrap();
    let (id, production) = (experience.id, fixture.production.id);
    let before = fixture.revisions();
    let publication = fixture.publish(&version, production, 500).unwrap();
    assert_eq!(fixture.revisions(), (before.0 + 1, before.1));
    let steps: [Step<'_>; 4] = [
        &|conn| publications::set_ramp(conn, publication.id, 10_000).map(drop),
        &|conn| switches::set(conn, id, production, true, "", SAM).map(drop),
        &|conn| experiences::archive(conn, id).map(drop),
        &|conn| experiences::unarchive(conn, id).map(drop),
    ];
    assert_eq!(rises(&mut fixture, &steps), [(1, 0); 4]);
}

#[test]
fn what_delivery_does_not_read_raises_nothing() {
    let mut fixture = Fixture::new();
    let segment = fixture.segment("iphone");
    let before = fixture.revisions();
    let experience = fixture.experience("playlist");
    fixture.save(&experience, naming(&[])).unwrap();
    segments::describe(&mut fixture.conn, segment.id, "iPhones", "all of them").unwrap();
    assert_eq!(fixture.revisions(), before);
}
