//! Changes of an editor's structure: what its buttons ask for, besides saving. Each leaves
//! everything that was typed where it is.

use std::collections::BTreeMap;

use super::{
    around::{Around, Served},
    entered::{
        AddedKey, Entered, EnteredAudience, EnteredKey, EnteredPrerequisite, EnteredRow,
        EnteredRule, EnteredServe, EnteredTester, EnteredValue, EnteredVariant,
    },
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
    /// The key that is being added, among those that were chosen.
    AddKey,
    /// Without that key.
    RemoveKey(String),
    /// Another variant.
    AddVariant,
    /// Without that variant.
    RemoveVariant(String),
    /// The same weight for every variant, in the rule whose fields start so.
    Equal(String),
    /// Another prerequisite.
    AddPrerequisite,
    /// Without that prerequisite.
    RemovePrerequisite(String),
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
            "add-key" => Some(Change::AddKey),
            "remove-key" => Some(Change::RemoveKey(id)),
            "add-variant" => Some(Change::AddVariant),
            "remove-variant" => Some(Change::RemoveVariant(id)),
            "equal" => Some(Change::Equal(id)),
            "add-prerequisite" => Some(Change::AddPrerequisite),
            "remove-prerequisite" => Some(Change::RemovePrerequisite(id)),
            "add-tester" => Some(Change::AddTester),
            "remove-tester" => Some(Change::RemoveTester(id)),
            "" | "save" | "overwrite" => return Wish::Save,
            // What no button of ours asks for changes nothing.
            _ => Some(Change::Look),
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
            Change::AddKey => self.add_key(around),
            Change::RemoveKey(id) => {
                self.keys.retain(|key| key.id != *id);
                None
            }
            Change::AddVariant => Some(self.add_variant("", around)),
            Change::RemoveVariant(id) => {
                self.variants.retain(|variant| variant.id != *id);
                None
            }
            Change::Equal(prefix) => {
                self.make_equal(prefix, around);
                None
            }
            Change::AddPrerequisite => Some(self.add_prerequisite()),
            Change::RemovePrerequisite(id) => {
                self.prerequisites.retain(|required| required.id != *id);
                None
            }
            Change::AddTester => Some(self.add_tester(around)),
            Change::RemoveTester(id) => {
                self.testers.retain(|tester| tester.id != *id);
                None
            }
            Change::Look => {
                self.start_variants(around);
                None
            }
        }
    }

    /// A flag that is to have variants starts with two.
    fn start_variants(&mut self, around: &Around) {
        let wants_variants = around.served.is_multivariate && self.base.is_none();
        if wants_variants && self.variants.is_empty() {
            for name in ["control", "treatment"] {
                self.add_variant(name, around);
            }
        }
    }

    fn make_equal(&mut self, prefix: &str, around: &Around) {
        let weights = equal_weights(&around.served);
        let rows = self.rows.iter_mut();
        let mut rules = rows.map(|row| (format!("rows.{}", row.id), &mut row.rule));
        match rules.find(|(field, _)| field == prefix) {
            Some((_, rule)) => rule.serve.weights = weights,
            None => self.everyone.serve.weights = weights,
        }
    }

    fn add_prerequisite(&mut self) -> String {
        let taken = self.prerequisites.iter().map(|required| required.id.as_str());
        let id = format!("p{}", largest_number(taken) + 1);
        let field = format!("prerequisites.{id}.key");
        self.prerequisites.push(EnteredPrerequisite { id, ..Default::default() });
        field
    }

    fn add_tester(&mut self, around: &Around) -> String {
        let taken = self.testers.iter().map(|tester| tester.id.as_str());
        let id = format!("t{}", largest_number(taken) + 1);
        let field = format!("testers.{id}.user");
        let serve = first_of_tester(&around.served);
        self.testers.push(EnteredTester { id, user: String::new(), serve });
        field
    }

    fn add_key(&mut self, around: &Around) -> Option<String> {
        let added = around.served.columns.last().filter(|column| column.is_added())?;
        if added.problem.is_some() || added.name.is_empty() {
            return Some("key".to_owned());
        }
        let taken = self.keys.iter().map(|key| key.id.as_str());
        let id = format!("k{}", largest_number(taken) + 1);
        self.rename_cells(&added.id, &id);
        self.keys.push(EnteredKey {
            id,
            name: added.name.clone(),
            value_type: added.value_type,
            new_default: added.is_new.then(|| self.added.default_text(self.kind).to_owned()),
        });
        let value_type = self.added.value_type;
        self.added = AddedKey { value_type, ..AddedKey::nothing() };
        Some("key".to_owned())
    }

    /// What was typed for the key that was being added is that of the key.
    fn rename_cells(&mut self, from: &str, to: &str) {
        let rules = self.rows.iter_mut().map(|row| &mut row.rule).chain([&mut self.everyone]);
        let serves = rules.map(|rule| &mut rule.serve);
        let serves = serves.chain(self.testers.iter_mut().map(|tester| &mut tester.serve));
        let values = serves.map(|serve| &mut serve.values);
        for values in values.chain(self.variants.iter_mut().map(|variant| &mut variant.values)) {
            if let Some(value) = values.remove(from) {
                values.insert(to.to_owned(), value);
            }
        }
    }

    fn add_variant(&mut self, name: &str, around: &Around) -> String {
        let taken = self.variants.iter().map(|variant| variant.id.as_str());
        let id = format!("v{}", largest_number(taken) + 1);
        let field = format!("variants.{id}.name");
        let keys = around.served.columns.iter();
        let values = keys.map(|key| (key.id.clone(), EnteredValue::default_of_key())).collect();
        let name = name.to_owned();
        self.variants.push(EnteredVariant { id, name, values, ..EnteredVariant::default() });
        field
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
    let serve = first_serve(&around.served);
    EnteredRule { on: true, percent: FIRST_PERCENT.to_owned(), serve }
}

/// What a row that somebody adds serves at first: where that can be known, something else than the
/// default.
fn first_serve(served: &Served) -> EnteredServe {
    let choice = match (served.variants.as_slice(), served.columns.first()) {
        ([_, _, ..], _) if served.is_multivariate => "split".to_owned(),
        ([(id, _), ..], _) => format!("variant:{id}"),
        ([], Some(column)) if served.is_switch => (column.default != true).to_string(),
        _ => "default".to_owned(),
    };
    let weights = match choice.as_str() {
        "split" => equal_weights(served),
        _ => BTreeMap::new(),
    };
    EnteredServe { choice, weights, ..EnteredServe::default() }
}

/// The same for a test user, who is never drawn.
fn first_of_tester(served: &Served) -> EnteredServe {
    match served.variants.last() {
        Some((id, _)) => {
            EnteredServe { choice: format!("variant:{id}"), ..EnteredServe::default() }
        }
        None => first_serve(served),
    }
}

fn equal_weights(served: &Served) -> BTreeMap<String, String> {
    served.variants.iter().map(|(id, _)| (id.clone(), "1".to_owned())).collect()
}

/// The largest number of ids such as `r3`.
fn largest_number<'a>(ids: impl Iterator<Item = &'a str>) -> u32 {
    let number = |id: &str| id.get(1..).and_then(|number| number.parse::<u32>().ok());
    // Ids from elsewhere may have any number; theirs is skipped where nothing is left above it.
    ids.filter_map(number).filter(|number| *number < u32::MAX).max().unwrap_or(0)
}
