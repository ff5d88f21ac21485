//! What stands beside the flag of the story.

use flagstaff::{
    domain::{experience::Kind, value::ValueType},
    operations::{
        Actor, OperationError,
        editing::{self, Draft, NewExperience},
        keys::{self, NewKey},
        publishing::{self, Publish, Replaces},
    },
};
use serde_json::json;
use uuid::Uuid;

use super::story::{AUTO_PLAYLIST, Story};

impl Story {
    /// A product config, live in production: it gives 4 to its first key for users in New York. The
    /// keys are whole numbers, made for it, with the default 3.
    pub fn config(&self, name: &str, keys: &[&str]) -> Uuid {
        let (actor, project_id) = (Actor::command_line(), self.production.project_id);
        let row = json!({"audience": {"segment": "iphone-users-in-new-york"},
                         "serve": {"values": {keys[0]: 4}}});
        let made = self.store.write(|conn| {
            for name in keys {
                let key = NewKey {
                    project_id,
                    name,
                    value_type: ValueType::Integer,
                    default_value: &json!(3),
                    description: "",
                    schema: None,
                };
                keys::create(conn, &actor, &key, 500)?;
            }
            let config = NewExperience {
                project_id,
                kind: Kind::ProductConfig,
                name,
                description: "",
                tags: &[],
                owner_id: None,
                draft: Draft::Definition(&json!({"keys": keys, "rows": [row]})),
                note: "",
            };
            let (config, _) = editing::create(conn, &actor, &config)?;
            let publish = Publish {
                experience_id: config.id,
                environment_id: self.production.id,
                version: 1,
                replaces: Replaces::Nothing,
                note: "",
            };
            publishing::publish(conn, &actor, &publish)?;
            Ok::<_, OperationError>(config.id)
        });
        made.unwrap()
    }

    /// A draft of a flag that requires the story's key to be true.
    pub fn requiring_flag(&self, name: &str, key: &str) {
        let (actor, project_id) = (Actor::command_line(), self.production.project_id);
        let needed = json!([{"key": AUTO_PLAYLIST, "in": [true]}]);
        let made = self.store.write(|conn| {
            let new = NewKey {
                project_id,
                name: key,
                value_type: ValueType::Boolean,
                default_value: &json!(false),
                description: "",
                schema: None,
            };
            keys::create(conn, &actor, &new, 500)?;
            let flag = NewExperience {
                project_id,
                kind: Kind::FeatureFlag,
                name,
                description: "",
                tags: &[],
                owner_id: None,
                draft: Draft::Definition(&json!({"keys": [key], "prerequisites": needed})),
                note: "",
            };
            editing::create(conn, &actor, &flag)
        });
        made.unwrap();
    }
}
