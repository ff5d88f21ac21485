//! Changes of the tree in the builder: what its buttons do.

use super::{
    builder::Builder,
    edit::{Edit, NewPart},
    event_row::EventRow,
    group::{Group, Match, Part, TOO_DEEP},
    membership::Membership,
    row::Row,
};
use crate::domain::{
    condition::{MOST_CONDITIONS, MOST_DEPTH},
    reading::FieldError,
};

/// What gets the focus after a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Focus {
    /// The first field of that row or group.
    Field(u32),
    /// The button of the menu of that row or group.
    Menu(u32),
}

impl Builder {
    /// Changes the tree; gives what should get the focus.
    ///
    /// # Errors
    /// When no more conditions or levels fit. Nothing is changed then.
    pub fn apply(&mut self, edit: Edit) -> Result<Option<Focus>, Vec<FieldError>> {
        let mut root = self.root.clone();
        let (at, focus) = match edit {
            Edit::Add(part, group) => (group, add(&mut root, part, group)),
            Edit::Remove(id) => (id, remove(&mut root, id)),
            Edit::Duplicate(id) => (id, duplicate(&mut root, id)),
            Edit::Up(id) => (id, up(&mut root, id)),
            Edit::Down(id) => (id, down(&mut root, id)),
            Edit::Wrap(id) => (id, wrap(&mut root, id, Match::All)),
            Edit::Negate(id) => (id, negate(&mut root, id)),
            Edit::DropValue(id, number) => (id, drop_value(&mut root, id, number)),
            Edit::Refresh | Edit::ShowJson | Edit::ShowBuilder => return Ok(None),
        };
        let problem = |message: String| {
            let place = find(&self.root, at).unwrap_or(&self.root).field();
            Err(vec![FieldError::new(place, message)])
        };
        let (conditions, depth) = (root.conditions(), root.depth());
        if conditions > MOST_CONDITIONS && conditions > self.root.conditions() {
            return problem(too_many());
        }
        if depth > MOST_DEPTH && depth > self.root.depth() {
            return problem(TOO_DEEP.to_owned());
        }
        self.root = root;
        Ok(focus)
    }
}

/// What is said where no more conditions fit.
pub fn too_many() -> String {
    format!(
        "{MOST_CONDITIONS} conditions is the most. Put values into one list, or make a second \
         segment."
    )
}

/// The group of that number, or that which has that part.
fn find(group: &Group, id: u32) -> Option<&Group> {
    if group.id == id {
        return Some(group);
    }
    let mut inside = group.parts.iter();
    inside.find_map(|part| match part {
        Part::Group(inner) => find(inner, id),
        other => (other.id() == id).then_some(group),
    })
}

/// The group that has that part, and the part's place in it.
fn place(group: &mut Group, id: u32) -> Option<(&mut Group, usize)> {
    if let Some(at) = group.parts.iter().position(|part| part.id() == id) {
        return Some((group, at));
    }
    group.parts.iter_mut().find_map(|part| match part {
        Part::Group(inner) => place(inner, id),
        _ => None,
    })
}

fn group_of(group: &mut Group, id: u32) -> Option<&mut Group> {
    if group.id == id {
        return Some(group);
    }
    group.parts.iter_mut().find_map(|part| match part {
        Part::Group(inner) => group_of(inner, id),
        _ => None,
    })
}

fn greatest_id(group: &Group) -> u32 {
    let inside = group.parts.iter().map(|part| match part {
        Part::Group(inner) => greatest_id(inner),
        other => other.id(),
    });
    inside.max().unwrap_or(0).max(group.id)
}

fn add(root: &mut Group, part: NewPart, group: u32) -> Option<Focus> {
    let id = greatest_id(root).saturating_add(1);
    let part = match part {
        NewPart::Property => Part::Property(Row::blank(id)),
        NewPart::Event => Part::Event(EventRow::blank(id)),
        NewPart::Segment => Part::Membership(Membership::blank(id)),
        NewPart::Group => Part::Group(Group { id, ..Group::default() }),
    };
    group_of(root, group)?.parts.push(part);
    Some(Focus::Field(id))
}

