//! What a version says, row by row, in words that a product manager would use.

use serde_json::Value as Json;

use super::{Audience, Content, Prerequisite, Rule, Serve, Share, Values, Variant};
use crate::domain::bucketing::Rollout;

/// Of a text value or a JSON value, this many characters are said.
const MOST_SAID: usize = 60;

impl Content {
    /// One sentence per row, in order of priority, and one for everyone else.
    pub fn in_words(&self) -> Vec<String> {
        let rows = self.rows.iter().map(|row| self.row_in_words(&row.audience, &row.rule));
        rows.chain([self.everyone_else_in_words()]).collect()
    }

    fn row_in_words(&self, audience: &Audience, rule: &Rule) -> String {
        match (rule.enabled, audience) {
            (false, _) => format!("{}: switched off; the next rows decide.", audience.in_words()),
            (_, Audience::Everyone) if rule.rollout.is_all() => {
                format!("Everyone gets {}.", self.serve_in_words(&rule.serve))
            }
            (_, Audience::Conditions(_)) if rule.rollout.is_all() => {
                self.share_in_words(rule, &format!(" {}", audience.in_words()))
            }
            _ => self.share_in_words(rule, &format!(" of {}", audience.in_words())),
        }
    }

    fn everyone_else_in_words(&self) -> String {
        let rule = &self.everyone_else;
        match (rule.enabled, rule.rollout.is_all()) {
            (false, _) => format!("Everyone else gets {}.", self.default_in_words()),
            (true, true) => format!("Everyone else gets {}.", self.serve_in_words(&rule.serve)),
            (true, false) => self.share_in_words(rule, " of everyone else"),
        }
    }

    /// `20 % of iphone-ny get auto_playlist = true; the others get the default.`
    pub(super) fn share_in_words(&self, rule: &Rule, of_whom: &str) -> String {
        let serve = self.serve_in_words(&rule.serve);
        if rule.rollout.is_all() {
            return format!("All{of_whom} get {serve}.");
        }
        let percent = rule.rollout.in_words();
        format!("{percent}{of_whom} get {serve}; the others get {}.", self.default_in_words())
    }

    /// `auto_playlist = true to 20 %`.
    pub(super) fn rule_in_words(&self, rule: &Rule) -> String {
        let serve = self.serve_in_words(&rule.serve);
        match rule.enabled {
            true => format!("{serve} to {}", rule.rollout.in_words()),
            false => format!("{serve} to {}, switched off", rule.rollout.in_words()),
        }
    }

    /// What is served: `auto_playlist = true`, `variant new`, `the default`.
    pub fn serve_in_words(&self, serve: &Serve) -> String {
        match serve {
            Serve::Values(values) if values.is_empty() => self.default_in_words().to_owned(),
            Serve::Values(values) => values_in_words(values),
            Serve::Variant(name) => format!("variant {name}"),
            Serve::Split(shares) => split_in_words(shares),
        }
    }

    /// A split as lists say it: `split A 50 / B 50`.
    pub fn split_in_few_words(&self, serve: &Serve) -> String {
        let Serve::Split(shares) = serve else { return self.serve_in_words(serve) };
        let one = |share: &Share| {
            let part = share.in_words(shares);
            format!("{} {}", share.variant, part.trim_end_matches(" %"))
        };
        format!("split {}", shares.iter().map(one).collect::<Vec<_>>().join(" / "))
    }

    fn default_in_words(&self) -> &'static str {
        if self.keys.len() > 1 { "the defaults" } else { "the default" }
    }
}

impl Audience {
    pub(super) fn in_words(&self) -> String {
        match self {
            Audience::Segment(slug) => slug.to_string(),
            Audience::Conditions(condition) => format!("users where {}", condition.in_words()),
            Audience::Everyone => "everyone".to_owned(),
        }
    }
}

impl Prerequisite {
    /// The values that will do: `true`, `"a" or "b"`.
    pub fn values_in_words(&self) -> String {
        self.is_in.iter().map(value_in_words).collect::<Vec<_>>().join(" or ")
    }
}

