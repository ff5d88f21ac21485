use chrono::Utc;
use flagstaff::{
    domain::known_user::KnownUser,
    population::{Population, Sample},
    store,
};
use serde_json::{Value as Json, json};

use super::world::World;
use crate::support::{Client, eventually};

const ONE: &str = "/api/v1/feature-flags/auto_playlist/evaluate";
const ALL: &str = "/api/v1/evaluate";

fn known(world: &World, user: &str) -> Option<KnownUser> {
    let environment_id = world.story.production.id;
    world.story.store.read(|conn| store::population::find(conn, environment_id, user)).unwrap()
}

fn becomes_known(world: &World, user: &str) -> KnownUser {
    eventually("the user is known", || known(world, user))
}

fn said(user: &KnownUser) -> Json {
    let attributes = user.context.attributes().iter();
    attributes.map(|(name, value)| (name.to_owned(), value.to_json())).collect()
}

fn ask(app: &Client, question: &Json) -> Json {
    app.post(ONE, question).expect(200)["value"].clone()
}

#[test]
fn an_evaluation_teaches_who_is_there_and_what_conditions_use() {
    let world = World::new();
    let attributes = json!({"city": "New York", "platform": "iPhone", "seats": 3});
    ask(&world.app(), &json!({"user_id": "ann", "attributes": attributes}));
    let ann = becomes_known(&world, "ann");
    assert_eq!(said(&ann), json!({"user_id": "ann", "city": "New York", "platform": "iPhone"}));
    assert!(ann.profile.properties.is_empty());
}

#[test]
fn what_changes_is_learned_and_what_is_left_out_stays() {
    let world = World::new();
    let app = world.app();
    ask(&app, &json!({"user_id": "ann", "attributes": {"city": "New York"}}));
    becomes_known(&world, "ann");
    app.post(ALL, &json!({"user_id": "ann", "attributes": {"platform": "iPhone"}})).expect(200);
    eventually("both are known", || {
        let wanted = json!({"user_id": "ann", "city": "New York", "platform": "iPhone"});
        (said(&known(&world, "ann").unwrap()) == wanted).then_some(())
    });
}

#[test]
fn what_is_learned_decides_nothing() {
    let world = World::new();
    let app = world.app();
    let row = json!({"audience": {"segment": "iphone-users-in-new-york"},
                     "serve": {"values": {"auto_playlist": true}}});
    world.story.publish(world.story.save(1, &json!({"keys": ["auto_playlist"], "rows": [row]})));
    let in_new_york = json!({"city": "New York", "platform": "iPhone"});
    let question = json!({"user_id": "ann", "attributes": in_new_york});
    eventually("the flag is on", || (ask(&app, &question) == json!(true)).then_some(()));
    becomes_known(&world, "ann");
    assert_eq!(ask(&app, &json!({"user_id": "ann"})), json!(false));
}

#[test]
fn who_is_asked_about_without_counting_stays_unknown() {
    let world = World::new();
    let app = world.app();
    app.post(ONE, &json!({"user_id": "quiet", "count": false})).expect(200);
    app.post(ALL, &json!({"user_id": "quiet", "count": false})).expect(200);
    app.post(ONE, &json!({"user_id": "nul\u{0}"})).expect(200);
    app.post(ONE, &json!({"user_id": ""})).expect(200);
    app.post(ONE, &json!({"attributes": {"city": "Rome"}})).expect(200);
    app.post("/ofrep/v1/evaluate/flags", &json!({"context": {"targetingKey": "later"}}))
        .expect(200);
    becomes_known(&world, "later");
    let production = world.story.production.id;
    let all =
        world.story.store.read(|conn| store::population::sample(conn, production, 10)).unwrap();
    let ids: Vec<&str> = all.iter().map(|placed| placed.user.id.as_ref()).collect();
    assert_eq!(ids, ["later"]);
}

#[test]
fn a_sample_follows_what_is_learned_and_forgets_who_is_forgotten() {
    let world = World::new();
    let (app, production) = (world.app(), world.story.production.id);
    let population = Population::new(world.story.store.clone());
    let ids = |sample: &Sample| -> Vec<String> {
        let mut ids: Vec<String> = sample.users().map(|user| user.id.to_string()).collect();
        ids.sort();
        ids
    };
    let sample = || population.sample(production, Utc::now()).unwrap();
    assert_eq!(sample().known(), 0);
    for user in ["ann", "bob"] {
        ask(&app, &json!({"user_id": user}));
    }
    eventually("both are in the sample", || (ids(&sample()) == ["ann", "bob"]).then_some(()));
    assert!(sample().is_whole());
    population.forget(production, "ann");
    assert_eq!(ids(&sample()), ["bob"]);
}
