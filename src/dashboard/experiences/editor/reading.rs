//! From what was typed to what a version says, with everything that is wrong, by field and in the
//! words of the pages.

use std::collections::HashSet;

use serde_json::{Map, Value as Json, json};

use super::{
    around::{Around, Served},
    entered::{ADDED, Entered, EnteredAudience, EnteredRule, EnteredServe, EnteredValue},
    keys::Column,
    placing::gone_segment,
};
use crate::{
    dashboard::typed_value,
    domain::{
        bucketing::Rollout,
        reading::{FieldError, Problems},
        slug::Slug,
        value::ValueType,
        version::{Content, LARGEST_WEIGHT},
    },
    store::keys::Key,
};

/// The key that a name proposes: `Auto playlist` becomes `auto_playlist`.
pub fn proposed_key(name: &str) -> String {
    Slug::from_name(name).map(|slug| slug.as_str().replace('-', "_")).unwrap_or_default()
}

impl Entered {
    /// What the version would say, as JSON. What can't be read has a harmless value in it, and is
    /// among the problems.
    pub fn read(&self, around: &Around) -> (Json, Problems) {
        let mut reading = Reading { entered: self, around, problems: Problems::new() };
        reading.texts();
        reading.about();
        reading.keys();
        let variants = reading.variants();
        let prerequisites = reading.prerequisites();
        let rows = reading.rows();
        let everyone = match self.everyone_open || self.everyone.on {
            true => reading.rule("everyone", "everyone else", &self.everyone),
            false => harmless(),
        };
        let test_users = reading.testers();
        let keys: Vec<&str> = around.served.named().map(|it| it.name.as_str()).collect();
        let mut content = json!({
            "keys": keys, "bucket_by": self.bucket_by.trim(), "prerequisites": prerequisites,
            "variants": variants, "test_users": test_users, "rows": rows,
            "everyone_else": everyone,
        });
        let salt = self.salt.trim();
        if let Some(content) = content.as_object_mut().filter(|_| !salt.is_empty()) {
            content.insert("salt".to_owned(), salt.into());
        }
        (content, reading.problems)
    }

    /// The same as a sound content, for sentences; none while something is wrong.
    pub fn content(&self, base: Option<&Content>, around: &Around) -> Option<Content> {
        let (json, problems) = self.read(around);
        if !problems.is_empty() {
            return None;
        }
        let salt = base.map_or_else(|| proposed_key(&self.about.name), |base| base.salt.clone());
        let salt = if salt.is_empty() { "flag".to_owned() } else { salt };
        Content::from_json(&json, &salt).ok()
    }

    /// The name of the key that is being added: that of an experience to be is made from its name
    /// where none is typed and none was chosen. It may be empty while there is no other key.
    pub fn added_name(&self) -> Option<String> {
        let name = match (self.added.name.as_str(), self.base) {
            ("", None) if self.keys.is_empty() => proposed_key(&self.about.name),
            (typed, _) => typed.to_owned(),
        };
        (!name.is_empty() || self.keys.is_empty()).then_some(name)
    }
}

struct Reading<'a> {
    entered: &'a Entered,
    around: &'a Around,
    problems: Problems,
}

