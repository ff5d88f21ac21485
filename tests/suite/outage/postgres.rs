//! A Postgres of a test's own that can be killed hard. What it has committed is on disk by then:
//! it runs as durably as that of a user.

use diesel::{
    Connection, PgConnection, QueryableByName, RunQueryDsl, sql_query,
    sql_types::{BigInt, Text},
};
use flagstaff::embedded_postgres::{DATABASE, Durability, EmbeddedPostgres, Options};

use crate::{
    embedded_postgres::{folder_with_cluster, kill_server},
    support::TestFolder,
};

pub struct Postgres {
    folder: TestFolder,
    running: Option<EmbeddedPostgres>,
    url: String,
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

impl Postgres {
    /// Starts one with an empty database.
    pub fn start() -> Postgres {
        let folder = folder_with_cluster();
        let running = run(&folder);
        let url = running.url(DATABASE);
        Postgres { folder, running: Some(running), url }
    }

    /// The address of its database.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The folder of its data folder, for whoever kills it from elsewhere.
    pub fn folder(&self) -> &std::path::Path {
        &self.folder
    }

    /// Kills it with -9; it stays away.
    pub fn kill(&mut self) {
        kill_server(&self.folder);
        self.running.take().unwrap().stop().unwrap();
    }

    /// Brings it back after a kill, by whoever it was.
    pub fn revive(&mut self) {
        if let Some(killed) = self.running.take() {
            killed.stop().unwrap();
        }
        self.running = Some(run(&self.folder));
    }

    /// The one number that a query answers.
    pub fn number(&self, sql: &str) -> i64 {
        let sql = format!("select ({sql})::bigint as number");
        sql_query(sql).get_result::<Number>(&mut self.connection()).unwrap().number
    }

    /// The texts that a query answers in its column `line`.
    pub fn lines(&self, sql: &str) -> Vec<String> {
        let lines: Vec<Line> = sql_query(sql).load(&mut self.connection()).unwrap();
        lines.into_iter().map(|line| line.line).collect()
    }

    fn connection(&self) -> PgConnection {
        PgConnection::establish(&self.url).unwrap_or_else(|error| panic!("{error}"))
    }
}

fn run(folder: &std::path::Path) -> EmbeddedPostgres {
    EmbeddedPostgres::start(&Options::new(folder, Durability::Durable))
        .unwrap_or_else(|error| panic!("{error}"))
}
