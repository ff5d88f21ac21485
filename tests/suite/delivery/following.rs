//! What is served follows what is published, on every replica.

use flagstaff::store::sdk_keys;
use serde_json::{Value as Json, json};

use crate::support::{
    TestDatabase, TestFolder, TestServer, eventually,
    story::{Story, content, iphone_in},
};

const ONE: &str = "/api/v1/feature-flags/auto_playlist/evaluate";

fn value(server: &TestServer, key: &str) -> Json {
    server.app(key).post(ONE, &iphone_in("Miami", "user-1")).expect(200)["value"].clone()
}

fn eventually_is(server: &TestServer, key: &str, wanted: bool) {
    eventually("the value that was published", || {
        (value(server, key) == json!(wanted)).then_some(())
    });
}

#[test]
fn a_publication_reaches_every_replica_and_going_back_is_publishing_the_older_version() {
    let database = TestDatabase::new();
    let story = Story::begin(&database);
    let (one, other) = (TestFolder::new(), TestFolder::new());
    let replicas = [TestServer::start(&database, &one), TestServer::start(&database, &other)];
    let everybody = story.save(1, &content(100.0, 100.0));
    let nobody = story.save(everybody, &content(0.0, 0.0));
    for (version, wanted) in [(everybody, true), (nobody, false), (everybody, true)] {
        story.publish(version);
        replicas.iter().for_each(|replica| eventually_is(replica, &story.client_key, wanted));
    }
}

#[test]
fn the_same_users_get_it_on_every_replica() {
    let database = TestDatabase::new();
    let story = Story::begin(&database);
    let (one, other) = (TestFolder::new(), TestFolder::new());
    let (one, other) = (TestServer::start(&database, &one), TestServer::start(&database, &other));
    for number in 0..200 {
        let question = iphone_in("Miami", &format!("user-{number}"));
        let ask = |server: &TestServer| server.app(&story.client_key).post(ONE, &question).text;
        assert_eq!(ask(&one), ask(&other));
    }
}

#[test]
fn switching_off_and_on_takes_effect_at_once() {
    let (database, data) = (TestDatabase::new(), TestFolder::new());
    let story = Story::begin(&database);
    let version = story.save(1, &content(100.0, 100.0));
    story.publish(version);
    let server = TestServer::start(&database, &data);
    assert_eq!(value(&server, &story.client_key), json!(true));
    story.switch(false);
    eventually_is(&server, &story.client_key, false);
    let off = server.app(&story.client_key).post(ONE, &iphone_in("Miami", "user-1")).expect(200);
    assert_eq!((&off["reason"], &off["enabled"]), (&json!("DISABLED"), &json!(false)));
    story.switch(true);
    eventually_is(&server, &story.client_key, true);
}

#[test]
fn a_revoked_key_is_refused_on_every_replica() {
    use flagstaff::{
        operations::{Actor, OperationError, access::sdk_keys},
        store,
    };
    let (database, data) = (TestDatabase::new(), TestFolder::new());
    let story = Story::begin(&database);
    let server = TestServer::start(&database, &data);
    value(&server, &story.client_key);
    let revoked = story.store.write(|conn| {
        let keys = store::sdk_keys::list(conn, story.production.id)?;
        let client = keys.iter().find(|key| key.name == "app").unwrap();
        sdk_keys::revoke(conn, &Actor::command_line(), client.id)?;
        Ok::<_, OperationError>(())
    });
    revoked.unwrap();
    eventually("the refusal of a revoked key", || {
        let answer = server.app(&story.client_key).post(ONE, &json!({}));
        (answer.status == 401).then_some(())
    });
    server.app(&story.server_key).post(ONE, &json!({})).expect(200);
}

#[test]
fn an_sdk_key_that_was_used_before_the_last_change_is_known_to_be_used() {
    let database = TestDatabase::new();
    let story = Story::begin(&database);
    let data = TestFolder::new();
    let server = TestServer::start(&database, &data);
    value(&server, &story.client_key);
    story.publish(story.save(1, &content(100.0, 100.0)));
    eventually("its last use is stored", || {
        let keys = story.store.read(|conn| sdk_keys::list(conn, story.production.id)).unwrap();
        keys.iter().any(|key| key.last_used_at.is_some()).then_some(())
    });
}
