//! Segments that are lists, as apps see them.

use std::fs;

use serde_json::json;

use crate::support::{
    TestDatabase, TestFolder, TestServer, eventually,
    story::{AUTO_PLAYLIST, Story},
};

const ONE: &str = "/api/v1/feature-flags/auto_playlist/evaluate";
const NOWHERE: &str = "postgresql://127.0.0.1:1/nothing?connect_timeout=1";

/// Serves true to whom a segment names, through another one that names the list.
fn serve_to(story: &Story, segment: &str) {
    let serve = json!({"values": {AUTO_PLAYLIST: true}});
    let content = json!({"keys": [AUTO_PLAYLIST],
        "rows": [{"audience": {"conditions": {"not": {"not": {"segment": segment}}}},
                  "serve": serve}]});
    let version = story.save(story.newest_version(), &content);
    story.publish(version);
}

fn value(server: &TestServer, story: &Story, user: &str) -> bool {
    let answer = server.app(&story.client_key).post(ONE, &json!({"user_id": user})).expect(200);
    answer["value"].as_bool().unwrap()
}

fn eventually_is(server: &TestServer, story: &Story, user: &str, wanted: bool) {
    eventually("the value that the list gives", || {
        (value(server, story, user) == wanted).then_some(())
    });
}

#[test]
fn a_list_decides_exactly_and_follows_what_is_uploaded() {
    let (database, data) = (TestDatabase::new(), TestFolder::new());
    let story = Story::begin(&database);
    story.list("VIP", "user_id\nann\nBob");
    serve_to(&story, "vip");
    let server = TestServer::start(&database, &data);
    for (user, wanted) in [("ann", true), ("Bob", true), ("bob", false), ("user_id", false)] {
        assert_eq!(value(&server, &story, user), wanted, "{user}");
    }
    story.list("VIP", "cy");
    eventually_is(&server, &story, "cy", true);
    assert!(value(&server, &story, "ann"));
}

#[test]
fn a_start_without_postgres_knows_the_list_again() {
    let (database, data) = (TestDatabase::new(), TestFolder::new());
    let story = Story::begin(&database);
    let list = story.list("VIP", "ann\nbob");
    serve_to(&story, "vip");
    TestServer::start(&database, &data).stop();

    let server = TestServer::start_on(NOWHERE, &data);
    for (user, wanted) in [("ann", true), ("bob", true), ("cy", false)] {
        assert_eq!(value(&server, &story, user), wanted, "{user}");
    }
    server.stop();

    let folder = data.join("last-known-good").join("lists").join(list.id.to_string());
    let file = fs::read_dir(folder).unwrap().next().unwrap().unwrap().path();
    let mut damaged = fs::read(&file).unwrap();
    *damaged.last_mut().unwrap() ^= 1;
    fs::write(file, damaged).unwrap();
    let server = TestServer::start_on(NOWHERE, &data);
    let question = json!({"user_id": "ann"});
    let answer = server.app(&story.client_key).post(ONE, &question).expect(200);
    assert_eq!((&answer["value"], &answer["reason"]), (&json!(false), &json!("STALE")));
}

#[test]
fn a_list_that_was_uploaded_later_is_on_disk_when_the_server_stops() {
    let (database, data) = (TestDatabase::new(), TestFolder::new());
    let story = Story::begin(&database);
    story.list("VIP", "ann");
    serve_to(&story, "vip");
    let server = TestServer::start(&database, &data);
    for number in 0..4 {
        let user = format!("u{number}");
        story.list("VIP", &user);
        eventually_is(&server, &story, &user, true);
    }
    server.stop();
    let server = TestServer::start_on(NOWHERE, &data);
    assert!(value(&server, &story, "u3") && value(&server, &story, "ann"));
}
