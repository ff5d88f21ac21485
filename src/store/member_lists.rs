//! The users of list segments in memory, as rulesets need them: 16 bytes for each, and one list
//! for all who hold it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use uuid::Uuid;

use super::{Connection, Store, StoreError, segment_lists};
use crate::domain::ruleset::{MemberLists, source::Source};
use crate::domain::segment::MemberList;

/// How many users are read at once: few enough for little memory and a short wait.
const AT_ONCE: i64 = 50_000;

/// The lists that somebody holds, so that nobody reads one of them a second time. What nobody
/// holds any more is gone from memory.
#[derive(Debug, Default)]
pub struct MemberListCache {
    held: Mutex<HashMap<(Uuid, i32), Weak<MemberList>>>,
}

impl MemberListCache {
    /// The lists that a source needs.
    ///
    /// # Errors
    /// Those of the database.
    pub fn of(&self, conn: &mut Connection, source: &Source) -> Result<MemberLists, StoreError> {
        self.lists(source, |id, revision, after| {
            segment_lists::page(conn, id, revision, after, AT_ONCE)
        })
    }

    /// The same, for somebody who waits for the answer: each part of a list in its own time.
    ///
    /// # Errors
    /// As of [`Store::read_in_time`].
    pub fn of_in_time(&self, store: &Store, source: &Source) -> Result<MemberLists, StoreError> {
        self.lists(source, |id, revision, after| {
            let after = after.map(str::to_owned);
            store.read_in_time(move |conn| {
                segment_lists::page(conn, id, revision, after.as_deref(), AT_ONCE)
            })
        })
    }

    /// A list as of a revision, where somebody holds it.
    pub fn held(&self, id: Uuid, revision: i32) -> Option<Arc<MemberList>> {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.get(&(id, revision)).and_then(Weak::upgrade)
    }

    /// Tells of a list that somebody holds.
    pub fn hold(&self, id: Uuid, revision: i32, list: &Arc<MemberList>) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.retain(|_, list| list.strong_count() > 0);
        held.insert((id, revision), Arc::downgrade(list));
    }

    fn lists(
        &self,
        source: &Source,
        mut page: impl FnMut(Uuid, i32, Option<&str>) -> Result<Vec<String>, StoreError>,
    ) -> Result<MemberLists, StoreError> {
        let mut lists = MemberLists::new();
        for (id, revision) in source.needed_lists() {
            let list = match self.held(id, revision) {
                Some(list) => list,
                None => {
                    let list = read(|after| page(id, revision, after))?;
                    self.hold(id, revision, &list);
                    list
                }
            };
            lists.insert(id, list);
        }
        Ok(lists)
    }
}

fn read(
    mut page: impl FnMut(Option<&str>) -> Result<Vec<String>, StoreError>,
) -> Result<Arc<MemberList>, StoreError> {
    let mut hashes = Vec::new();
    let mut last: Option<String> = None;
    loop {
        let ids = page(last.as_deref())?;
        hashes.extend(ids.iter().map(|id| MemberList::hash(id)));
        last = ids.into_iter().next_back();
        if last.is_none() {
            return Ok(Arc::new(MemberList::from_hashes(hashes)));
        }
    }
}
