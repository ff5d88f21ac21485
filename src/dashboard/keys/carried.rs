//! What dialogs about the form of a key carry of it.

use super::entered::{Entered, field};

/// A field of the form, with what was typed.
pub struct Carried {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub value: String,
}

/// Everything that was typed.
pub fn carried(entered: &Entered) -> Vec<Carried> {
    let base = entered.base_revision.map(|base| base.to_string()).unwrap_or_default();
    let default = entered.has_default.then(|| {
        let text = entered.default_of(&entered.value_type).to_owned();
        (field(&entered.value_type), text)
    });
    let others = [
        ("description".to_owned(), entered.description.clone()),
        ("schema".to_owned(), entered.schema.clone()),
        ("base_revision".to_owned(), base),
    ];
    let all = default.into_iter().chain(others);
    all.map(|(name, value)| Carried { name, value }).collect()
}
