use flagstaff::store::{
    Store, StoreError,
    listen::{Listener, NewRevision},
    switches,
};

use super::fixture::{Fixture, SAM};
use crate::support::eventually;

#[test]
fn a_new_revision_is_heard_once_it_is_committed() {
    let mut fixture = Fixture::new();
    let experience = fixture.experience("playlist");
    let (id, production) = (experience.id, fixture.production.id);
    let mut listener = Listener::connect(&fixture.database.url()).unwrap();
    let store = Store::new(&fixture.database.url());
    let undone = store.write::<(), StoreError>(|conn| {
        switches::set(conn, id, production, true, "", SAM)?;
        Err(StoreError::NotFound)
    });
    assert!(undone.is_err());
    switches::set(&mut fixture.conn, id, production, false, "", SAM).unwrap();
    let heard = eventually("a notification", || {
        let heard = listener.poll().unwrap();
        (!heard.is_empty()).then_some(heard)
    });
    let revision = fixture.revisions().0;
    assert_eq!(heard, [NewRevision { environment_id: production, revision }]);
}

#[test]
fn a_listener_that_lost_its_connection_says_so() {
    let mut fixture = Fixture::new();
    let mut listener = Listener::connect(&fixture.database.url()).unwrap();
    diesel::connection::SimpleConnection::batch_execute(
        &mut fixture.conn,
        "select pg_terminate_backend(pid) from pg_stat_activity \
         where datname = current_database() and pid <> pg_backend_pid()",
    )
    .unwrap();
    let error = eventually("an error", || listener.poll().err());
    assert!(matches!(error, StoreError::Unavailable(_)), "{error}");
}
