//! The state of the list, as its address has it.

use super::{super::list_address, order::Order};
use crate::domain::value::ValueType;

/// Which part of the list is asked for.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ListQuery {
    /// What names and descriptions contain.
    pub search: String,
    /// The type; none for all.
    pub value_type: Option<ValueType>,
    /// The order.
    pub order: Order,
    /// Whether archived keys are shown too.
    pub archived: bool,
    /// The page, from 1.
    pub page: u32,
}

impl ListQuery {
    /// Reads it.
    pub fn parse(query: &str) -> ListQuery {
        let mut read = ListQuery { page: 1, ..ListQuery::default() };
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match name.as_ref() {
                "q" => read.search = list_address::search(&value),
                "type" => read.value_type = ValueType::parse(&value),
                "archived" => read.archived = value == "1",
                "page" => read.page = list_address::page(&value),
                "sort" => read.order = Order::called(&value),
                _ => {}
            }
        }
        read
    }

    /// The address below that path, with a question mark where there is anything to say.
    pub fn address(&self, path: &str) -> String {
        let (page, order) = (self.page.to_string(), self.order.name());
        let said = [
            ("q", self.search.as_str(), ""),
            ("type", self.value_type.map_or("", ValueType::as_str), ""),
            ("sort", order.as_str(), "name"),
            ("archived", if self.archived { "1" } else { "" }, ""),
            ("page", page.as_str(), "1"),
        ];
        list_address::address(path, &said)
    }

    /// Another page of the same.
    pub fn on_page(&self, page: u32) -> ListQuery {
        ListQuery { page, ..self.clone() }
    }

    /// The same in another order, from its start.
    pub fn in_order(&self, order: Order) -> ListQuery {
        ListQuery { order, page: 1, ..self.clone() }
    }

    /// Whether it differs from what that address asks for in the search alone.
    pub fn is_typed_on(&self, address: &str) -> bool {
        let (_, query) = address.split_once('?').unwrap_or_default();
        let before = ListQuery::parse(query);
        ListQuery { search: before.search.clone(), page: before.page, ..self.clone() } == before
    }

    /// Whether anything narrows the list, apart from the archived keys.
    pub fn is_narrowed(&self) -> bool {
        !self.search.is_empty() || self.value_type.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_only_what_differs_and_reads_back() {
        for address in ["/k", "/k?q=a%26b", "/k?q=a&type=json&sort=-changed&archived=1&page=3"] {
            let (_, query) = address.split_once('?').unwrap_or_default();
            assert_eq!(ListQuery::parse(query).address("/k"), address);
        }
        let nonsense = "type=x&sort=y&archived=2&page=-1&z=1";
        assert_eq!(ListQuery::parse(nonsense), ListQuery::parse(""));
    }

    #[test]
    fn letters_alone_replace_the_address() {
        let query = ListQuery::parse("q=auto&type=json");
        assert!(query.is_typed_on("/k?q=aut&type=json&page=2"));
        assert!(!query.is_typed_on("/k?q=aut"));
    }
}