impl Reading<'_> {
    fn push(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.problems.push(FieldError::new(field, message));
    }

    /// Postgres keeps no text with U+0000 in it.
    fn texts(&mut self) {
        for (field, text) in self.entered.pairs() {
            if text.contains('\0') {
                self.push(field, "Text may not contain the character U+0000.");
            }
        }
    }

    fn about(&mut self) {
        if self.entered.about.name.trim().is_empty() {
            self.push("name", "Enter a name.");
        }
        if self.entered.bucket_by.trim().is_empty() {
            self.push("bucket_by", "Enter an attribute, such as user_id or company.");
        }
    }

    fn keys(&mut self) {
        for column in &self.around.served.columns {
            if let Some(problem) = &column.problem {
                self.push(column.field(), problem.clone());
            }
        }
    }

    fn variants(&mut self) -> Vec<Json> {
        let mut variants = Vec::new();
        for variant in &self.entered.variants {
            let prefix = format!("variants.{}", variant.id);
            if variant.name.is_empty() {
                self.push(format!("{prefix}.name"), "Enter a name, or remove this variant.");
            }
            let of = format!("variant {}", variant.name);
            let values = match self.around.served.is_multivariate {
                // Its name is what apps read.
                true => {
                    let keys = self.around.served.named();
                    keys.map(|key| (key.name.clone(), variant.name.as_str().into())).collect()
                }
                false => self.values(&prefix, &of, |key| variant.values.get(key)),
            };
            let mut json = json!({"name": variant.name, "description": variant.description,
                                  "values": values});
            if !variant.payload.trim().is_empty() {
                match typed_value::read_json(&variant.payload) {
                    Ok(payload) => drop(
                        json.as_object_mut().map(|json| json.insert("payload".to_owned(), payload)),
                    ),
                    Err(message) => self.push(format!("{prefix}.payload"), message),
                }
            }
            variants.push(json);
        }
        variants
    }

    fn prerequisites(&mut self) -> Vec<Json> {
        let mut required = Vec::new();
        for entered in &self.entered.prerequisites {
            let prefix = format!("prerequisites.{}", entered.id);
            if entered.key.is_empty() {
                self.push(format!("{prefix}.key"), "Choose a key, or remove this line.");
                continue;
            }
            let Some(key) = self.around.required.iter().find(|key| key.name == entered.key) else {
                let message = format!("There is no key {}. Choose one of the list.", entered.key);
                self.push(format!("{prefix}.key"), message);
                continue;
            };
            match required_values(key, &entered.values) {
                Ok(values) => required.push(json!({"key": key.name, "in": values})),
                Err(message) => self.push(format!("{prefix}.values"), message),
            }
        }
        required
    }

    fn rows(&mut self) -> Vec<Json> {
        let mut rows = Vec::new();
        for (i, row) in self.entered.rows.iter().enumerate() {
            let audience = self.audience(i, &row.id, &row.audience);
            let mut json =
                self.rule(&format!("rows.{}", row.id), &format!("row {}", i + 1), &row.rule);
            json.insert("id".to_owned(), row.id.as_str().into());
            json.insert("audience".to_owned(), audience);
            rows.push(Json::Object(json));
        }
        rows
    }

    fn audience(&mut self, number: usize, id: &str, audience: &EnteredAudience) -> Json {
        match audience {
            EnteredAudience::Everyone => json!({"everyone": true}),
            EnteredAudience::Segment(slug) => {
                if self.around.segment(slug).is_none() {
                    self.problems.push(gone_segment(number, id));
                }
                json!({"segment": slug})
            }
            EnteredAudience::Conditions(text) => match serde_json::from_str::<Json>(text) {
                Ok(conditions) => json!({"conditions": conditions}),
                Err(_) => {
                    let message = format!("Row {}: its conditions can't be read.", number + 1);
                    self.push(format!("rows.{id}.audience"), message);
                    json!({"everyone": true})
                }
            },
        }
    }

    /// A rule whose fields start with `prefix`; `place` says where it stands.
    fn rule(&mut self, prefix: &str, place: &str, rule: &EnteredRule) -> Map<String, Json> {
        let mut json = harmless();
        json.insert("enabled".to_owned(), rule.on.into());
        match percent(&rule.percent) {
            Ok(rollout) => drop(json.insert("rollout".to_owned(), rollout.to_json())),
            Err(message) => self.push(format!("{prefix}.percent"), message),
        }
        json.insert("serve".to_owned(), self.serve(prefix, place, &rule.serve));
        json
    }

    fn serve(&mut self, prefix: &str, place: &str, serve: &EnteredServe) -> Json {
        let served = &self.around.served;
        match (serve.choice.as_str(), serve.choice.split_once(':')) {
            ("default", _) => json!({"values": {}}),
            ("split", _) => self.split(prefix, serve),
            ("values", _) => {
                json!({"values": self.values(prefix, place, |key| serve.values.get(key))})
            }
            (value @ ("true" | "false"), _) if served.is_switch => {
                // Without a key there is nothing yet that could have a value.
                let key = served.named().map(|column| column.name.clone());
                let values: Map<String, Json> =
                    key.map(|key| (key, Json::Bool(value == "true"))).collect();
                json!({"values": values})
            }
            (_, Some(("variant", id))) if served.variant(id).is_some() => {
                json!({"variant": served.variant(id)})
            }
            _ => {
                let message = match served.name() {
                    name if name.is_empty() => format!("Choose what {place} gets."),
                    name => format!("Choose a value for {name} in {place}."),
                };
                self.push(format!("{prefix}.serve"), message);
                json!({"values": {}})
            }
        }
    }

    fn split(&mut self, prefix: &str, serve: &EnteredServe) -> Json {
        let mut shares = Vec::new();
        let mut total: u32 = 0;
        for (id, name) in &self.around.served.variants {
            let Some(text) = serve.weights.get(id) else { continue };
            match text.parse::<u16>().ok().filter(|weight| *weight <= LARGEST_WEIGHT) {
                Some(weight) => {
                    total += u32::from(weight);
                    shares.push(json!({"variant": name, "weight": weight}));
                }
                None => self.push(
                    format!("{prefix}.weights.{id}"),
                    format!("Enter a whole number from 0 to {LARGEST_WEIGHT}."),
                ),
            }
        }
        if total == 0 {
            self.push(format!("{prefix}.serve"), "Give at least one variant a weight above 0.");
        }
        json!({"split": shares})
    }

    /// The values of keys; those that stay at the key's default are left out.
    fn values<'v>(
        &mut self,
        prefix: &str,
        place: &str,
        of: impl Fn(&str) -> Option<&'v EnteredValue>,
    ) -> Map<String, Json> {
        let mut values = Map::new();
        for column in self.around.served.named() {
            let Some(entered) = of(&column.id).filter(|entered| !entered.means_default()) else {
                continue;
            };
            match read_value(column, entered) {
                Ok(json) => drop(values.insert(column.name.clone(), json)),
                Err(message) => {
                    let message = format!("{} in {place}: {message}", column.name);
                    self.push(format!("{prefix}.values.{}", column.id), message);
                }
            }
        }
        values
    }

    fn testers(&mut self) -> Vec<Json> {
        let mut seen = HashSet::new();
        let mut testers = Vec::new();
        for tester in &self.entered.testers {
            let (prefix, user) = (format!("testers.{}", tester.id), tester.user.trim());
            if user.is_empty() {
                self.push(format!("{prefix}.user"), "Enter a user id, or remove this test user.");
            } else if !seen.insert(user) {
                self.push(format!("{prefix}.user"), format!("{user} is here twice. Remove one."));
            }
            let serve = self.serve(&prefix, &format!("test user {user}"), &tester.serve);
            testers.push(json!({"user_id": user, "serve": serve}));
        }
        testers
    }
}

