//! The users of list segments in memory, as rulesets need them: 16 bytes for each, and one list
//! for all who hold it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use uuid::Uuid;

use super::{Connection, Store, StoreError, segment_lists};
use crate::domain::ruleset::MemberLists;
use crate::domain::ruleset::source::{SegmentSource, Source, lists_among};
use crate::domain::segment::MemberList;

/// How many users are read at once: few enough for little memory and a short wait.
const AT_ONCE: i64 = 50_000;

/// How many users are kept that nobody holds but who may be asked for again: 64 MB.
const KEPT: usize = 4_000_000;

/// The lists that somebody holds or has asked for lately, so that nobody reads one of them a second
/// time.
#[derive(Debug, Default)]
pub struct MemberListCache {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    held: HashMap<(Uuid, i32), Weak<MemberList>>,
    /// Those that were asked for last, the latest at the end.
    kept: Vec<Arc<MemberList>>,
}

impl MemberListCache {
    /// The lists that a source needs.
    ///
    /// # Errors
    /// Those of the database.
    pub fn of(&self, conn: &mut Connection, source: &Source) -> Result<MemberLists, StoreError> {
        self.lists(source.needed_lists(), |id, revision, after| {
            segment_lists::page(conn, id, revision, after, AT_ONCE)
        })
    }

    /// The same, for somebody who waits for the answer: each part of a list in its own time.
    ///
    /// # Errors
    /// As of [`Store::read_in_time`].
    pub fn of_in_time(&self, store: &Store, source: &Source) -> Result<MemberLists, StoreError> {
        self.lists(source.needed_lists(), |id, revision, after| {
            let after = after.map(str::to_owned);
            store.read_in_time(move |conn| {
                segment_lists::page(conn, id, revision, after.as_deref(), AT_ONCE)
            })
        })
    }

    /// The lists among these segments.
    ///
    /// # Errors
    /// Those of the database.
    pub fn of_segments(
        &self,
        conn: &mut Connection,
        segments: &[SegmentSource],
    ) -> Result<MemberLists, StoreError> {
        self.lists(lists_among(segments), |id, revision, after| {
            segment_lists::page(conn, id, revision, after, AT_ONCE)
        })
    }

    /// A list as of a revision, where it is in memory.
    pub fn held(&self, id: Uuid, revision: i32) -> Option<Arc<MemberList>> {
        let mut state = self.state();
        let list = state.held.get(&(id, revision)).and_then(Weak::upgrade)?;
        state.keep(&list);
        Some(list)
    }

    fn hold(&self, id: Uuid, revision: i32, list: &Arc<MemberList>) {
        let mut state = self.state();
        state.keep(list);
        state.held.retain(|_, list| list.strong_count() > 0);
        state.held.insert((id, revision), Arc::downgrade(list));
    }

    /// Lists are whole at any moment, whoever panicked.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lists(
        &self,
        wanted: Vec<(Uuid, i32)>,
        mut page: impl FnMut(Uuid, i32, Option<&str>) -> Result<Vec<String>, StoreError>,
    ) -> Result<MemberLists, StoreError> {
        let mut lists = MemberLists::new();
        for (id, revision) in wanted {
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

impl State {
    fn keep(&mut self, list: &Arc<MemberList>) {
        self.kept.retain(|kept| !Arc::ptr_eq(kept, list));
        self.kept.push(Arc::clone(list));
        let mut users: usize = self.kept.iter().map(|list| list.len()).sum();
        self.kept.retain(|list| {
            let fits = users <= KEPT;
            users -= if fits { 0 } else { list.len() };
            fits
        });
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
        let is_last = (ids.len() as i64) < AT_ONCE;
        last = ids.into_iter().next_back();
        if is_last {
            return Ok(Arc::new(MemberList::from_hashes(hashes)));
        }
    }
}
