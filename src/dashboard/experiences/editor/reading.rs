//! From what was typed to what a version says, with everything that is wrong, by field and in the
//! words of the pages.

use std::collections::HashSet;

use serde_json::{Map, Value as Json, json};

use super::{
    around::{Around, KeyFound, Served},
    entered::{Entered, EnteredAudience, EnteredRule},
};
use crate::domain::{
    bucketing::Rollout,
    experience::Kind,
    key::KeyName,
    reading::{FieldError, Problems},
    slug::Slug,
    version::Content,
};

/// The key that a name proposes: `Auto playlist` becomes `auto_playlist`.
pub fn proposed_key(name: &str) -> String {
    Slug::from_name(name).map(|slug| slug.as_str().replace('-', "_")).unwrap_or_default()
}

impl Entered {
    /// What the version would say, as JSON, on top of `base`, which keeps what the editor has no
    /// control for: prerequisites and variants. What can't be read has a harmless value in it, and
    /// is among the problems.
    pub fn read(&self, base: Option<&Content>, around: &Around) -> (Json, Problems) {
        let mut reading = Reading { served: &around.served, problems: Problems::new() };
        reading.about(self);
        if let Some(message) = self.key_problem(around) {
            reading.push("key", message);
        }
        let rows = self.rows.iter().enumerate();
        let rows: Vec<Json> = rows
            .map(|(i, row)| {
                let audience = reading.audience(i, &row.id, &row.audience, around);
                let place = format!("row {}", i + 1);
                let mut json = reading.rule(&format!("rows.{}", row.id), &place, &row.rule);
                json.insert("id".to_owned(), row.id.as_str().into());
                json.insert("audience".to_owned(), audience);
                Json::Object(json)
            })
            .collect();
        let everyone = match self.everyone_open || self.everyone.on {
            true => reading.rule("everyone", "everyone else", &self.everyone),
            false => Reading::harmless(),
        };
        let mut content = base.map_or_else(|| json!({}), Content::to_json);
        if let Some(content) = content.as_object_mut() {
            content.insert("rows".to_owned(), rows.into());
            content.insert("everyone_else".to_owned(), everyone.into());
            content.insert("test_users".to_owned(), reading.testers(self).into());
            content.insert("bucket_by".to_owned(), self.bucket_by.trim().into());
            match self.salt.trim() {
                "" => content.remove("salt"),
                salt => content.insert("salt".to_owned(), salt.into()),
            };
            if !matches!(around.key, KeyFound::Settled) {
                let key = Some(self.key_name()).filter(|key| !key.is_empty());
                content.insert("keys".to_owned(), key.into_iter().collect());
            }
        }
        (content, reading.problems)
    }

    /// The same as a sound content, for sentences; none while something is wrong.
    pub fn content(&self, base: Option<&Content>, around: &Around) -> Option<Content> {
        let (json, problems) = self.read(base, around);
        if !problems.is_empty() {
            return None;
        }
        let salt = base.map_or_else(|| proposed_key(&self.about.name), |base| base.salt.clone());
        let salt = if salt.is_empty() { "flag".to_owned() } else { salt };
        Content::from_json(&json, &salt).ok()
    }

    /// The name of the key: that of an experience to be is made from its name where none is typed.
    pub fn key_name(&self) -> String {
        match (self.key.as_str(), self.base) {
            ("", None) => proposed_key(&self.about.name),
            (key, _) => key.to_owned(),
        }
    }

    /// What is wrong with the key, as a sentence.
    pub fn key_problem(&self, around: &Around) -> Option<String> {
        let key = &self.key_name();
        // A flag may wait for its key; one to be without a name has a problem already.
        let waits = self.base.is_some() || self.about.name.trim().is_empty();
        if matches!(around.key, KeyFound::Settled) || key.is_empty() && waits {
            return None;
        }
        if KeyName::parse(key).is_err() {
            let message = "Use letters, digits, dots, hyphens and underscores, starting with a \
                           letter or digit.";
            return Some(message.to_owned());
        }
        Some(match &around.key {
            KeyFound::Settled | KeyFound::New | KeyFound::Free(_) => return None,
            KeyFound::Held(held) => {
                let holder = match held.experience_kind {
                    Kind::FeatureFlag => "flag",
                    Kind::ProductConfig => "config",
                };
                format!(
                    "{key} is already used by {}. Choose another key, or archive that {holder}.",
                    held.experience_name
                )
            }
            KeyFound::Archived => {
                format!("{key} is archived. Choose another key, or unarchive it.")
            }
            KeyFound::OfType(value_type) => format!(
                "{key} is a key of type {}, and a flag needs a boolean one. Choose another key.",
                value_type.as_str()
            ),
            KeyFound::DiffersByCase(known) => format!(
                "There is a key {known}, and keys never differ by case alone. Choose another key."
            ),
        })
    }

