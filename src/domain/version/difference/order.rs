//! What two lists have in common stands in another order.

use std::collections::HashSet;

use super::{About, ChangeKind, Changes, Group};

/// A list of a content.
pub(super) struct List<T: 'static> {
    /// Of which part.
    pub group: Group,
    /// Its field.
    pub path: &'static str,
    /// What is in it.
    pub what: &'static str,
    /// By what its items are known.
    pub name: fn(&T) -> &str,
}

impl Changes<'_> {
    /// Tells that what two lists have in common stands in another order; `said` is what an item is
    /// called.
    pub(super) fn order<T>(
        &mut self,
        list: &List<T>,
        before: &[T],
        after: &[T],
        said: impl Fn(&T) -> String,
    ) {
        let kept = |items: &[T], others: &[T]| -> (Vec<String>, Vec<String>) {
            let others: HashSet<&str> = others.iter().map(list.name).collect();
            let kept = items.iter().filter(|item| others.contains((list.name)(item)));
            kept.map(|item| ((list.name)(item).to_owned(), said(item))).unzip()
        };
        let (was, is) = (kept(before, after), kept(after, before));
        if was.0 == is.0 {
            return;
        }
        // What is called alike is told apart by what it is known by.
        let told = if was.1 == is.1 { (&was.0, &is.0) } else { (&was.1, &is.1) };
        let (from, to) = (told.0.join(", "), told.1.join(", "));
        let sentence = format!("The {} stand in another order: {from} → {to}.", list.what);
        let what = match list.group {
            Group::Targeting => "Priority".to_owned(),
            _ => format!("Order of the {}", list.what),
        };
        let about = About { group: list.group, path: list.path.to_owned(), what: &what, label: "" };
        let (before, after) = (Some((was.0.into(), from)), Some((is.0.into(), to)));
        self.tell_of(ChangeKind::Moved, about, before, after, sentence);
    }
}
