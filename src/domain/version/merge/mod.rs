//! Two people changed one version: what both say put together, and what has to be chosen.
//!
//! Whatever only one side changed is taken from that side: field by field, and value by value, of
//! rows, variants, test users and prerequisites, and the order of each list. What both changed in
//! the same way is no conflict. What both changed differently is one, and is decided by `choose`.
//! What comes out never names a key or a variant that is not in it.

mod fields;
mod lists;
mod names;
mod order;
mod rows;

use serde::Serialize;
use serde_json::Value as Json;

use super::{Content, Group, SegmentNames};

/// One of the two sides of a conflict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// What was saved meanwhile.
    Theirs,
    /// What is to be saved.
    Yours,
}

/// Both sides put together.
#[derive(Debug, Clone, PartialEq)]
pub struct Merged {
    /// The content, with what was chosen where the sides conflict.
    pub content: Content,
    /// Where they conflict, in the order in which people are told of the parts of a content.
    pub conflicts: Vec<Conflict>,
}

/// Something that both sides changed, each differently.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Conflict {
    /// Where, by names that hold on both sides, such as `rows[r2].rollout`.
    pub place: String,
    /// Which part of the content it is about.
    pub group: Group,
    /// What it is about: `iPhone users in Miami`.
    pub what: String,
    /// What of it: `deliver to`; empty where that is plain.
    pub label: String,
    /// What both started from.
    pub base: Told,
    /// What was saved meanwhile.
    pub theirs: Told,
    /// What is to be saved.
    pub yours: Told,
    /// Which of them the merged content says.
    pub taken: Side,
}

/// Something as it is, and in words.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Told {
    /// As it is; none where there is nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub json: Option<Json>,
    /// In words.
    pub words: String,
}

impl Told {
    /// That there is nothing.
    fn nothing(words: &str) -> Told {
        Told { json: None, words: words.to_owned() }
    }

    /// That it is so.
    fn of(json: impl Into<Json>, words: impl Into<String>) -> Told {
        Told { json: Some(json.into()), words: words.into() }
    }
}

/// Where a conflict may be, and in which words.
struct Field<'a> {
    place: String,
    group: Group,
    what: &'a str,
    label: &'a str,
}

/// The same thing on all sides; none at the base where both sides added it.
struct Three<'a, T> {
    base: Option<&'a T>,
    theirs: &'a T,
    yours: &'a T,
}

struct Merger<'a> {
    base: Content,
    theirs: Content,
    yours: Content,
    names: &'a SegmentNames,
    choose: &'a dyn Fn(&str) -> Side,
    conflicts: Vec<Conflict>,
}

impl Content {
    /// Puts together what two sides made of this version. `choose` is asked for each conflict, by
    /// its place.
    pub fn merge(
        &self,
        theirs: &Content,
        yours: &Content,
        names: &SegmentNames,
        choose: &dyn Fn(&str) -> Side,
    ) -> Merged {
        let mut yours = yours.clone();
        rows::name_new_rows(self, theirs, &mut yours);
        let (base, theirs) = (self.clone(), theirs.clone());
        let mut merger = Merger { base, theirs, yours, names, choose, conflicts: Vec::new() };
        merger.agree_on_names();
        let content = merger.content();
        let mut conflicts = merger.conflicts;
        conflicts.sort_by_key(|conflict| conflict.group);
        Merged { content, conflicts }
    }
}

impl Merger<'_> {
    fn content(&mut self) -> Content {
        // Lists are taken out while they are merged, since telling of a conflict needs the rest.
        let rows = self.rows();
        Content {
            keys: self.keys(),
            bucket_by: self.text("bucket_by", "Bucketed by", |content| &content.bucket_by),
            salt: self.text("salt", "Salt", |content| &content.salt),
            prerequisites: self.prerequisites(),
            variants: self.variants(),
            test_users: self.test_users(),
            rows,
            everyone_else: self.everyone_else(),
        }
    }

    /// Tells of a conflict, and says which side is taken.
    fn conflict(&mut self, field: &Field<'_>, base: Told, theirs: Told, yours: Told) -> Side {
        let taken = (self.choose)(&field.place);
        self.conflicts.push(Conflict {
            place: field.place.clone(),
            group: field.group,
            what: field.what.to_owned(),
            label: field.label.to_owned(),
            base,
            theirs,
            yours,
            taken,
        });
        taken
    }

    /// What one field says then.
    fn field<T: PartialEq + Clone>(
        &mut self,
        field: &Field<'_>,
        three: &Three<'_, T>,
        tell: impl Fn(&T) -> Told,
    ) -> T {
        if let Some(settled) = three.settled() {
            return settled.clone();
        }
        let base = three.base.map_or_else(|| Told::nothing("not there"), &tell);
        match self.conflict(field, base, tell(three.theirs), tell(three.yours)) {
            Side::Theirs => three.theirs.clone(),
            Side::Yours => three.yours.clone(),
        }
    }
}

impl<'a, T: PartialEq> Three<'a, T> {
    /// What it is where the sides agree or only one of them changed it.
    fn settled(&self) -> Option<&'a T> {
        match (self.base, self.theirs, self.yours) {
            (_, theirs, yours) if theirs == yours => Some(yours),
            (Some(base), theirs, yours) if base == theirs => Some(yours),
            (Some(base), theirs, yours) if base == yours => Some(theirs),
            _ => None,
        }
    }
}
