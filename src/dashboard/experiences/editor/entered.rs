//! An editor as it was typed: the text of every field, whether it means anything or not, so that
//! whatever comes back to the person is what they typed.

use std::collections::HashSet;

use serde_json::Value as Json;

use super::super::super::Form;
use crate::{
    domain::{condition::Condition, version::Content},
    store::experiences::Experience,
};

/// What the fields of an editor hold.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Entered {
    /// The number of the newest version that the editor knew; none for an experience to be.
    pub base: Option<i32>,
    /// What is not versioned.
    pub about: About,
    /// The same as the page that was edited showed it first; none for an experience to be.
    pub known: Option<About>,
    /// The name of the key; only an experience to be sends one.
    pub key: String,
    /// The default of a key to be: `true` or `false`.
    pub key_default: String,
    /// The attribute that buckets users.
    pub bucket_by: String,
    /// The salt; empty for the one that there is.
    pub salt: String,
    /// The rows, in the order in which they stood on the page.
    pub rows: Vec<EnteredRow>,
    /// The row of everyone else.
    pub everyone: EnteredRule,
    /// Whether everyone else has a row with controls although it is off.
    pub everyone_open: bool,
    /// Users who get what is served to them.
    pub testers: Vec<EnteredTester>,
}

/// What is not versioned, as typed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct About {
    /// The name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// The tags, with commas between them.
    pub tags: String,
}

/// A row, as typed.
#[derive(Debug, Clone, PartialEq)]
pub struct EnteredRow {
    /// Stays with the row through versions.
    pub id: String,
    /// Whom it is for.
    pub audience: EnteredAudience,
    /// What it does for them.
    pub rule: EnteredRule,
}

/// Whom a row is for, as a hidden field carries it.
#[derive(Debug, Clone, PartialEq)]
pub enum EnteredAudience {
    /// The segment of that slug: `segment:iphone-ny`.
    Segment(String),
    /// Everybody: `everyone`.
    Everyone,
    /// Those for whom conditions hold, as JSON text: `conditions:{…}`.
    Conditions(String),
}

/// Toggle, percent and what is served, as typed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EnteredRule {
    /// The toggle.
    pub on: bool,
    /// The percent.
    pub percent: String,
    /// What is served: `true`, `false`, `default`, or JSON for what the editor has no control for.
    pub serve: String,
}

/// A test user, as typed.
#[derive(Debug, Clone, PartialEq)]
pub struct EnteredTester {
    /// Tells the fields of one from those of another one; lives as long as the page.
    pub id: String,
    /// The user's id.
    pub user: String,
    /// What they get.
    pub serve: String,
}

impl Entered {
    /// Of an experience that nobody has begun.
    pub fn nothing() -> Entered {
        Entered {
            key_default: "false".to_owned(),
            bucket_by: "user_id".to_owned(),
            everyone: EnteredRule::closed(),
            ..Entered::default()
        }
    }

    /// Of an experience as it is, on top of that version.
    pub fn of_content(experience: &Experience, content: &Content, version: i32) -> Entered {
        let about = About::of(experience);
        let json = content.to_json();
        let list =
            |name: &str| json.get(name).and_then(Json::as_array).cloned().unwrap_or_default();
        let plain = content.keys.len() == 1 && content.variants.is_empty();
        let everyone = json.get("everyone_else").unwrap_or(&Json::Null);
        let everyone = EnteredRule::of_json(everyone, plain);
        let testers =
            list("test_users").into_iter().zip(1..).map(|(tester, number)| EnteredTester {
                id: format!("t{number}"),
                user: text(&tester, "user_id"),
                serve: serve_text(tester.get("serve"), plain),
            });
        Entered {
            base: Some(version),
            known: Some(about.clone()),
            about,
            key: content.keys.first().map(ToString::to_string).unwrap_or_default(),
            key_default: String::new(),
            bucket_by: content.bucket_by.clone(),
            salt: content.salt.clone(),
            rows: list("rows").iter().map(|row| EnteredRow::of_json(row, plain)).collect(),
            everyone_open: everyone != EnteredRule::closed(),
            everyone,
            testers: testers.collect(),
        }
    }

