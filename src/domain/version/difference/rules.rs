//! Rows and everyone else.

use super::{
    super::{Row, Rule, Serve, Values, words},
    About, Changes, Group, Side, matched,
    order::List,
};
use crate::domain::key::KeyName;

/// Whom something is for: by itself, and at the start of a sentence.
#[derive(Clone, Copy)]
pub(super) struct Whom<'a> {
    /// `iPhone users in Miami`.
    pub what: &'a str,
    /// `Row 2, iPhone users in Miami`.
    pub said: &'a str,
}

impl<'a> Whom<'a> {
    /// Said as it is.
    pub fn plain(what: &'a str) -> Whom<'a> {
        Whom { what, said: what }
    }
}

impl Changes<'_> {
    pub(super) fn rows(&mut self) {
        let (earlier, later) = (&self.earlier.rows, &self.later.rows);
        for pair in matched(earlier, later, |row| &row.id) {
            match (pair.before, pair.after) {
                (Some((_, before)), Some((i, after))) => self.row(i, before, after),
                (None, Some((i, row))) => {
                    let state = if row.rule.enabled { "" } else { " (switched off)" };
                    let share = self.later.share_in_words(&row.rule, "");
                    let audience = self.names.within(&row.audience);
                    let sentence = format!("New row {} for {audience}{state}: {share}", i + 1);
                    let after = Some((row.to_json(), self.later.rule_in_words(&row.rule)));
                    self.whole_row(i, row, "new row", (None, after), sentence);
                }
                (Some((i, row)), None) => {
                    let audience = self.names.within(&row.audience);
                    let sentence = format!("Row {} for {audience} was left out.", i + 1);
                    let before = Some((row.to_json(), self.earlier.rule_in_words(&row.rule)));
                    self.whole_row(i, row, "left out", (before, None), sentence);
                }
                (None, None) => {}
            }
        }
        let names = self.names;
        let list =
            List { group: Group::Targeting, path: "rows", what: "rows", name: |row: &Row| &row.id };
        self.order(&list, earlier, later, |row| names.audience(&row.audience));
    }

    fn whole_row(&mut self, i: usize, row: &Row, label: &str, sides: (Side, Side), said: String) {
        let what = self.names.audience(&row.audience);
        let path = format!("rows[{i}]");
        let about = About { group: Group::Targeting, path, what: &what, label };
        self.tell(about, sides.0, sides.1, said);
    }

    fn row(&mut self, i: usize, before: &Row, after: &Row) {
        let number = i + 1;
        let path = format!("rows[{i}]");
        if before.audience != after.audience {
            let (was, is) =
                (self.names.audience(&before.audience), self.names.audience(&after.audience));
            let within = (self.names.within(&before.audience), self.names.within(&after.audience));
            let sentence = format!("Row {number}: for {} instead of {}.", within.1, within.0);
            let what = format!("Row {number}");
            let path = format!("{path}.audience");
            let about = About { group: Group::Targeting, path, what: &what, label: "for" };
            let before = Some((before.audience.to_json(), was));
            self.tell(about, before, Some((after.audience.to_json(), is)), sentence);
        }
        let what = self.names.audience(&after.audience);
        let said = format!("Row {number}, {}", self.names.within(&after.audience));
        self.rule(&path, Whom { what: &what, said: &said }, (&before.rule, &after.rule));
    }

    /// What changed in a rule, which is for `whom`.
    pub(super) fn rule(&mut self, path: &str, whom: Whom<'_>, both: (&Rule, &Rule)) {
        let (before, after) = both;
        let group = Group::Targeting;
        if before.enabled != after.enabled {
            let state = |rule: &Rule| if rule.enabled { "on" } else { "off" };
            let sentence = format!("{}: switched {}.", whom.said, state(after));
            let side = |rule: &Rule| Some((rule.enabled.into(), state(rule).to_owned()));
            let path = format!("{path}.enabled");
            let about = About { group, path, what: whom.what, label: "switched" };
            self.tell(about, side(before), side(after), sentence);
        }
        if before.rollout != after.rollout {
            let side = |rule: &Rule| Some((rule.rollout.to_json(), rule.rollout.in_words()));
            let (was, is) = (before.rollout.in_words(), after.rollout.in_words());
            let path = format!("{path}.rollout");
            let about = About { group, path, what: whom.what, label: "deliver to" };
            self.tell(about, side(before), side(after), format!("{}: {was} → {is}.", whom.said));
        }
        self.serve(group, &format!("{path}.serve"), whom, (&before.serve, &after.serve));
    }

    /// What changed in what is served to `whom`: value by value where both sides are plain values.
    pub(super) fn serve(
        &mut self,
        group: Group,
        path: &str,
        whom: Whom<'_>,
        both: (&Serve, &Serve),
    ) {
        let (before, after) = both;
        if let (Serve::Values(before), Serve::Values(after)) = (before, after) {
            return self.values(group, &format!("{path}.values"), whom, (before, after));
        }
        if before != after {
            let mut was = self.earlier.serve_in_words(before);
            let mut is = self.later.serve_in_words(after);
            if was == is {
                // The same shares by other weights.
                (was, is) = (before.to_json().to_string(), after.to_json().to_string());
            }
            let sentence = format!("{}: {was} → {is}.", whom.said);
            let about = About { group, path: path.to_owned(), what: whom.what, label: "gets" };
            let before = Some((before.to_json(), was));
            self.tell(about, before, Some((after.to_json(), is)), sentence);
        }
    }

    /// What changed in values, key by key. A value that is missing means the key's default.
    pub(super) fn values(
        &mut self,
        group: Group,
        path: &str,
        whom: Whom<'_>,
        (before, after): (&Values, &Values),
    ) {
        let gone = before.keys().filter(|key| !after.contains_key(*key));
        let keys: Vec<&KeyName> = after.keys().chain(gone).collect();
        for key in keys {
            let (old, new) = (before.get(key), after.get(key));
            if old == new {
                continue;
            }
            let (was, is) = words::apart(old, new, "the default");
            let sentence = format!("{}: {key} = {was} → {is}.", whom.said);
            let path = format!("{path}.{key}");
            let about = About { group, path, what: whom.what, label: key.as_str() };
            let side = |value: Option<&serde_json::Value>, words| {
                Some((value.cloned().unwrap_or_default(), words))
            };
            self.tell(about, side(old, was), side(new, is), sentence);
        }
    }
}
