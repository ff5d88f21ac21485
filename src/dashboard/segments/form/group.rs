//! Groups of the builder: conditions, and groups inside, of which all, any or none are true.

use super::{event_row::EventRow, membership::Membership, row::Row};
use crate::{
    dashboard::Form,
    domain::{
        condition::{Condition, MOST_DEPTH},
        reading::{FieldError, Problems},
    },
};

/// How many of the parts must be true.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Match {
    /// All.
    #[default]
    All,
    /// At least one.
    Any,
    /// None.
    None,
}

impl Match {
    /// All of them, as the builder offers them: name in forms, name on the page.
    pub const ALL: [(Match, &'static str, &'static str); 3] =
        [(Match::All, "all", "All"), (Match::Any, "any", "Any"), (Match::None, "none", "None")];

    /// What stands between two parts.
    pub fn word(self) -> &'static str {
        if self == Match::All { "and" } else { "or" }
    }

    /// Its name on the page.
    pub fn label(self) -> &'static str {
        Match::ALL.iter().find(|(it, ..)| *it == self).map_or("", |(.., label)| label)
    }
}

/// A part of a group.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    /// A group inside.
    Group(Group),
    /// A condition on a property.
    Property(Row),
    /// What users did or did not do.
    Event(EventRow),
    /// Membership of another segment.
    Membership(Membership),
}

impl Part {
    /// Tells it from all others, whatever is moved.
    pub fn id(&self) -> u32 {
        match self {
            Part::Group(group) => group.id,
            Part::Property(row) => row.id,
            Part::Event(row) => row.id,
            Part::Membership(row) => row.id,
        }
    }

    /// How many single conditions it has.
    pub fn conditions(&self) -> usize {
        match self {
            Part::Group(group) => group.conditions(),
            _ => 1,
        }
    }

    /// How many groups stand inside one another in it, as the tree counts them.
    fn depth(&self) -> usize {
        match self {
            Part::Group(group) => group.depth(),
            Part::Membership(row) if !row.is_in => 1,
            _ => 0,
        }
    }

    fn condition(&self, above: usize, problems: &mut Problems) -> Option<Condition> {
        let found = match self {
            Part::Group(group) => return group.condition(above, problems),
            Part::Property(row) => row.condition(),
            Part::Event(row) => row.condition(),
            Part::Membership(row) => row.condition(),
        };
        if above + self.depth() > MOST_DEPTH {
            problems.push(FieldError::new(format!("segment-{}", self.id()), TOO_DEEP));
            return None;
        }
        found.map_err(|found| problems.extend(found)).ok()
    }

    /// The part that shows a condition; `ids` counts.
    fn of_condition(condition: &Condition, ids: &mut u32) -> Part {
        let mut id = || {
            *ids += 1;
            *ids
        };
        match condition {
            Condition::Attribute(test) => Part::Property(Row::of_condition(id(), test)),
            Condition::Event(event) => Part::Event(EventRow::of_condition(id(), event)),
            Condition::Segment(slug) => Part::Membership(Membership::of(id(), slug, true)),
            Condition::Not(inner) => match inner.as_ref() {
                Condition::Segment(slug) => Part::Membership(Membership::of(id(), slug, false)),
                _ => Part::Group(Group::of_condition(id(), condition, ids)),
            },
            Condition::All(_) | Condition::Any(_) => {
                Part::Group(Group::of_condition(id(), condition, ids))
            }
        }
    }
}

/// What is said of a tree that is too deep.
pub const TOO_DEEP: &str = "5 levels is the most. A group of which none may be true counts as two \
                            when it has several conditions, and “is not in” counts as one.";

/// A group.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Group {
    /// Tells it from all others; 0 is the group around all.
    pub id: u32,
    /// How many of the parts must be true.
    pub matches: Match,
    /// The parts, in order.
    pub parts: Vec<Part>,
}

