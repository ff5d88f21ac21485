//! An editor as it was typed: the text of every field, whether it means anything or not, so that
//! whatever comes back to the person is what they typed.

mod fitting;
mod parts;
mod rows;
mod serve;

use std::collections::{BTreeMap, HashSet};

pub use parts::{EnteredKey, EnteredPrerequisite, EnteredTester, EnteredVariant, Parts};
pub use rows::{EnteredAudience, EnteredRow};
pub use serve::{EnteredRule, EnteredServe, EnteredValue};

use crate::{
    dashboard::{Form, typed_value::unix_lines},
    domain::{experience::Kind, value::ValueType, version::Content},
    store::{experiences::Experience, keys::Key},
};

/// The id of the key that is being added, whose cells are there before it is.
pub const ADDED: &str = "k0";

/// What the fields of an editor hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Entered {
    /// Of which kind it is.
    pub kind: Kind,
    /// The number of the newest version that the editor knew; none for an experience to be.
    pub base: Option<i32>,
    /// What is not versioned.
    pub about: About,
    /// The same as the page that was edited showed it first; none for an experience to be.
    pub known: Option<About>,
    /// The keys that were chosen.
    pub keys: Vec<EnteredKey>,
    /// The key that is being added.
    pub added: AddedKey,
    /// The attribute that buckets users.
    pub bucket_by: String,
    /// The salt; empty for the one that there is.
    pub salt: String,
    /// What other keys must have.
    pub prerequisites: Vec<EnteredPrerequisite>,
    /// Named bundles of values.
    pub variants: Vec<EnteredVariant>,
    /// The rows, in the order in which they stood on the page.
    pub rows: Vec<EnteredRow>,
    /// The row of everyone else.
    pub everyone: EnteredRule,
    /// Whether everyone else has a row with controls although it is off.
    pub everyone_open: bool,
    /// Users who get what is served to them.
    pub testers: Vec<EnteredTester>,
}

/// A key that is being added: saving takes it, too.
#[derive(Debug, Clone, PartialEq)]
pub struct AddedKey {
    /// Its name.
    pub name: String,
    /// The type, where there is none of that name yet.
    pub value_type: ValueType,
    /// The default of a new key; empty for the plainest one of its type.
    pub default: String,
}

impl AddedKey {
    /// None yet.
    pub fn nothing() -> AddedKey {
        AddedKey { name: String::new(), value_type: ValueType::Boolean, default: String::new() }
    }

    /// The default of a new key, as a field shows it. A flag with variants is off without one.
    pub fn default_text(&self, kind: Kind) -> &str {
        match (self.default.as_str(), self.value_type) {
            ("", ValueType::String) if kind == Kind::FeatureFlag => "off",
            ("", ValueType::Boolean) => "false",
            ("", ValueType::Integer) => "0",
            ("", ValueType::Decimal) => "0.0",
            ("", ValueType::Json) => "{}",
            (text, _) => text,
        }
    }
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
    /// The id of whom to ask, empty for nobody; none where the form does not say.
    pub owner: Option<String>,
}

impl Entered {
    /// Of an experience that nobody has begun.
    pub fn nothing(kind: Kind) -> Entered {
        Entered {
            kind,
            base: None,
            about: About::default(),
            known: None,
            keys: Vec::new(),
            added: AddedKey::nothing(),
            bucket_by: "user_id".to_owned(),
            salt: String::new(),
            prerequisites: Vec::new(),
            variants: Vec::new(),
            rows: Vec::new(),
            everyone: EnteredRule::closed(),
            everyone_open: false,
            testers: Vec::new(),
        }
    }

