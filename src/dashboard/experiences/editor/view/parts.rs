//! Keys, variants, prerequisites and test users, with their controls.

use super::{
    super::{
        around::{Around, Served},
        entered::Entered,
    },
    CellView, ServeView, cells,
};
use crate::{
    dashboard::typed_value::type_label,
    domain::{experience::Kind, value::ValueType},
};

/// A key that was chosen.
pub struct KeyView {
    /// What the names of its fields start with.
    pub field: String,
    /// Tells it from others.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its type.
    pub value_type: ValueType,
    /// The same for people, with its default.
    pub words: String,
    /// The default of one that is to be created.
    pub new_default: Option<String>,
}

/// Those that were chosen.
pub fn keys(entered: &Entered, served: &Served) -> Vec<KeyView> {
    let chosen = entered.keys.iter().filter_map(|key| {
        let column = served.columns.iter().find(|column| column.id == key.id)?;
        let new = if column.is_new { "new, " } else { "" };
        Some(KeyView {
            field: format!("uses.{}", key.id),
            id: key.id.clone(),
            name: key.name.clone(),
            value_type: column.value_type,
            words: format!(
                "{}, {new}default {}",
                type_label(column.value_type),
                column.default_in_json()
            ),
            new_default: key.new_default.clone(),
        })
    });
    chosen.collect()
}

/// The key that is being added.
pub struct AddedView {
    /// What would become of the one that is typed, as a sentence.
    pub note: String,
    /// Whether it can be taken.
    pub is_good: bool,
    /// The types that it may have.
    pub types: Vec<(ValueType, &'static str)>,
    /// The type that is chosen.
    pub value_type: ValueType,
    /// Its default, as typed.
    pub default: String,
    /// Keys that could be taken.
    pub free: Vec<String>,
}

impl AddedView {
    /// Of what was typed.
    pub fn of(entered: &Entered, around: &Around) -> AddedView {
        let column = around.served.columns.iter().find(|column| column.is_added());
        let named = column.filter(|column| !column.name.is_empty());
        let note = match named {
            None if entered.base.is_none() && entered.keys.is_empty() => {
                "Made from the name, unless you write one.".to_owned()
            }
            None => String::new(),
            Some(column) => match &column.problem {
                Some(problem) => problem.clone(),
                None => {
                    let words = type_label(column.value_type).to_lowercase();
                    match (column.is_new, entered.added.name.is_empty()) {
                        (false, _) => {
                            format!("A free key, {words}, default {}.", column.default_in_json())
                        }
                        (true, true) => format!("New key {}, {words}.", column.name),
                        (true, false) => format!("New key, {words}."),
                    }
                }
            },
        };
        let types: &[ValueType] = match entered.kind {
            Kind::FeatureFlag if entered.keys.is_empty() => {
                &[ValueType::Boolean, ValueType::String]
            }
            Kind::FeatureFlag => &[ValueType::Boolean],
            Kind::ProductConfig => &ValueType::ALL,
        };
        AddedView {
            is_good: named.is_some_and(|column| column.problem.is_none()),
            types: types.iter().map(|of| (*of, type_words(entered.kind, *of))).collect(),
            value_type: entered.added.value_type,
            default: entered.added.default_text(entered.kind).to_owned(),
            free: around.free_keys.clone(),
            note,
        }
    }
}

/// A flag is on or off, or has variants; the type of its key follows from that.
fn type_words(kind: Kind, value_type: ValueType) -> &'static str {
    match (kind, value_type) {
        (Kind::FeatureFlag, ValueType::Boolean) => "On or off",
        (Kind::FeatureFlag, ValueType::String) => "Several variants",
        _ => type_label(value_type),
    }
}

/// A variant with its controls.
pub struct VariantView {
    /// What the names of its fields start with.
    pub field: String,
    /// Tells it from others.
    pub id: String,
    /// From 1.
    pub number: usize,
    /// Its name, as typed.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// JSON that goes along, as typed.
    pub payload: String,
    /// The value of each key; none where its name is the value.
    pub cells: Vec<CellView>,
    /// The number of its colour.
    pub colour: usize,
}

/// Those of the version to be.
pub fn variants(entered: &Entered, served: &Served) -> Vec<VariantView> {
    let variants = entered.variants.iter().zip(1..);
    let view = variants.map(|(variant, number)| {
        let field = format!("variants.{}", variant.id);
        VariantView {
            cells: match served.is_multivariate {
                true => Vec::new(),
                false => cells::cells(&field, served, |id| variant.values.get(id)),
            },
            field,
            id: variant.id.clone(),
            number,
            name: variant.name.clone(),
            description: variant.description.clone(),
            payload: variant.payload.clone(),
            colour: (number - 1) % 5 + 1,
        }
    });
    view.collect()
}

/// A prerequisite with its controls.
pub struct RequiredView {
    /// What the names of its fields start with.
    pub field: String,
    /// Tells it from others.
    pub id: String,
    /// From 1.
    pub number: usize,
    /// The name of the key, as typed.
    pub key: String,
    /// The values that will do, as typed.
    pub values: String,
    /// What values there can be.
    pub hint: String,
}

/// Those of the version to be.
pub fn required(entered: &Entered, around: &Around) -> Vec<RequiredView> {
    let required = entered.prerequisites.iter().zip(1..);
    let view = required.map(|(it, number)| {
        let key = around.required.iter().find(|key| key.name == it.key);
        RequiredView {
            field: format!("prerequisites.{}", it.id),
            id: it.id.clone(),
            number,
            key: it.key.clone(),
            values: it.values.clone(),
            hint: key.map_or_else(String::new, |key| type_label(key.value_type).to_owned()),
        }
    });
    view.collect()
}

/// A test user with their controls.
pub struct TesterView {
    /// What the names of the fields start with.
    pub field: String,
    /// Tells them apart.
    pub id: String,
    /// From 1.
    pub number: usize,
    /// The user's id, as typed.
    pub user: String,
    /// What they get.
    pub serve: ServeView,
}

impl TesterView {
    /// What labels call them.
    pub fn of(&self) -> String {
        format!("test user {}", self.number)
    }
}

/// Those of the version to be.
pub fn testers(entered: &Entered, served: &Served) -> Vec<TesterView> {
    let testers = entered.testers.iter().zip(1..);
    let view = testers.map(|(tester, number)| {
        let field = format!("testers.{}", tester.id);
        TesterView {
            serve: ServeView::of(&field, &tester.serve, served, false),
            field,
            id: tester.id.clone(),
            number,
            user: tester.user.clone(),
        }
    });
    view.collect()
}
