//! Writing the content of a version as JSON, in the form in which it is read.

use serde::{Serialize, Serializer};
use serde_json::{Map, Value as Json, json};

use super::{Audience, Content, Prerequisite, Row, Rule, Serve, Share, TestUser, Values, Variant};

impl Content {
    /// The content as JSON; reading it gives the same content.
    pub fn to_json(&self) -> Json {
        json!({
            "keys": self.keys.iter().map(|key| key.as_str()).collect::<Vec<_>>(),
            "bucket_by": self.bucket_by,
            "salt": self.salt,
            "prerequisites": list(&self.prerequisites, Prerequisite::to_json),
            "variants": list(&self.variants, Variant::to_json),
            "test_users": list(&self.test_users, TestUser::to_json),
            "rows": list(&self.rows, Row::to_json),
            "everyone_else": self.everyone_else.to_json(),
        })
    }
}

impl Serialize for Content {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_json().serialize(serializer)
    }
}

impl Prerequisite {
    pub(super) fn to_json(&self) -> Json {
        json!({"key": self.key.as_str(), "in": self.is_in})
    }
}

impl Variant {
    pub(super) fn to_json(&self) -> Json {
        json!({"name": self.name, "description": self.description,
               "values": values(&self.values), "payload": self.payload})
    }
}

impl TestUser {
    pub(super) fn to_json(&self) -> Json {
        json!({"user_id": self.user_id, "serve": self.serve.to_json()})
    }
}

impl Row {
    pub(super) fn to_json(&self) -> Json {
        let rule = &self.rule;
        json!({"id": self.id, "audience": self.audience.to_json(), "enabled": rule.enabled,
               "rollout": rule.rollout.to_json(), "serve": rule.serve.to_json()})
    }
}

impl Rule {
    fn to_json(&self) -> Json {
        json!({"enabled": self.enabled, "rollout": self.rollout.to_json(),
               "serve": self.serve.to_json()})
    }
}

impl Audience {
    pub(super) fn to_json(&self) -> Json {
        match self {
            Audience::Segment(slug) => json!({"segment": slug.as_str()}),
            Audience::Conditions(condition) => json!({"conditions": condition.to_json()}),
            Audience::Everyone => json!({"everyone": true}),
        }
    }
}

impl Serve {
    pub(super) fn to_json(&self) -> Json {
        match self {
            Serve::Values(served) => json!({"values": values(served)}),
            Serve::Variant(name) => json!({"variant": name}),
            Serve::Split(shares) => {
                let share = |s: &Share| json!({"variant": s.variant, "weight": s.weight});
                json!({"split": list(shares, share)})
            }
        }
    }
}

fn list<T>(items: &[T], json: impl Fn(&T) -> Json) -> Vec<Json> {
    items.iter().map(json).collect()
}

fn values(values: &Values) -> Map<String, Json> {
    values.iter().map(|(key, value)| (key.as_str().to_owned(), value.clone())).collect()
}