    /// Of an experience as it is, on top of that version, which gives values to these keys and to
    /// those that are to be created.
    pub fn of_content(
        experience: &Experience,
        content: &Content,
        version: i32,
        keys: &[Key],
        new: &[EnteredKey],
    ) -> Entered {
        let about = About::of(experience);
        let chosen = content.keys.iter().zip(1..).map(|(name, number)| {
            let there = keys.iter().find(|key| key.name == name.as_str());
            let new = new.iter().find(|key| there.is_none() && key.name == name.as_str());
            let value_type = there.map(|key| key.value_type).or(new.map(|key| key.value_type));
            EnteredKey {
                id: format!("k{number}"),
                name: name.to_string(),
                value_type: value_type.unwrap_or(ValueType::Json),
                new_default: new.and_then(|key| key.new_default.clone()),
            }
        });
        let variants = (1..=content.variants.len()).map(|number| format!("v{number}")).collect();
        let parts = Parts::of(experience.kind, chosen.collect(), variants);
        let everyone = EnteredRule::of(&content.everyone_else, content, &parts);
        let rows = content.rows.iter().map(|row| EnteredRow {
            id: row.id.clone(),
            audience: EnteredAudience::of(&row.audience),
            rule: EnteredRule::of(&row.rule, content, &parts),
        });
        let testers = content.test_users.iter().zip(1..).map(|(tester, number)| {
            EnteredTester::of(tester, format!("t{number}"), content, &parts)
        });
        let required = content.prerequisites.iter().zip(1..);
        let required =
            required.map(|(it, number)| EnteredPrerequisite::of(it, format!("p{number}")));
        let variants = content.variants.iter().zip(&parts.variants);
        let closed = everyone == EnteredRule::closed()
            || !everyone.on && everyone.percent == "100" && everyone.gives_default();
        Entered {
            base: Some(version),
            known: Some(about.clone()),
            about,
            bucket_by: content.bucket_by.clone(),
            salt: content.salt.clone(),
            prerequisites: required.collect(),
            variants: variants.map(|(it, id)| EnteredVariant::of(it, id, &parts)).collect(),
            rows: rows.collect(),
            everyone: if closed { EnteredRule::closed() } else { everyone },
            everyone_open: !closed,
            testers: testers.collect(),
            keys: parts.keys,
            ..Entered::nothing(experience.kind)
        }
    }

    /// As it was sent.
    pub fn of_form(kind: Kind, form: &Form) -> Entered {
        let get = |name: &str| unix_lines(form.get(name));
        let about = |prefix: &str| About {
            name: get(&format!("{prefix}name")),
            description: get(&format!("{prefix}description")),
            tags: get(&format!("{prefix}tags")),
            owner: form
                .is_checked(&format!("{prefix}owner"))
                .then(|| get(&format!("{prefix}owner"))),
        };
        let mut entered = Entered {
            base: form.get("base").parse().ok(),
            about: about(""),
            known: form.is_checked("known.name").then(|| about("known.")),
            keys: ids(form, "uses").filter_map(|id| EnteredKey::of_form(form, id)).collect(),
            added: AddedKey {
                name: get("key").trim().to_owned(),
                value_type: ValueType::parse(form.get("key_type")).unwrap_or(ValueType::Boolean),
                // What was typed for another type is no default of this one.
                default: match form.get("key_default_of") == form.get("key_type") {
                    true => get("key_default"),
                    false => String::new(),
                },
            },
            bucket_by: get("bucket_by"),
            salt: get("salt"),
            prerequisites: ids(form, "prerequisite")
                .map(|id| EnteredPrerequisite::of_form(form, id))
                .collect(),
            everyone_open: form.is_checked("everyone.open"),
            ..Entered::nothing(kind)
        };
        let parts = entered.parts_with(ids(form, "variant").map(str::to_owned).collect());
        let row = |id: &str| {
            let prefix = format!("rows.{id}");
            Some(EnteredRow {
                audience: EnteredAudience::parse(form.get(&format!("{prefix}.audience")))?,
                rule: EnteredRule::of_form(form, &prefix, &parts),
                id: id.to_owned(),
            })
        };
        entered.variants =
            parts.variants.iter().map(|id| EnteredVariant::of_form(form, id, &parts)).collect();
        entered.rows = ids(form, "order").filter_map(row).collect();
        entered.everyone = EnteredRule::of_form(form, "everyone", &parts);
        entered.testers =
            ids(form, "tester").map(|id| EnteredTester::of_form(form, id, &parts)).collect();
        entered
    }

    /// The keys that are to be created.
    pub fn new_keys(&self) -> Vec<EnteredKey> {
        let keys = self.parts_with(Vec::new()).keys.into_iter();
        keys.filter(|key| key.new_default.is_some()).collect()
    }

