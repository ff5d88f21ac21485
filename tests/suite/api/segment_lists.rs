//! Lists of users over REST, and the revisions of every segment.

use flagstaff::domain::role::Role;
use serde_json::{Value, json};

use super::world::World;
use crate::support::{Answer, Client};

const VIP: &str = "/api/v1/segments/vip";

fn with_list(client: &Client) {
    let list = client.post("/api/v1/segments", &json!({"name": "VIP", "kind": "list"})).expect(201);
    assert_eq!((&list["kind"], &list["members"]), (&json!("list"), &json!(0)));
    assert_eq!(list["conditions"], Value::Null);
}

fn put(client: &Client, query: &str, csv: &[u8]) -> Answer {
    let client = client.with_header("content-type", "text/csv");
    client.send("PUT", &format!("{VIP}/members{query}"), Some(csv))
}

#[test]
fn users_are_uploaded_told_and_downloaded_again() {
    let world = World::new();
    let client = world.member(Role::Developer);
    with_list(&client);
    let csv = "\u{feff}user_id,name\r\nu2,x\r\n\r\n\"u,1\",y\r\nU2,z\r\nu2,again\r\n";
    let filled = put(&client, "?mode=replace", csv.as_bytes()).expect(200);
    assert_eq!(filled, json!({"revision": 2, "members": 3, "added": 3, "removed": 0}));
    let added = put(&client, "?mode=add", b"u2\nu3").expect(200);
    assert_eq!(added, json!({"revision": 3, "members": 4, "added": 1, "removed": 0}));
    let same = put(&client, "?mode=add", b"u3").expect(200);
    assert_eq!(same, json!({"revision": 3, "members": 4, "added": 0, "removed": 0}));
    assert_eq!(client.get(VIP).expect(200)["members"], 4);

    let file = client.get(&format!("{VIP}/members"));
    assert_eq!(file.header("content-type"), Some("text/csv; charset=utf-8"));
    assert_eq!(file.text, "user_id\r\nU2\r\n\"u,1\"\r\nu2\r\nu3\r\n");
    assert_eq!(put(&client, "", file.text.as_bytes()).expect(200)["revision"], 3);

    let copy = client.post(&format!("{VIP}/clone"), &json!({"name": "Copy"})).expect(201);
    assert_eq!((&copy["members"], &copy["kind"]), (&json!(4), &json!("list")));
    client.post(&format!("{VIP}/archive"), &json!({})).expect(200);
    assert_eq!(put(&client, "", b"u9").status, 409);
    let back = client.post(&format!("{VIP}/unarchive"), &json!({})).expect(200);
    assert_eq!(back["members"], 4);
}

#[test]
fn a_bad_line_is_named_and_nothing_is_changed() {
    let world = World::new();
    let client = world.member(Role::Developer);
    with_list(&client);
    put(&client, "", b"u1").expect(200);
    let before = world.fingerprint();
    let long = format!("u1\nu2\n{}\n", "x".repeat(1_025));
    for (csv, line, words) in [
        (long.as_bytes(), 3, "longer than 1024 bytes"),
        (b"u1\n\nu\xff\n".as_slice(), 3, "not UTF-8"),
        (b"u1\nu\x002\n", 2, "U+0000"),
        (b"u1,x\n,y\n", 2, "no user id in the first column"),
        (b"u1\n\"u2\nu3\n", 2, "quotation mark"),
    ] {
        let problem = put(&client, "?mode=replace", csv).expect(422);
        assert_eq!(problem["line"], line, "{problem}");
        assert_eq!(problem["errors"][0]["field"], format!("line {line}"));
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains(words) && detail.contains(&format!("Line {line}")), "{detail}");
    }
    assert_eq!(world.fingerprint(), before);
}

