//! Where something was done, so that its answer is seen there.

use super::{
    super::{ProjectMember, local_path::local_or_start},
    kind_pages::KindPages,
};

/// The page on which something was done to a flag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CameFrom {
    /// The list, at that address.
    List(String),
    /// The flag's own page, at that address.
    Flag(String),
    /// The page of a version of it, at that address.
    Version(String, i32),
}

impl CameFrom {
    /// The page at `back`, where that is one of those; else the flag's own.
    pub fn read(member: &ProjectMember, pages: KindPages, slug: &str, back: &str) -> CameFrom {
        let list = pages.list(member);
        if is_of_list(&list, back) {
            return CameFrom::List(back.to_owned());
        }
        let flag = format!("{list}/{slug}");
        let version =
            back.strip_prefix(&format!("{flag}/versions/")).and_then(|it| it.parse().ok());
        match version {
            Some(number) => CameFrom::Version(format!("{flag}/versions/{number}"), number),
            None => CameFrom::Flag(flag),
        }
    }

    /// Its address.
    pub fn address(&self) -> &str {
        match self {
            CameFrom::List(address) | CameFrom::Flag(address) | CameFrom::Version(address, _) => {
                address
            }
        }
    }

    /// The version that it shows; none where it shows no single one, or the newest.
    pub fn version(&self) -> Option<i32> {
        match self {
            CameFrom::Version(_, number) => Some(*number),
            CameFrom::List(_) | CameFrom::Flag(_) => None,
        }
    }
}

/// The address of the list at `back`, where that is one; else the list as it starts.
pub fn list(member: &ProjectMember, pages: KindPages, back: &str) -> String {
    let list = pages.list(member);
    if is_of_list(&list, back) { back.to_owned() } else { list }
}

fn is_of_list(list: &str, address: &str) -> bool {
    let rest = address.strip_prefix(list);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('?'))
        && local_or_start(address) == address
}
