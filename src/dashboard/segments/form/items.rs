//! The tree of the builder as one list, in the order in which a page shows it.

use super::{
    event_row::EventRow,
    group::{Group, Part},
    membership::Membership,
    row::Row,
};

/// A piece of the page.
#[derive(Debug)]
pub enum Item<'a> {
    /// The begin of a group.
    Open(&'a Group, Place),
    /// What stands between two parts.
    Join(&'static str),
    /// A condition on a property.
    Property(&'a Row, Place),
    /// A condition on an event.
    Event(&'a EventRow, Place),
    /// Membership of another segment.
    Membership(&'a Membership, Place),
    /// The end of a group.
    Close(&'a Group),
}

/// Where a part can be moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Whether it can go up.
    pub can_rise: bool,
    /// Whether it can go down.
    pub can_sink: bool,
}

/// Everything in a group, the group's own begin and end included.
pub fn of(root: &Group) -> Vec<Item<'_>> {
    let mut items = Vec::new();
    push(root, Place { can_rise: false, can_sink: false }, &mut items);
    items
}

fn push<'a>(group: &'a Group, place: Place, items: &mut Vec<Item<'a>>) {
    items.push(Item::Open(group, place));
    let is_inside = group.id != 0;
    for (at, part) in group.parts.iter().enumerate() {
        if at > 0 {
            items.push(Item::Join(group.matches.word()));
        }
        let can_sink = is_inside || at + 1 < group.parts.len();
        let place = Place { can_rise: is_inside || at > 0, can_sink };
        match part {
            Part::Group(inner) => push(inner, place, items),
            Part::Property(row) => items.push(Item::Property(row, place)),
            Part::Event(row) => items.push(Item::Event(row, place)),
            Part::Membership(row) => items.push(Item::Membership(row, place)),
        }
    }
    items.push(Item::Close(group));
}
