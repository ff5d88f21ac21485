//! Changes of an editor's structure: what its buttons ask for, besides saving. Each leaves
//! everything that was typed where it is.

use super::{
    around::Around,
    entered::{Entered, EnteredAudience, EnteredRow, EnteredRule, EnteredTester},
};
use crate::domain::version::Content;

/// The share that a row starts with: little enough to be safe, enough to be seen.
const FIRST_PERCENT: &str = "10";

/// What a button of an editor asks for.
#[derive(Debug, Clone, PartialEq)]
pub enum Wish {
    /// Keep it as the next version.
    Save,
    /// Change the structure of what is typed.
    Change(Change),
}

/// A change of the structure.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// Another row, at the end.
    Add(EnteredAudience),
    /// Without that row.
    Remove(String),
    /// That row once more, below it.
    Duplicate(String),
    /// That row elsewhere.
    Move(String, Way),
    /// Controls for everyone else.
    OpenEveryone,
    /// Another test user.
    AddTester,
    /// Without that test user.
    RemoveTester(String),
    /// Nothing: the page once more, with what its sentences say now.
    Look,
}

/// Where a row moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// To the first place.
    Top,
    /// Over the one above.
    Up,
    /// Below the next one.
    Down,
    /// To the last place.
    Bottom,
}

impl Wish {
    /// Reads the value of the button that was pressed, of those that forms call `do`.
    pub fn parse(text: &str) -> Wish {
        let (verb, of) = text.split_once(':').unwrap_or((text, ""));
        let id = of.to_owned();
        let change = match verb {
            "add" => EnteredAudience::parse(of).map(Change::Add),
            "remove" => Some(Change::Remove(id)),
            "duplicate" => Some(Change::Duplicate(id)),
            "top" => Some(Change::Move(id, Way::Top)),
            "up" => Some(Change::Move(id, Way::Up)),
            "down" => Some(Change::Move(id, Way::Down)),
            "bottom" => Some(Change::Move(id, Way::Bottom)),
            "everyone" => Some(Change::OpenEveryone),
            "add-tester" => Some(Change::AddTester),
            "remove-tester" => Some(Change::RemoveTester(id)),
            "look" => Some(Change::Look),
            _ => return Wish::Save,
        };
        Wish::Change(change.unwrap_or(Change::Look))
    }
}

impl Entered {
    /// Makes a change; answers the field to go on with. `base` is the version that it starts from,
    /// whose rows' ids are never given to others.
    pub fn change(
        &mut self,
        change: &Change,
        base: Option<&Content>,
        around: &Around,
    ) -> Option<String> {
        match change {
            Change::Add(audience) => {
                let id = self.free_row_id(base);
                let rule = first_rule(around);
                self.rows.push(EnteredRow { id: id.clone(), audience: audience.clone(), rule });
                Some(format!("rows.{id}.percent"))
            }
            Change::Remove(id) => {
                self.rows.retain(|row| row.id != *id);
                None
            }
            Change::Duplicate(id) => {
                let place = self.row_place(id)?;
                let copy =
                    EnteredRow { id: self.free_row_id(base), ..self.rows.get(place)?.clone() };
                let field = format!("rows.{}.percent", copy.id);
                self.rows.insert(place + 1, copy);
                Some(field)
            }
            Change::Move(id, way) => {
                self.move_row(id, *way);
                None
            }
            Change::OpenEveryone => {
                self.everyone_open = true;
                self.everyone = first_rule(around);
                Some("everyone.percent".to_owned())
            }
            Change::AddTester => {
                let taken = self.testers.iter().map(|tester| tester.id.as_str());
                let id = format!("t{}", largest_number(taken) + 1);
                let (user, serve) = (String::new(), around.served.first_value().to_owned());
                self.testers.push(EnteredTester { id: id.clone(), user, serve });
                Some(format!("testers.{id}.user"))
            }
            Change::RemoveTester(id) => {
                self.testers.retain(|tester| tester.id != *id);
                None
            }
            Change::Look => None,
        }
    }

    fn row_place(&self, id: &str) -> Option<usize> {
        self.rows.iter().position(|row| row.id == id)
    }

    fn move_row(&mut self, id: &str, way: Way) {
        let Some(from) = self.row_place(id) else { return };
        let last = self.rows.len() - 1;
        let to = match way {
            Way::Top => 0,
            Way::Up => from.saturating_sub(1),
            Way::Down => (from + 1).min(last),
            Way::Bottom => last,
        };
        let row = self.rows.remove(from);
        self.rows.insert(to, row);
    }

    /// An id that no row has, and none of the version that this starts from had.
    fn free_row_id(&self, base: Option<&Content>) -> String {
        let here = self.rows.iter().map(|row| row.id.as_str());
        let before = base.into_iter().flat_map(|base| &base.rows).map(|row| row.id.as_str());
        format!("r{}", largest_number(here.chain(before)) + 1)
    }
}

fn first_rule(around: &Around) -> EnteredRule {
    EnteredRule {
        on: true,
        percent: FIRST_PERCENT.to_owned(),
        serve: around.served.first_value().to_owned(),
    }
}

/// The largest number of ids such as `r3`.
fn largest_number<'a>(ids: impl Iterator<Item = &'a str>) -> u32 {
    let number = |id: &str| id.get(1..).and_then(|number| number.parse::<u32>().ok());
    // Ids from elsewhere may have any number; theirs is skipped where nothing is left above it.
    ids.filter_map(number).filter(|number| *number < u32::MAX).max().unwrap_or(0)
}