    /// As it was sent.
    pub fn of_form(form: &Form) -> Entered {
        let get = |name: &str| unix_lines(form.get(name));
        let about = |prefix: &str| About {
            name: get(&format!("{prefix}name")),
            description: get(&format!("{prefix}description")),
            tags: get(&format!("{prefix}tags")),
        };
        let row = |id: &str| {
            let prefix = format!("rows.{id}");
            Some(EnteredRow {
                audience: EnteredAudience::parse(form.get(&format!("{prefix}.audience")))?,
                rule: EnteredRule::of_form(form, &prefix),
                id: id.to_owned(),
            })
        };
        let tester = |id: &str| EnteredTester {
            user: get(&format!("testers.{id}.user")),
            serve: get(&format!("testers.{id}.serve")),
            id: id.to_owned(),
        };
        Entered {
            base: form.get("base").parse().ok(),
            about: about(""),
            known: form.is_checked("known.name").then(|| about("known.")),
            key: get("key").trim().to_owned(),
            key_default: get("key_default"),
            bucket_by: get("bucket_by"),
            salt: get("salt"),
            rows: ids(form, "order").into_iter().filter_map(row).collect(),
            everyone: EnteredRule::of_form(form, "everyone"),
            everyone_open: form.is_checked("everyone.open"),
            testers: ids(form, "tester").into_iter().map(tester).collect(),
        }
    }

    /// The fields with which a form sends this again: reading them gives the same.
    pub fn pairs(&self) -> Vec<(String, String)> {
        let mut pairs = Pairs::default();
        if let Some(base) = self.base {
            pairs.add("base", &base.to_string());
        }
        pairs.about("", &self.about);
        if let Some(known) = &self.known {
            pairs.about("known.", known);
        }
        pairs.add("key", &self.key);
        pairs.add("key_default", &self.key_default);
        pairs.add("bucket_by", &self.bucket_by);
        pairs.add("salt", &self.salt);
        for row in &self.rows {
            pairs.add("order", &row.id);
            let prefix = format!("rows.{}", row.id);
            pairs.add(&format!("{prefix}.audience"), &row.audience.text());
            pairs.rule(&prefix, &row.rule);
        }
        pairs.rule("everyone", &self.everyone);
        if self.everyone_open {
            pairs.add("everyone.open", "1");
        }
        for tester in &self.testers {
            pairs.add("tester", &tester.id);
            pairs.add(&format!("testers.{}.user", tester.id), &tester.user);
            pairs.add(&format!("testers.{}.serve", tester.id), &tester.serve);
        }
        pairs.0
    }
}

impl About {
    /// Of an experience as it is.
    pub fn of(experience: &Experience) -> About {
        About {
            name: experience.name.clone(),
            description: experience.description.clone(),
            tags: experience.tags.join(", "),
        }
    }

    /// The tags, one by one.
    pub fn tag_list(&self) -> Vec<String> {
        let tags = self.tags.split(',').map(str::trim).filter(|tag| !tag.is_empty());
        tags.map(str::to_owned).collect()
    }
}

impl EnteredRow {
    fn of_json(json: &Json, plain: bool) -> EnteredRow {
        let audience = json.get("audience").unwrap_or(&Json::Null);
        let audience = match (audience.get("segment"), audience.get("conditions")) {
            (Some(Json::String(slug)), _) => EnteredAudience::Segment(slug.clone()),
            (_, Some(conditions)) => EnteredAudience::Conditions(conditions.to_string()),
            _ => EnteredAudience::Everyone,
        };
        EnteredRow { id: text(json, "id"), audience, rule: EnteredRule::of_json(json, plain) }
    }
}

impl EnteredAudience {
    /// Reads it; none for what no page of ours sends.
    pub fn parse(text: &str) -> Option<EnteredAudience> {
        match text.split_once(':') {
            Some(("segment", slug)) => Some(EnteredAudience::Segment(slug.to_owned())),
            Some(("conditions", json)) => Some(EnteredAudience::Conditions(json.to_owned())),
            _ if text == "everyone" => Some(EnteredAudience::Everyone),
            _ => None,
        }
    }

    /// As a hidden field carries it.
    pub fn text(&self) -> String {
        match self {
            EnteredAudience::Segment(slug) => format!("segment:{slug}"),
            EnteredAudience::Everyone => "everyone".to_owned(),
            EnteredAudience::Conditions(json) => format!("conditions:{json}"),
        }
    }

    /// The conditions in words, where it has some that can be read.
    pub fn conditions_in_words(&self) -> Option<String> {
        let EnteredAudience::Conditions(json) = self else { return None };
        let json: Json = serde_json::from_str(json).ok()?;
        Condition::from_json(&json).ok().map(|condition| condition.in_words())
    }
}

