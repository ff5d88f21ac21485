//! The builder: rows of conditions on properties that all, any or none are true. Trees that go
//! deeper, or ask for events or other segments, are edited as JSON.

use super::{edit::Edit, row::Row};
use crate::{
    dashboard::Form,
    domain::{
        condition::{Condition, MOST_CONDITIONS},
        reading::FieldError,
    },
};

/// The field of problems with the builder as a whole.
pub const FIELD: &str = "segment-conditions";

/// How many of the rows must be true.
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

    /// What stands between two rows.
    pub fn word(self) -> &'static str {
        if self == Match::All { "and" } else { "or" }
    }
}

/// What was entered in the builder.
#[derive(Debug, Clone, PartialEq)]
pub struct Builder {
    /// How many of the rows must be true.
    pub matches: Match,
    /// The rows, in order.
    pub rows: Vec<Row>,
}

impl Builder {
    /// With one row in which nothing was entered yet.
    pub fn blank() -> Builder {
        Builder { matches: Match::All, rows: vec![Row::blank(1)] }
    }

    /// Whether nothing was entered in any row.
    pub fn is_untouched(&self) -> bool {
        self.rows
            .iter()
            .all(|row| row.attribute.is_empty() && row.values.iter().all(String::is_empty))
    }

    /// As a form has it. One row more than fits is kept, so that it is said.
    pub fn from_form(form: &Form) -> Builder {
        let matches = Match::ALL.into_iter().find(|(_, name, _)| *name == form.get("match"));
        let mut ids: Vec<u32> = form.all("row").filter_map(|id| id.parse().ok()).collect();
        let mut seen = std::collections::HashSet::new();
        ids.retain(|id| seen.insert(*id));
        ids.truncate(MOST_CONDITIONS + 1);
        Builder {
            matches: matches.map_or(Match::All, |(matches, ..)| matches),
            rows: ids.into_iter().map(|id| Row::from_form(form, id)).collect(),
        }
    }

    /// A tree as the builder shows it; a sentence where it can't be shown.
    ///
    /// # Errors
    /// Why not, as a sentence.
    pub fn of_condition(condition: &Condition) -> Result<Builder, &'static str> {
        let (matches, parts) = match condition {
            Condition::All(parts) => (Match::All, parts.as_slice()),
            Condition::Any(parts) => (Match::Any, parts.as_slice()),
            Condition::Not(part) => match part.as_ref() {
                Condition::Any(parts) => (Match::None, parts.as_slice()),
                part => (Match::None, std::slice::from_ref(part)),
            },
            leaf => (Match::All, std::slice::from_ref(leaf)),
        };
        let mut rows = Vec::new();
        for (id, part) in (1..).zip(parts) {
            let Condition::Attribute(test) = part else { return Err(why_not(part)) };
            rows.push(Row::of_condition(id, test).ok_or(
                "These conditions have values with line breaks or blanks around them, which only \
                 JSON shows.",
            )?);
        }
        Ok(Builder { matches, rows })
    }

    /// The tree that was entered.
    ///
    /// # Errors
    /// Everything that is missing or wrong, by the field of the form.
    pub fn condition(&self) -> Result<Condition, Vec<FieldError>> {
        let (mut parts, mut problems) = (Vec::new(), Vec::new());
        for row in &self.rows {
            match row.condition() {
                Ok(part) => parts.push(part),
                Err(found) => problems.extend(found),
            }
        }
        if self.rows.is_empty() {
            problems.push(FieldError::new(FIELD, "Add at least one condition."));
        }
        if self.rows.len() > MOST_CONDITIONS {
            problems.push(too_many());
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        Ok(match self.matches {
            Match::All => Condition::All(parts),
            Match::Any => Condition::Any(parts),
            Match::None => Condition::Not(Box::new(Condition::Any(parts))),
        })
    }

    /// Adds, removes or moves rows; gives the new row that should get the focus.
    ///
    /// # Errors
    /// When no more rows fit.
    pub fn apply(&mut self, edit: Edit) -> Result<Option<u32>, Vec<FieldError>> {
        let adds = matches!(edit, Edit::Add | Edit::Duplicate(_));
        if adds && self.rows.len() >= MOST_CONDITIONS {
            return Err(vec![too_many()]);
        }
        let next = self.rows.iter().map(|row| row.id).max().unwrap_or(0).saturating_add(1);
        let place = |id: u32| self.rows.iter().position(|row| row.id == id);
        match edit {
            Edit::Add => {
                self.rows.push(Row::blank(next));
                return Ok(Some(next));
            }
            Edit::Duplicate(id) => {
                if let Some((place, row)) = place(id).and_then(|at| Some((at, self.rows.get(at)?)))
                {
                    let copy = Row { id: next, ..row.clone() };
                    self.rows.insert(place + 1, copy);
                    return Ok(Some(next));
                }
            }
            Edit::Remove(id) => self.rows.retain(|row| row.id != id),
            Edit::Up(id) => {
                if let Some(place) = place(id).filter(|place| *place > 0) {
                    self.rows.swap(place, place - 1);
                }
            }
            Edit::Down(id) => {
                if let Some(place) = place(id).filter(|place| place + 1 < self.rows.len()) {
                    self.rows.swap(place, place + 1);
                }
            }
            Edit::DropValue(id, number) => {
                let row = self.rows.iter_mut().find(|row| row.id == id);
                if let Some(row) = row.filter(|row| number < row.values.len()) {
                    row.values.remove(number);
                }
            }
            Edit::Refresh | Edit::ShowJson | Edit::ShowBuilder => {}
        }
        Ok(None)
    }
}

fn too_many() -> FieldError {
    FieldError::new(
        FIELD,
        format!(
            "{MOST_CONDITIONS} conditions is the most. Put values into one list, or make a second \
             segment."
        ),
    )
}

fn why_not(part: &Condition) -> &'static str {
    match part {
        Condition::Event(_) => {
            "These conditions ask what users did, which the builder can't show yet, so they are \
             here as JSON."
        }
        Condition::Segment(_) => {
            "These conditions ask for other segments, which the builder can't show, so they are \
             here as JSON."
        }
        _ => {
            "These conditions have groups inside groups, which the builder can't show, so they are \
             here as JSON."
        }
    }
}
