//! What people see while Postgres is away.

use diesel::{Connection, PgConnection, RunQueryDsl, connection::SimpleConnection, sql_query};
use flagstaff::domain::role::Role;

use super::{House, accessibility::faults};
use crate::support::{TestDatabase, story::Story};

const FLAG: &str = "/p/default/production/flags/automatic-playlist";
const MIAMI: &str = "Percent of iPhone users in Miami";

#[derive(diesel::QueryableByName)]
struct Name {
    #[diesel(sql_type = diesel::sql_types::Text)]
    name: String,
}

/// The door of a database.
struct Door {
    name: String,
    admin: PgConnection,
}

impl Door {
    fn of(database: &TestDatabase) -> Door {
        let name = sql_query("SELECT current_database()::text AS name");
        let Name { name } = name.get_result(&mut database.connection()).unwrap();
        let admin = database.url().replace(&name, "postgres");
        Door { name, admin: PgConnection::establish(&admin).unwrap() }
    }

    /// Throws everybody out and lets nobody in.
    fn shut(&mut self) {
        let name = &self.name;
        let sql = format!(
            "ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false; \
             SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
        );
        self.admin.batch_execute(&sql).unwrap();
    }

    fn open(&mut self) {
        let sql = format!("ALTER DATABASE {} WITH ALLOW_CONNECTIONS true", self.name);
        self.admin.batch_execute(&sql).unwrap();
    }
}

#[test]
fn a_bar_says_that_the_database_is_away_and_what_was_typed_stays() {
    let house = House::with_people();
    Story::begin_on(&house.pages.database.url());
    let mut door = Door::of(&house.pages.database);
    let maya = house.signed_in(Role::ProductManager);
    maya.expects("status of 503");
    maya.expects("Status Error Code 503");
    maya.open(FLAG);
    maya.types(MIAMI, "45");
    door.shut();
    maya.clicks("Save version 2");
    maya.sees("Read only right now. The database can’t be reached.");
    assert_eq!(maya.reads(MIAMI), "45");
    assert_eq!(faults(&maya), Vec::<String>::new());
    door.open();
    maya.hears("The database is back.");
    maya.sees_no("Read only right now.");
    maya.clicks("Save version 2");
    maya.sees("Saved as version 2. Version 1 is still live.");
}

#[test]
fn a_page_that_could_not_be_shown_comes_by_itself_when_the_database_is_back() {
    let house = House::with_people();
    Story::begin_on(&house.pages.database.url());
    let mut door = Door::of(&house.pages.database);
    let maya = house.signed_in(Role::ProductManager);
    maya.expects("status of 503");
    door.shut();
    maya.open(FLAG);
    maya.sees("Read only right now");
    assert_eq!(faults(&maya), Vec::<String>::new());
    door.open();
    maya.sees("Key value and priority");
}
