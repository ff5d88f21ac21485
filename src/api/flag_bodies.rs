//! Feature flags in short form, as they are sent.

use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{body::optional_text, experience_bodies::texts};
use crate::{
    domain::reading::{Node, Problems},
    operations::{flags::FlagStatus, short_form},
};

/// A flag to be, in short form.
#[derive(Debug, ToSchema)]
pub struct NewFlag {
    /// The name of its key: a free boolean key, which is created where there is none.
    #[schema(example = "new-checkout-flow")]
    key: String,
    /// Its name; else the key's.
    name: Option<String>,
    /// What it is for.
    #[schema(required = false)]
    description: String,
    /// Words to find it by.
    #[schema(required = false)]
    tags: Vec<String>,
    /// The key's default; else the one that the key has, or false.
    default_value: Option<bool>,
    /// The share that gets the other value, in percent; else 100.
    #[schema(value_type = Option<f64>, example = 10)]
    rollout_percentage: Option<Value>,
    /// Whom it is for: a list, all of which must hold, or a tree of `any`, `all` and `not`.
    #[schema(example = json!([{"attribute": "plan", "operator": "equals", "value": "pro"}]))]
    targeting_rules: Option<Value>,
    /// `DRAFT`, `ACTIVE` (publishes and switches on) or `INACTIVE`; else `DRAFT`.
    #[schema(value_type = Option<String>)]
    status: Option<FlagStatus>,
    /// The key of the environment that the status is about; else `production`.
    pub environment: Option<String>,
    /// Why.
    #[schema(required = false)]
    note: String,
}

/// A change of a flag in short form; what is left out stays.
#[derive(Debug, ToSchema)]
pub struct FlagEdit {
    /// Must be the name of its key.
    key: Option<String>,
    /// Its name.
    name: Option<String>,
    /// What it is for.
    description: Option<String>,
    /// Words to find it by.
    tags: Option<Vec<String>>,
    /// Must be the key's default.
    default_value: Option<bool>,
    /// The share that gets the other value, in percent.
    #[schema(value_type = Option<f64>, example = 10)]
    rollout_percentage: Option<Value>,
    /// Whom it is for.
    targeting_rules: Option<Value>,
    /// `ACTIVE` publishes and switches on, `INACTIVE` switches off, `ARCHIVED` archives.
    #[schema(value_type = Option<String>)]
    status: Option<FlagStatus>,
    /// Whether a new version is published where the flag is published already; else true.
    publish: Option<bool>,
    /// Whether `ARCHIVED` is meant although apps still ask for its key; else false.
    despite_deliveries: Option<bool>,
    /// The key of the environment that the status is about; else `production`.
    pub environment: Option<String>,
    /// Why.
    #[schema(required = false)]
    note: String,
}

/// The fields of both.
const FIELDS: [&str; 10] = [
    "key",
    "name",
    "description",
    "tags",
    "default_value",
    "rollout_percentage",
    "targeting_rules",
    "status",
    "environment",
    "note",
];

impl NewFlag {
    /// Reads a flag to be.
    pub fn read(node: &Node<'_>, problems: &mut Problems) -> Option<NewFlag> {
        node.object(&FIELDS, problems)?;
        let key = node.required("key", problems).and_then(|node| node.text(problems));
        let edit = FlagEdit::of_fields(node, problems);
        Some(NewFlag {
            key: key?.to_owned(),
            name: edit.name,
            description: edit.description.unwrap_or_default(),
            tags: edit.tags.unwrap_or_default(),
            default_value: edit.default_value,
            rollout_percentage: edit.rollout_percentage,
            targeting_rules: edit.targeting_rules,
            status: edit.status,
            environment: edit.environment,
            note: edit.note,
        })
    }

    /// What the operation is asked for.
    pub fn operation(&self, project_id: Uuid, environment_id: Uuid) -> short_form::NewFlag<'_> {
        short_form::NewFlag {
            project_id,
            environment_id,
            key: &self.key,
            name: self.name.as_deref(),
            description: &self.description,
            tags: &self.tags,
            default_value: self.default_value,
            rollout_percentage: self.rollout_percentage.as_ref(),
            targeting_rules: self.targeting_rules.as_ref(),
            status: self.status,
            note: &self.note,
        }
    }
}

impl FlagEdit {
    /// Reads a change.
    pub fn read(node: &Node<'_>, problems: &mut Problems) -> Option<FlagEdit> {
        let [a, b, c, d, e, f, g, h, i, j] = FIELDS;
        let own = ["publish", "despite_deliveries"];
        node.object(&[a, b, c, d, e, f, g, h, i, j, own[0], own[1]], problems)?;
        Some(FlagEdit::of_fields(node, problems))
    }

    fn of_fields(node: &Node<'_>, problems: &mut Problems) -> FlagEdit {
        FlagEdit {
            key: optional_text(node, "key", problems),
            name: optional_text(node, "name", problems),
            description: optional_text(node, "description", problems),
            tags: node.field("tags").and_then(|node| texts(&node, problems)),
            default_value: node.field("default_value").and_then(|node| node.boolean(problems)),
            rollout_percentage: node.field("rollout_percentage").map(|node| node.json.clone()),
            targeting_rules: node.field("targeting_rules").map(|node| node.json.clone()),
            status: node.field("status").and_then(|node| status(&node, problems)),
            despite_deliveries: node
                .field("despite_deliveries")
                .and_then(|node| node.boolean(problems)),
            publish: node.field("publish").and_then(|node| node.boolean(problems)),
            environment: optional_text(node, "environment", problems),
            note: optional_text(node, "note", problems).unwrap_or_default(),
        }
    }

    /// What the operation is asked for.
    pub fn operation(&self, environment_id: Uuid) -> short_form::FlagEdit<'_> {
        short_form::FlagEdit {
            environment_id,
            key: self.key.as_deref(),
            name: self.name.as_deref(),
            description: self.description.as_deref(),
            tags: self.tags.as_deref(),
            default_value: self.default_value,
            rollout_percentage: self.rollout_percentage.as_ref(),
            targeting_rules: self.targeting_rules.as_ref(),
            status: self.status,
            publish: self.publish.unwrap_or(true),
            despite_deliveries: self.despite_deliveries.unwrap_or(false),
            note: &self.note,
        }
    }
}

fn status(node: &Node<'_>, problems: &mut Problems) -> Option<FlagStatus> {
    let status = FlagStatus::parse(node.text(problems)?);
    if status.is_none() {
        let names = FlagStatus::ALL.map(FlagStatus::as_str).join(", ");
        problems.push(node.problem(format!("This is one of {names}.")));
    }
    status
}
