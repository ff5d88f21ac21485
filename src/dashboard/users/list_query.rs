//! The state of the list, as its address has it.

use super::super::list_address;

/// The most characters of a user's id that can be searched for: all that an id may have.
const MOST_SEARCHED: usize = 1_024;

/// Which part of the list is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct ListQuery {
    /// How ids start. Nothing is trimmed: an id is any text.
    pub search: String,
    /// The page, from 1.
    pub page: u32,
}

impl ListQuery {
    /// Reads it.
    pub fn parse(query: &str) -> ListQuery {
        let mut read = ListQuery { search: String::new(), page: 1 };
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match name.as_ref() {
                "q" => {
                    read.search = value.replace('\0', "").chars().take(MOST_SEARCHED).collect();
                }
                "page" => read.page = list_address::page(&value),
                _ => {}
            }
        }
        read
    }

    /// The address below that path, with a question mark where there is anything to say.
    pub fn address(&self, path: &str) -> String {
        let page = self.page.to_string();
        list_address::address(path, &[("q", &self.search, ""), ("page", &page, "1")])
    }

    /// Another page of the same.
    pub fn on_page(&self, page: u32) -> ListQuery {
        ListQuery { page, ..self.clone() }
    }
}
