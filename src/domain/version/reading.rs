//! Reading the content of a version, with every problem named by its field.

use std::collections::HashSet;

use serde_json::Value as Json;

use super::{
    Audience, Content, LARGEST_WEIGHT, MOST_DESCRIPTION_BYTES, MOST_KEYS, MOST_PREREQUISITES,
    MOST_ROWS, MOST_TEST_USERS, MOST_VARIANTS, Prerequisite, Row, Rule, Serve, Share, TestUser,
    Values, Variant,
};
use crate::domain::{
    bucketing::Rollout,
    condition::{Condition, read_slug},
    context::USER_ID,
    key::KeyName,
    reading::{Node, Problems},
    value::{Value, ValueType},
};

const FIELDS: [&str; 8] = [
    "keys",
    "bucket_by",
    "salt",
    "prerequisites",
    "variants",
    "test_users",
    "rows",
    "everyone_else",
];

impl Content {
    /// Reads a content whose problems are named below `node`. What is left out means: bucketed by
    /// user, salted with `salt`, no rows, and *everyone else* disabled.
    pub fn read(node: &Node<'_>, salt: &str, problems: &mut Problems) -> Option<Content> {
        let before = problems.len();
        node.object(&FIELDS, problems)?;
        let text = |name: &str, default: &str, problems: &mut Problems| match node.field(name) {
            Some(field) => field.filled_text(200, problems).map(str::to_owned),
            None => Some(default.to_owned()),
        };
        let keys = items(node, "keys", MOST_KEYS, problems, read_key_name);
        let bucket_by = text("bucket_by", USER_ID, problems);
        let salt = text("salt", salt, problems);
        let prerequisites =
            items(node, "prerequisites", MOST_PREREQUISITES, problems, read_prerequisite);
        let variants = items(node, "variants", MOST_VARIANTS, problems, read_variant);
        let test_users = items(node, "test_users", MOST_TEST_USERS, problems, read_test_user);
        let rows = items(node, "rows", MOST_ROWS, problems, read_row);
        let everyone_else = match node.field("everyone_else") {
            Some(field) => {
                field.object(&["enabled", "rollout", "serve"], problems);
                read_rule(&field, problems)
            }
            None => Some(Rule::disabled()),
        };
        if problems.len() > before {
            return None;
        }
        let content = Content {
            keys,
            bucket_by: bucket_by?,
            salt: salt?,
            prerequisites,
            variants,
            test_users,
            rows: with_ids(rows),
            everyone_else: everyone_else?,
        };
        content.check_names(node, problems);
        (problems.len() == before).then_some(content)
    }

    /// Reads a content that stands alone.
    pub fn from_json(json: &Json, salt: &str) -> Result<Content, Problems> {
        let mut problems = Problems::new();
        Content::read(&Node::root(json), salt, &mut problems).ok_or(problems)
    }
}

impl Rule {
    /// Serves nothing to nobody.
    pub fn disabled() -> Rule {
        Rule { enabled: false, rollout: Rollout::ALL, serve: Serve::Values(Values::new()) }
    }
}

