//! What changes from one version to another, in plain rows: what, before, after.

use super::segment_names::SegmentNames;
use crate::domain::version::{Change, Content, Row, Rule};

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeRow {
    /// What it is about, or the whole change as a sentence.
    pub what: String,
    /// What of it.
    pub label: &'static str,
    /// What stood there before; none where there was nothing.
    pub before: Option<String>,
    /// What stands there then; none where there is nothing.
    pub after: Option<String>,
    /// Whether it moves users who are in already.
    pub moves_users: bool,
}

/// What changes from one version to another; what moves users comes first.
pub fn between(before: &Content, after: &Content, names: &SegmentNames) -> Vec<ChangeRow> {
    let both = Both { before, after, names };
    let mut rows: Vec<ChangeRow> =
        before.difference(after).iter().map(|change| both.tell(change)).collect();
    rows.sort_by_key(|row| !row.moves_users);
    rows
}

/// What changes with the first version that is served.
pub fn from_nothing(after: &Content, names: &SegmentNames) -> Vec<ChangeRow> {
    between(&after.unserved(), after, names)
}

/// The changes in a few words: the first one, and how many more there are.
pub fn in_short(changes: &[ChangeRow]) -> String {
    let Some((first, rest)) = changes.split_first() else { return "Nothing changed".to_owned() };
    let what = first.what.trim_end_matches('.');
    let said = match (&first.before, &first.after) {
        (Some(before), Some(after)) => format!("{what} {before} to {after}"),
        (None, Some(_)) => format!("{what} added"),
        (Some(_), None) => format!("{what} left out"),
        (None, None) => what.to_owned(),
    };
    if rest.is_empty() { said } else { format!("{said}, {} more", rest.len()) }
}

struct Both<'a> {
    before: &'a Content,
    after: &'a Content,
    names: &'a SegmentNames,
}

impl Both<'_> {
    fn tell(&self, change: &Change) -> ChangeRow {
        let (place, field) = change.path.rsplit_once('.').unwrap_or((&change.path, ""));
        if place == "everyone_else" {
            let (before, after) = (&self.before.everyone_else, &self.after.everyone_else);
            return self.rule("Everyone else".to_owned(), field, before, after);
        }
        let row = place.strip_prefix("rows[").and_then(|rest| rest.strip_suffix(']'));
        let told = match (row.and_then(|row| row.parse().ok()), place) {
            (Some(number), _) => self.row(number, field, change),
            (None, "rows") => Some(self.order(change)),
            _ => None,
        };
        told.unwrap_or_else(|| ChangeRow {
            what: change.sentence.clone(),
            label: "",
            before: None,
            after: None,
            moves_users: matches!(change.path.as_str(), "bucket_by" | "salt"),
        })
    }

    fn row(&self, number: usize, field: &str, change: &Change) -> Option<ChangeRow> {
        let name = |row: &Row| self.names.audience(&row.audience);
        if change.after.is_null() {
            let row = self.before.rows.get(number)?;
            let before = Some(share(self.before, &row.rule));
            return Some(plain(name(row), "left out", before, None));
        }
        let row = self.after.rows.get(number)?;
        let Some(earlier) = self.before.rows.iter().find(|earlier| earlier.id == row.id) else {
            let after = Some(share(self.after, &row.rule));
            return Some(plain(name(row), "new row", None, after));
        };
        Some(match field {
            "audience" => {
                let what = format!("Row {}", number + 1);
                plain(what, "for", Some(name(earlier)), Some(name(row)))
            }
            _ => self.rule(name(row), field, &earlier.rule, &row.rule),
        })
    }

    fn rule(&self, what: String, field: &str, before: &Rule, after: &Rule) -> ChangeRow {
        let on = |rule: &Rule| if rule.enabled { "on" } else { "off" }.to_owned();
        let (label, was, is) = match field {
            "enabled" => ("switched", on(before), on(after)),
            "rollout" => ("deliver to", before.rollout.in_words(), after.rollout.in_words()),
            _ => {
                let was = self.before.serve_in_words(&before.serve);
                ("gets", was, self.after.serve_in_words(&after.serve))
            }
        };
        plain(what, label, Some(was), Some(is))
    }

    fn order(&self, change: &Change) -> ChangeRow {
        let named = |content: &Content, ids: &serde_json::Value| {
            let ids = ids.as_array().into_iter().flatten().filter_map(|id| id.as_str());
            let rows = ids.filter_map(|id| content.rows.iter().find(|row| row.id == id));
            rows.map(|row| self.names.audience(&row.audience)).collect::<Vec<_>>().join(", ")
        };
        let (before, after) =
            (named(self.before, &change.before), named(self.after, &change.after));
        plain("Priority".to_owned(), "", Some(before), Some(after))
    }
}

/// `auto_playlist = true to 20 %`.
fn share(content: &Content, rule: &Rule) -> String {
    let serve = content.serve_in_words(&rule.serve);
    match rule.enabled {
        true => format!("{serve} to {}", rule.rollout.in_words()),
        false => format!("{serve}, switched off"),
    }
}

fn plain(
    what: String,
    label: &'static str,
    before: Option<String>,
    after: Option<String>,
) -> ChangeRow {
    ChangeRow { what, label, before, after, moves_users: false }
}