fn harmless() -> Map<String, Json> {
    let closed = json!({"enabled": false, "rollout": 100, "serve": {"values": {}}});
    closed.as_object().cloned().unwrap_or_default()
}

fn read_value(column: &Column, entered: &EnteredValue) -> Result<Json, String> {
    let is_empty = entered.text.trim().is_empty() && column.value_type != ValueType::String;
    match is_empty {
        true => Err("enter a value, or use the default.".to_owned()),
        false => typed_value::read(column.value_type, &entered.text),
    }
}

/// `true, false`, or a JSON list.
fn required_values(key: &Key, text: &str) -> Result<Vec<Json>, String> {
    let text = text.trim();
    if text.is_empty() {
        return Err(format!("Enter the values that {} may have, with commas.", key.name));
    }
    if text.starts_with('[') {
        return match typed_value::read_json(text)? {
            Json::Array(values) if !values.is_empty() => Ok(values),
            _ => Err("Enter at least one value.".to_owned()),
        };
    }
    if key.value_type == ValueType::Json {
        return Ok(vec![typed_value::read_json(text)?]);
    }
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    parts.map(|part| typed_value::read(key.value_type, part)).collect()
}

impl Column {
    /// The field that says what is wrong with it.
    pub fn field(&self) -> String {
        match self.id.as_str() {
            ADDED => "key".to_owned(),
            id => format!("uses.{id}"),
        }
    }
}

impl Served {
    /// The name of the variant of that id.
    pub fn variant(&self, id: &str) -> Option<&str> {
        let found = self.variants.iter().find(|(known, _)| known == id);
        found.map(|(_, name)| name.as_str())
    }

    /// The keys, without one that has no name yet.
    pub fn named(&self) -> impl Iterator<Item = &Column> {
        self.columns.iter().filter(|column| !column.name.is_empty())
    }

    /// What it is called that is chosen: the key, or keys.
    pub fn name(&self) -> String {
        let names: Vec<&str> = self.columns.iter().map(|column| column.name.as_str()).collect();
        names.join(", ")
    }
}

/// Reads a percent as people type it: `20`, `33.33`, `33,33 %`.
pub fn percent(text: &str) -> Result<Rollout, &'static str> {
    let text = text.trim().trim_end_matches('%').trim().replace(',', ".");
    let number: Option<f64> = text.parse().ok().filter(|n| (0.0..=100.0).contains(n));
    let number = number.ok_or("Enter a percent from 0 to 100.")?;
    Rollout::read(&json!(number)).ok_or("Use at most two decimals, such as 33.33.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percent_is_read_as_people_type_it() {
        for (text, hundredths) in
            [("20", 2_000), ("33,33 %", 3_333), (" 0.5% ", 50), ("100", 10_000)]
        {
            assert_eq!(percent(text).unwrap().hundredths(), hundredths, "{text}");
        }
        for text in ["", "x", "-1", "100.01", "inf", "nan", "20 percent"] {
            assert_eq!(percent(text), Err("Enter a percent from 0 to 100."), "{text}");
        }
        assert!(percent("1.234").is_err());
    }

    #[test]
    fn a_name_proposes_a_key() {
        assert_eq!(proposed_key("Auto playlist"), "auto_playlist");
        assert_eq!(proposed_key("東京"), "");
    }
}
