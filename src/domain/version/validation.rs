//! Checking the content of a version: within itself, and against its project.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use super::{Audience, Content, Serve, Values};
use crate::domain::{
    condition::Condition,
    experience::Kind,
    json_schema::JsonSchema,
    key::KeyName,
    reading::{FieldError, Node, Problems},
    value::{Value, ValueType},
};

/// The names that a content may use: what exists in its project and is not archived.
#[derive(Debug, Clone, Default)]
pub struct ProjectNames {
    /// Keys, by name.
    pub keys: HashMap<String, ValueType>,
    /// What the values of those keys that have a schema have to look like.
    pub schemas: HashMap<String, Arc<JsonSchema>>,
    /// Segments, by slug.
    pub segments: HashSet<String>,
}

const RESERVED_VARIANTS: [&str; 3] = ["off", "default", "value"];

impl Content {
    /// Checks everything about names that can be checked without the project: no name twice,
    /// nothing served that is not there.
    pub(super) fn check_names(&self, node: &Node<'_>, problems: &mut Problems) {
        let mut checker = Checker { base: &node.path, problems };
        checker.unique("keys", "", self.keys.iter().map(KeyName::as_str), "key");
        checker.unique(
            "variants",
            ".name",
            self.variants.iter().map(|v| v.name.as_str()),
            "variant",
        );
        checker.unique("rows", ".id", self.rows.iter().map(|row| row.id.as_str()), "row id");
        let required = self.prerequisites.iter().map(|required| required.key.as_str());
        checker.unique("prerequisites", ".key", required, "required key");
        let users = self.test_users.iter().map(|user| user.user_id.as_str());
        checker.unique("test_users", ".user_id", users, "test user");
        for (i, variant) in self.variants.iter().enumerate() {
            if RESERVED_VARIANTS.contains(&variant.name.as_str()) {
                let message = format!("The variant name “{}” is reserved.", variant.name);
                checker.push(format!("variants[{i}].name"), message);
            }
            checker.values(self, &variant.values, &format!("variants[{i}].values"));
        }
        for (path, serve) in self.serves() {
            checker.serve(self, serve, &path);
        }
        for (i, prerequisite) in self.prerequisites.iter().enumerate() {
            if self.keys.contains(&prerequisite.key) {
                let message = "An experience can't require a key of its own.";
                checker.push(format!("prerequisites[{i}].key"), message);
            }
        }
    }

    /// Checks the content against its project and its kind. The fields of the problems stand
    /// below `base` (`definition`, or nothing).
    pub fn validate(&self, kind: Kind, names: &ProjectNames, base: &str) -> Problems {
        let mut problems = Problems::new();
        let mut checker = Checker { base, problems: &mut problems };
        for (i, key) in self.keys.iter().enumerate() {
            if !names.keys.contains_key(key.as_str()) {
                checker.push(format!("keys[{i}]"), missing_key(key));
            }
        }
        for (i, prerequisite) in self.prerequisites.iter().enumerate() {
            checker.prerequisite(i, prerequisite, names);
        }
        for (i, variant) in self.variants.iter().enumerate() {
            checker.typed(&variant.values, names, &format!("variants[{i}].values"));
        }
        for (path, serve) in self.serves() {
            if let Serve::Values(values) = serve {
                checker.typed(values, names, &format!("{path}.values"));
            }
        }
        for (i, row) in self.rows.iter().enumerate() {
            checker.audience(&row.audience, names, &format!("rows[{i}].audience"));
        }
        if kind == Kind::FeatureFlag {
            checker.flag(self, names);
        }
        problems
    }

    /// What still keeps a draft from being published, once [`Content::validate`] finds nothing.
    pub fn ready_to_publish(&self, kind: Kind, base: &str) -> Problems {
        let mut problems = Problems::new();
        let mut checker = Checker { base, problems: &mut problems };
        if self.keys.is_empty() {
            let message = match kind {
                Kind::FeatureFlag => "Choose the key that this flag switches, then publish it.",
                Kind::ProductConfig => {
                    "Choose at least one key that this config gives values to, then publish it."
                }
            };
            checker.push("keys".to_owned(), message);
        }
        problems
    }

    /// Whether this is a multivariate flag: one string key, whose values are its variants' names.
    pub fn is_multivariate(&self, kind: Kind, names: &ProjectNames) -> bool {
        let mut types = self.keys.iter().map(|key| names.keys.get(key.as_str()));
        kind == Kind::FeatureFlag
            && self.keys.len() == 1
            && types.all(|value_type| value_type == Some(&ValueType::String))
    }

    /// Gives each variant of a multivariate flag its name as its value, where it has none.
    pub fn name_variants(&mut self, kind: Kind, names: &ProjectNames) {
        let Some(key) = self.keys.first().filter(|_| self.is_multivariate(kind, names)).cloned()
        else {
            return;
        };
        for variant in self.variants.iter_mut().filter(|variant| variant.values.is_empty()) {
            variant.values.insert(key.clone(), variant.name.as_str().into());
        }
    }

