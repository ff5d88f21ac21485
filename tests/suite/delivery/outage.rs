//! Serving goes on when Postgres does not.

use std::fs;

use flagstaff::embedded_postgres::{DATABASE, Durability, EmbeddedPostgres, Options};
use serde_json::json;

use crate::support::{
    TestDatabase, TestFolder, TestServer, eventually,
    story::{Story, content, iphone_in},
};

const ONE: &str = "/api/v1/feature-flags/auto_playlist/evaluate";
const NOWHERE: &str = "postgresql://127.0.0.1:1/nothing?connect_timeout=1";

fn answers(server: &TestServer, key: &str) -> Vec<String> {
    let ask = |number| {
        let question = iphone_in("Miami", &format!("user-{number}"));
        server.app(key).post(ONE, &question).expect(200).to_string()
    };
    (0..100).map(ask).collect()
}

#[test]
fn a_start_without_postgres_serves_what_was_last_known() {
    let (database, data) = (TestDatabase::new(), TestFolder::new());
    let story = Story::begin(&database);
    let server = TestServer::start(&database, &data);
    let before = answers(&server, &story.client_key);
    server.stop();

    let server = TestServer::start_on(NOWHERE, &data);
    assert_eq!(answers(&server, &story.client_key), before);
    let ready = server.client().get("/health/ready").expect(200);
    assert_eq!(ready["source"], "last_known_good");
    server.client().get("/health/live").expect(200);
    server.client().get("/health/ready/control").expect(503);
    let event = json!({"id": "1", "user_id": "ann", "event": "Seen"});
    let lost = server.app(&story.server_key).post("/api/v1/events", &json!({"events": [event]}));
    assert_eq!((lost.status, lost.header("retry-after")), (503, Some("2")), "{}", lost.text);
}

#[test]
fn a_start_without_postgres_serves_the_file_before_a_damaged_one() {
    let (database, data) = (TestDatabase::new(), TestFolder::new());
    let story = Story::begin(&database);
    let server = TestServer::start(&database, &data);
    let before = answers(&server, &story.client_key);
    server.stop();
    // A later start writes another file, of the same content.
    TestServer::start(&database, &data).stop();
    let folder = data.join("last-known-good").join(story.production.id.to_string());
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    assert!(files.len() >= 2);
    fs::write(files.last().unwrap(), "damaged").unwrap();

    let server = TestServer::start_on(NOWHERE, &data);
    assert_eq!(answers(&server, &story.client_key), before);
}

#[test]
fn a_start_with_neither_postgres_nor_files_is_not_ready_and_does_not_end() {
    let data = TestFolder::new();
    let server = TestServer::start_on(NOWHERE, &data);
    server.client().get("/health/live").expect(200);
    let ready = server.client().get("/health/ready").expect(503);
    assert_eq!(ready["status"], "starting");
    let answer = server.app("fs_client_any").post(ONE, &json!({}));
    assert_eq!(answer.status, 503);
    assert!(answer.header("retry-after").is_some());
}

#[test]
fn counts_that_postgres_can_not_take_at_a_stop_are_brought_by_the_next_start() {
    let (postgres_folder, data) = (TestFolder::new(), TestFolder::new());
    let options = Options::new(&*postgres_folder, Durability::Throwaway);
    let postgres = EmbeddedPostgres::start(&options).unwrap();
    let url = postgres.url(DATABASE);
    flagstaff::store::migrate(&url).unwrap();
    let story = Story::begin_on(&url);
    let version = story.save(1, &content(100.0, 100.0));
    story.publish(version);
    let server = TestServer::start_on(&url, &data);
    let before = answers(&server, &story.client_key);

    postgres.stop().unwrap();
    assert_eq!(answers(&server, &story.client_key), before);
    server.stop();
    assert!(fs::read_dir(data.join("deliveries")).unwrap().count() > 0);

    let postgres = EmbeddedPostgres::start(&options).unwrap();
    let server = TestServer::start_on(&url, &data);
    eventually("all deliveries in Postgres", || (story.deliveries() == 200).then_some(()));
    server.stop();
    assert_eq!(story.deliveries(), 200);
    assert_eq!(fs::read_dir(data.join("deliveries")).unwrap().count(), 0);
    drop(story);
    postgres.stop().unwrap();
}