/// Reads the items of a list, at most that many; a missing list is an empty one.
fn items<T>(
    node: &Node<'_>,
    name: &str,
    most: usize,
    problems: &mut Problems,
    read: impl Fn(&Node<'_>, &mut Problems) -> Option<T>,
) -> Vec<T> {
    let Some(field) = node.field(name) else { return Vec::new() };
    let Some(items) = field.list(problems) else { return Vec::new() };
    if items.len() > most {
        let what = name.replace('_', " ");
        problems.push(field.problem(format!("At most {most} {what} fit in one version.")));
        return Vec::new();
    }
    items.iter().filter_map(|item| read(item, problems)).collect()
}

fn read_key_name(node: &Node<'_>, problems: &mut Problems) -> Option<KeyName> {
    let name = KeyName::parse(node.text(problems)?);
    name.map_err(|message| problems.push(node.problem(message))).ok()
}

fn read_prerequisite(node: &Node<'_>, problems: &mut Problems) -> Option<Prerequisite> {
    node.object(&["key", "in"], problems)?;
    let key = read_key_name(&node.required("key", problems)?, problems);
    let values = node.required("in", problems)?;
    let is_in: Vec<Json> = values.list(problems)?.iter().map(|item| item.json.clone()).collect();
    if is_in.is_empty() || is_in.len() > 100 {
        problems.push(values.problem("Choose between 1 and 100 values that the key may have."));
        return None;
    }
    Some(Prerequisite { key: key?, is_in })
}

fn read_variant(node: &Node<'_>, problems: &mut Problems) -> Option<Variant> {
    node.object(&["name", "description", "values", "payload"], problems)?;
    let name = node.required("name", problems)?.filled_text(100, problems)?.to_owned();
    let description = match node.field("description") {
        Some(text) => read_description(&text, problems)?,
        None => String::new(),
    };
    let values = match node.field("values") {
        Some(values) => read_values(&values, problems)?,
        None => Values::new(),
    };
    let payload = match node.field("payload") {
        Some(payload) => Some(read_payload(&payload, problems)?),
        None => None,
    };
    Some(Variant { name, description, values, payload })
}

fn read_description(node: &Node<'_>, problems: &mut Problems) -> Option<String> {
    let text = node.text(problems)?;
    if text.len() > MOST_DESCRIPTION_BYTES {
        problems.push(node.problem("A description may have at most 4 KiB."));
        return None;
    }
    Some(text.to_owned())
}

/// Reads a payload: any JSON, within the limits of a value.
fn read_payload(node: &Node<'_>, problems: &mut Problems) -> Option<Json> {
    let payload = Value::read(ValueType::Json, node.json);
    payload.map_err(|message| problems.push(node.problem(message))).ok()?;
    Some(node.json.clone())
}

fn read_test_user(node: &Node<'_>, problems: &mut Problems) -> Option<TestUser> {
    node.object(&["user_id", "serve"], problems)?;
    let user_id = node.required("user_id", problems)?.filled_text(1_024, problems);
    let serve_node = node.required("serve", problems)?;
    let serve = read_serve(&serve_node, problems)?;
    if matches!(serve, Serve::Split(_)) {
        problems.push(serve_node.problem("A test user gets one variant or plain values."));
        return None;
    }
    Some(TestUser { user_id: user_id?.to_owned(), serve })
}

fn read_row(node: &Node<'_>, problems: &mut Problems) -> Option<Row> {
    node.object(&["id", "audience", "enabled", "rollout", "serve"], problems)?;
    let id = match node.field("id") {
        Some(id) => read_row_id(&id, problems)?,
        None => String::new(),
    };
    let audience = read_audience(&node.required("audience", problems)?, problems);
    let rule = read_rule(node, problems)?;
    Some(Row { id, audience: audience?, rule })
}

fn read_row_id(node: &Node<'_>, problems: &mut Problems) -> Option<String> {
    let id = node.filled_text(40, problems)?;
    let well_made = id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    if !well_made || id == "everyone_else" {
        problems.push(node.problem(
            "A row's id is made of letters, digits, hyphens and underscores, and is not \
             “everyone_else”.",
        ));
        return None;
    }
    Some(id.to_owned())
}

fn read_audience(node: &Node<'_>, problems: &mut Problems) -> Option<Audience> {
    let map = node.object(&["segment", "conditions", "everyone"], problems)?;
    if map.len() != 1 {
        problems.push(node.problem("Choose one audience: a segment, conditions, or everyone."));
        return None;
    }
    if let Some(slug) = node.field("segment") {
        return read_slug(&slug, problems).map(Audience::Segment);
    }
    if let Some(conditions) = node.field("conditions") {
        return Condition::read(&conditions, problems).map(Audience::Conditions);
    }
    if node.json.get("everyone") == Some(&Json::Bool(true)) {
        return Some(Audience::Everyone);
    }
    problems.push(node.problem("“everyone” is either true or left out."));
    None
}

fn read_rule(node: &Node<'_>, problems: &mut Problems) -> Option<Rule> {
    let enabled = match node.field("enabled") {
        Some(enabled) => enabled.boolean(problems),
        None => Some(true),
    };
    let rollout = match node.field("rollout") {
        Some(rollout) => read_rollout(&rollout, problems),
        None => Some(Rollout::ALL),
    };
    let serve = read_serve(&node.required("serve", problems)?, problems);
    Some(Rule { enabled: enabled?, rollout: rollout?, serve: serve? })
}

/// Reads a percentage.
pub(super) fn read_rollout(node: &Node<'_>, problems: &mut Problems) -> Option<Rollout> {
    let rollout = Rollout::read(node.json);
    if rollout.is_none() {
        problems.push(node.problem(
            "Enter a percentage between 0 and 100 with at most two decimals, such as 20 or 33.33.",
        ));
    }
    rollout
}

fn read_serve(node: &Node<'_>, problems: &mut Problems) -> Option<Serve> {
    let map = node.object(&["values", "variant", "split"], problems)?;
    if map.len() != 1 {
        problems.push(node.problem("Serve one thing: values, a variant, or a split."));
        return None;
    }
    if let Some(values) = node.field("values") {
        return read_values(&values, problems).map(Serve::Values);
    }
    if let Some(variant) = node.field("variant") {
        return variant.filled_text(100, problems).map(|name| Serve::Variant(name.to_owned()));
    }
    let split = node.required("split", problems)?;
    let shares: Vec<Share> =
        split.list(problems)?.iter().filter_map(|share| read_share(share, problems)).collect();
    if shares.iter().all(|share| share.weight == 0) {
        problems.push(split.problem("Give at least one variant a weight above 0."));
        return None;
    }
    Some(Serve::Split(shares))
}

fn read_share(node: &Node<'_>, problems: &mut Problems) -> Option<Share> {
    node.object(&["variant", "weight"], problems)?;
    let variant = node.required("variant", problems)?.filled_text(100, problems)?.to_owned();
    let weight_node = node.required("weight", problems)?;
    let weight = weight_node.json.as_u64().and_then(|weight| u16::try_from(weight).ok());
    let Some(weight) = weight.filter(|weight| *weight <= LARGEST_WEIGHT) else {
        problems.push(weight_node.problem("A weight is a whole number from 0 to 1,000."));
        return None;
    };
    Some(Share { variant, weight })
}

fn read_values(node: &Node<'_>, problems: &mut Problems) -> Option<Values> {
    let Some(map) = node.json.as_object() else {
        problems.push(node.problem("Values are a JSON object of key and value."));
        return None;
    };
    let mut values = Values::new();
    for (name, value) in map {
        match KeyName::parse(name) {
            Ok(key) => drop(values.insert(key, value.clone())),
            Err(message) => {
                problems.push(Node::at(format!("{}.{name}", node.path), value).problem(message))
            }
        }
    }
    Some(values)
}

/// Gives each row without an id the first of `r1`, `r2` … that is free.
fn with_ids(mut rows: Vec<Row>) -> Vec<Row> {
    let mut taken: HashSet<String> = rows.iter().map(|row| row.id.clone()).collect();
    for row in rows.iter_mut().filter(|row| row.id.is_empty()) {
        let free = (1..).map(|number| format!("r{number}")).find(|id| !taken.contains(id));
        row.id = free.unwrap_or_default();
        taken.insert(row.id.clone());
    }
    rows
}
