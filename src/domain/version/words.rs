//! What a version says, row by row, in words that a product manager would use.

use serde_json::Value as Json;

use super::{Audience, Content, Rule, Serve, Share, Values};
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
        let said = shares_in_percent(shares).map(|(name, percent)| format!("{name} {percent}"));
        format!("split {}", said.collect::<Vec<_>>().join(" / "))
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

fn split_in_words(shares: &[Share]) -> String {
    let said = shares_in_percent(shares).map(|(name, percent)| format!("{name} ({percent} %)"));
    format!("a split of {}", said.collect::<Vec<_>>().join(", "))
}

/// To one decimal: a third is said as 33.3.
fn shares_in_percent(shares: &[Share]) -> impl Iterator<Item = (&str, f64)> {
    let total: f64 = shares.iter().map(|share| f64::from(share.weight)).sum();
    shares.iter().map(move |share| {
        let percent = f64::from(share.weight) * 100.0 / total;
        (share.variant.as_str(), (percent * 10.0).round() / 10.0)
    })
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
