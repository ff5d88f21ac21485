//! What a version is made of besides its rows, as typed: keys, variants, prerequisites, test users.

use serde_json::Value as Json;

use super::{
    EnteredServe, Pairs,
    serve::{EnteredValue, EnteredValues, values_of},
};
use crate::{
    dashboard::{
        Form,
        typed_value::{text_of, unix_lines},
    },
    domain::{
        experience::Kind,
        value::ValueType,
        version::{Content, Prerequisite, Variant},
    },
};

/// A key that was chosen, as a hidden field carries it.
#[derive(Debug, Clone, PartialEq)]
pub struct EnteredKey {
    /// Tells its cells from those of other keys; lives as long as the page.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its type.
    pub value_type: ValueType,
    /// The default of a key that is to be created, as typed; none of one that there is.
    pub new_default: Option<String>,
}

/// What the cells of rows belong to: the keys, and the ids of the variants.
#[derive(Debug, Clone, Default)]
pub struct Parts {
    /// The keys, in order.
    pub keys: Vec<EnteredKey>,
    /// The ids of the variants, in order.
    pub variants: Vec<String>,
    /// Whether there is one boolean key, and no variant.
    pub is_switch: bool,
    /// Whether it is a flag with one key of type string.
    pub is_multivariate: bool,
}

impl Parts {
    /// Of those keys and variants.
    pub fn of(kind: Kind, keys: Vec<EnteredKey>, variants: Vec<String>) -> Parts {
        let only = match keys.as_slice() {
            [only] => Some(only.value_type),
            _ => None,
        };
        Parts {
            is_switch: only == Some(ValueType::Boolean) && variants.is_empty(),
            is_multivariate: kind == Kind::FeatureFlag && only == Some(ValueType::String),
            keys,
            variants,
        }
    }
}

impl EnteredKey {
    pub(super) fn of_form(form: &Form, id: &str) -> Option<EnteredKey> {
        let prefix = format!("uses.{id}");
        let value_type = ValueType::parse(form.get(&format!("{prefix}.type")))?;
        let default = format!("{prefix}.new");
        Some(EnteredKey {
            id: id.to_owned(),
            name: form.get(&format!("{prefix}.name")).to_owned(),
            value_type,
            new_default: form.is_checked(&default).then(|| unix_lines(form.get(&default))),
        })
    }

    pub(super) fn add_to(&self, pairs: &mut Pairs) {
        let prefix = format!("uses.{}", self.id);
        pairs.add("uses", &self.id);
        pairs.add(&format!("{prefix}.name"), &self.name);
        pairs.add(&format!("{prefix}.type"), self.value_type.as_str());
        if let Some(default) = &self.new_default {
            pairs.add(&format!("{prefix}.new"), default);
        }
    }
}

/// A variant, as typed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EnteredVariant {
    /// Tells its fields from those of other variants; lives as long as the page.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// The value of each key.
    pub values: EnteredValues,
    /// JSON that goes along; empty for none.
    pub payload: String,
}

impl EnteredVariant {
    pub(super) fn of(variant: &Variant, id: &str, parts: &Parts) -> EnteredVariant {
        let payload = variant.payload.as_ref();
        EnteredVariant {
            id: id.to_owned(),
            name: variant.name.clone(),
            description: variant.description.clone(),
            values: match parts.is_multivariate {
                true => EnteredValues::new(),
                false => values_of(&variant.values, parts),
            },
            payload: payload.map(|json| text_of(ValueType::Json, json)).unwrap_or_default(),
        }
    }

    pub(super) fn of_form(form: &Form, id: &str, parts: &Parts) -> EnteredVariant {
        let prefix = format!("variants.{id}");
        let get = |name: &str| unix_lines(form.get(&format!("{prefix}.{name}")));
        let keys = parts.keys.iter().filter(|_| !parts.is_multivariate);
        EnteredVariant {
            id: id.to_owned(),
            name: get("name").trim().to_owned(),
            description: get("description"),
            values: keys
                .map(|key| (key.id.clone(), EnteredValue::of_form(form, &prefix, &key.id)))
                .collect(),
            payload: get("payload"),
        }
    }

    pub(super) fn add_to(&self, pairs: &mut Pairs) {
        let prefix = format!("variants.{}", self.id);
        pairs.add("variant", &self.id);
        pairs.add(&format!("{prefix}.name"), &self.name);
        pairs.add(&format!("{prefix}.description"), &self.description);
        pairs.add(&format!("{prefix}.payload"), &self.payload);
        pairs.values(&prefix, &self.values);
    }
}

/// A prerequisite, as typed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EnteredPrerequisite {
    /// Tells its fields from those of others; lives as long as the page.
    pub id: String,
    /// The name of the key.
    pub key: String,
    /// The values that will do, with commas between them, or a JSON list.
    pub values: String,
}

impl EnteredPrerequisite {
    pub(super) fn of(required: &Prerequisite, id: String) -> EnteredPrerequisite {
        EnteredPrerequisite { id, key: required.key.to_string(), values: listed(&required.is_in) }
    }

    pub(super) fn of_form(form: &Form, id: &str) -> EnteredPrerequisite {
        let get = |name: &str| form.get(&format!("prerequisites.{id}.{name}")).trim().to_owned();
        EnteredPrerequisite { id: id.to_owned(), key: get("key"), values: get("values") }
    }

    pub(super) fn add_to(&self, pairs: &mut Pairs) {
        let prefix = format!("prerequisites.{}", self.id);
        pairs.add("prerequisite", &self.id);
        pairs.add(&format!("{prefix}.key"), &self.key);
        pairs.add(&format!("{prefix}.values"), &self.values);
    }
}

/// Values as one types them, with commas; as JSON where a comma would say something else.
fn listed(values: &[Json]) -> String {
    let plain = |json: &Json| match json {
        Json::String(text) if !text.contains([',', '[']) && text.trim() == text => {
            Some(text.clone())
        }
        Json::Bool(_) | Json::Number(_) => Some(json.to_string()),
        _ => None,
    };
    let texts: Option<Vec<String>> = values.iter().map(plain).collect();
    match texts {
        Some(texts) if texts.iter().all(|text| !text.is_empty()) => texts.join(", "),
        _ => Json::from(values.to_vec()).to_string(),
    }
}

/// A test user, as typed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EnteredTester {
    /// Tells the fields of one from those of another one; lives as long as the page.
    pub id: String,
    /// The user's id.
    pub user: String,
    /// What they get.
    pub serve: EnteredServe,
}

impl EnteredTester {
    pub(super) fn of(
        tester: &crate::domain::version::TestUser,
        id: String,
        content: &Content,
        parts: &Parts,
    ) -> EnteredTester {
        let serve = EnteredServe::of(&tester.serve, content, parts);
        EnteredTester { id, user: tester.user_id.clone(), serve }
    }

    pub(super) fn of_form(form: &Form, id: &str, parts: &Parts) -> EnteredTester {
        let prefix = format!("testers.{id}");
        EnteredTester {
            id: id.to_owned(),
            user: unix_lines(form.get(&format!("{prefix}.user"))),
            serve: EnteredServe::of_form(form, &prefix, parts),
        }
    }

    pub(super) fn add_to(&self, pairs: &mut Pairs) {
        let prefix = format!("testers.{}", self.id);
        pairs.add("tester", &self.id);
        pairs.add(&format!("{prefix}.user"), &self.user);
        self.serve.add_to(pairs, &prefix);
    }
}
