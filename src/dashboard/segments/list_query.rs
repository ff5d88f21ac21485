//! The state of the list, as its address has it. What says nothing is left out; what is unknown
//! means the default, so that no old link breaks.

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

/// The orders: name in addresses, name on the page.
pub const SORTS: [(Sort, &str, &str); 3] = [
    (Sort::Name, "name", "Name, A to Z"),
    (Sort::Updated, "changed", "Recently changed"),
    (Sort::Created, "created", "Newest first"),
];

impl ListQuery {
    /// Reads it.
    pub fn parse(query: &str) -> ListQuery {
        let mut read =
            ListQuery { search: String::new(), archived: false, sort: Sort::Name, page: 1 };
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let value = value.replace('\0', "");
            match name.as_ref() {
                "q" => read.search = value.trim().chars().take(200).collect(),
                "archived" => read.archived = value == "1",
                "sort" => {
                    let known = SORTS.iter().find(|(_, name, _)| *name == value);
                    read.sort = known.map_or(Sort::Name, |(sort, ..)| *sort);
                }
                "page" => read.page = value.parse().unwrap_or(1).clamp(1, 100_000),
                _ => {}
            }
        }
        read
    }

    /// The address below that path, with a question mark where there is anything to say.
    pub fn address(&self, path: &str) -> String {
        let mut fields = form_urlencoded::Serializer::new(String::new());
        let page = self.page.to_string();
        let sort =
            SORTS.iter().find(|(sort, ..)| *sort == self.sort).map_or("", |(_, name, _)| name);
        let said = [
            ("q", self.search.as_str(), ""),
            ("sort", sort, "name"),
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
