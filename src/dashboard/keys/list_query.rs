//! The state of the list, as its address has it. What says nothing is left out; what is unknown
//! means the default, so that no old link breaks.

use crate::{domain::value::ValueType, store::Sort};

/// Which part of the list is asked for.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ListQuery {
    /// What names and descriptions contain.
    pub search: String,
    /// The type; none for all.
    pub value_type: Option<ValueType>,
    /// The order.
    pub sort: Sort,
    /// Whether archived keys are shown too.
    pub archived: bool,
    /// The page, from 1.
    pub page: u32,
}

/// The orders, as the menu offers them: their names in addresses and on the page.
pub const SORTS: [(Sort, &str, &str); 3] = [
    (Sort::Name, "name", "Name, A to Z"),
    (Sort::Updated, "changed", "Recently changed"),
    (Sort::Created, "created", "Newest first"),
];

impl ListQuery {
    /// Reads it.
    pub fn parse(query: &str) -> ListQuery {
        let mut read = ListQuery { page: 1, ..ListQuery::default() };
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match name.as_ref() {
                "q" => read.search = value.replace('\0', "").trim().chars().take(200).collect(),
                "type" => read.value_type = ValueType::parse(&value),
                "archived" => read.archived = value == "1",
                "page" => read.page = value.parse().unwrap_or(1).clamp(1, 100_000),
                "sort" => {
                    let known = SORTS.into_iter().find(|(_, name, _)| *name == value);
                    read.sort = known.map_or(Sort::default(), |(sort, ..)| sort);
                }
                _ => {}
            }
        }
        read
    }

    /// The address below that path, with a question mark where there is anything to say.
    pub fn address(&self, path: &str) -> String {
        let mut fields = form_urlencoded::Serializer::new(String::new());
        let sort = SORTS.into_iter().find(|(sort, ..)| *sort == self.sort);
        let page = self.page.to_string();
        let said = [
            ("q", self.search.as_str(), ""),
            ("type", self.value_type.map_or("", ValueType::as_str), ""),
            ("sort", sort.map_or("", |(_, name, _)| name), "name"),
            ("archived", if self.archived { "1" } else { "" }, ""),
            ("page", page.as_str(), "1"),
        ];
        for (name, value, _) in said.into_iter().filter(|(_, value, default)| value != default) {
            fields.append_pair(name, value);
        }
        let query = fields.finish();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
    }

    /// Another page of the same.
    pub fn on_page(&self, page: u32) -> ListQuery {
        ListQuery { page, ..self.clone() }
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
        for address in ["/k", "/k?q=a%26b", "/k?q=a&type=json&sort=changed&archived=1&page=3"] {
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
