//! Lists are put in an order that keeps what either side made of it.

use std::collections::{HashMap, HashSet};

use super::{super::Group, Field, Merger, Side, Told};

/// The names of the items of a list, in the order of each side.
pub(super) struct Orders {
    pub base: Vec<String>,
    pub theirs: Vec<String>,
    pub yours: Vec<String>,
}

impl Merger<'_> {
    /// The names in `kept` in the order that they stand in then. `said` is what an item is called.
    ///
    /// What both sides have stands as whoever changed that order put it; what only one side has
    /// follows what it follows there. Where both sides put something at the same place, `tie`
    /// decides, so that it does not matter who is called whom.
    pub(super) fn order(
        &mut self,
        list: (&str, Group, &str),
        orders: &Orders,
        kept: &HashSet<String>,
        tie: impl Fn(&str) -> String,
        said: impl Fn(&str) -> String,
    ) -> Vec<String> {
        let (theirs, yours) = (among(&orders.theirs, kept), among(&orders.yours, kept));
        let spine = self.spine(list, orders, (&theirs, &yours), said);
        let on_spine: HashSet<&str> = spine.iter().map(String::as_str).collect();
        let mut from_theirs = after_what(&theirs, &on_spine);
        let mut from_yours = after_what(&yours, &on_spine);
        let mut merged: Vec<String> = Vec::with_capacity(kept.len());
        let starts = [None].into_iter().chain(spine.iter().map(|name| Some(name.as_str())));
        for start in starts {
            merged.extend(start.map(str::to_owned));
            let mut added = [
                from_theirs.remove(&start).unwrap_or_default(),
                from_yours.remove(&start).unwrap_or_default(),
            ];
            added.sort_by_key(|names| names.iter().map(|name| tie(name)).collect::<Vec<_>>());
            merged.extend(added.into_iter().flatten().map(str::to_owned));
        }
        merged
    }

    /// What both sides have, in the order of whoever changed it.
    fn spine(
        &mut self,
        (place, group, what): (&str, Group, &str),
        orders: &Orders,
        (theirs, yours): (&[&str], &[&str]),
        said: impl Fn(&str) -> String,
    ) -> Vec<String> {
        let both = |names: &[&str], others: &[&str]| -> Vec<String> {
            names.iter().filter(|it| others.contains(it)).map(|it| (*it).to_owned()).collect()
        };
        let (theirs, yours) = (both(theirs, yours), both(yours, theirs));
        if theirs == yours {
            return yours;
        }
        let known = |names: &[String]| -> Vec<String> {
            names.iter().filter(|name| orders.base.contains(name)).cloned().collect()
        };
        let present: HashSet<String> = yours.iter().cloned().collect();
        let base: Vec<String> =
            among(&orders.base, &present).into_iter().map(str::to_owned).collect();
        match (known(&theirs) != base, known(&yours) != base) {
            (true, false) => theirs,
            (false, true) => yours,
            // They differ only in where both put what both added.
            (false, false) => theirs.min(yours),
            (true, true) if known(&theirs) == known(&yours) => theirs.min(yours),
            (true, true) => {
                let tell = |names: &[String]| {
                    Told::of(
                        names,
                        names.iter().map(|name| said(name)).collect::<Vec<_>>().join(", "),
                    )
                };
                let field = Field { place: place.to_owned(), group, what, label: "" };
                match self.conflict(&field, tell(&base), tell(&theirs), tell(&yours)) {
                    Side::Theirs => theirs,
                    Side::Yours => yours,
                }
            }
        }
    }
}

fn among<'a>(names: &'a [String], kept: &HashSet<String>) -> Vec<&'a str> {
    names.iter().filter(|name| kept.contains(*name)).map(String::as_str).collect()
}

/// What is not on the spine, by what of the spine it follows.
fn after_what<'a>(
    names: &[&'a str],
    spine: &HashSet<&'a str>,
) -> HashMap<Option<&'a str>, Vec<&'a str>> {
    let mut groups: HashMap<Option<&str>, Vec<&str>> = HashMap::new();
    let mut last = None;
    for name in names {
        match spine.get(name) {
            Some(on_spine) => last = Some(*on_spine),
            None => groups.entry(last).or_default().push(name),
        }
    }
    groups
}
