//! What is served, as controls: a choice, a cell per key, a weight per variant.

use super::super::{
    around::Served,
    entered::{EnteredServe, EnteredValue},
    keys::Column,
};
use crate::domain::value::ValueType;

/// What a row or a test user is served.
pub struct ServeView {
    /// What the names of its fields start with.
    pub field: String,
    /// What can be chosen; none where there are only values.
    pub options: Vec<ServeOption>,
    /// A cell per key, where values are served.
    pub cells: Vec<CellView>,
    /// The weights, where a split is served.
    pub weights: Vec<WeightView>,
    /// The values in a few words, for a row with more keys than there is room for.
    pub words: String,
}

/// Something that can be served.
pub struct ServeOption {
    /// What the field says.
    pub value: String,
    /// The same for people.
    pub label: String,
    /// Whether it is chosen.
    pub is_chosen: bool,
}

/// A typed editor for a value of a key.
pub struct CellView {
    /// The name of its field.
    pub field: String,
    /// The name of the tick for the key's default.
    pub default_field: String,
    /// The key.
    pub key: String,
    /// Its type.
    pub value_type: ValueType,
    /// What was typed.
    pub text: String,
    /// Whether the default is served.
    pub is_default: bool,
    /// The default, in words.
    pub default: String,
}

/// The weight of a variant.
pub struct WeightView {
    /// The name of its field.
    pub field: String,
    /// The variant.
    pub name: String,
    /// What was typed.
    pub text: String,
    /// Its share in percent.
    pub share: f64,
    /// Where its part of the bar begins, in percent.
    pub from: f64,
    /// The number of its colour.
    pub colour: usize,
}

impl ServeView {
    /// Of what was typed; a test user is served no split.
    pub fn of(field: &str, serve: &EnteredServe, served: &Served, may_split: bool) -> ServeView {
        let cells = match serve.choice.as_str() {
            "values" => cells(field, served, |id| serve.values.get(id)),
            _ => Vec::new(),
        };
        let weights = match serve.choice.as_str() {
            "split" => weights(field, serve, served),
            _ => Vec::new(),
        };
        ServeView {
            field: field.to_owned(),
            options: options(serve, served, may_split),
            cells,
            weights,
            words: served.in_words(serve),
        }
    }

    /// Whether its fields say that values are served, without a choice.
    pub fn is_plain(&self) -> bool {
        self.options.is_empty()
    }
}

/// A cell for each key.
pub fn cells<'a>(
    field: &str,
    served: &Served,
    of: impl Fn(&str) -> Option<&'a EnteredValue>,
) -> Vec<CellView> {
    let cell = |column: &Column| {
        let entered = of(&column.id).cloned().unwrap_or_else(EnteredValue::default_of_key);
        CellView {
            field: format!("{field}.values.{}", column.id),
            default_field: format!("{field}.default.{}", column.id),
            key: column.name.clone(),
            value_type: column.value_type,
            is_default: entered.means_default(),
            text: entered.text,
            default: column.default_in_json(),
        }
    };
    served.columns.iter().map(cell).collect()
}

impl CellView {
    /// How many lines its text needs, at most 8.
    pub fn lines(&self) -> usize {
        self.text.lines().count().clamp(1, 8)
    }
}

fn options(serve: &EnteredServe, served: &Served, may_split: bool) -> Vec<ServeOption> {
    let mut values: Vec<(String, String)> = Vec::new();
    let mut offer = |value: &str, label: &str| values.push((value.to_owned(), label.to_owned()));
    if served.is_switch {
        offer("true", "true");
        offer("false", "false");
    } else if served.variants.is_empty() && !served.is_multivariate {
        return Vec::new();
    } else {
        for (id, name) in &served.variants {
            offer(&format!("variant:{id}"), if name.is_empty() { "Unnamed variant" } else { name });
        }
        if may_split && served.variants.len() > 1 {
            offer("split", "Split…");
        }
        if !served.is_multivariate {
            offer("values", "Values…");
        }
    }
    offer("default", "Use default");
    if !values.iter().any(|(value, _)| *value == serve.choice) {
        values.push((serve.choice.clone(), "Choose…".to_owned()));
    }
    let option = |(value, label): (String, String)| ServeOption {
        is_chosen: value == serve.choice,
        value,
        label,
    };
    values.into_iter().map(option).collect()
}

fn weights(field: &str, serve: &EnteredServe, served: &Served) -> Vec<WeightView> {
    let shares = served.shares(serve);
    let mut from = 0.0;
    let variants = served.variants.iter().zip(0..);
    variants
        .map(|((id, name), place)| {
            let share = shares.iter().find(|(of, _)| of == name).map_or(0.0, |(_, share)| *share);
            let begins = from;
            from += share;
            WeightView {
                field: format!("{field}.weights.{id}"),
                name: name.clone(),
                text: serve.weights.get(id).cloned().unwrap_or_default(),
                share,
                from: begins,
                colour: place % 5 + 1,
            }
        })
        .collect()
}