fn remove(root: &mut Group, id: u32) -> Option<Focus> {
    let (group, at) = place(root, id)?;
    group.parts.remove(at);
    let neighbour = group.parts.get(at).or(group.parts.last());
    Some(neighbour.map_or(Focus::Field(group.id), |part| Focus::Menu(part.id())))
}

fn duplicate(root: &mut Group, id: u32) -> Option<Focus> {
    let mut next = greatest_id(root);
    let (group, at) = place(root, id)?;
    let mut copy = group.parts.get(at)?.clone();
    renumber(&mut copy, &mut next);
    let focus = Focus::Field(copy.id());
    group.parts.insert(at + 1, copy);
    Some(focus)
}

fn renumber(part: &mut Part, next: &mut u32) {
    *next = next.saturating_add(1);
    match part {
        Part::Group(group) => {
            group.id = *next;
            group.parts.iter_mut().for_each(|part| renumber(part, next));
        }
        Part::Property(row) => row.id = *next,
        Part::Event(row) => row.id = *next,
        Part::Membership(row) => row.id = *next,
    }
}

fn up(root: &mut Group, id: u32) -> Option<Focus> {
    let (group, at) = place(root, id)?;
    match at.checked_sub(1) {
        Some(above) => group.parts.swap(at, above),
        None => leave(root, id, 0)?,
    }
    Some(Focus::Menu(id))
}

fn down(root: &mut Group, id: u32) -> Option<Focus> {
    let (group, at) = place(root, id)?;
    match at + 1 < group.parts.len() {
        true => group.parts.swap(at, at + 1),
        false => leave(root, id, 1)?,
    }
    Some(Focus::Menu(id))
}

/// Takes a part out of its group, to so many places behind the group.
fn leave(root: &mut Group, id: u32, behind: usize) -> Option<()> {
    let (group, _) = place(root, id)?;
    let from = group.id;
    let (around, at) = place(root, from)?;
    let Some(Part::Group(group)) = around.parts.get_mut(at) else { return None };
    let inside = group.parts.iter().position(|part| part.id() == id)?;
    let part = group.parts.remove(inside);
    around.parts.insert(at + behind, part);
    Some(())
}

fn wrap(root: &mut Group, id: u32, matches: Match) -> Option<Focus> {
    let next = greatest_id(root).saturating_add(1);
    let (group, at) = place(root, id)?;
    let slot = group.parts.get_mut(at)?;
    let around = Part::Group(Group { id: next, matches, parts: Vec::new() });
    let part = std::mem::replace(slot, around);
    if let Part::Group(around) = slot {
        around.parts.push(part);
    }
    Some(Focus::Menu(id))
}

fn negate(root: &mut Group, id: u32) -> Option<Focus> {
    let (group, at) = place(root, id)?;
    let done = match group.parts.get_mut(at)? {
        Part::Property(row) => row.negate(),
        Part::Event(row) => {
            row.negate();
            true
        }
        Part::Membership(row) => {
            row.is_in = !row.is_in;
            true
        }
        Part::Group(inner) => {
            let opposite = match (inner.matches, inner.parts.len()) {
                (Match::Any, _) | (Match::All, 1) => Some(Match::None),
                (Match::None, _) => Some(Match::Any),
                (Match::All, _) => None,
            };
            inner.matches = opposite.unwrap_or(inner.matches);
            opposite.is_some()
        }
    };
    if done { Some(Focus::Menu(id)) } else { wrap(root, id, Match::None) }
}

fn drop_value(root: &mut Group, id: u32, number: usize) -> Option<Focus> {
    let (group, at) = place(root, id)?;
    if let Some(Part::Property(row)) = group.parts.get_mut(at)
        && number < row.values.len()
    {
        row.values.remove(number);
    }
    None
}
