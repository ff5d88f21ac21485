//! The demonstration: iPhone users of two cities, a feature flag and a product config.
//!
//! It is loaded through the same operations that everybody uses, by the admin that it brings.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::{
    Actor, Identity, OperationError, Origin,
    access::{
        Password, PasswordHasher,
        people::{self, NewPerson},
        sdk_keys,
    },
    contents::Draft,
    demo_users,
    editing::{self, NewExperience},
    keys::{self, NewKey},
    publishing::{self, Publish, Replaces},
    segments::{self, NewSegment},
    setup::FIRST_PROJECT,
};
use crate::{
    domain::{credential::Credential, experience::Kind, role::Role, value::ValueType},
    store::{
        Connection, Store, environments,
        environments::Environment,
        keys as stored_keys, people as stored_people,
        projects::{self, Project},
        sdk_keys::SdkKeyKind,
    },
};

const EMAIL: &str = "admin@example.com";
const ENVIRONMENT: &str = "production";

/// The database is empty, so what is loaded is all that counts against the limit of keys.
const KEYS: u32 = 2;

/// How to get into the demonstration.
#[derive(Debug)]
pub struct Demo {
    password: Password,
    client_key: Credential,
}

/// Loads the demonstration into a database that has neither people nor keys; into any other it
/// loads nothing. Replicas that start together load it once.
///
/// # Errors
/// [`OperationError::NotFound`] before the database is set up; those of the database.
pub fn load_into_empty(
    store: &Store,
    hasher: &PasswordHasher,
    now: DateTime<Utc>,
) -> Result<Option<Demo>, OperationError> {
    let password = Password::generate();
    let hash = hasher.hash(&password)?;
    store.write(|conn| {
        let project = projects::find_by_key(conn, FIRST_PROJECT)?
            .ok_or(OperationError::NotFound("project"))?;
        // Whoever comes second waits here, and then finds people.
        environments::lock_all(conn, project.id)?;
        if !is_empty(conn, &project)? {
            return Ok(None);
        }
        let environment = environments::find_by_key(conn, project.id, ENVIRONMENT)?
            .ok_or(OperationError::NotFound("environment"))?;
        let admin = NewPerson {
            email: EMAIL,
            name: "Demo Admin",
            password: &hash,
            role: Role::Admin,
            project: &project,
        };
        let person = people::add(conn, &Actor::command_line(), &admin)?;
        let actor = Actor::new(Identity::of_person(conn, person)?, Origin::default());
        load(conn, &actor, &environment)?;
        demo_users::load(conn, environment.id, now)?;
        let (_, client_key) =
            sdk_keys::create(conn, &actor, &environment, SdkKeyKind::Client, "Demo app")?;
        Ok(Some(Demo { password: password.clone(), client_key }))
    })
}

fn is_empty(conn: &mut Connection, project: &Project) -> Result<bool, OperationError> {
    Ok(stored_people::list(conn)?.is_empty() && stored_keys::count(conn, project.id)? == 0)
}

/// Loads it into an empty project.
pub(super) fn load(
    conn: &mut Connection,
    actor: &Actor,
    environment: &Environment,
) -> Result<(), OperationError> {
    let new_york = city(conn, actor, environment, "New York")?;
    let miami = city(conn, actor, environment, "Miami")?;
    let flag = json!({
        "keys": ["auto_playlist"],
        "rows": [
            row("r1", &new_york, 20.0, "auto_playlist", &json!(true)),
            row("r2", &miami, 30.0, "auto_playlist", &json!(true)),
        ],
    });
    let config = json!({
        "keys": ["dark_mode"],
        "rows": [
            row("r1", &new_york, 100.0, "dark_mode", &json!(3)),
            row("r2", &miami, 100.0, "dark_mode", &json!(4)),
        ],
    });
    let keys = [
        ("auto_playlist", ValueType::Boolean, json!(false), "Plays similar music by itself"),
        ("dark_mode", ValueType::Integer, json!(0), "Which dark theme the app shows"),
    ];
    for (name, value_type, default_value, description) in &keys {
        let new = NewKey {
            project_id: environment.project_id,
            name,
            value_type: *value_type,
            default_value,
            description,
            schema: None,
        };
        keys::create(conn, actor, &new, KEYS)?;
    }
    publish(conn, actor, environment, Kind::FeatureFlag, "Automatic playlist", &flag)?;
    publish(conn, actor, environment, Kind::ProductConfig, "Dark mode", &config)
}

/// Makes the segment of a city; answers its slug.
fn city(
    conn: &mut Connection,
    actor: &Actor,
    environment: &Environment,
    city: &str,
) -> Result<String, OperationError> {
    let conditions = json!({"all": [
        {"attribute": "device_model", "operator": "starts_with", "value": "iPhone"},
        {"attribute": "city", "operator": "is", "value": city},
    ]});
    let new = NewSegment {
        project_id: environment.project_id,
        name: &format!("iPhone users in {city}"),
        description: &format!("Whoever uses the app on an iPhone in {city}"),
        conditions: &conditions,
    };
    Ok(segments::create(conn, actor, &new)?.slug)
}

fn row(id: &str, segment: &str, rollout: f64, key: &str, value: &Value) -> Value {
    json!({
        "id": id, "audience": {"segment": segment}, "enabled": true, "rollout": rollout,
        "serve": {"values": {key: value}},
    })
}

fn publish(
    conn: &mut Connection,
    actor: &Actor,
    environment: &Environment,
    kind: Kind,
    name: &str,
    definition: &Value,
) -> Result<(), OperationError> {
    let new = NewExperience {
        project_id: environment.project_id,
        kind,
        name,
        description: "",
        tags: &["demo".to_owned()],
        owner_id: actor.person_id(),
        draft: Draft::Definition(definition),
        note: "The demonstration",
    };
    let (experience, version) = editing::create(conn, actor, &new)?;
    let request = Publish {
        experience_id: experience.id,
        environment_id: environment.id,
        version: version.number,
        replaces: Replaces::Nothing,
        note: "The demonstration",
    };
    publishing::publish(conn, actor, &request).map(drop)
}

impl Demo {
    /// How to sign in and to evaluate, for whoever started it; `address` is where it is served,
    /// without a slash at the end.
    pub fn in_words(&self, address: &str) -> String {
        let (password, key) = (self.password.expose(), self.client_key.secret());
        format!(
            "The demonstration is loaded.\n\
             Sign in as {EMAIL} with the password {password}, which is not shown again.\n\
             The client key of {ENVIRONMENT} is {key}. Try it:\n  \
             curl -s {address}/api/v1/feature-flags/auto_playlist/evaluate \\\n    \
             -H 'Authorization: Bearer {key}' -H 'Content-Type: application/json' \\\n    \
             -d '{{\"user_id\": \"ada\", \"attributes\": {{\"device_model\": \"iPhone 15\", \
             \"city\": \"New York\"}}}}'"
        )
    }
}
