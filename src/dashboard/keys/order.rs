//! The orders of the list.

use std::{cmp::Ordering, collections::HashMap};

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use crate::{
    domain::value::ValueType,
    operations::OperationError,
    store::{
        Connection, UsedBy, delivered,
        key_lists::{self, KeyFilter, KeyOutline},
    },
};

/// For how many days deliveries are counted in lists.
pub const DAYS: i64 = 7;

/// What a list of keys is ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum By {
    /// The name, from A to Z.
    #[default]
    Name,
    /// The type, in the order in which types are offered.
    Type,
    /// The first that uses it; what nothing uses comes last.
    Users,
    /// What is delivered most.
    Delivered,
    /// What was changed last.
    Changed,
    /// The newest.
    Created,
}

/// Each with its name in addresses, the words for it, and those for its opposite.
const NAMED: [(By, &str, &str, &str); 6] = [
    (By::Name, "name", "Name, A to Z", "Name, Z to A"),
    (By::Type, "type", "By type", "By type, JSON first"),
    (By::Users, "used", "By what uses it", "Unused first"),
    (By::Delivered, "delivered", "Most delivered", "Least delivered"),
    (By::Changed, "changed", "Recently changed", "Changed longest ago"),
    (By::Created, "created", "Newest first", "Oldest first"),
];

/// An order of a list of keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Order {
    /// By what.
    pub by: By,
    /// The other way round.
    pub reversed: bool,
}

impl Order {
    /// Every order.
    pub fn all() -> impl Iterator<Item = Order> {
        let both = |by| [Order { by, reversed: false }, Order { by, reversed: true }];
        NAMED.into_iter().flat_map(move |(by, ..)| both(by))
    }

    /// The order of that name; by name where there is none.
    pub fn called(name: &str) -> Order {
        Order::all().find(|order| order.name() == name).unwrap_or_default()
    }

    /// Its name in addresses: `delivered`, `-delivered`.
    pub fn name(self) -> String {
        let sign = if self.reversed { "-" } else { "" };
        format!("{sign}{}", self.named().1)
    }

    /// What it is called on the page.
    pub fn label(self) -> &'static str {
        let (.., label, opposite) = self.named();
        if self.reversed { opposite } else { label }
    }

    /// Whether small comes before large, for those who can't see it.
    pub fn is_ascending(self) -> bool {
        matches!(self.by, By::Name | By::Type | By::Users) != self.reversed
    }

    fn named(self) -> (By, &'static str, &'static str, &'static str) {
        let [by_name, ..] = NAMED;
        NAMED.into_iter().find(|(by, ..)| *by == self.by).unwrap_or(by_name)
    }
}

/// The keys of a list in order; archived ones come last.
pub fn ids(
    conn: &mut Connection,
    environment_id: Uuid,
    filter: &KeyFilter<'_>,
    order: Order,
    now: DateTime<Utc>,
) -> Result<Vec<Uuid>, OperationError> {
    let mut outlines = key_lists::outlines(conn, filter)?;
    let ids: Vec<Uuid> = outlines.iter().map(|outline| outline.id).collect();
    let mut sort = |compare: &dyn Fn(&KeyOutline, &KeyOutline) -> Ordering| {
        if order.reversed {
            outlines.reverse();
            outlines.sort_by(|a, b| compare(b, a));
        } else {
            outlines.sort_by(compare);
        }
    };
    match order.by {
        By::Name => sort(&|_, _| Ordering::Equal),
        By::Type => sort(&|a, b| place(a.value_type).cmp(&place(b.value_type))),
        By::Users => {
            let users = key_lists::users(conn, &ids)?;
            sort(&|a, b| first(&users, a.id).cmp(&first(&users, b.id)));
        }
        By::Delivered => {
            let from = now - TimeDelta::days(DAYS);
            let counts = delivered::of_keys(conn, environment_id, &ids, from)?;
            let count = |of: &KeyOutline| counts.get(&of.id).copied().unwrap_or(0);
            sort(&|a, b| count(b).cmp(&count(a)));
        }
        By::Changed => sort(&|a, b| b.updated_at.cmp(&a.updated_at)),
        By::Created => sort(&|a, b| b.created_at.cmp(&a.created_at)),
    }
    outlines.sort_by_key(|outline| outline.archived_at.is_some());
    Ok(outlines.into_iter().map(|outline| outline.id).collect())
}

fn place(value_type: ValueType) -> usize {
    ValueType::ALL.into_iter().position(|of| of == value_type).unwrap_or_default()
}

/// The first that uses a key; without any it sorts behind all others.
fn first(users: &HashMap<Uuid, Vec<UsedBy>>, id: Uuid) -> (bool, String) {
    match users.get(&id).and_then(|users| users.first()) {
        Some(user) => (false, user.name().to_lowercase()),
        None => (true, String::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_found_by_its_name() {
        for order in Order::all() {
            assert_eq!(Order::called(&order.name()), order);
        }
        assert_eq!(Order::called("-delivered").label(), "Least delivered");
        assert_eq!(Order::called("nonsense"), Order::default());
        assert!(Order::called("-delivered").is_ascending() && Order::called("name").is_ascending());
    }
}
