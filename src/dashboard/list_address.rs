//! What the addresses of all lists have in common. What says nothing is left out; what is unknown
//! means the default, so that no old link breaks.

use crate::store::Sort;

/// The most letters of a search.
const MOST_SEARCHED: usize = 200;
/// The last page that an address can ask for.
const LAST_PAGE: u32 = 100_000;

/// The orders of keys and segments: their names in addresses and on the page.
pub const SORTS: [(Sort, &str, &str); 3] = [
    (Sort::Name, "name", "Name, A to Z"),
    (Sort::Updated, "changed", "Recently changed"),
    (Sort::Created, "created", "Newest first"),
];

/// The order of that name.
pub fn sort_called(name: &str) -> Sort {
    SORTS.into_iter().find(|(_, known, _)| *known == name).map_or(Sort::Name, |(sort, ..)| sort)
}

/// The name of an order in addresses.
pub fn name_of_sort(sort: Sort) -> &'static str {
    SORTS.into_iter().find(|(known, ..)| *known == sort).map_or("", |(_, name, _)| name)
}

/// What is searched for.
pub fn search(value: &str) -> String {
    value.replace('\0', "").trim().chars().take(MOST_SEARCHED).collect()
}

/// A page, from 1.
pub fn page(value: &str) -> u32 {
    value.parse().unwrap_or(1).clamp(1, LAST_PAGE)
}

/// The address below that path, with a question mark where there is anything to say: of each name
/// with its value, what differs from the default.
pub fn address(path: &str, said: &[(&str, &str, &str)]) -> String {
    let mut fields = form_urlencoded::Serializer::new(String::new());
    for (name, value, _) in said.iter().filter(|(_, value, default)| value != default) {
        fields.append_pair(name, value);
    }
    let query = fields.finish();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}