impl Group {
    /// The group of that number in a form, without its parts.
    pub fn from_form(form: &Form, id: u32) -> Group {
        let name = form.get(&format!("match-{id}"));
        let matches = Match::ALL.into_iter().find(|(_, known, _)| *known == name);
        Group { id, matches: matches.map_or(Match::All, |(it, ..)| it), parts: Vec::new() }
    }

    /// The group around all that shows a tree.
    pub fn around(condition: &Condition) -> Group {
        match Part::of_condition(condition, &mut 0) {
            Part::Group(_) => Group::of_condition(0, condition, &mut 0),
            part => Group { parts: vec![part], ..Group::default() },
        }
    }

    fn of_condition(id: u32, condition: &Condition, ids: &mut u32) -> Group {
        let (matches, parts) = match condition {
            Condition::All(parts) => (Match::All, parts.as_slice()),
            Condition::Any(parts) => (Match::Any, parts.as_slice()),
            Condition::Not(part) => match part.as_ref() {
                Condition::Any(parts) => (Match::None, parts.as_slice()),
                part => (Match::None, std::slice::from_ref(part)),
            },
            leaf => (Match::All, std::slice::from_ref(leaf)),
        };
        let parts = parts.iter().map(|part| Part::of_condition(part, ids)).collect();
        Group { id, matches, parts }
    }

    /// The field of problems with it.
    pub fn field(&self) -> String {
        format!("match-{}", self.id)
    }

    /// How many single conditions it has, groups inside included.
    pub fn conditions(&self) -> usize {
        self.parts.iter().map(Part::conditions).sum()
    }

    /// How many groups stand inside one another, as the tree counts them.
    pub fn depth(&self) -> usize {
        self.levels() + self.parts.iter().map(Part::depth).max().unwrap_or(0)
    }

    /// *Not any of these* is two groups of the tree, *not this* is one.
    fn levels(&self) -> usize {
        if self.matches == Match::None && self.parts.len() > 1 { 2 } else { 1 }
    }

    /// The tree that was entered; what is missing or wrong is entered into the problems, by the
    /// field of the form.
    pub fn condition(&self, above: usize, problems: &mut Problems) -> Option<Condition> {
        let inside = above + self.levels();
        if inside > MOST_DEPTH {
            problems.push(FieldError::new(self.field(), TOO_DEEP));
            return None;
        }
        if self.parts.is_empty() {
            let wanted = match self.id {
                0 => "Add at least one condition.",
                _ => "Add at least one condition to this group, or remove it.",
            };
            problems.push(FieldError::new(self.field(), wanted));
        }
        let mut parts = Vec::new();
        for part in &self.parts {
            parts.extend(part.condition(inside, problems));
        }
        if parts.len() < self.parts.len() || parts.is_empty() {
            return None;
        }
        Some(match (self.matches, parts.len()) {
            (Match::All, _) => Condition::All(parts),
            (Match::Any, _) => Condition::Any(parts),
            (Match::None, 1) => Condition::Not(Box::new(parts.swap_remove(0))),
            (Match::None, _) => Condition::Not(Box::new(Condition::Any(parts))),
        })
    }

    /// Where the rows about other segments stand in the tree: path and field of the form.
    pub fn memberships(&self, path: &str) -> Vec<(String, String)> {
        let list = |name: &str, at: usize| format!("{path}.{name}[{at}]");
        let parts = self.parts.iter().enumerate();
        let places = parts.flat_map(|(at, part)| {
            let path = match (self.matches, self.parts.len()) {
                (Match::All, _) => list("all", at),
                (Match::Any, _) => list("any", at),
                (Match::None, 1) => format!("{path}.not"),
                (Match::None, _) => list("not.any", at),
            };
            match part {
                Part::Group(group) => group.memberships(&path),
                Part::Membership(row) => {
                    let not = if row.is_in { "" } else { ".not" };
                    vec![(format!("{path}{not}.segment"), format!("segment-{}", row.id))]
                }
                _ => Vec::new(),
            }
        });
        places.collect()
    }
}
