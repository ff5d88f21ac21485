//! What changed from one version to another, told field by field.

use std::collections::HashSet;

use serde::Serialize;
use serde_json::Value as Json;

use super::{
    Content, Prerequisite, Row, Rule, TestUser, Variant,
    words::{value_in_words, values_in_words},
};

/// One change.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// Where, as a path such as `rows[1].rollout`: in the later version, or in the earlier one for
    /// what was left out.
    pub path: String,
    /// What stood there before; null where there was nothing.
    pub before: Json,
    /// What stands there now; null where there is nothing.
    pub after: Json,
    /// The change as a sentence.
    pub sentence: String,
}

impl Content {
    /// What changed from this version to `after`, in the order of a content's fields; nothing
    /// exactly when they are the same.
    pub fn difference(&self, after: &Content) -> Vec<Change> {
        let mut changes = Changes { earlier: self, later: after, told: Vec::new() };
        changes.keys();
        changes.bucketing();
        changes.prerequisites();
        changes.variants();
        changes.test_users();
        changes.rows();
        changes.rule("everyone_else", "Everyone else", &self.everyone_else, &after.everyone_else);
        changes.told
    }
}

/// An item of a list, at its place before, now, or both.
struct Pair<'a, T> {
    before: Option<(usize, &'a T)>,
    after: Option<(usize, &'a T)>,
}

/// The items of two lists, matched by name: the present ones in order, then those left out.
fn matched<'a, T>(before: &'a [T], after: &'a [T], name: fn(&T) -> &str) -> Vec<Pair<'a, T>> {
    let find = |items: &'a [T], wanted: &str| {
        items.iter().enumerate().find(|(_, item)| name(item) == wanted)
    };
    let present = after.iter().enumerate();
    let present = present.map(|at| Pair { before: find(before, name(at.1)), after: Some(at) });
    let left_out = before.iter().enumerate().filter(|(_, item)| find(after, name(item)).is_none());
    present.chain(left_out.map(|at| Pair { before: Some(at), after: None })).collect()
}

struct Changes<'a> {
    earlier: &'a Content,
    later: &'a Content,
    told: Vec<Change>,
}

