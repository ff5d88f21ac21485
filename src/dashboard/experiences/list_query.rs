//! The state of the list, as its address has it.

use uuid::Uuid;

use super::super::list_address;
use crate::{
    domain::experience::Status,
    store::{Order, Sort},
};

/// Which part of the list is asked for.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ListQuery {
    /// What names, keys, tags and descriptions contain.
    pub search: String,
    /// The status; none for all that are not archived.
    pub status: Option<Status>,
    /// A tag.
    pub tag: String,
    /// The slug of a segment.
    pub segment: String,
    /// The id of an owner.
    pub owner: String,
    /// Whether only what may have outlived its purpose is.
    pub stale: bool,
    /// The order.
    pub sort: ListSort,
    /// The page, from 1.
    pub page: u32,
}

/// The order of the list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ListSort {
    /// What was changed last, first.
    #[default]
    Changed,
    /// From A to Z.
    Name,
    /// What was delivered most often, first.
    Delivered,
    /// What reaches the largest share of users, first.
    Reach,
    /// The newest first.
    Created,
}

impl ListSort {
    /// All orders, as the menu offers them.
    pub const ALL: [ListSort; 5] = [
        ListSort::Changed,
        ListSort::Name,
        ListSort::Delivered,
        ListSort::Reach,
        ListSort::Created,
    ];

    /// Its name in addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            ListSort::Changed => "changed",
            ListSort::Name => "name",
            ListSort::Delivered => "delivered",
            ListSort::Reach => "reach",
            ListSort::Created => "created",
        }
    }

    /// Its name on the page.
    pub fn label(self) -> &'static str {
        match self {
            ListSort::Changed => "Recently changed",
            ListSort::Name => "Name, A to Z",
            ListSort::Delivered => "Delivered most, 24 h",
            ListSort::Reach => "Reach, high to low",
            ListSort::Created => "Newest first",
        }
    }

    /// The order of the store, in that environment.
    pub fn stored(self, environment_id: Uuid) -> Order {
        match self {
            ListSort::Changed => Order::Plain(Sort::Updated),
            ListSort::Name => Order::Plain(Sort::Name),
            ListSort::Created => Order::Plain(Sort::Created),
            ListSort::Delivered => Order::Delivered(environment_id),
            ListSort::Reach => Order::Reach(environment_id),
        }
    }
}

/// The tabs: status and its name in addresses.
pub const TABS: [(Option<Status>, &str); 6] = [
    (None, ""),
    (Some(Status::Live), "live"),
    (Some(Status::Ramping), "ramping"),
    (Some(Status::Draft), "draft"),
    (Some(Status::Off), "off"),
    (Some(Status::Archived), "archived"),
];

/// How addresses ask for what may have outlived its purpose.
const STALE: &str = "true";

impl ListQuery {
    /// Reads it.
    pub fn parse(query: &str) -> ListQuery {
        let mut read = ListQuery { page: 1, ..ListQuery::default() };
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let value = value.replace('\0', "");
            match name.as_ref() {
                "q" => read.search = list_address::search(&value),
                "tag" => read.tag = value,
                "segment" => read.segment = value,
                "owner" => read.owner = value,
                "stale" => read.stale = value == STALE,
                "page" => read.page = list_address::page(&value),
                "status" => {
                    let tab = TABS.into_iter().find(|(_, name)| *name == value);
                    read.status = tab.and_then(|(status, _)| status);
                }
                "sort" => {
                    let known = ListSort::ALL.into_iter().find(|sort| sort.as_str() == value);
                    read.sort = known.unwrap_or_default();
                }
                _ => {}
            }
        }
        read
    }

    /// The name of the status in addresses.
    pub fn status_name(&self) -> &'static str {
        TABS.into_iter().find(|(status, _)| *status == self.status).map_or("", |(_, name)| name)
    }

    /// The address below that path, with a question mark where there is anything to say.
    pub fn address(&self, path: &str) -> String {
        let page = self.page.to_string();
        let said = [
            ("q", self.search.as_str(), ""),
            ("status", self.status_name(), ""),
            ("tag", self.tag.as_str(), ""),
            ("segment", self.segment.as_str(), ""),
            ("owner", self.owner.as_str(), ""),
            ("stale", if self.stale { STALE } else { "" }, ""),
            ("sort", self.sort.as_str(), ListSort::default().as_str()),
            ("page", page.as_str(), "1"),
        ];
        list_address::address(path, &said)
    }

    /// The same with another status, from its first page.
    pub fn with_status(&self, status: Option<Status>) -> ListQuery {
        ListQuery { status, page: 1, ..self.clone() }
    }

    /// The same with all, or only with what may have outlived its purpose; from its first page.
    pub fn with_stale(&self, stale: bool) -> ListQuery {
        ListQuery { stale, page: 1, ..self.clone() }
    }

    /// Another page of the same.
    pub fn on_page(&self, page: u32) -> ListQuery {
        ListQuery { page, ..self.clone() }
    }

    /// The same in another order, from its first page.
    pub fn sorted(&self, sort: ListSort) -> ListQuery {
        ListQuery { sort, page: 1, ..self.clone() }
    }

    /// Whether it differs from what that address asks for in the search alone.
    pub fn is_typed_on(&self, address: &str) -> bool {
        let (_, query) = address.split_once('?').unwrap_or_default();
        let before = ListQuery::parse(query);
        ListQuery { search: before.search.clone(), page: before.page, ..self.clone() } == before
    }

    /// Whether anything narrows the list, apart from the status.
    pub fn is_narrowed(&self) -> bool {
        !self.search.is_empty() || self.is_filtered()
    }

    /// The filters that are set, by their names in addresses.
    pub fn narrowing(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let all = [
            ("tag", self.tag.as_str()),
            ("segment", self.segment.as_str()),
            ("owner", self.owner.as_str()),
            ("stale", if self.stale { STALE } else { "" }),
        ];
        all.into_iter().filter(|(_, said)| !said.is_empty())
    }

    /// Whether any of them is.
    pub fn is_filtered(&self) -> bool {
        self.narrowing().next().is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_only_what_differs_and_reads_back() {
        for address in [
            "",
            "q=a%26b",
            "q=auto&status=live&sort=name&page=3",
            "tag=tv&segment=ios",
            "stale=true&sort=reach",
        ] {
            let query = ListQuery::parse(address);
            assert_eq!(
                query.address("/x").trim_start_matches("/x").trim_start_matches('?'),
                address
            );
        }
        assert_eq!(ListQuery::parse("status=x&sort=y&page=-1&z=1"), ListQuery::parse(""));
        assert_eq!(ListQuery::parse("page=0").page, 1);
    }
}
