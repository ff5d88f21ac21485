use std::thread;

use diesel::connection::SimpleConnection;
use flagstaff::store::{
    Constraint, PageRequest, Store, StoreError,
    publications::{self, NewPublication, Replaced},
    switches,
};

use super::fixture::{Fixture, SAM, naming};

#[test]
fn publishing_ends_what_was_active_there_and_only_there() {
    let mut fixture = Fixture::new();
    let experience = fixture.experience("playlist");
    let (production, staging) = (fixture.production.id, fixture.staging.id);
    let v1 = fixture.save(&experience, naming(&[])).unwrap();
    let v2 = fixture.save(&experience, naming(&[])).unwrap();
    let first = fixture.publish(&v1, production, 10_000).unwrap();
    let elsewhere = fixture.publish(&v1, staging, 10_000).unwrap();
    let second = fixture.publish(&v2, production, 2_500).unwrap();
    assert_eq!((second.version, second.ramp), (2, 2_500));
    assert_eq!((first.replaces_id, second.replaces_id), (None, Some(first.id)));
    let conn = &mut fixture.conn;
    let active = publications::active(conn, experience.id, production).unwrap().unwrap();
    assert_eq!(active, second);
    assert_eq!(
        publications::active(conn, experience.id, staging).unwrap().unwrap().id,
        elsewhere.id
    );
    let ended = publications::find(conn, first.id).unwrap().unwrap();
    assert_eq!((ended.ended_by_name.as_deref(), ended.ended_at.is_some()), (Some("Sam"), true));
    let page = PageRequest { after: None, limit: 1 };
    let newest = publications::list(conn, experience.id, Some(production), page).unwrap();
    assert_eq!((newest.items[0].id, newest.next), (second.id, Some(second.id)));
    let page = PageRequest { after: newest.next, limit: 9 };
    let oldest = publications::list(conn, experience.id, Some(production), page).unwrap();
    assert_eq!((oldest.items[0].id, oldest.items.len(), oldest.next), (first.id, 1, None));
}

#[test]
fn at_most_one_publication_is_active_per_experience_and_environment() {
    let mut fixture = Fixture::new();
    let experience = fixture.experience("playlist");
    let version = fixture.save(&experience, naming(&[])).unwrap();
    let production = fixture.production.id;
    fixture.publish(&version, production, 10_000).unwrap();
    let refused: StoreError = fixture
        .conn
        .batch_execute(
            "insert into publications \
             (experience_id, environment_id, version_id, published_by_name) \
             select experience_id, environment_id, version_id, 'Eve' from publications",
        )
        .unwrap_err()
        .into();
    assert!(matches!(refused, StoreError::Refused(Constraint::PublicationsOneActive)), "{refused}");
}

#[test]
fn publishing_at_once_leaves_one_active_and_a_whole_history() {
    let mut fixture = Fixture::new();
    let experience = fixture.experience("playlist");
    let version = fixture.save(&experience, naming(&[])).unwrap();
    let store = Store::new(&fixture.database.url());
    let new = NewPublication {
        experience_id: experience.id,
        environment_id: fixture.production.id,
        version_id: version.id,
        ramp: 10_000,
        replaces: Replaced::Live,
        note: "",
    };
    let before = fixture.revisions().0;
    let publishers: Vec<_> = (0..6)
        .map(|_| {
            let store = store.clone();
            thread::spawn(move || {
                store.write::<_, StoreError>(|conn| publications::open(conn, &new, SAM)).unwrap();
            })
        })
        .collect();
    for publisher in publishers {
        publisher.join().unwrap();
    }
    let page = PageRequest { after: None, limit: 50 };
    let history = publications::list(&mut fixture.conn, experience.id, None, page).unwrap().items;
    assert_eq!(history.len(), 6);
    assert_eq!(history.iter().filter(|one| one.ended_at.is_none()).count(), 1);
    assert_eq!(fixture.revisions().0, before + 6);
}

#[test]
fn a_version_of_another_experience_or_an_environment_of_another_project_is_refused() {
    let mut fixture = Fixture::new();
    let (one, other) = (fixture.experience("one"), fixture.experience("other"));
    let mut version = fixture.save(&one, naming(&[])).unwrap();
    let production = fixture.production.id;
    let elsewhere = fixture.publish(&version, uuid::Uuid::new_v4(), 10_000);
    assert!(matches!(elsewhere, Err(StoreError::NotFound)));
    version.experience_id = other.id;
    let refused = fixture.publish(&version, production, 10_000).unwrap_err();
    let rule = Constraint::Other("publications_version_fkey".to_owned());
    assert!(matches!(&refused, StoreError::Refused(by) if *by == rule), "{refused}");
}

#[test]
fn a_switch_remembers_who_moved_it_and_a_move_to_where_it_is_changes_nothing() {
    let mut fixture = Fixture::new();
    let experience = fixture.experience("playlist");
    let (id, production) = (experience.id, fixture.production.id);
    let before = fixture.revisions();
    let conn = &mut fixture.conn;
    assert_eq!(switches::find(conn, id, production).unwrap(), None);
    assert!(switches::set(conn, id, production, true, "launch", SAM).unwrap());
    assert!(!switches::set(conn, id, production, true, "again", SAM).unwrap());
    assert!(switches::set(conn, id, production, false, "smoke", SAM).unwrap());
    assert_eq!(switches::find(conn, id, production).unwrap(), Some(false));
    let history = switches::history(conn, id, production, 9).unwrap();
    let seen: Vec<_> = history.iter().map(|move_| (move_.is_on, move_.note.as_str())).collect();
    assert_eq!(seen, [(false, "smoke"), (true, "launch")]);
    assert_eq!(fixture.revisions(), (before.0 + 2, before.1));
}
