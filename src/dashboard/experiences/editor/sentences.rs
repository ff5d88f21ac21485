//! What an editor says, as sentences, row by row.

use super::{
    around::{Around, Served},
    entered::{Entered, EnteredAudience, EnteredRule},
    reading::percent,
};

/// One sentence per row and one for everyone else, of whatever is typed.
pub fn of_rows(entered: &Entered, around: &Around) -> Vec<String> {
    let mut taken_by: Option<usize> = None;
    let rows = entered.rows.iter().enumerate().map(|(i, row)| {
        let name = around.name_of(&row.audience);
        if let Some(taker) = taken_by {
            return format!("{name}: never reached, since row {taker} is for everyone.");
        }
        let everyone = row.audience == EnteredAudience::Everyone;
        if everyone && row.rule.on {
            taken_by = Some(i + 1);
        }
        if !row.rule.on {
            return format!("{name}: switched off; the rows below decide.");
        }
        of_rule(
            &row.rule,
            &around.served,
            if everyone { Whom::Everyone } else { Whom::These(&name) },
        )
    });
    let mut sentences: Vec<String> = rows.collect();
    sentences.push(match taken_by {
        Some(taker) => format!("Nobody else is left: row {taker} is for everyone."),
        None if !entered.everyone.on => {
            format!("Everyone else gets {}.", around.served.default_in_words())
        }
        None => of_rule(&entered.everyone, &around.served, Whom::EveryoneElse),
    });
    sentences
}

enum Whom<'a> {
    These(&'a str),
    Everyone,
    EveryoneElse,
}

fn of_rule(rule: &EnteredRule, served: &Served, whom: Whom<'_>) -> String {
    let (of, all) = match whom {
        Whom::These(name) => (name.to_owned(), format!("All {name} get")),
        Whom::Everyone => ("everyone".to_owned(), "Everyone gets".to_owned()),
        Whom::EveryoneElse => ("everyone else".to_owned(), "Everyone else gets".to_owned()),
    };
    let default = served.default_in_words();
    let value = served.in_words(&rule.serve);
    if value == default {
        return format!("{all} {default}.");
    }
    match percent(&rule.percent) {
        Err(message) => format!("{of}: {}", lower_first(message)),
        Ok(rollout) if rollout.is_all() => format!("{all} {value}."),
        Ok(rollout) if rollout.hundredths() == 0 => format!("{all} {default}, at 0 %."),
        Ok(rollout) => {
            format!("{} of {of} get {value}; the others get {default}.", rollout.in_words())
        }
    }
}

fn lower_first(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().map(char::to_lowercase).into_iter().flatten();
    first.chain(characters).collect()
}

impl Served {
    /// What users get who get nothing else.
    pub fn default_in_words(&self) -> String {
        match self {
            Served::Flag { default, .. } => default.to_string(),
            Served::Other { keys, .. } if keys.len() > 1 => "the defaults".to_owned(),
            Served::Other { .. } => "the default".to_owned(),
        }
    }

    /// What a field of something served says, in words.
    pub fn in_words(&self, serve: &str) -> String {
        match serve {
            "default" => self.default_in_words(),
            "true" | "false" => serve.to_owned(),
            other => json_in_words(other),
        }
    }
}

/// What only the API writes: a variant, a split, values of several keys.
fn json_in_words(text: &str) -> String {
    let json: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
    if let Some(variant) = json.get("variant").and_then(|name| name.as_str()) {
        return variant.to_owned();
    }
    if let Some(shares) = json.get("split").and_then(|split| split.as_array()) {
        let weight = |share: &serde_json::Value| {
            share.get("weight").and_then(serde_json::Value::as_f64).unwrap_or_default()
        };
        let total: f64 = shares.iter().map(weight).sum();
        let said = shares.iter().map(|share| {
            let name = share.get("variant").and_then(|name| name.as_str()).unwrap_or_default();
            format!("{name} {} %", (weight(share) * 1_000.0 / total).round() / 10.0)
        });
        return format!("split {}", said.collect::<Vec<_>>().join(" / "));
    }
    let values = json.get("values").and_then(|values| values.as_object());
    let said = values.into_iter().flatten().map(|(key, value)| format!("{key} = {value}"));
    said.collect::<Vec<_>>().join(", ")
}
