//! Writing the content of a version as JSON, in the form in which it is read.

use serde::{Serialize, Serializer};
use serde_json::{Map, Value as Json, json};

use super::{Audience, Content, Rule, Serve, Values};

impl Content {
    /// The content as JSON; reading it gives the same content.
    pub fn to_json(&self) -> Json {
        let prerequisite = |p: &super::Prerequisite| json!({"key": p.key.as_str(), "in": p.is_in});
        let variant = |v: &super::Variant| {
            json!({"name": v.name, "description": v.description, "values": values(&v.values),
                   "payload": v.payload})
        };
        let test_user =
            |t: &super::TestUser| json!({"user_id": t.user_id, "serve": t.serve.to_json()});
        let row = |row: &super::Row| {
            let rule = &row.rule;
            json!({"id": row.id, "audience": row.audience.to_json(), "enabled": rule.enabled,
                   "rollout": rule.rollout.to_json(), "serve": rule.serve.to_json()})
        };
        json!({
            "keys": self.keys.iter().map(|key| key.as_str()).collect::<Vec<_>>(),
            "bucket_by": self.bucket_by,
            "salt": self.salt,
            "prerequisites": self.prerequisites.iter().map(prerequisite).collect::<Vec<_>>(),
            "variants": self.variants.iter().map(variant).collect::<Vec<_>>(),
            "test_users": self.test_users.iter().map(test_user).collect::<Vec<_>>(),
            "rows": self.rows.iter().map(row).collect::<Vec<_>>(),
            "everyone_else": self.everyone_else.to_json(),
        })
    }
}

impl Serialize for Content {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_json().serialize(serializer)
    }
}

impl Rule {
    fn to_json(&self) -> Json {
        json!({"enabled": self.enabled, "rollout": self.rollout.to_json(),
               "serve": self.serve.to_json()})
    }
}

impl Audience {
    fn to_json(&self) -> Json {
        match self {
            Audience::Segment(slug) => json!({"segment": slug.as_str()}),
            Audience::Conditions(condition) => json!({"conditions": condition.to_json()}),
            Audience::Everyone => json!({"everyone": true}),
        }
    }
}

impl Serve {
    fn to_json(&self) -> Json {
        match self {
            Serve::Values(served) => json!({"values": values(served)}),
            Serve::Variant(name) => json!({"variant": name}),
            Serve::Split(shares) => {
                let share = |s: &super::Share| json!({"variant": s.variant, "weight": s.weight});
                json!({"split": shares.iter().map(share).collect::<Vec<_>>()})
            }
        }
    }
}

fn values(values: &Values) -> Map<String, Json> {
    values.iter().map(|(key, value)| (key.as_str().to_owned(), value.clone())).collect()
}