impl Variant {
    /// What it gives: `auto_playlist = true; payload {"color":"red"}; description "Red"`.
    pub fn in_words(&self) -> String {
        let values = match self.values.is_empty() {
            true => "the default".to_owned(),
            false => values_in_words(&self.values),
        };
        let payload = self.payload.as_ref().map(|it| format!("payload {}", value_in_words(it)));
        let described = (!self.description.is_empty())
            .then(|| format!("description {}", value_in_words(&self.description.as_str().into())));
        let all = [Some(values), payload, described];
        all.into_iter().flatten().collect::<Vec<_>>().join("; ")
    }
}

impl Rollout {
    /// `20 %`, `33.33 %`.
    pub fn in_words(self) -> String {
        format!("{} %", self.percent())
    }
}

pub(super) fn values_in_words(values: &Values) -> String {
    let one = |(key, value)| format!("{key} = {}", value_in_words(value));
    values.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// A value, cut where it is long.
pub fn value_in_words(value: &Json) -> String {
    let text = value.to_string();
    match text.char_indices().nth(MOST_SAID) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

/// Two values that differ, cut so that one sees where; `nothing` is said where there is none.
pub(super) fn apart(
    before: Option<&Json>,
    after: Option<&Json>,
    nothing: &str,
) -> (String, String) {
    let (Some(before), Some(after)) = (before, after) else {
        let said = |value: Option<&Json>| value.map_or_else(|| nothing.to_owned(), value_in_words);
        return (said(before), said(after));
    };
    let (before, after) = (before.to_string(), after.to_string());
    let same = before.chars().zip(after.chars()).take_while(|(a, b)| a == b).count();
    // What both begin with is left out but for its end, so that the difference is in sight.
    let from = if same < MOST_SAID / 2 { 0 } else { same.saturating_sub(MOST_SAID / 4) };
    let part = |text: &str| {
        let skipped = if from == 0 { "" } else { "…" };
        let shown: String = text.chars().skip(from).take(MOST_SAID).collect();
        let rest = if text.chars().count() > from + MOST_SAID { "…" } else { "" };
        format!("{skipped}{shown}{rest}")
    };
    match before.chars().count().max(after.chars().count()) <= MOST_SAID {
        true => (before, after),
        false => (part(&before), part(&after)),
    }
}

fn split_in_words(shares: &[Share]) -> String {
    let one = |share: &Share| format!("{} ({})", share.variant, share.in_words(shares));
    let said: Vec<String> = shares.iter().map(one).collect();
    format!("a split of {}", said.join(", "))
}

impl Share {
    /// Its part of a split: `33.3 %`.
    pub fn in_words(&self, split: &[Share]) -> String {
        let total: f64 = split.iter().map(|share| f64::from(share.weight)).sum();
        let percent = f64::from(self.weight) * 100.0 / total;
        // To one decimal: a third is said as 33.3 %.
        format!("{} %", (percent * 10.0).round() / 10.0)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_version_is_said_row_by_row() {
        let content = json!({"keys": ["auto_playlist"],
            "variants": [{"name": "new"}, {"name": "old"}],
            "rows": [
                {"audience": {"segment": "iphone-ny"}, "rollout": 20, "serve": {"values": {"auto_playlist": true}}},
                {"audience": {"conditions": {"attribute": "plan", "operator": "is", "value": "pro"}}, "serve": {"variant": "new"}},
                {"audience": {"segment": "miami"}, "enabled": false, "serve": {"values": {}}},
                {"audience": {"everyone": true}, "rollout": 33.33, "serve": {"split": [{"variant": "new", "weight": 1}, {"variant": "old", "weight": 2}]}}]});
        let content = Content::from_json(&content, "salt").unwrap();
        assert_eq!(
            content.in_words(),
            [
                "20 % of iphone-ny get auto_playlist = true; the others get the default.",
                "All users where plan is “pro” get variant new.",
                "miami: switched off; the next rows decide.",
                "33.33 % of everyone get a split of new (33.3 %), old (66.7 %); the others get the default.",
                "Everyone else gets the default.",
            ]
        );
    }
}