impl EnteredRule {
    /// Of everyone else while nobody has given them anything.
    pub fn closed() -> EnteredRule {
        EnteredRule { on: false, percent: "100".to_owned(), serve: "default".to_owned() }
    }

    fn of_json(json: &Json, plain: bool) -> EnteredRule {
        EnteredRule {
            on: json.get("enabled").and_then(Json::as_bool).unwrap_or(true),
            percent: json.get("rollout").map(ToString::to_string).unwrap_or_default(),
            serve: serve_text(json.get("serve"), plain),
        }
    }

    fn of_form(form: &Form, prefix: &str) -> EnteredRule {
        EnteredRule {
            on: form.is_checked(&format!("{prefix}.on")),
            percent: form.get(&format!("{prefix}.percent")).trim().to_owned(),
            serve: form.get(&format!("{prefix}.serve")).to_owned(),
        }
    }
}

/// What is served as a field carries it: the plain word where there is one key and no variant.
fn serve_text(serve: Option<&Json>, plain: bool) -> String {
    let serve = serve.unwrap_or(&Json::Null);
    let values = serve.get("values").and_then(Json::as_object);
    let mut values = values.into_iter().flat_map(|values| values.values());
    match (serve.get("values"), values.next(), values.next()) {
        (Some(_), None, _) => "default".to_owned(),
        (_, Some(Json::Bool(value)), None) if plain => value.to_string(),
        _ => serve.to_string(),
    }
}

fn text(json: &Json, name: &str) -> String {
    json.get(name).and_then(Json::as_str).unwrap_or_default().to_owned()
}

/// The ids under that name, each once and as pages of ours make them.
fn ids<'a>(form: &'a Form, name: &'a str) -> Vec<&'a str> {
    let made = |id: &&str| {
        (1..=40).contains(&id.len())
            && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
    };
    let mut seen = HashSet::new();
    form.all(name).filter(made).filter(|id| seen.insert(*id)).collect()
}

/// Browsers send the ends of lines as `\r\n`.
fn unix_lines(text: &str) -> String {
    text.replace("\r\n", "\n")
}

#[derive(Default)]
struct Pairs(Vec<(String, String)>);

impl Pairs {
    fn add(&mut self, name: &str, value: &str) {
        self.0.push((name.to_owned(), value.to_owned()));
    }

    fn about(&mut self, prefix: &str, about: &About) {
        self.add(&format!("{prefix}name"), &about.name);
        self.add(&format!("{prefix}description"), &about.description);
        self.add(&format!("{prefix}tags"), &about.tags);
    }

    fn rule(&mut self, prefix: &str, rule: &EnteredRule) {
        if rule.on {
            self.add(&format!("{prefix}.on"), "1");
        }
        self.add(&format!("{prefix}.percent"), &rule.percent);
        self.add(&format!("{prefix}.serve"), &rule.serve);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_is_sent_again_as_it_was() {
        let text = "order=r2&rows.r2.audience=segment%3Any&rows.r2.percent=2O&rows.r2.serve=true\
                    &order=r1&rows.r1.audience=conditions%3A%7B%22any%22%3A%5B%5D%7D&rows.r1.on=1\
                    &rows.r1.percent=&rows.r1.serve=%7B%22variant%22%3A%22a%22%7D&base=7\
                    &name=+Auto+&description=a%0D%0Ab&tags=x%2C+y&known.name=Auto&known.tags=\
                    &everyone.on=1&everyone.open=1&everyone.percent=5&everyone.serve=default\
                    &tester=t3&testers.t3.user=qa-7&testers.t3.serve=false&salt=&bucket_by=company\
                    &key=auto&key_default=true&order=r1&order=%22%3E";
        let form = Form::of(form_urlencoded::parse(text.as_bytes()).into_owned().collect());
        let entered = Entered::of_form(&form);
        assert_eq!(entered.rows.iter().map(|row| &row.id).collect::<Vec<_>>(), ["r2", "r1"]);
        assert_eq!(entered.rows[0].rule.percent, "2O");
        assert_eq!(entered.about.description, "a\nb");
        assert_eq!((entered.base, entered.everyone.on), (Some(7), true));
        assert_eq!(Entered::of_form(&Form::of(entered.pairs())), entered);
    }
}