    /// Every value that it gives a key, with its path.
    pub fn values_of<'a>(&'a self, key: &KeyName) -> Vec<(String, &'a serde_json::Value)> {
        let variants = self.variants.iter().enumerate();
        let of_variants =
            variants.map(|(i, variant)| (format!("variants[{i}].values"), &variant.values));
        let of_serves = self.serves().filter_map(|(path, serve)| match serve {
            Serve::Values(values) => Some((format!("{path}.values"), values)),
            _ => None,
        });
        let all = of_variants.chain(of_serves);
        all.filter_map(|(path, values)| Some((format!("{path}.{key}"), values.get(key)?))).collect()
    }

    /// Everything that is served, with its path.
    fn serves(&self) -> impl Iterator<Item = (String, &Serve)> {
        let rows = self.rows.iter().enumerate();
        let rows = rows.map(|(i, row)| (format!("rows[{i}].serve"), &row.rule.serve));
        let users = self.test_users.iter().enumerate();
        let users = users.map(|(i, user)| (format!("test_users[{i}].serve"), &user.serve));
        let rest = ("everyone_else.serve".to_owned(), &self.everyone_else.serve);
        rows.chain(users).chain([rest])
    }
}

fn missing_key(key: &KeyName) -> String {
    format!("There is no key “{key}”, or it is archived. Create it first, or pick another.")
}

struct Checker<'a> {
    base: &'a str,
    problems: &'a mut Problems,
}

impl Checker<'_> {
    fn push(&mut self, path: String, message: impl Into<String>) {
        let field = if self.base.is_empty() { path } else { format!("{}.{path}", self.base) };
        self.problems.push(FieldError::new(field, message));
    }

    fn unique<'b>(
        &mut self,
        list: &str,
        field: &str,
        names: impl Iterator<Item = &'b str>,
        what: &str,
    ) {
        let mut seen = HashSet::new();
        for (i, name) in names.enumerate() {
            if !seen.insert(name) {
                self.push(
                    format!("{list}[{i}]{field}"),
                    format!("The {what} “{name}” is here twice."),
                );
            }
        }
    }

    fn values(&mut self, content: &Content, values: &Values, path: &str) {
        for key in values.keys().filter(|key| !content.keys.contains(key)) {
            let message =
                format!("“{key}” is not a key of this experience. Add it, or leave this out.");
            self.push(format!("{path}.{key}"), message);
        }
    }

    fn serve(&mut self, content: &Content, serve: &Serve, path: &str) {
        let named: Vec<(String, &str)> = match serve {
            Serve::Values(values) => {
                return self.values(content, values, &format!("{path}.values"));
            }
            Serve::Variant(name) => vec![(format!("{path}.variant"), name)],
            Serve::Split(shares) => {
                let names = shares.iter().map(|share| share.variant.as_str());
                self.unique(&format!("{path}.split"), ".variant", names.clone(), "variant");
                let paths = (0..).map(|i| format!("{path}.split[{i}].variant"));
                paths.zip(names).collect()
            }
        };
        for (path, name) in named {
            if content.variant(name).is_none() {
                self.push(path, format!("There is no variant “{name}” in this version."));
            }
        }
    }

    fn typed(&mut self, values: &Values, names: &ProjectNames, path: &str) {
        for (key, json) in values {
            let Some(value_type) = names.keys.get(key.as_str()) else { continue };
            let path = format!("{path}.{key}");
            if let Err(message) = Value::read(*value_type, json) {
                self.push(path, message);
            } else if let Some(schema) = names.schemas.get(key.as_str()) {
                let problems = schema.problems(json).into_iter();
                self.problems.extend(problems.map(|it| it.below(&path).below(self.base)));
            }
        }
    }

    fn prerequisite(&mut self, i: usize, prerequisite: &super::Prerequisite, names: &ProjectNames) {
        let Some(value_type) = names.keys.get(prerequisite.key.as_str()) else {
            return self.push(format!("prerequisites[{i}].key"), missing_key(&prerequisite.key));
        };
        for (j, json) in prerequisite.is_in.iter().enumerate() {
            if let Err(message) = Value::read(*value_type, json) {
                self.push(format!("prerequisites[{i}].in[{j}]"), message);
            }
        }
    }

    fn audience(&mut self, audience: &Audience, names: &ProjectNames, path: &str) {
        let (slugs, path) = match audience {
            Audience::Segment(slug) => (vec![slug], format!("{path}.segment")),
            Audience::Conditions(condition) => {
                (Condition::segments(condition), format!("{path}.conditions"))
            }
            Audience::Everyone => return,
        };
        for slug in slugs.into_iter().filter(|slug| !names.segments.contains(slug.as_str())) {
            self.push(path.clone(), format!("There is no segment “{slug}”, or it is archived."));
        }
    }

    /// A feature flag's keys are boolean; a multivariate flag has one string key whose values are
    /// its variants' names.
    fn flag(&mut self, content: &Content, names: &ProjectNames) {
        let mut types = content.keys.iter().filter_map(|key| names.keys.get(key.as_str()));
        if types.all(|value_type| *value_type == ValueType::Boolean) {
            return;
        }
        if !content.is_multivariate(Kind::FeatureFlag, names) {
            let message = "A feature flag's keys are boolean; or it has one key of type string, \
                           whose values are the names of its variants. Other types belong in a \
                           product config.";
            return self.push("keys".to_owned(), message);
        }
        for (i, variant) in content.variants.iter().enumerate() {
            for (key, value) in &variant.values {
                if value.as_str() != Some(&variant.name) {
                    let message = format!(
                        "In this flag the variant's value is its name: “{}”.",
                        variant.name
                    );
                    self.push(format!("variants[{i}].values.{key}"), message);
                }
            }
        }
        for (path, serve) in content.serves() {
            let Serve::Values(values) = serve else { continue };
            for (key, value) in values {
                if value.as_str().is_none_or(|name| content.variant(name).is_none()) {
                    self.push(format!("{path}.values.{key}"), "Choose one of the flag's variants.");
                }
            }
        }
    }
}
