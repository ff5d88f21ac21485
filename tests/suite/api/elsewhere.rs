//! Ids from elsewhere: whatever is of another project is answered like what does not exist.

use flagstaff::{domain::role::Role, routes};
use serde_json::{Value, json};

use super::{
    samples::{is_management, names_a_thing, samples},
    world::{Things, World},
};
use crate::support::{Answer, Client};

/// Things that nobody has.
fn nothing(foreign: &Things) -> Things {
    let id = "0198c0de-0000-7000-8000-000000000000".to_owned();
    Things {
        project: "nowhere".to_owned(),
        environment: "nowhere".to_owned(),
        key: "nothing".to_owned(),
        segment: "nothing".to_owned(),
        segment_id: id.clone(),
        flag: id.clone(),
        flag_key: foreign.flag_key.clone(),
        config: id.clone(),
        config_slug: foreign.config_slug.clone(),
        sdk_key: id.clone(),
        publication: id,
    }
}

struct Stage {
    world: World,
    admin: Client,
    member: Client,
    own: Things,
    foreign: Things,
}

fn stage() -> Stage {
    let world = World::new();
    let admin = world.member(Role::Admin);
    admin.post("/api/v1/projects", &json!({"key": "other", "name": "Other"})).expect(201);
    let own = Things::make(&admin, "default", "own");
    let foreign = Things::make(&admin, "other", "foreign");
    let member = world.member(Role::ProductManager);
    Stage { world, admin, member, own, foreign }
}

/// Status and body, but for what differs in every answer.
fn said(answer: &Answer) -> (u16, Value) {
    let mut body = if answer.text.is_empty() { Value::Null } else { answer.json() };
    body.as_object_mut().map(|body| body.remove("request_id"));
    (answer.status, body)
}

#[test]
fn what_is_of_another_project_is_answered_like_what_does_not_exist() {
    let Stage { world, member, foreign, .. } = stage();
    let nothing = nothing(&foreign);
    let before = world.fingerprint();
    for row in routes::all().iter().filter(|row| is_management(row) && names_a_thing(row)) {
        let pairs = samples(row, &foreign, "x").into_iter().zip(samples(row, &nothing, "x"));
        for (there, nowhere) in pairs {
            let send = |path: &str| match &there.body {
                Some(body) => member.json(&there.method, path, body),
                None => member.send(&there.method, path, None),
            };
            let (one, other) = (said(&send(&there.path)), said(&send(&nowhere.path)));
            assert_eq!(one, other, "{} {}", there.method, there.path);
            assert!(matches!(one.0, 403 | 404), "{} {}: {one:?}", there.method, there.path);
        }
    }
    assert_eq!(world.fingerprint(), before);
}

#[test]
fn names_and_slugs_of_another_project_lead_nowhere() {
    let Stage { world: _world, member, foreign, .. } = stage();
    for path in [
        format!("feature-flags/{}", foreign.flag_key),
        format!("feature-flags/{}/versions", foreign.flag_key),
        format!("product-configs/{}", foreign.config_slug),
        format!("segments/{}", foreign.segment),
        format!("keys/{}", foreign.key),
    ] {
        member.get(&format!("/api/v1/{path}")).expect(404);
    }
}

#[test]
fn a_flag_is_no_config_and_a_config_no_flag() {
    let Stage { world: _world, member, own, .. } = stage();
    for path in [
        format!("product-configs/{}", own.flag),
        format!("product-configs/{}/versions", own.flag),
        format!("feature-flags/{}", own.config),
        format!("feature-flags/{}/publications", own.config),
    ] {
        member.get(&format!("/api/v1/{path}")).expect(404);
    }
}

#[test]
fn ids_in_bodies_and_queries_from_elsewhere_are_refused_like_unknown_ones() {
    let Stage { world, admin, member, own, foreign } = stage();
    world.add_person("stranger@x.org", Role::Developer, "other");
    let stranger =
        world.store.read(|conn| flagstaff::store::people::find_by_email(conn, "stranger@x.org"));
    let stranger = stranger.unwrap().unwrap().id.to_string();
    let nobody = "0198c0de-0000-7000-8000-000000000000";
    let foreign_cursor = foreign_cursor(&admin);
    let before = world.fingerprint();
    let flag = format!("/api/v1/feature-flags/{}", own.flag);
    let publish = format!("{flag}/versions/1/publish");
    let replaces = |id: &str| json!({"environment": "staging", "replaces": id});
    let into = |place: &str| json!({"environment": place, "replaces": null});
    let owner = |id: &str| json!({"name": "x", "keys": [], "owner_id": id});
    let holding = |key: &str| json!({"name": "x", "keys": [key]});
    let naming =
        |segment: &str| json!({"name": "x", "conditions": {"all": [{"segment": segment}]}});
    let sdk_key = |place: &str| json!({"environment": place, "kind": "client", "name": "x"});
    for (path, theirs, unknown) in [
        (publish.as_str(), into(&foreign.environment), into("nowhere")),
        ("/api/v1/product-configs", owner(&stranger), owner(nobody)),
        ("/api/v1/sdk-keys", sdk_key(&foreign.environment), sdk_key("nowhere")),
    ] {
        let (one, other) = (said(&member.post(path, &theirs)), said(&member.post(path, &unknown)));
        assert_eq!(one, other, "{path}");
        assert!(matches!(one.0, 404 | 422), "{path}: {one:?}");
    }
    // These answers name what was asked for, so only their kind can be the same.
    for (path, theirs, unknown) in [
        (publish.as_str(), replaces(&foreign.publication), replaces(nobody)),
        ("/api/v1/product-configs", holding(&foreign.key), holding("nothing")),
        ("/api/v1/segments", naming(&foreign.segment), naming("nothing")),
    ] {
        let (one, other) = (member.post(path, &theirs), member.post(path, &unknown));
        assert_eq!(one.status, other.status, "{path}");
        assert!(matches!(one.status, 409 | 422), "{path}: {}", one.text);
    }
    let list = |cursor: &str| member.get(&format!("/api/v1/keys?limit=1&cursor={cursor}"));
    assert_eq!(said(&list(&foreign_cursor)), said(&list(nobody)));
    list(nobody).expect(422);
    assert_eq!(world.fingerprint(), before);
}

fn foreign_cursor(admin: &Client) -> String {
    let page = admin.get("/api/v1/keys?project=other&limit=1").expect(200);
    page["next_cursor"].as_str().unwrap().to_owned()
}

#[test]
fn somebody_with_several_projects_has_to_name_one_and_gets_that_one() {
    let Stage { world: _world, admin, member, own, foreign } = stage();
    admin.get("/api/v1/keys").expect(400);
    let names = |client: &Client, path: &str| -> Vec<String> {
        let page = client.get(path).expect(200);
        let items = page["items"].as_array().unwrap();
        items.iter().map(|key| key["name"].as_str().unwrap().to_owned()).collect()
    };
    assert!(names(&admin, "/api/v1/keys?project=other").contains(&foreign.key));
    assert!(!names(&admin, "/api/v1/keys?project=default").contains(&foreign.key));
    assert!(names(&member, "/api/v1/keys").contains(&own.key));
    member.get("/api/v1/keys?project=other").expect(404);
}
