//! The state of the list, as its address has it.

use super::super::list_address;
use crate::store::Sort;

/// Which part of the list is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct ListQuery {
    /// What names and descriptions contain, or properties start with.
    pub search: String,
    /// Whether the archived ones are in it too.
    pub archived: bool,
    /// The order.
    pub sort: Sort,
    /// The page, from 1.
    pub page: u32,
}

impl ListQuery {
    /// Reads it.
    pub fn parse(query: &str) -> ListQuery {
        let mut read =
            ListQuery { search: String::new(), archived: false, sort: Sort::Name, page: 1 };
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let value = value.replace('\0', "");
            match name.as_ref() {
                "q" => read.search = list_address::search(&value),
                "archived" => read.archived = value == "1",
                "sort" => read.sort = list_address::sort_called(&value),
                "page" => read.page = list_address::page(&value),
                _ => {}
            }
        }
        read
    }

    /// The address below that path, with a question mark where there is anything to say.
    pub fn address(&self, path: &str) -> String {
        let page = self.page.to_string();
        let said = [
            ("q", self.search.as_str(), ""),
            ("sort", list_address::name_of_sort(self.sort), "name"),
            ("archived", if self.archived { "1" } else { "" }, ""),
            ("page", page.as_str(), "1"),
        ];
        list_address::address(path, &said)
    }

    /// Another page of the same.
    pub fn on_page(&self, page: u32) -> ListQuery {
        ListQuery { page, ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_only_what_differs_and_reads_back() {
        for address in ["", "q=a%26b", "q=city&sort=changed&archived=1&page=3"] {
            let query = ListQuery::parse(address);
            let again = query.address("/x");
            assert_eq!(again.trim_start_matches("/x").trim_start_matches('?'), address);
        }
        assert_eq!(ListQuery::parse("archived=2&sort=y&page=-1&z=1"), ListQuery::parse(""));
    }
}
