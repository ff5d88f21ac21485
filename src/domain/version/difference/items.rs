//! Keys, what buckets users, prerequisites, variants and test users.

use serde_json::Value as Json;

use super::{
    super::{Prerequisite, TestUser, Variant, words},
    About, Changes, Group, Pair, Side, matched,
    order::List,
    rules::Whom,
};
use crate::domain::key::KeyName;

/// What is said where nothing is.
const NOTHING: &str = "none";

impl Changes<'_> {
    pub(super) fn keys(&mut self) {
        let (earlier, later) = (&self.earlier.keys, &self.later.keys);
        for pair in matched(earlier, later, |key| key.as_str()) {
            let side = |at: Option<(usize, &KeyName)>, words: &str| -> Side {
                at.map(|(_, key)| (key.as_str().into(), words.to_owned()))
            };
            let (i, key, label, sentence) = match (pair.before, pair.after) {
                (None, Some((i, key))) => (i, key, "new key", format!("New key {key}.")),
                (Some((i, key)), None) => {
                    (i, key, "left out", format!("The key {key} was left out."))
                }
                _ => continue,
            };
            let (what, path) = (format!("Key {key}"), format!("keys[{i}]"));
            let about = About { group: Group::Keys, path, what: &what, label };
            self.tell(about, side(pair.before, "there"), side(pair.after, "there"), sentence);
        }
        let name = |key: &KeyName| -> String { key.to_string() };
        let list = List { group: Group::Keys, path: "keys", what: "keys", name: KeyName::as_str };
        self.order(&list, earlier, later, name);
    }

    pub(super) fn bucketing(&mut self) {
        let (earlier, later) = (self.earlier, self.later);
        for (path, what, verb, before, after) in [
            ("bucket_by", "Bucketed by", "Percentages go by", &earlier.bucket_by, &later.bucket_by),
            ("salt", "Salt", "The salt is", &earlier.salt, &later.salt),
        ] {
            if before != after {
                let sentence = format!("{verb} {after} instead of {before}: this moves users.");
                let side = |text: &String| Some((text.as_str().into(), text.clone()));
                let about =
                    About { group: Group::Advanced, path: path.to_owned(), what, label: "" };
                self.tell(about, side(before), side(after), sentence);
            }
        }
    }

    pub(super) fn prerequisites(&mut self) {
        let (earlier, later) = (&self.earlier.prerequisites, &self.later.prerequisites);
        for pair in matched(earlier, later, |needed| needed.key.as_str()) {
            let Some((i, before, after)) = different(&pair) else { continue };
            let Some(key) = after.or(before).map(|needed| &needed.key) else { continue };
            let said = |needed: &Prerequisite| needed.values_in_words();
            let (was, is) = (before.map(said), after.map(said));
            let sentence = match (&was, &is) {
                (None, Some(is)) => format!("Now requires {key} = {is}."),
                (Some(was), None) => format!("No longer requires {key} = {was}."),
                (was, is) => {
                    let words = |side: &Option<String>| side.clone().unwrap_or_default();
                    format!("Requires {key} = {} instead of {}.", words(is), words(was))
                }
            };
            let label = match (&was, &is) {
                (None, _) => "new",
                (_, None) => "no longer",
                _ => "is",
            };
            let what = format!("Requires {key}");
            let path = format!("prerequisites[{i}]");
            let about = About { group: Group::Prerequisites, path, what: &what, label };
            let side = |needed: Option<&Prerequisite>, words: Option<String>| {
                needed.map(Prerequisite::to_json).zip(words)
            };
            self.tell(about, side(before, was), side(after, is), sentence);
        }
        let list = List {
            group: Group::Prerequisites,
            path: "prerequisites",
            what: "required keys",
            name: |needed: &Prerequisite| needed.key.as_str(),
        };
        self.order(&list, earlier, later, |needed| needed.key.to_string());
    }

    pub(super) fn variants(&mut self) {
        let (earlier, later) = (&self.earlier.variants, &self.later.variants);
        for pair in matched(earlier, later, |variant| &variant.name) {
            let Some((i, before, after)) = different(&pair) else { continue };
            let path = format!("variants[{i}]");
            match (before, after) {
                (Some(before), Some(after)) => self.variant(&path, before, after),
                (Some(before), None) => {
                    let sentence = format!("The variant {} was left out.", before.name);
                    let side = Some((before.to_json(), before.in_words()));
                    self.whole_variant(path, &before.name, "left out", (side, None), sentence);
                }
                (None, Some(after)) => {
                    let sentence = format!("New variant {}: {}.", after.name, after.in_words());
                    let side = Some((after.to_json(), after.in_words()));
                    self.whole_variant(path, &after.name, "new variant", (None, side), sentence);
                }
                (None, None) => {}
            }
        }
        let list = List {
            group: Group::Variants,
            path: "variants",
            what: "variants",
            name: |variant: &Variant| &variant.name,
        };
        self.order(&list, earlier, later, |variant| variant.name.clone());
    }

    fn whole_variant(
        &mut self,
        path: String,
        name: &str,
        label: &str,
        sides: (Side, Side),
        sentence: String,
    ) {
        let what = format!("Variant {name}");
        self.tell(
            About { group: Group::Variants, path, what: &what, label },
            sides.0,
            sides.1,
            sentence,
        );
    }

    fn variant(&mut self, path: &str, before: &Variant, after: &Variant) {
        let what = format!("Variant {}", after.name);
        let group = Group::Variants;
        let values = (&before.values, &after.values);
        self.values(group, &format!("{path}.values"), Whom::plain(&what), values);
        let text = |text: &str| -> Option<Json> { (!text.is_empty()).then(|| text.into()) };
        let fields = [
            ("payload", before.payload.clone(), after.payload.clone()),
            ("description", text(&before.description), text(&after.description)),
        ];
        for (field, old, new) in fields {
            if old == new {
                continue;
            }
            let (was, is) = words::apart(old.as_ref(), new.as_ref(), NOTHING);
            let sentence = format!("{what}: {field} {was} → {is}.");
            let path = format!("{path}.{field}");
            let about = About { group, path, what: &what, label: field };
            let side = |json: Option<Json>, words| Some((json.unwrap_or_default(), words));
            self.tell(about, side(old, was), side(new, is), sentence);
        }
    }

    pub(super) fn test_users(&mut self) {
        let (earlier, later) = (self.earlier, self.later);
        for pair in matched(&earlier.test_users, &later.test_users, |user| &user.user_id) {
            let Some((i, before, after)) = different(&pair) else { continue };
            let path = format!("test_users[{i}]");
            let group = Group::TestUsers;
            let said = |user: Option<&TestUser>| {
                let content = if after.is_some() { later } else { earlier };
                user.map(|it| (it.to_json(), content.serve_in_words(&it.serve)))
            };
            let (id, label, sides, sentence) = match (before, after) {
                (Some(before), Some(after)) => {
                    let whom = format!("Test user {}", after.user_id);
                    let both = (&before.serve, &after.serve);
                    self.serve(group, &format!("{path}.serve"), Whom::plain(&whom), both);
                    continue;
                }
                (Some(before), None) => {
                    let sentence = format!("{} is no longer a test user.", before.user_id);
                    (&before.user_id, "left out", (said(Some(before)), None), sentence)
                }
                (None, Some(after)) => {
                    let gets = later.serve_in_words(&after.serve);
                    let sentence = format!("New test user {} gets {gets}.", after.user_id);
                    (&after.user_id, "gets", (None, said(Some(after))), sentence)
                }
                (None, None) => continue,
            };
            let what = format!("Test user {id}");
            self.tell(About { group, path, what: &what, label }, sides.0, sides.1, sentence);
        }
        let list = List {
            group: Group::TestUsers,
            path: "test_users",
            what: "test users",
            name: |user: &TestUser| &user.user_id,
        };
        let (earlier, later) = (&earlier.test_users, &later.test_users);
        self.order(&list, earlier, later, |user| user.user_id.clone());
    }
}

/// An item that is new, left out or different, with its place.
fn different<'a, T: PartialEq>(
    pair: &Pair<'a, T>,
) -> Option<(usize, Option<&'a T>, Option<&'a T>)> {
    let (before, after) = (pair.before.map(|at| at.1), pair.after.map(|at| at.1));
    let (place, _) = pair.after.or(pair.before)?;
    (before != after).then_some((place, before, after))
}
