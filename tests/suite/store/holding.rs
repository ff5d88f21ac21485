use std::thread;

use diesel::Connection as _;
use flagstaff::store::{
    Store, StoreError, UsedBy, experiences, keys, publications, segments,
    versions::{self, NamedThings, NewVersion},
};
use serde_json::json;

use super::fixture::{Fixture, SAM, naming};

fn holders(fixture: &mut Fixture, key: &keys::Key) -> Vec<String> {
    let held = keys::holders(&mut fixture.conn, &[key.id]).unwrap();
    held.into_iter().map(|held| held.experience_slug).collect()
}

#[test]
fn a_key_has_one_holder_and_the_error_names_it() {
    let mut fixture = Fixture::new();
    let key = fixture.key("auto_playlist");
    let (first, second) = (fixture.experience("first"), fixture.experience("second"));
    fixture.save(&first, naming(&[&key])).unwrap();
    let refused = fixture.save(&second, naming(&[&key])).unwrap_err();
    let StoreError::KeysHeld(held) = refused else { panic!("{refused}") };
    assert_eq!(held.len(), 1);
    assert_eq!((held[0].key_name.as_str(), held[0].experience_id), ("auto_playlist", first.id));
}

#[test]
fn two_experiences_that_take_a_key_at_once_do_not_both_get_it() {
    let mut fixture = Fixture::new();
    let key = fixture.key("auto_playlist");
    let contenders: Vec<_> = (0..4)
        .map(|n| {
            let experience = fixture.experience(&format!("experience-{n}"));
            let (store, named) = (Store::new(&fixture.database.url()), naming(&[&key]));
            thread::spawn(move || {
                store.write::<_, StoreError>(|conn| {
                    let content = json!({});
                    let new = NewVersion { content: &content, note: "", rows: &[], named: &named };
                    versions::append(conn, experience.id, &new, SAM)
                })
            })
        })
        .collect();
    let results: Vec<_> = contenders.into_iter().map(|taker| taker.join().unwrap()).collect();
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1, "{results:?}");
    for refused in results.into_iter().filter_map(Result::err) {
        assert!(matches!(refused, StoreError::KeysHeld(_)), "{refused:?}");
    }
}

#[test]
fn a_key_is_held_while_any_environment_serves_a_version_that_names_it() {
    let mut fixture = Fixture::new();
    let (old, new) = (fixture.key("old"), fixture.key("new"));
    let experience = fixture.experience("playlist");
    let v1 = fixture.save(&experience, naming(&[&old])).unwrap();
    let staging = fixture.staging.id;
    fixture.publish(&v1, staging, 10_000).unwrap();
    let v2 = fixture.save(&experience, naming(&[&new])).unwrap();
    assert_eq!(holders(&mut fixture, &old), ["playlist"]);
    fixture.publish(&v2, staging, 10_000).unwrap();
    assert_eq!(holders(&mut fixture, &old), Vec::<String>::new());
    assert_eq!(holders(&mut fixture, &new), ["playlist"]);
}

#[test]
fn a_key_is_held_while_a_ramp_leads_away_from_it() {
    let mut fixture = Fixture::new();
    let (old, new) = (fixture.key("old"), fixture.key("new"));
    let experience = fixture.experience("playlist");
    let production = fixture.production.id;
    let v1 = fixture.save(&experience, naming(&[&old])).unwrap();
    fixture.publish(&v1, production, 10_000).unwrap();
    let v2 = fixture.save(&experience, naming(&[&new])).unwrap();
    let ramping = fixture.publish(&v2, production, 2_000).unwrap();
    assert_eq!(holders(&mut fixture, &old), ["playlist"]);
    publications::set_ramp(&mut fixture.conn, ramping.id, 10_000).unwrap();
    assert_eq!(holders(&mut fixture, &old), Vec::<String>::new());
}

#[test]
fn archiving_frees_keys_and_unarchiving_takes_them_back_or_is_refused() {
    let mut fixture = Fixture::new();
    let key = fixture.key("auto_playlist");
    let (first, second) = (fixture.experience("first"), fixture.experience("second"));
    fixture.save(&first, naming(&[&key])).unwrap();
    experiences::archive(&mut fixture.conn, first.id).unwrap();
    assert_eq!(holders(&mut fixture, &key), Vec::<String>::new());
    experiences::unarchive(&mut fixture.conn, first.id).unwrap();
    assert_eq!(holders(&mut fixture, &key), ["first"]);
    experiences::archive(&mut fixture.conn, first.id).unwrap();
    fixture.save(&second, naming(&[&key])).unwrap();
    let refused = fixture.conn.transaction(|conn| experiences::unarchive(conn, first.id));
    assert!(matches!(refused, Err(StoreError::KeysHeld(_))), "{refused:?}");
}

#[test]
fn what_is_used_can_not_be_archived_and_the_error_lists_the_users() {
    let mut fixture = Fixture::new();
    let (given, required) = (fixture.key("given"), fixture.key("required"));
    let segment = fixture.segment("iphone");
    fixture.segment_naming("iphone-ny", &[segment.id]).unwrap();
    let experience = fixture.experience("playlist");
    let named = NamedThings {
        keys: vec![given.id],
        required_keys: vec![required.id],
        segments: vec![segment.id],
    };
    fixture.save(&experience, named).unwrap();
    for key in [given.id, required.id] {
        let refused = keys::archive(&mut fixture.conn, key).unwrap_err();
        let StoreError::InUse(users) = refused else { panic!("{refused}") };
        assert_eq!(users.iter().map(UsedBy::name).collect::<Vec<_>>(), ["playlist"]);
    }
    let refused = segments::archive(&mut fixture.conn, segment.id).unwrap_err();
    let StoreError::InUse(users) = refused else { panic!("{refused}") };
    assert_eq!(users.iter().map(UsedBy::name).collect::<Vec<_>>(), ["playlist", "iphone-ny"]);
}

#[test]
fn a_version_can_not_name_what_is_archived_or_of_another_project() {
    let mut fixture = Fixture::new();
    let (key, segment) = (fixture.key("gone"), fixture.segment("gone"));
    keys::archive(&mut fixture.conn, key.id).unwrap();
    segments::archive(&mut fixture.conn, segment.id).unwrap();
    let experience = fixture.experience("playlist");
    let of_segment = NamedThings { segments: vec![segment.id], ..NamedThings::default() };
    for named in [naming(&[&key]), of_segment] {
        let refused = fixture.save(&experience, named).unwrap_err();
        let StoreError::Archived(names) = refused else { panic!("{refused}") };
        assert_eq!(names, ["gone"]);
    }
    let other = flagstaff::store::projects::create(&mut fixture.conn, "other", "Other").unwrap();
    let ours = std::mem::replace(&mut fixture.project, other);
    let theirs = fixture.key("theirs");
    fixture.project = ours;
    let fresh = fixture.experience("fresh");
    let refused = fixture.save(&fresh, naming(&[&theirs])).unwrap_err();
    assert!(matches!(refused, StoreError::NotFound), "{refused:?}");
}
