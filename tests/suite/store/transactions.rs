use diesel::{Connection as _, prelude::*, sql_types::Text};
use flagstaff::store::{Connection, Store, StoreError, installation, keys, projects};

use super::fixture::Fixture;

#[derive(QueryableByName)]
struct Setting {
    #[diesel(sql_type = Text)]
    value: String,
}

fn setting(conn: &mut Connection, name: &str) -> String {
    let query = format!("select current_setting('{name}') as value");
    diesel::sql_query(query).get_result::<Setting>(conn).unwrap().value
}

#[test]
fn a_transaction_that_others_were_in_the_way_of_runs_again_and_at_most_three_times() {
    let fixture = Fixture::new();
    let store = Store::new(&fixture.database.url());
    let mut runs = 0;
    let done = store.write::<_, StoreError>(|conn| {
        runs += 1;
        projects::create(conn, "again", "Again")?;
        if runs < 3 { Err(StoreError::Contended("test".to_owned())) } else { Ok(runs) }
    });
    assert_eq!(done.unwrap(), 3);
    let mut runs = 0;
    let given_up = store.write::<(), StoreError>(|_| {
        runs += 1;
        Err(StoreError::Contended("test".to_owned()))
    });
    assert!(matches!(given_up, Err(StoreError::Contended(_))));
    assert_eq!(runs, 3);
}

#[test]
fn deadlocks_and_serialization_failures_are_contention() {
    let mut fixture = Fixture::new();
    for (code, message) in [("40001", "could not serialize"), ("40P01", "deadlock detected")] {
        let raised = diesel::sql_query(format!(
            "do $$ begin raise exception '{message}' using errcode = '{code}'; end $$"
        ))
        .execute(&mut fixture.conn);
        let error = StoreError::from(raised.unwrap_err());
        assert!(matches!(error, StoreError::Contended(_)), "{error:?}");
    }
}

#[test]
fn a_commit_that_broke_off_is_not_tried_again() {
    let mut fixture = Fixture::new();
    let store = Store::new(&fixture.database.url());
    let mut runs = 0;
    let unknown = store.write::<_, StoreError>(|conn| {
        runs += 1;
        projects::create(conn, "maybe", "Maybe")?;
        let pid: String = diesel::sql_query("select pg_backend_pid()::text as value")
            .get_result::<Setting>(conn)?
            .value;
        diesel::sql_query(format!("select pg_terminate_backend({pid}, 5000)"))
            .execute(&mut fixture.conn)?;
        Ok(())
    });
    assert!(matches!(unknown, Err(StoreError::OutcomeUnknown(_))), "{unknown:?}");
    assert_eq!(runs, 1);
    let key = store.read(|conn| projects::find_by_key(conn, "maybe")).unwrap();
    assert!(key.is_none());
}

#[test]
fn a_connection_that_broke_inside_is_unavailable_and_the_next_one_works() {
    let mut fixture = Fixture::new();
    let store = Store::new(&fixture.database.url());
    let broken = store.write::<_, StoreError>(|conn| {
        projects::create(conn, "never", "Never")?;
        diesel::sql_query(
            "select pg_terminate_backend(pid, 5000) from pg_stat_activity \
             where datname = current_database() and pid <> pg_backend_pid()",
        )
        .execute(&mut fixture.conn)?;
        projects::create(conn, "never-ever", "Never")
    });
    assert!(matches!(broken, Err(StoreError::Unavailable(_))), "{broken:?}");
    assert_eq!(store.read(projects::list).unwrap().len(), 1);
    let saved = store.write::<_, StoreError>(|conn| projects::create(conn, "next", "Next"));
    assert!(saved.is_ok(), "{saved:?}");
}

#[test]
fn what_takes_too_long_is_busy_and_not_tried_again() {
    let mut fixture = Fixture::new();
    let store = Store::new(&fixture.database.url());
    fixture.conn.begin_test_transaction().unwrap();
    projects::update(&mut fixture.conn, fixture.project.id, "held", "Held").unwrap();
    let mut runs = 0;
    let busy = store.write::<_, StoreError>(|conn| {
        runs += 1;
        diesel::sql_query("set local lock_timeout = '20ms'").execute(conn)?;
        projects::update(conn, fixture.project.id, "wanted", "Wanted")
    });
    assert!(matches!(busy, Err(StoreError::Busy(_))), "{busy:?}");
    assert_eq!(runs, 1);
}

#[test]
fn a_store_starts_without_postgres_and_says_that_it_is_away() {
    let store = Store::new("postgres://nobody@127.0.0.1:1/nothing");
    let read = store.read(|conn| keys::find(conn, uuid::Uuid::nil()));
    assert!(matches!(read, Err(StoreError::Unavailable(_))), "{read:?}");
}

#[test]
fn connections_have_limits_unless_the_address_sets_others() {
    let fixture = Fixture::new();
    let url = fixture.database.url();
    let limits = |url: &str| {
        Store::new(url)
            .read::<_, StoreError>(|conn| {
                Ok(["statement_timeout", "lock_timeout", "application_name"]
                    .map(|name| setting(conn, name)))
            })
            .unwrap()
    };
    assert_eq!(limits(&url), ["5s", "2s", "flagstaff"]);
    let separator = if url.contains('?') { '&' } else { '?' };
    let own = format!("{url}{separator}options=-c%20statement_timeout%3D9s&application_name=mine");
    assert_eq!(limits(&own), ["9s", "2s", "mine"]);
}

#[test]
fn a_database_has_one_id_for_good() {
    let mut fixture = Fixture::new();
    let id = installation::ensure(&mut fixture.conn).unwrap();
    assert_eq!(installation::ensure(&mut fixture.conn).unwrap(), id);
    assert_ne!(installation::ensure(&mut Fixture::new().conn).unwrap(), id);
}