#[test]
fn what_is_no_upload_is_refused_in_words() {
    let world = World::new();
    let client = world.member(Role::Developer);
    with_list(&client);
    let problem = put(&client, "?mode=merge", b"u1").expect(422);
    assert_eq!(problem["errors"][0]["field"], "mode");
    let as_json = client.json("PUT", &format!("{VIP}/members"), &json!(["u1"])).expect(415);
    assert!(as_json["detail"].as_str().unwrap().contains("text/csv"));
    put(&client.with_header("content-encoding", "gzip"), "", b"u1").expect(415);
    let stale = put(&client.with_header("if-match", "\"7\""), "", b"u1").expect(409);
    assert_eq!(stale["newest"]["revision"], 1);
    let conditions = json!({"all": [{"attribute": "plan", "operator": "is", "value": "pro"}]});
    let both = json!({"name": "Both", "kind": "list", "conditions": conditions});
    let problem = client.post("/api/v1/segments", &both).expect(422);
    assert_eq!(problem["errors"][0]["field"], "conditions");
    let problem = client.json("PUT", VIP, &json!({"conditions": conditions})).expect(422);
    assert_eq!(problem["errors"][0]["field"], "conditions");
    let kind = json!({"name": "X", "kind": "people"});
    assert_eq!(client.post("/api/v1/segments", &kind).expect(422)["errors"][0]["field"], "kind");
    world.member(Role::Viewer).with_header("content-type", "text/csv");
    assert_eq!(put(&world.member(Role::Viewer), "", b"u1").status, 403);
}

#[test]
fn revisions_of_lists_are_told_compared_and_restored() {
    let world = World::new();
    let client = world.member(Role::Developer);
    with_list(&client);
    put(&client, "", b"u1\nu2").expect(200);
    put(&client, "", b"u2\nu3").expect(200);
    let revisions = client.get(&format!("{VIP}/revisions?limit=2")).expect(200);
    let newest = &revisions["items"][0];
    assert_eq!((&newest["revision"], &newest["author"]), (&json!(3), &json!("developer@x.org")));
    assert_eq!(newest["changes"], json!(["Replaced: 1 added, 1 removed."]));
    assert_eq!(
        newest["list"],
        json!({"change": "replace", "members": 2, "added": 1, "removed": 1})
    );
    let rest = client.get(&format!("{VIP}/revisions?limit=2&cursor=2")).expect(200);
    assert_eq!(rest["items"][0]["changes"], json!(["Created with nobody in it."]));
    assert_eq!(rest["next_cursor"], Value::Null);

    let older = client.get(&format!("{VIP}/revisions/2")).expect(200);
    assert_eq!(older["changes_to_newest"], json!(["Added: u1.", "Removed: u3."]));
    let restored = client.post(&format!("{VIP}/revisions/2/restore"), &json!({})).expect(200);
    assert_eq!((&restored["revision"], &restored["members"]), (&json!(4), &json!(2)));
    assert_eq!(client.get(&format!("{VIP}/members")).text, "user_id\r\nu1\r\nu2\r\n");
    for n in ["9", "0", "x"] {
        client.get(&format!("{VIP}/revisions/{n}")).expect(404);
        client.post(&format!("{VIP}/revisions/{n}/restore"), &json!({})).expect(404);
    }
}

#[test]
fn revisions_of_conditions_are_told_in_words() {
    let world = World::new();
    let client = world.member(Role::Developer);
    let within = |cities: &[&str]| json!({"all": [{"attribute": "city", "operator": "in", "value": cities}]});
    let new = json!({"name": "Towns", "conditions": within(&["Bath"])});
    client.post("/api/v1/segments", &new).expect(201);
    let towns = "/api/v1/segments/towns";
    client.json("PUT", towns, &json!({"conditions": within(&["Bath", "Wells"])})).expect(200);
    let revisions = client.get(&format!("{towns}/revisions")).expect(200);
    let changes = |place: usize| revisions["items"][place]["changes"][0].clone();
    assert_eq!(changes(0), "city is one of: added “Wells”.");
    assert_eq!(changes(1), "First: city is one of “Bath”.");
    let first = client.get(&format!("{towns}/revisions/1")).expect(200);
    assert_eq!(first["conditions"], within(&["Bath"]));
    assert_eq!(first["changes_to_newest"], json!(["city is one of: taken out “Wells”."]));
    let restored = client.post(&format!("{towns}/revisions/1/restore"), &json!({})).expect(200);
    assert_eq!(restored["conditions"], within(&["Bath"]));
}