impl Changes<'_> {
    fn tell(&mut self, path: impl Into<String>, before: Json, after: Json, sentence: String) {
        self.told.push(Change { path: path.into(), before, after, sentence });
    }

    /// Tells that what two lists have in common stands in another order.
    fn order<T>(
        &mut self,
        list: &str,
        what: &str,
        before: &[T],
        after: &[T],
        name: fn(&T) -> &str,
    ) {
        let names = |items: &[T], others: &[T]| -> Vec<String> {
            let others: HashSet<&str> = others.iter().map(name).collect();
            let kept = items.iter().map(name).filter(|name| others.contains(name));
            kept.map(str::to_owned).collect()
        };
        let (before, after) = (names(before, after), names(after, before));
        if before != after {
            let (from, to) = (before.join(", "), after.join(", "));
            let sentence = format!("The {what} stand in another order: {from} → {to}.");
            self.tell(list, before.into(), after.into(), sentence);
        }
    }

    fn keys(&mut self) {
        let (earlier, later) = (&self.earlier.keys, &self.later.keys);
        for pair in matched(earlier, later, |key| key.as_str()) {
            match (pair.before, pair.after) {
                (None, Some((i, key))) => {
                    let sentence = format!("New key {key}.");
                    self.tell(format!("keys[{i}]"), Json::Null, key.as_str().into(), sentence);
                }
                (Some((i, key)), None) => {
                    let sentence = format!("The key {key} was left out.");
                    self.tell(format!("keys[{i}]"), key.as_str().into(), Json::Null, sentence);
                }
                _ => {}
            }
        }
        self.order("keys", "keys", earlier, later, |key| key.as_str());
    }

    fn bucketing(&mut self) {
        let (earlier, later) = (self.earlier, self.later);
        for (path, what, before, after) in [
            ("bucket_by", "Percentages go by", &earlier.bucket_by, &later.bucket_by),
            ("salt", "The salt is", &earlier.salt, &later.salt),
        ] {
            if before != after {
                let sentence = format!("{what} {after} instead of {before}: this moves users.");
                self.tell(path, before.as_str().into(), after.as_str().into(), sentence);
            }
        }
    }

    fn prerequisites(&mut self) {
        let (earlier, later) = (&self.earlier.prerequisites, &self.later.prerequisites);
        let json = |p: &Prerequisite| p.to_json();
        let said = |p: &Prerequisite| {
            let values: Vec<String> = p.is_in.iter().map(value_in_words).collect();
            format!("{} = {}", p.key, values.join(" or "))
        };
        for pair in matched(earlier, later, |p| p.key.as_str()) {
            self.item("prerequisites", pair, json, |before, after| match (before, after) {
                (None, Some(after)) => format!("Now requires {}.", said(after)),
                (Some(before), None) => format!("No longer requires {}.", said(before)),
                (before, after) => {
                    let (before, after) = (before.map(said), after.map(said));
                    format!(
                        "Requires {} instead of {}.",
                        after.unwrap_or_default(),
                        before.unwrap_or_default()
                    )
                }
            });
        }
        self.order("prerequisites", "required keys", earlier, later, |p| p.key.as_str());
    }

    fn variants(&mut self) {
        let (earlier, later) = (&self.earlier.variants, &self.later.variants);
        for pair in matched(earlier, later, |variant| &variant.name) {
            self.item("variants", pair, Variant::to_json, |before, after| match (before, after) {
                (Some(before), Some(after)) => variant_changes(before, after),
                (Some(before), None) => format!("The variant {} was left out.", before.name),
                (_, after) => after.map_or_else(String::new, |new| {
                    format!("New variant {}: {}.", new.name, values_or_default(new))
                }),
            });
        }
        self.order("variants", "variants", earlier, later, |variant| &variant.name);
    }

    fn test_users(&mut self) {
        let (earlier, later) = (self.earlier, self.later);
        for pair in matched(&earlier.test_users, &later.test_users, |user| &user.user_id) {
            self.item("test_users", pair, TestUser::to_json, |before, after| {
                let before = before.map(|u| (&u.user_id, earlier.serve_in_words(&u.serve)));
                let after = after.map(|u| (&u.user_id, later.serve_in_words(&u.serve)));
                match (before, after) {
                    (Some((user, before)), Some((_, after))) => {
                        format!("Test user {user}: {before} → {after}.")
                    }
                    (Some((user, _)), None) => format!("{user} is no longer a test user."),
                    (_, after) => after.map_or_else(String::new, |(user, serve)| {
                        format!("New test user {user} gets {serve}.")
                    }),
                }
            });
        }
        let (earlier, later) = (&earlier.test_users, &later.test_users);
        self.order("test_users", "test users", earlier, later, |user| &user.user_id);
    }

    /// Tells of an item that is new, left out or different.
    fn item<T: PartialEq>(
        &mut self,
        list: &str,
        pair: Pair<'_, T>,
        json: impl Fn(&T) -> Json,
        sentence: impl Fn(Option<&T>, Option<&T>) -> String,
    ) {
        let (before, after) = (pair.before.map(|at| at.1), pair.after.map(|at| at.1));
        if before == after {
            return;
        }
        let place = pair.after.or(pair.before).map_or(0, |at| at.0);
        let (was, is) =
            (before.map(&json).unwrap_or_default(), after.map(&json).unwrap_or_default());
        self.tell(format!("{list}[{place}]"), was, is, sentence(before, after));
    }

    fn rows(&mut self) {
        let (earlier, later) = (&self.earlier.rows, &self.later.rows);
        for pair in matched(earlier, later, |row| &row.id) {
            match (pair.before, pair.after) {
                (Some((_, before)), Some((i, after))) => self.row(i, before, after),
                (None, Some((i, row))) => {
                    let state = if row.rule.enabled { "" } else { " (switched off)" };
                    let share = self.later.share_in_words(&row.rule, "");
                    let audience = row.audience.in_words();
                    let sentence = format!("New row {} for {audience}{state}: {share}", i + 1);
                    self.tell(format!("rows[{i}]"), Json::Null, row.to_json(), sentence);
                }
                (Some((i, row)), None) => {
                    let audience = row.audience.in_words();
                    let sentence = format!("Row {} for {audience} was left out.", i + 1);
                    self.tell(format!("rows[{i}]"), row.to_json(), Json::Null, sentence);
                }
                (None, None) => {}
            }
        }
        self.order("rows", "rows", earlier, later, |row| &row.id);
    }

    fn row(&mut self, i: usize, before: &Row, after: &Row) {
        let number = i + 1;
        if before.audience != after.audience {
            let (was, is) = (before.audience.in_words(), after.audience.in_words());
            let sentence = format!("Row {number}: for {is} instead of {was}.");
            let (was, is) = (before.audience.to_json(), after.audience.to_json());
            self.tell(format!("rows[{i}].audience"), was, is, sentence);
        }
        let whom = format!("Row {number}, {}", after.audience.in_words());
        self.rule(&format!("rows[{i}]"), &whom, &before.rule, &after.rule);
    }

    fn rule(&mut self, path: &str, whom: &str, before: &Rule, after: &Rule) {
        if before.enabled != after.enabled {
            let state = if after.enabled { "switched on" } else { "switched off" };
            let (was, is) = (before.enabled.into(), after.enabled.into());
            self.tell(format!("{path}.enabled"), was, is, format!("{whom}: {state}."));
        }
        if before.rollout != after.rollout {
            let (was, is) = (before.rollout, after.rollout);
            let sentence = format!("{whom}: {} → {}.", was.in_words(), is.in_words());
            self.tell(format!("{path}.rollout"), was.to_json(), is.to_json(), sentence);
        }
        if before.serve != after.serve {
            let was = self.earlier.serve_in_words(&before.serve);
            let is = self.later.serve_in_words(&after.serve);
            let (before, after) = (before.serve.to_json(), after.serve.to_json());
            self.tell(format!("{path}.serve"), before, after, format!("{whom}: {was} → {is}."));
        }
    }
}

fn values_or_default(variant: &Variant) -> String {
    match variant.values.is_empty() {
        true => "the default".to_owned(),
        false => values_in_words(&variant.values),
    }
}

fn variant_changes(before: &Variant, after: &Variant) -> String {
    let mut said = Vec::new();
    if before.values != after.values {
        said.push(format!("{} → {}", values_or_default(before), values_or_default(after)));
    }
    if before.payload != after.payload {
        let payload = |variant: &Variant| {
            variant.payload.as_ref().map_or_else(|| "none".to_owned(), value_in_words)
        };
        said.push(format!("payload {} → {}", payload(before), payload(after)));
    }
    if before.description != after.description {
        said.push("another description".to_owned());
    }
    format!("Variant {}: {}.", after.name, said.join("; "))
}