    /// Problems that an operation found, at the fields of the editor.
    pub fn placed(&self, problems: Problems, around: &Around) -> Problems {
        problems.into_iter().map(|problem| self.place(problem, around)).collect()
    }

    fn place(&self, problem: FieldError, around: &Around) -> FieldError {
        let path = problem.field.trim_start_matches("definition.");
        let (start, rest) = path.split_once('.').unwrap_or((path, ""));
        let (list, number) = match start.split_once('[') {
            Some((list, number)) => (list, number.trim_end_matches(']').parse().ok()),
            None => (start, None::<usize>),
        };
        let control = match rest {
            "rollout" => "percent",
            rest if rest.starts_with("serve") => "serve",
            rest if rest.starts_with("user_id") => "user",
            _ => "audience",
        };
        let row = number.and_then(|number| self.rows.get(number).map(|row| (number, row)));
        let tester = number.and_then(|number| self.testers.get(number));
        match (list, row, tester) {
            ("rows", Some((number, row)), _) => {
                let gone = matches!(&row.audience, EnteredAudience::Segment(slug)
                    if around.segment(slug).is_none());
                match gone && control == "audience" {
                    true => gone_segment(number, &row.id),
                    false => FieldError::new(format!("rows.{}.{control}", row.id), problem.message),
                }
            }
            ("test_users", _, Some(tester)) => {
                FieldError::new(format!("testers.{}.{control}", tester.id), problem.message)
            }
            ("everyone_else", ..) => {
                FieldError::new(format!("everyone.{control}"), problem.message)
            }
            ("keys", ..) => FieldError::new("key", problem.message),
            ("name" | "description" | "tags" | "bucket_by" | "salt" | "key", ..) => {
                FieldError::new(list, problem.message)
            }
            _ => FieldError::new("rows", problem.message),
        }
    }
}

fn gone_segment(number: usize, id: &str) -> FieldError {
    let message = format!(
        "Row {}: this segment was archived. Choose another, or remove the row.",
        number + 1
    );
    FieldError::new(format!("rows.{id}.audience"), message)
}

struct Reading<'a> {
    served: &'a Served,
    problems: Problems,
}

impl Reading<'_> {
    fn push(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.problems.push(FieldError::new(field, message));
    }

    fn about(&mut self, entered: &Entered) {
        if entered.about.name.trim().is_empty() {
            self.push("name", "Enter a name.");
        }
        if entered.bucket_by.trim().is_empty() {
            self.push("bucket_by", "Enter an attribute, such as user_id or company.");
        }
    }

    fn audience(
        &mut self,
        number: usize,
        id: &str,
        audience: &EnteredAudience,
        around: &Around,
    ) -> Json {
        match audience {
            EnteredAudience::Everyone => json!({"everyone": true}),
            EnteredAudience::Segment(slug) => {
                if around.segment(slug).is_none() {
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

    fn harmless() -> Map<String, Json> {
        let closed = json!({"enabled": false, "rollout": 100, "serve": {"values": {}}});
        closed.as_object().cloned().unwrap_or_default()
    }

    /// A rule whose fields start with `prefix`; `place` says where it stands.
    fn rule(&mut self, prefix: &str, place: &str, rule: &EnteredRule) -> Map<String, Json> {
        let mut json = Reading::harmless();
        json.insert("enabled".to_owned(), rule.on.into());
        match percent(&rule.percent) {
            Ok(rollout) => drop(json.insert("rollout".to_owned(), rollout.to_json())),
            Err(message) => self.push(format!("{prefix}.percent"), message),
        }
        json.insert("serve".to_owned(), self.serve(prefix, place, &rule.serve));
        json
    }

    fn serve(&mut self, prefix: &str, place: &str, text: &str) -> Json {
        let plain = match (text, self.served) {
            ("default", _) => Some(json!({"values": {}})),
            ("true" | "false", Served::Flag { key, .. }) if !key.is_empty() => {
                Some(json!({"values": {key.as_str(): text == "true"}}))
            }
            // Without a key there is nothing yet that could have a value.
            ("true" | "false", Served::Flag { .. }) => Some(json!({"values": {}})),
            _ => serde_json::from_str::<Json>(text).ok().filter(Json::is_object),
        };
        plain.unwrap_or_else(|| {
            let message = format!("Choose a value for {} in {place}.", self.served.name());
            self.push(format!("{prefix}.serve"), message);
            json!({"values": {}})
        })
    }

    fn testers(&mut self, entered: &Entered) -> Vec<Json> {
        let mut seen = HashSet::new();
        let mut testers = Vec::new();
        for tester in &entered.testers {
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