    /// The keys that were chosen, and the one that is being added.
    pub fn all_keys(&self) -> impl Iterator<Item = EnteredKey> {
        let added = self.added_name().map(|name| EnteredKey {
            id: ADDED.to_owned(),
            name,
            value_type: self.added.value_type,
            new_default: Some(self.added.default_text(self.kind).to_owned()),
        });
        self.keys.iter().cloned().chain(added)
    }

    /// What the cells belong to, as far as the form says.
    fn parts_with(&self, variants: Vec<String>) -> Parts {
        Parts::of(self.kind, self.all_keys().collect(), variants)
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
        pairs.add("key", &self.added.name);
        pairs.add("key_type", self.added.value_type.as_str());
        pairs.add("key_default_of", self.added.value_type.as_str());
        pairs.add("key_default", &self.added.default);
        self.keys.iter().for_each(|key| key.add_to(&mut pairs));
        pairs.add("bucket_by", &self.bucket_by);
        pairs.add("salt", &self.salt);
        self.prerequisites.iter().for_each(|required| required.add_to(&mut pairs));
        self.variants.iter().for_each(|variant| variant.add_to(&mut pairs));
        for row in &self.rows {
            pairs.add("order", &row.id);
            let prefix = format!("rows.{}", row.id);
            pairs.add(&format!("{prefix}.audience"), &row.audience.text());
            row.rule.add_to(&mut pairs, &prefix);
        }
        self.everyone.add_to(&mut pairs, "everyone");
        if self.everyone_open {
            pairs.add("everyone.open", "1");
        }
        self.testers.iter().for_each(|tester| tester.add_to(&mut pairs));
        pairs.0
    }
}

impl Entered {
    /// The same, where `now` is what is not versioned by now: what was typed of it stays, all else
    /// is as it is now.
    pub fn beside(self, now: About) -> Entered {
        let Some(known) = self.known else { return self };
        let (typed, newer) = (self.about, now.clone());
        let keep = |typed: String, known: String, now: String| match typed == known {
            true => now,
            false => typed,
        };
        let about = About {
            name: keep(typed.name, known.name, newer.name),
            description: keep(typed.description, known.description, newer.description),
            tags: keep(typed.tags, known.tags, newer.tags),
            owner: if typed.owner == known.owner { newer.owner } else { typed.owner },
        };
        Entered { about, known: Some(now), ..self }
    }
}

impl About {
    /// Of an experience as it is.
    pub fn of(experience: &Experience) -> About {
        About {
            name: experience.name.clone(),
            description: experience.description.clone(),
            tags: experience.tags.join(", "),
            owner: Some(experience.owner_id.map(|id| id.to_string()).unwrap_or_default()),
        }
    }

    /// The tags, one by one.
    pub fn tag_list(&self) -> Vec<String> {
        let tags = self.tags.split(',').map(str::trim).filter(|tag| !tag.is_empty());
        tags.map(str::to_owned).collect()
    }
}

/// The ids under that name, each once and as pages of ours make them.
fn ids<'a>(form: &'a Form, name: &'a str) -> impl Iterator<Item = &'a str> {
    let made = |id: &&'a str| {
        (1..=40).contains(&id.len())
            && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
    };
    let mut seen = HashSet::new();
    form.all(name).filter(made).filter(move |id| seen.insert(*id))
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
        if let Some(owner) = &about.owner {
            self.add(&format!("{prefix}owner"), owner);
        }
    }

    /// The values of keys, and that there were cells for them.
    fn values(&mut self, prefix: &str, values: &BTreeMap<String, EnteredValue>) {
        if !values.is_empty() {
            self.add(&format!("{prefix}.cells"), "1");
        }
        for (key, value) in values {
            self.add(&format!("{prefix}.values.{key}"), &value.text);
            if value.is_default {
                self.add(&format!("{prefix}.default.{key}"), "1");
            }
        }
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
        let entered = Entered::of_form(Kind::FeatureFlag, &form);
        assert_eq!(entered.rows.iter().map(|row| &row.id).collect::<Vec<_>>(), ["r2", "r1"]);
        assert_eq!(entered.rows[0].rule.percent, "2O");
        assert_eq!(entered.about.description, "a\nb");
        assert_eq!((entered.base, entered.everyone.on), (Some(7), true));
        assert_eq!(Entered::of_form(Kind::FeatureFlag, &Form::of(entered.pairs())), entered);
    }
}
