//! What an editor says, as sentences, row by row.

use super::{
    around::{Around, Served},
    entered::{Entered, EnteredAudience, EnteredRule, EnteredServe},
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
        match self.columns.as_slice() {
            [] => "the default".to_owned(),
            [only] => only
                .in_words(&crate::dashboard::typed_value::text_of(only.value_type, &only.default)),
            _ => "the defaults".to_owned(),
        }
    }

    /// What is served, in words.
    pub fn in_words(&self, serve: &EnteredServe) -> String {
        match (serve.choice.as_str(), serve.choice.split_once(':')) {
            (value @ ("true" | "false"), _) => value.to_owned(),
            (_, Some(("variant", id))) => self.variant(id).unwrap_or("…").to_owned(),
            ("split", _) => self.split_in_words(serve),
            ("values", _) => self.values_in_words(serve),
            _ => self.default_in_words(),
        }
    }

    /// `a split of new (80 %), old (20 %)`.
    fn split_in_words(&self, serve: &EnteredServe) -> String {
        let shares = self.shares(serve);
        let said = shares.iter().map(|(name, percent)| format!("{name} ({percent} %)"));
        format!("a split of {}", said.collect::<Vec<_>>().join(", "))
    }

    /// What part of a split each variant has, in percent to one decimal.
    pub fn shares(&self, serve: &EnteredServe) -> Vec<(&str, f64)> {
        let weight = |id: &String| {
            let text = serve.weights.get(id)?;
            text.parse::<u32>().ok().map(f64::from)
        };
        let total: f64 = self.variants.iter().filter_map(|(id, _)| weight(id)).sum();
        let share = |part: f64| (part * 1_000.0 / total.max(1.0)).round() / 10.0;
        let parts = self.variants.iter();
        parts.filter_map(|(id, name)| Some((name.as_str(), share(weight(id)?)))).collect()
    }

    fn values_in_words(&self, serve: &EnteredServe) -> String {
        let given = self.columns.iter().filter_map(|column| {
            let value = serve.values.get(&column.id).filter(|value| !value.means_default())?;
            Some((column, column.in_words(&value.text)))
        });
        let given: Vec<_> = given.collect();
        match (given.as_slice(), self.columns.len()) {
            ([], _) => self.default_in_words(),
            ([(_, value)], 1) => value.clone(),
            (given, _) => {
                let said = given.iter().map(|(column, value)| format!("{} = {value}", column.name));
                said.collect::<Vec<_>>().join(", ")
            }
        }
    }
}
