//! Rows.

use std::collections::{HashMap, HashSet};

use super::{
    super::{Content, Group, Row},
    Field, Merger, Told,
    lists::Named,
};

impl Merger<'_> {
    pub(super) fn rows(&mut self) -> Vec<Row> {
        let lists = self.lists(|content| content.rows.clone());
        let (names, words) = (self.names, self.yours.clone());
        let list = Named {
            path: "rows",
            group: Group::Targeting,
            order: "Priority",
            name: |row: &Row| &row.id,
            what: &|row: &Row| names.audience(&row.audience),
            tell: &|row: &Row| Told::of(row.to_json(), words.rule_in_words(&row.rule)),
            tie: &without_id,
        };
        self.items(&list, lists, |merger, field, three| {
            let here = Field { place: format!("{}.audience", field.place), label: "for", ..*field };
            let audience = merger.field(&here, &three.map(|row| &row.audience), |audience| {
                Told::of(audience.to_json(), names.audience(audience))
            });
            let what = names.audience(&audience);
            let rule = merger.rule(&field.place, &what, &three.map(|row| &row.rule));
            Row { id: three.yours.id.clone(), audience, rule }
        })
    }
}

/// A row without what tells it from others.
fn without_id(row: &Row) -> String {
    Row { id: String::new(), ..row.clone() }.to_json().to_string()
}

/// Gives the rows that one side added the ids of those that the other side added for the same
/// audience, and ids of their own where they only happen to have the same id.
pub(super) fn name_new_rows(base: &Content, theirs: &Content, yours: &mut Content) {
    let known: HashSet<&str> = base.rows.iter().map(|row| row.id.as_str()).collect();
    let mut free: Vec<&Row> =
        theirs.rows.iter().filter(|row| !known.contains(row.id.as_str())).collect();
    let mut same: HashMap<usize, String> = HashMap::new();
    let is_same = |a: &Row, b: &Row| a.audience == b.audience && a.rule == b.rule;
    let is_alike = |a: &Row, b: &Row| a.audience == b.audience;
    for alike in [&is_same as &dyn Fn(&Row, &Row) -> bool, &is_alike] {
        for (i, row) in yours.rows.iter().enumerate() {
            if known.contains(row.id.as_str()) || same.contains_key(&i) {
                continue;
            }
            if let Some(place) = free.iter().position(|other| alike(row, other)) {
                same.insert(i, free.remove(place).id.clone());
            }
        }
    }
    let in_theirs = theirs.rows.iter().map(|row| row.id.clone());
    let in_base = known.iter().map(|id| (*id).to_owned());
    let in_yours = yours.rows.iter().map(|row| row.id.clone());
    let mut taken: HashSet<String> = in_theirs.clone().chain(in_base).chain(in_yours).collect();
    let in_theirs: HashSet<String> = in_theirs.collect();
    for (i, row) in yours.rows.iter_mut().enumerate() {
        if let Some(id) = same.get(&i) {
            row.id.clone_from(id);
        } else if !known.contains(row.id.as_str()) && in_theirs.contains(&row.id) {
            let new = (1..).map(|number| format!("r{number}")).find(|id| !taken.contains(id));
            row.id = new.unwrap_or_default();
            taken.insert(row.id.clone());
        }
    }
}
