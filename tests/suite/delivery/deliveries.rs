//! What is handed out reaches Postgres, counted exactly once.

use std::thread;

use serde_json::json;

use crate::support::{
    TestDatabase, TestFolder, TestServer,
    story::{Story, iphone_in},
};

const ONE: &str = "/api/v1/feature-flags/auto_playlist/evaluate";

#[test]
fn every_value_handed_out_is_in_postgres_after_a_clean_stop() {
    let (database, data) = (TestDatabase::new(), TestFolder::new());
    let story = Story::begin(&database);
    let server = TestServer::start(&database, &data);
    let asking: Vec<_> = (0..4)
        .map(|thread| {
            let app = server.app(&story.client_key);
            thread::spawn(move || {
                for number in 0..250 {
                    let user = format!("user-{thread}-{number}");
                    app.post(ONE, &iphone_in("New York", &user)).expect(200);
                }
            })
        })
        .collect();
    // Replacing the snapshot meanwhile must lose nothing.
    story.switch(false);
    story.switch(true);
    asking.into_iter().for_each(|thread| thread.join().unwrap());
    server.stop();
    assert_eq!(story.deliveries(), 1_000);
}

#[test]
fn what_is_asked_without_counting_and_an_unchanged_answer_count_nothing() {
    let (database, data) = (TestDatabase::new(), TestFolder::new());
    let story = Story::begin(&database);
    let server = TestServer::start(&database, &data);
    let app = server.app(&story.client_key);
    app.post(ONE, &json!({"user_id": "u", "count": false})).expect(200);
    app.post("/api/v1/evaluate", &json!({"user_id": "u", "count": false})).expect(200);
    let counted_once = app.post("/api/v1/evaluate", &json!({"user_id": "u"}));
    let tag = counted_once.header("etag").unwrap();
    let again = app.with_header("if-none-match", tag);
    assert_eq!(again.post("/api/v1/evaluate", &json!({"user_id": "u"})).status, 304);
    app.post("/api/v1/feature-flags/nothing/evaluate", &json!({})).expect(404);
    server.stop();
    assert_eq!(story.deliveries(), 1);
}

#[test]
fn a_key_whose_flag_is_off_still_hands_out_its_default_and_that_counts() {
    let (database, data) = (TestDatabase::new(), TestFolder::new());
    let story = Story::begin(&database);
    story.switch(false);
    let server = TestServer::start(&database, &data);
    server.app(&story.client_key).post(ONE, &iphone_in("Miami", "u")).expect(200);
    server.stop();
    let counted = story.delivered_values();
    assert_eq!(counted.len(), 1);
    assert_eq!((counted[0].value_label.as_str(), counted[0].count), ("false", 1));
}
