//! Where something was done, so that its answer is seen there.

use super::super::{ProjectMember, local_path::local_or_start};

/// The page on which something was done to a flag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CameFrom {
    /// The list, at that address.
    List(String),
    /// The flag's own page.
    Flag(String),
}

impl CameFrom {
    /// The list, where `back` is an address of it; else the flag's page.
    pub fn read(member: &ProjectMember, slug: &str, back: &str) -> CameFrom {
        let list = member.path("/flags");
        let is_list = back.strip_prefix(&list).is_some_and(|rest| {
            (rest.is_empty() || rest.starts_with('?')) && local_or_start(back) == back
        });
        match is_list {
            true => CameFrom::List(back.to_owned()),
            false => CameFrom::Flag(format!("{list}/{slug}")),
        }
    }

    /// Its address.
    pub fn address(&self) -> &str {
        match self {
            CameFrom::List(address) | CameFrom::Flag(address) => address,
        }
    }
}
