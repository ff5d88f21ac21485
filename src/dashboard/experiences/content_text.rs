//! What a version says, as text: for those who look and do not touch.

use super::segment_names::SegmentNames;
use crate::domain::version::{Content, Rule, Serve, value_in_words};

/// A version as text. `experiences/_content.html` shows it.
#[derive(Debug)]
pub struct ContentText {
    /// What stands above the values: the key, where there is one.
    pub keys: Vec<String>,
    /// The rows, in order of priority.
    pub rows: Vec<RowText>,
    /// What everyone else gets.
    pub everyone_else: RowText,
    /// What else it says: a name and its words.
    pub facts: Vec<(&'static str, Vec<String>)>,
}

/// A row as text.
#[derive(Debug)]
pub struct RowText {
    /// Whom it is for.
    pub audience: String,
    /// What they get, line by line.
    pub serve: Vec<String>,
    /// Whether it is passed over.
    pub is_off: bool,
    /// How many of them.
    pub share: String,
}

impl ContentText {
    /// Of a content.
    pub fn of(content: &Content, names: &SegmentNames) -> ContentText {
        let row = |audience: String, rule: &Rule| RowText {
            audience,
            serve: serve(content, &rule.serve),
            is_off: !rule.enabled,
            share: if rule.enabled { rule.rollout.in_words() } else { "Off".to_owned() },
        };
        let rows = content.rows.iter().map(|it| row(names.audience(&it.audience), &it.rule));
        let mut everyone_else = row("Everyone else".to_owned(), &content.everyone_else);
        if everyone_else.is_off {
            everyone_else.serve = vec!["the default".to_owned()];
            everyone_else.share = String::new();
        }
        ContentText {
            keys: content.keys.iter().map(ToString::to_string).collect(),
            rows: rows.collect(),
            everyone_else,
            facts: facts(content),
        }
    }
}

/// What is served: of a plain value the value alone, where there is one key; else key by key.
fn serve(content: &Content, serve: &Serve) -> Vec<String> {
    match serve {
        Serve::Values(values) if values.is_empty() => vec![content.serve_in_words(serve)],
        Serve::Values(values) if content.keys.len() == 1 => {
            values.values().map(value_in_words).collect()
        }
        Serve::Values(values) => {
            let given = content.keys.iter().map(|key| match values.get(key) {
                Some(value) => format!("{key} = {}", value_in_words(value)),
                None => format!("{key}: the default"),
            });
            given.collect()
        }
        Serve::Variant(_) => vec![content.serve_in_words(serve)],
        Serve::Split(shares) => shares
            .iter()
            .map(|share| format!("{} {}", share.variant, share.in_words(shares)))
            .collect(),
    }
}

fn facts(content: &Content) -> Vec<(&'static str, Vec<String>)> {
    let required = content.prerequisites.iter();
    let required = required.map(|needed| format!("{} = {}", needed.key, needed.values_in_words()));
    let variants = content.variants.iter();
    let variants = variants.map(|variant| format!("{}: {}", variant.name, variant.in_words()));
    let testers = content.test_users.iter();
    let testers = testers
        .map(|user| format!("{} gets {}", user.user_id, serve(content, &user.serve).join(", ")));
    let facts = [
        ("Bucketed by", vec![content.bucket_by.clone()]),
        ("Salt", vec![content.salt.clone()]),
        ("Requires", required.collect()),
        ("Variants", variants.collect()),
        ("Test users", testers.collect()),
    ];
    facts.into_iter().filter(|(_, words)| !words.is_empty()).collect()
}
