//! An environment that tells the reference story: a flag for iPhone users in two cities.

use flagstaff::{
    delivery::{Credential, EnvironmentSource, KeyKind, SecretHash},
    domain::{
        experience::Kind,
        ruleset::source::{
            ExperienceSource, KeySource, PublicationSource, SegmentRule, SegmentSource, Source,
        },
        value::ValueType,
    },
};
use serde_json::json;
use uuid::Uuid;

/// The environment, with one client key that is `secret`.
pub fn environment(secret: &str) -> EnvironmentSource {
    let city = |slug: &str, city: &str| SegmentSource {
        id: Uuid::new_v4(),
        slug: slug.to_owned(),
        rule: SegmentRule::Conditions(json!({"all": [
            {"attribute": "platform", "operator": "is", "value": "iPhone"},
            {"attribute": "city", "operator": "is", "value": city},
        ]})),
    };
    let row = |segment: &str, rollout: u32| {
        json!({"audience": {"segment": segment}, "rollout": rollout,
               "serve": {"values": {"auto_playlist": true}}})
    };
    EnvironmentSource {
        id: Uuid::new_v4(),
        project: "default".to_owned(),
        environment: "production".to_owned(),
        source: Source {
            revision: 1,
            keys: vec![KeySource {
                id: Uuid::new_v4(),
                name: "auto_playlist".to_owned(),
                value_type: ValueType::Boolean,
                default_value: json!(false),
            }],
            segments: vec![city("iphone-ny", "New York"), city("iphone-miami", "Miami")],
            experiences: vec![ExperienceSource {
                id: Uuid::new_v4(),
                slug: "auto-playlist".to_owned(),
                kind: Kind::FeatureFlag,
                switched_on: true,
                active: PublicationSource {
                    id: Uuid::new_v4(),
                    version_id: Uuid::new_v4(),
                    version: 1,
                    content: json!({
                        "keys": ["auto_playlist"],
                        "rows": [row("iphone-ny", 20), row("iphone-miami", 30)],
                    }),
                    ramp: 10_000,
                    replaces: None,
                },
            }],
            stored_names: Vec::new(),
            teaches: Default::default(),
        },
        credentials: vec![Credential {
            id: Uuid::new_v4(),
            hash: SecretHash::of(secret),
            kind: KeyKind::Client,
        }],
    }
}
