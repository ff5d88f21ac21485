use std::thread;

use diesel::{connection::SimpleConnection, prelude::*, sql_types::Text};
use diesel_migrations::MigrationHarness;
use flagstaff::store::{Constraint, MIGRATIONS, StoreError, migrate};

use crate::support::{TestDatabase, eventually};

#[derive(QueryableByName, Debug, PartialEq)]
struct Named {
    #[diesel(sql_type = Text)]
    name: String,
}

/// Everything that a migration can make, by name.
fn everything(database: &TestDatabase) -> Vec<Named> {
    diesel::sql_query(
        "select relname || ' ' || relkind::text as name from pg_class \
         where relnamespace = 'public'::regnamespace and relname !~ '^__diesel' \
         union all select conname || ' c' from pg_constraint \
         where connamespace = 'public'::regnamespace and conname !~ '^__diesel' \
         union all select tgname || ' t' from pg_trigger where not tgisinternal \
         union all select proname || ' f' from pg_proc \
         where pronamespace = 'public'::regnamespace and proname !~ '^diesel' \
         order by 1",
    )
    .load(&mut database.connection())
    .unwrap()
}

fn empty_database() -> TestDatabase {
    let database = TestDatabase::new();
    database.connection().revert_all_migrations(MIGRATIONS).unwrap();
    database
}

#[test]
fn every_migration_can_be_undone_and_done_again() {
    let database = TestDatabase::new();
    let before = everything(&database);
    database.connection().revert_all_migrations(MIGRATIONS).unwrap();
    assert_eq!(everything(&database), []);
    assert!(!migrate(&database.url()).unwrap().is_empty());
    assert_eq!(everything(&database), before);
}

#[test]
fn replicas_that_start_together_migrate_once() {
    let database = empty_database();
    let replicas: Vec<_> = (0..4)
        .map(|_| {
            let url = database.url();
            thread::spawn(move || migrate(&url).unwrap().len())
        })
        .collect();
    let mut done: Vec<usize> =
        replicas.into_iter().map(|replica| replica.join().unwrap()).collect();
    done.sort_unstable();
    assert!(done[3] > 0);
    assert_eq!(done[..3], [0, 0, 0]);
}

#[test]
fn a_migrated_database_needs_nothing() {
    assert_eq!(migrate(&TestDatabase::new().url()).unwrap(), Vec::<String>::new());
}

#[test]
fn without_postgres_the_migration_says_so() {
    let result = migrate("postgres://nobody@127.0.0.1:1/nothing");
    assert!(matches!(result, Err(StoreError::Unavailable(_))), "{result:?}");
}

#[test]
fn every_named_constraint_is_one_of_the_migrations() {
    let database = TestDatabase::new();
    let made: Vec<String> = everything(&database).into_iter().map(|thing| thing.name).collect();
    for (name, _) in Constraint::NAMED {
        let is_made = ["c", "i", "t"].iter().any(|kind| made.contains(&format!("{name} {kind}")));
        assert!(is_made, "{name}");
    }
}

#[test]
fn a_migration_gives_way_to_whoever_uses_its_table_and_tries_again() {
    let database = TestDatabase::new();
    database.connection().revert_last_migration(MIGRATIONS).unwrap();
    let mut user = database.connection();
    let every_table = "begin; do $$ declare t regclass; begin \
        for t in select oid from pg_class where relnamespace = 'public'::regnamespace \
            and relkind in ('r', 'p') and relname !~ '^__diesel' loop \
            execute 'lock table ' || t; end loop; end $$";
    user.batch_execute(every_table).unwrap();
    let url = database.url();
    let replica = thread::spawn(move || migrate(&url).unwrap().len());
    let mut watcher = database.connection();
    let mut waiting_since = || {
        diesel::sql_query(
            "select xact_start::text as name from pg_stat_activity \
             where datname = current_database() and wait_event_type = 'Lock'",
        )
        .get_result::<Named>(&mut watcher)
        .optional()
        .unwrap()
    };
    let first = eventually("waits", &mut waiting_since);
    eventually("tries again", || waiting_since().filter(|again| *again != first));
    user.batch_execute("commit").unwrap();
    assert_eq!(replica.join().unwrap(), 1);
}
