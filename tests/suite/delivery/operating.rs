use serde_json::json;

use crate::support::{TestDatabase, TestFolder, TestServer, eventually, story::Story};

#[test]
fn health_tells_apart_living_answering_and_managing() {
    let (database, data) = (TestDatabase::new(), TestFolder::new());
    let server = TestServer::start(&database, &data);
    assert_eq!(server.client().get("/health/live").expect(200), json!({"status": "live"}));
    let ready = server.client().get("/health/ready").expect(200);
    assert_eq!((&ready["status"], &ready["source"]), (&json!("ready"), &json!("postgres")));
    server.client().get("/health/ready/control").expect(200);
}

#[test]
fn metrics_count_deliveries_and_are_for_callers_on_this_machine() {
    let (database, data) = (TestDatabase::new(), TestFolder::new());
    let story = Story::begin(&database);
    let server = TestServer::start(&database, &data);
    for _ in 0..3 {
        server.app(&story.client_key).post("/api/v1/evaluate", &json!({})).expect(200);
    }
    eventually("the deliveries in the metrics", || {
        let text = server.client().get("/metrics").text;
        text.contains("flagstaff_deliveries_total 3").then_some(())
    });
    let text = server.client().get("/metrics").text;
    assert!(text.contains("flagstaff_serving_from_postgres 1"), "{text}");
    assert!(
        text.contains(r#"flagstaff_snapshot_revision{environment="production",project="default"}"#)
    );
    let passed_on = server.client().with_header("x-forwarded-for", "203.0.113.9");
    assert_eq!(passed_on.get("/metrics").status, 404);
}
