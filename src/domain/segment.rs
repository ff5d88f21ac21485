//! Segments: named, reusable audiences.

use xxhash_rust::xxh3::xxh3_128;

/// The users of a *list* segment, as sorted 128-bit hashes of their ids.
///
/// A hash of 128 bits keeps a million ids in 16 MB and never mixes two of them up by chance.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MemberList(Box<[u128]>);

impl MemberList {
    /// A list of these hashes, in any order.
    pub fn from_hashes(mut hashes: Vec<u128>) -> MemberList {
        hashes.sort_unstable();
        hashes.dedup();
        MemberList(hashes.into())
    }

    /// A list of these users.
    pub fn from_ids<'a>(ids: impl IntoIterator<Item = &'a str>) -> MemberList {
        MemberList::from_hashes(ids.into_iter().map(MemberList::hash).collect())
    }

    /// The list with those of another one in addition.
    pub fn and(&self, others: &MemberList) -> MemberList {
        MemberList::from_hashes(self.0.iter().chain(&others.0).copied().collect())
    }

    /// A number that two lists of different users hardly share.
    pub fn fingerprint(&self) -> u128 {
        let bytes: Vec<u8> = self.0.iter().flat_map(|hash| hash.to_le_bytes()).collect();
        xxh3_128(&bytes)
    }

    /// The hash of a user's id, exact in case.
    pub fn hash(user_id: &str) -> u128 {
        xxh3_128(user_id.as_bytes())
    }

    /// Whether that user is in the list.
    pub fn contains(&self, user_id: &str) -> bool {
        self.0.binary_search(&MemberList::hash(user_id)).is_ok()
    }

    /// The hashes, in order.
    pub fn hashes(&self) -> &[u128] {
        &self.0
    }

    /// How many users there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is nobody in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
