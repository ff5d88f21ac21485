//! The databases that tests get.

use diesel::{connection::SimpleConnection, prelude::*, sql_types::BigInt};

use crate::support::TestDatabase;

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

#[test]
fn every_test_has_a_database_of_its_own() {
    let (one, other) = (TestDatabase::new(), TestDatabase::new());
    one.connection().batch_execute("CREATE TABLE only_here (id int)").unwrap();
    let tables = |database: &TestDatabase| {
        diesel::sql_query("SELECT count(*) FROM pg_tables WHERE tablename = 'only_here'")
            .get_result::<Count>(&mut database.connection())
            .unwrap()
            .count
    };
    assert_eq!((tables(&one), tables(&other)), (1, 0));
}

#[test]
fn many_databases_are_made_at_once() {
    let threads: Vec<_> = (0..8)
        .map(|_| {
            std::thread::spawn(|| {
                TestDatabase::new().connection().batch_execute("SELECT 1").unwrap();
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
}
