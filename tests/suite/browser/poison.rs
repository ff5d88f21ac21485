//! A house where everything that has a text has one that means harm.

use flagstaff::{
    domain::{experience::Kind, value::ValueType},
    operations::{
        Actor, OperationError,
        editing::{self, Draft, NewExperience},
        environments::{self as places, EnvironmentEdit},
        keys::{self, NewKey},
        projects as plans,
        publishing::{self, Publish, Replaces},
        segments::{self, NewSegment},
    },
    store::{Connection, environments::Environment, people, profiles::Reporter, projects::Project},
};
use serde_json::{Value, json};

use super::{House, payloads::PAYLOADS};
use crate::support::story::Story;

/// Takes the house of the story and writes a payload, or all of them, wherever texts go.
pub fn poisoned() -> House {
    let house = House::with_people();
    let story = Story::begin_on(&house.pages.database.url());
    // Each payload as a user's id, quoted as CSV wants it.
    let quoted = PAYLOADS.map(|payload| format!("\"{}\"\n", payload.replace('"', "\"\"")));
    story.list("VIP", "u1");
    story.list("VIP", &quoted.concat());
    let written = story.store.write(|conn| {
        let actor = Actor::command_line();
        let production = &story.production;
        let project = flagstaff::store::projects::find(conn, production.project_id)?.unwrap();
        for (number, payload) in PAYLOADS.iter().enumerate() {
            write(conn, &actor, &project, production, &format!("k{number}"), payload)?;
        }
        let admin = people::find_by_email(conn, "admin@example.com")?.unwrap();
        people::set_name(conn, admin.id, PAYLOADS[3])?;
        plans::rename(conn, &actor, project.id, PAYLOADS[4])?;
        let renamed = EnvironmentEdit { name: Some(PAYLOADS[3]), ..EnvironmentEdit::default() };
        places::edit(conn, &actor, production.id, &renamed)?;
        Ok::<_, OperationError>(())
    });
    written.unwrap();
    story.config("Theme", &["dark_mode", "banner"]);
    story.hears(Reporter::Server, &reports("of a server"));
    story.hears(Reporter::Client, &reports("of a client"));
    house
}

/// Users who are called so, and one who does and has all of it.
fn reports(whose: &str) -> Vec<Value> {
    let report = |(number, payload): (usize, &&str)| {
        let text = format!("{payload} {whose}");
        [
            json!({"id": format!("1-{number}"), "user_id": text, "event": "Seen"}),
            json!({"id": format!("2-{number}"), "user_id": "ada/1", "event": text,
                   "set": {payload.to_string(): text}}),
        ]
    };
    PAYLOADS.iter().enumerate().flat_map(report).collect()
}

/// A key, a segment and a flag of that payload, which is live.
fn write(
    conn: &mut Connection,
    actor: &Actor,
    project: &Project,
    production: &Environment,
    key: &str,
    payload: &str,
) -> Result<(), OperationError> {
    let (project_id, all) = (project.id, PAYLOADS.join("\n"));
    let text = format!("{key}_text");
    for (name, value_type, default_value) in
        [(key, ValueType::Boolean, json!(false)), (&text, ValueType::String, json!(payload))]
    {
        let default_value = &default_value;
        let new =
            NewKey { project_id, name, value_type, default_value, description: &all, schema: None };
        keys::create(conn, actor, &new, 500)?;
    }
    let conditions = json!({"all": [{"attribute": "plan", "operator": "in", "value": PAYLOADS}]});
    let new = NewSegment { project_id, name: payload, description: &all, conditions: &conditions };
    let segment = segments::create(conn, actor, &new)?;
    let content = json!({"keys": [key], "rows": [{"audience": {"segment": segment.slug},
                         "rollout": 20, "serve": {"values": {key: true}}}],
                         "test_users": [{"user_id": payload, "serve": {"values": {key: true}}}]});
    let tags = [payload.chars().take(50).collect::<String>()];
    let new = NewExperience {
        project_id,
        kind: Kind::FeatureFlag,
        name: payload,
        description: &all,
        tags: &tags,
        owner_id: None,
        draft: Draft::Definition(&content),
        note: &all,
    };
    let (flag, _) = editing::create(conn, actor, &new)?;
    let publish = Publish {
        experience_id: flag.id,
        environment_id: production.id,
        version: 1,
        replaces: Replaces::Anything,
        note: &all,
    };
    publishing::publish(conn, actor, &publish)?;
    Ok(())
}
