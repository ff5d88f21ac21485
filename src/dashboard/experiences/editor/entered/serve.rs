//! What a row or a test user is served, as typed.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::{Pairs, Parts};
use crate::{
    dashboard::{
        Form,
        typed_value::{text_of, unix_lines},
    },
    domain::{
        value::ValueType,
        version::{Content, Rule, Serve},
    },
};

/// Toggle, percent and what is served, as typed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EnteredRule {
    /// The toggle.
    pub on: bool,
    /// The percent.
    pub percent: String,
    /// What is served.
    pub serve: EnteredServe,
}

/// What is served, as typed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EnteredServe {
    /// Which way: `values`, `default`, `split`, or `variant:` and its id; where there is one boolean
    /// key and no variant, the value itself.
    pub choice: String,
    /// The value of each key, by the key's id on the page.
    pub values: BTreeMap<String, EnteredValue>,
    /// The weight of each variant in a split, by the variant's id on the page.
    pub weights: BTreeMap<String, String>,
}

/// The value of a key, as typed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EnteredValue {
    /// The text.
    pub text: String,
    /// Whether the key's default is served; only without a text, since what is typed counts.
    pub is_default: bool,
}

impl EnteredValue {
    /// The default of the key.
    pub fn default_of_key() -> EnteredValue {
        EnteredValue { text: String::new(), is_default: true }
    }

    /// Whether nothing but the default is meant.
    pub fn means_default(&self) -> bool {
        self.is_default
    }

    /// Reads the fields of a value of a key, where they were sent.
    pub fn of_form(form: &Form, prefix: &str, key: &str) -> EnteredValue {
        let field = format!("{prefix}.values.{key}");
        let (text, is_default) =
            (unix_lines(form.get(&field)), form.is_checked(&format!("{prefix}.default.{key}")));
        // A cell that was not there yet serves the default.
        let was_there = form.is_checked(&format!("{prefix}.cells"));
        EnteredValue { is_default: (is_default || !was_there) && text.is_empty(), text }
    }

    fn of_json(json: Option<&Json>, value_type: ValueType) -> EnteredValue {
        match json {
            None => EnteredValue::default_of_key(),
            Some(json) => EnteredValue { text: text_of(value_type, json), is_default: false },
        }
    }
}

/// The values of keys, one for each.
pub type EnteredValues = BTreeMap<String, EnteredValue>;

/// Values that a content gives, as the fields of their keys show them.
pub fn values_of(values: &crate::domain::version::Values, parts: &Parts) -> EnteredValues {
    let keys = parts.keys.iter();
    keys.map(|key| {
        let json = values.iter().find(|(name, _)| name.as_str() == key.name).map(|(_, json)| json);
        (key.id.clone(), EnteredValue::of_json(json, key.value_type))
    })
    .collect()
}

impl EnteredServe {
    /// The default of every key.
    pub fn default_of_keys() -> EnteredServe {
        EnteredServe { choice: "default".to_owned(), ..EnteredServe::default() }
    }

    /// Of a content.
    pub fn of(serve: &Serve, content: &Content, parts: &Parts) -> EnteredServe {
        let variant = |name: &str| {
            let found = content.variants.iter().position(|variant| variant.name == name);
            found.and_then(|place| parts.variants.get(place)).cloned().unwrap_or_default()
        };
        match serve {
            Serve::Values(values) => {
                // In a multivariate flag a value is the name of a variant.
                let only = values.values().next().and_then(Json::as_str);
                if let (true, Some(name)) = (parts.is_multivariate, only) {
                    return EnteredServe::chosen(format!("variant:{}", variant(name)));
                }
                if parts.is_switch {
                    let value = values.values().next().and_then(Json::as_bool);
                    return EnteredServe::chosen(
                        value.map_or_else(|| "default".to_owned(), |value| value.to_string()),
                    );
                }
                if values.is_empty() && !parts.variants.is_empty() {
                    return EnteredServe::default_of_keys();
                }
                EnteredServe {
                    choice: "values".to_owned(),
                    values: values_of(values, parts),
                    weights: BTreeMap::new(),
                }
            }
            Serve::Variant(name) => EnteredServe::chosen(format!("variant:{}", variant(name))),
            Serve::Split(shares) => EnteredServe {
                weights: shares
                    .iter()
                    .map(|share| (variant(&share.variant), share.weight.to_string()))
                    .collect(),
                ..EnteredServe::chosen("split".to_owned())
            },
        }
    }

    fn chosen(choice: String) -> EnteredServe {
        EnteredServe { choice, ..EnteredServe::default() }
    }

    pub(super) fn of_form(form: &Form, prefix: &str, parts: &Parts) -> EnteredServe {
        let choice = form.get(&format!("{prefix}.serve")).to_owned();
        let values = match choice.as_str() {
            "values" => parts
                .keys
                .iter()
                .map(|key| (key.id.clone(), EnteredValue::of_form(form, prefix, &key.id)))
                .collect(),
            _ => BTreeMap::new(),
        };
        let weight = |id: &String| {
            let text = form.get(&format!("{prefix}.weights.{id}")).trim().to_owned();
            (!text.is_empty()).then(|| (id.clone(), text))
        };
        let weights = match choice.as_str() {
            "split" => parts.variants.iter().filter_map(weight).collect(),
            _ => BTreeMap::new(),
        };
        EnteredServe { choice, values, weights }
    }

    pub(super) fn add_to(&self, pairs: &mut Pairs, prefix: &str) {
        pairs.add(&format!("{prefix}.serve"), &self.choice);
        pairs.values(prefix, &self.values);
        for (id, weight) in &self.weights {
            pairs.add(&format!("{prefix}.weights.{id}"), weight);
        }
    }
}

impl EnteredRule {
    /// Of everyone else while nobody has given them anything.
    pub fn closed() -> EnteredRule {
        EnteredRule { on: false, percent: "100".to_owned(), serve: EnteredServe::default_of_keys() }
    }

    /// Whether it gives nothing but defaults.
    pub(super) fn gives_default(&self) -> bool {
        match self.serve.choice.as_str() {
            "default" => true,
            "values" => self.serve.values.values().all(EnteredValue::means_default),
            _ => false,
        }
    }

    pub(super) fn of(rule: &Rule, content: &Content, parts: &Parts) -> EnteredRule {
        EnteredRule {
            on: rule.enabled,
            percent: rule.rollout.to_json().to_string(),
            serve: EnteredServe::of(&rule.serve, content, parts),
        }
    }

    pub(super) fn of_form(form: &Form, prefix: &str, parts: &Parts) -> EnteredRule {
        EnteredRule {
            on: form.is_checked(&format!("{prefix}.on")),
            percent: form.get(&format!("{prefix}.percent")).trim().to_owned(),
            serve: EnteredServe::of_form(form, prefix, parts),
        }
    }

    pub(super) fn add_to(&self, pairs: &mut Pairs, prefix: &str) {
        if self.on {
            pairs.add(&format!("{prefix}.on"), "1");
        }
        pairs.add(&format!("{prefix}.percent"), &self.percent);
        self.serve.add_to(pairs, prefix);
    }
}
