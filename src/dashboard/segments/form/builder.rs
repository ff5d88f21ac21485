//! The builder: a tree of groups and rows, for every tree of conditions that there can be.

use std::collections::HashSet;

use super::{
    editing::too_many,
    event_row::EventRow,
    group::{Group, Part},
    membership::Membership,
    row::Row,
};
use crate::{
    dashboard::Form,
    domain::{
        condition::{Condition, MOST_CONDITIONS, MOST_DEPTH},
        reading::{FieldError, Problems},
    },
};

/// The field of problems with the builder as a whole: that of the group around all.
pub const FIELD: &str = "match-0";

/// The most rows and groups together that are read of a form: more than any tree has that fits.
const MOST_PARTS: usize = 4 * MOST_CONDITIONS;

/// What was entered in the builder.
#[derive(Debug, Clone, PartialEq)]
pub struct Builder {
    /// The group around all.
    pub root: Group,
}

impl Builder {
    /// With one row in which nothing was entered yet.
    pub fn blank() -> Builder {
        Builder { root: Group { parts: vec![Part::Property(Row::blank(1))], ..Group::default() } }
    }

    /// Whether nothing was entered in any row.
    pub fn is_untouched(&self) -> bool {
        self.root.parts.iter().all(|part| match part {
            Part::Property(row) => {
                row.attribute.is_empty() && row.values.iter().all(String::is_empty)
            }
            _ => false,
        })
    }

    /// As a form has it: a field `row` begins each row and each group, and ends each group. One
    /// row more than fits is kept, so that it is said.
    pub fn from_form(form: &Form) -> Builder {
        let mut open = vec![Group::from_form(form, 0)];
        let mut seen = HashSet::from([0]);
        let mut rows = 0;
        for field in form.all("row") {
            let Some((kind, id)) = numbered(field) else { continue };
            if kind == "end" {
                if open.len() > 1 && open.last().is_some_and(|group| group.id == id) {
                    close(&mut open);
                }
                continue;
            }
            if rows > MOST_CONDITIONS || seen.len() > MOST_PARTS || !seen.insert(id) {
                continue;
            }
            let part = match kind {
                "group" if open.len() <= MOST_DEPTH => {
                    open.push(Group::from_form(form, id));
                    continue;
                }
                "property" => Part::Property(Row::from_form(form, id)),
                "event" => Part::Event(EventRow::from_form(form, id)),
                "segment" => Part::Membership(Membership::from_form(form, id)),
                _ => continue,
            };
            rows += 1;
            if let Some(group) = open.last_mut() {
                group.parts.push(part);
            }
        }
        while open.len() > 1 {
            close(&mut open);
        }
        Builder { root: open.pop().unwrap_or_default() }
    }

    /// The builder that shows a tree.
    pub fn of_condition(condition: &Condition) -> Builder {
        Builder { root: Group::around(condition) }
    }

    /// The tree that was entered.
    ///
    /// # Errors
    /// Everything that is missing or wrong, by the field of the form.
    pub fn condition(&self) -> Result<Condition, Vec<FieldError>> {
        let mut problems = Problems::new();
        let condition = self.root.condition(0, &mut problems);
        if self.root.conditions() > MOST_CONDITIONS {
            problems.push(FieldError::new(FIELD, too_many()));
        }
        condition.filter(|_| problems.is_empty()).ok_or(problems)
    }

    /// The field of the form for what stands at that path of the tree.
    pub fn field_of(&self, path: &str) -> String {
        let places = self.root.memberships("conditions");
        let found = places.into_iter().find(|(known, _)| known == path);
        found.map_or_else(|| FIELD.to_owned(), |(_, field)| field)
    }
}

/// `event:3` in its two parts.
fn numbered(field: &str) -> Option<(&str, u32)> {
    let (kind, id) = field.split_once(':')?;
    Some((kind, id.parse().ok()?))
}

/// Puts the group that was opened last into the one around it.
fn close(open: &mut Vec<Group>) {
    let closed = open.pop();
    if let (Some(closed), Some(around)) = (closed, open.last_mut()) {
        around.parts.push(Part::Group(closed));
    }
}
