//! What an explanation is asked for with.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::{
    body::optional_text,
    experiences::{self, KindInPath},
    member::Member,
};
use crate::{
    domain::{
        context::{Attribute, Attributes, Context, MaybeAttribute},
        reading::{Node, Problems},
    },
    operations::{OperationError, explaining::Rules},
    store::Connection,
};

/// The most keys that may be named.
const MOST_KEYS: usize = 500;
/// The fields of the body.
const FIELDS: [&str; 9] = [
    "environment",
    "user_id",
    "attributes",
    "key",
    "keys",
    "experience",
    "version",
    "at",
    "profile",
];

/// Whose values are asked for, and by which rules.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Explain)]
pub struct ExplainShape {
    /// The key of the environment.
    #[schema(example = "production")]
    pub environment: String,
    /// The user's id: text or a number.
    #[schema(value_type = Option<String>)]
    pub user_id: Option<Value>,
    /// What an app would say about the user: texts, numbers, booleans, and lists of these.
    #[schema(required = false, value_type = Object)]
    pub attributes: Value,
    /// The key; without it and without `keys` every key.
    pub key: Option<String>,
    /// Several keys.
    pub keys: Option<Vec<String>>,
    /// Whether what is stored about the user counts, as it does for apps; it does unless this is
    /// false.
    #[schema(required = false)]
    pub profile: bool,
    /// An experience, by its id, its slug or, of a feature flag, its key; goes with `version`.
    pub experience: Option<String>,
    /// The version of it that is tried out.
    pub version: Option<i32>,
    /// A moment in the past.
    pub at: Option<DateTime<Utc>>,
}

/// The same, read.
#[derive(Debug)]
pub struct Explain {
    /// The key of the environment.
    pub environment: String,
    /// What an app would say about the user.
    pub context: Context,
    /// The one key.
    pub key: Option<String>,
    /// Several keys.
    pub keys: Option<Vec<String>>,
    /// Whether what is stored about the user counts.
    pub profile: bool,
    experience: Option<String>,
    version: Option<i32>,
    at: Option<DateTime<Utc>>,
}

impl Explain {
    /// Reads the body.
    pub fn read(node: &Node<'_>, problems: &mut Problems) -> Option<Explain> {
        node.object(&FIELDS, problems)?;
        let environment = node.required("environment", problems);
        let environment = environment.and_then(|node| node.text(problems)).map(str::to_owned);
        let context = context(node, problems);
        let (key, keys) = (optional_text(node, "key", problems), keys(node, problems));
        if let (Some(_), Some(keys)) = (&key, node.field("keys")) {
            problems.push(keys.problem("Name one “key” or several “keys”, not both."));
        }
        let profile =
            node.field("profile").is_none_or(|node| node.boolean(problems) != Some(false));
        let explain = Explain {
            environment: environment.unwrap_or_default(),
            context: context?,
            key,
            keys,
            profile,
            experience: optional_text(node, "experience", problems),
            version: node.field("version").and_then(|node| version(&node, problems)),
            at: node.field("at").and_then(|node| moment(&node, problems)),
        };
        explain.check_rules(node, problems);
        Some(explain)
    }

    fn check_rules(&self, node: &Node<'_>, problems: &mut Problems) {
        match (node.field("experience"), node.field("version")) {
            (Some(experience), None) => {
                problems.push(experience.problem("Say which “version” of it to try out."));
            }
            (None, Some(version)) => {
                problems.push(version.problem("Say of which “experience” this is a version."));
            }
            (Some(_), Some(_)) => {
                if let Some(at) = node.field("at") {
                    problems.push(at.problem("A version is tried out now. Leave out “at” or it."));
                }
            }
            (None, None) => {}
        }
    }

    /// The rules that are asked for.
    ///
    /// # Errors
    /// [`OperationError::NotFound`] without that experience.
    pub fn rules(&self, conn: &mut Connection, member: &Member) -> Result<Rules, OperationError> {
        if let Some(at) = self.at {
            return Ok(Rules::At(at));
        }
        let (Some(named), Some(number)) = (&self.experience, self.version) else {
            return Ok(Rules::Live);
        };
        let flag = experiences::find(conn, member, KindInPath::FeatureFlags, named);
        let found = match flag {
            Err(OperationError::NotFound(_)) => {
                experiences::find(conn, member, KindInPath::ProductConfigs, named)
            }
            found => found,
        };
        let missing = |error| match error {
            OperationError::NotFound(_) => OperationError::NotFound("experience"),
            other => other,
        };
        let experience_id = found.map_err(missing)?.experience.id;
        Ok(Rules::Version { experience_id, number })
    }
}

fn context(node: &Node<'_>, problems: &mut Problems) -> Option<Context> {
    let user_id = node.field("user_id").and_then(|node| {
        let id = Attribute::from_json(node.json);
        let id = id.filter(|id| matches!(id, Attribute::Text(_) | Attribute::Number(_)));
        if id.is_none() {
            problems.push(node.problem("This must be text or a number."));
        }
        id
    });
    let attributes = node.field("attributes").map(|node| attributes(&node, problems));
    let attributes = attributes.unwrap_or_default();
    let context = Context::read(MaybeAttribute(user_id), attributes);
    let field = Node::at("attributes", node.json);
    context.map_err(|message| problems.push(field.problem(message))).ok()
}

fn attributes(node: &Node<'_>, problems: &mut Problems) -> Attributes {
    let mut attributes = Attributes::default();
    let Some(object) = node.json.as_object() else {
        problems.push(node.problem("This must be a JSON object."));
        return attributes;
    };
    for (name, value) in object {
        if let Some(attribute) = Attribute::from_json(value) {
            attributes.set(name, attribute);
        }
    }
    attributes
}

fn keys(node: &Node<'_>, problems: &mut Problems) -> Option<Vec<String>> {
    let field = node.field("keys")?;
    let items = field.list(problems)?;
    if items.len() > MOST_KEYS {
        problems.push(field.problem(format!("Name at most {MOST_KEYS} keys.")));
        return None;
    }
    let names = items.iter().map(|item| item.text(problems).map(str::to_owned));
    names.collect()
}

fn version(node: &Node<'_>, problems: &mut Problems) -> Option<i32> {
    let number = node.json.as_i64().and_then(|number| i32::try_from(number).ok());
    let number = number.filter(|number| *number > 0);
    if number.is_none() {
        problems.push(node.problem("This is the number of a version: 1, 2, ….".to_owned()));
    }
    number
}

fn moment(node: &Node<'_>, problems: &mut Problems) -> Option<DateTime<Utc>> {
    use chrono::Datelike as _;
    let moment = DateTime::parse_from_rfc3339(node.text(problems)?).ok();
    let moment = moment.map(|moment| moment.to_utc());
    let moment = moment.filter(|moment| (1970..=9998).contains(&moment.year()));
    if moment.is_none() {
        problems.push(node.problem("This is a moment such as 2026-03-02T10:00:00Z."));
    }
    moment
}
