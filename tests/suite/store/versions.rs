use std::thread;

use flagstaff::store::{
    Store, StoreError,
    versions::{self, NamedThings, NewVersion, RowAudience, VersionRow},
};
use serde_json::json;

use super::fixture::{Fixture, SAM, naming};

#[test]
fn a_version_keeps_its_rows_and_what_it_names() {
    let mut fixture = Fixture::new();
    let (given, required) = (fixture.key("given"), fixture.key("required"));
    let segment = fixture.segment("iphone");
    let experience = fixture.experience("playlist");
    let named = NamedThings {
        keys: vec![given.id],
        required_keys: vec![required.id],
        segments: vec![segment.id],
    };
    let rows = [
        ("r2", RowAudience::Segment(segment.id)),
        ("r1", RowAudience::Conditions),
        ("r3", RowAudience::Everyone),
    ]
    .map(|(id, audience)| VersionRow { row_id: id.to_owned(), audience });
    let content = json!({"keys": ["given"], "rollout": 20.0});
    let new = NewVersion { content: &content, note: "first", rows: &rows, named: &named };
    let saved = versions::append(&mut fixture.conn, experience.id, &new, SAM).unwrap();
    let conn = &mut fixture.conn;
    assert_eq!((saved.number, &saved.content), (1, &content));
    assert_eq!(versions::rows(conn, saved.id).unwrap(), rows);
    assert_eq!(versions::named(conn, saved.id).unwrap(), named);
    let newest = versions::newest(conn, experience.id).unwrap().unwrap();
    assert_eq!((newest.id, newest.note.as_str()), (saved.id, "first"));
}

#[test]
fn versions_saved_at_once_get_numbers_without_gaps_or_twins() {
    let mut fixture = Fixture::new();
    let experience = fixture.experience("playlist");
    let store = Store::new(&fixture.database.url());
    let savers: Vec<_> = (0..4)
        .map(|_| {
            let store = store.clone();
            thread::spawn(move || {
                for _ in 0..5 {
                    let saved = store.write::<_, StoreError>(|conn| {
                        let (content, named) = (json!({}), NamedThings::default());
                        let new =
                            NewVersion { content: &content, note: "", rows: &[], named: &named };
                        versions::append(conn, experience.id, &new, SAM)
                    });
                    saved.unwrap();
                }
            })
        })
        .collect();
    for saver in savers {
        saver.join().unwrap();
    }
    let listed = versions::list(&mut fixture.conn, experience.id, None, 100).unwrap();
    let numbers: Vec<i32> = listed.iter().map(|version| version.number).collect();
    assert_eq!(numbers, (1..=20).rev().collect::<Vec<i32>>());
    let below = versions::list(&mut fixture.conn, experience.id, Some(3), 100).unwrap();
    assert_eq!(below.iter().map(|version| version.number).collect::<Vec<_>>(), [2, 1]);
}

#[test]
fn a_refused_version_leaves_nothing_behind() {
    let mut fixture = Fixture::new();
    let key = fixture.key("taken");
    let (first, second) = (fixture.experience("first"), fixture.experience("second"));
    fixture.save(&first, naming(&[&key])).unwrap();
    let store = Store::new(&fixture.database.url());
    let refused = store.write::<_, StoreError>(|conn| {
        let (content, named) = (json!({}), naming(&[&key]));
        let new = NewVersion { content: &content, note: "", rows: &[], named: &named };
        versions::append(conn, second.id, &new, SAM)
    });
    assert!(matches!(refused, Err(StoreError::KeysHeld(_))));
    assert!(versions::newest(&mut fixture.conn, second.id).unwrap().is_none());
}
