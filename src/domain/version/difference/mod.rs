//! What changed from one version to another, told field by field. Pages and the REST API tell it
//! from here, in the same words.

mod items;
mod order;
mod rules;

use serde::Serialize;
use serde_json::Value as Json;

use super::{Content, SegmentNames};

/// One change.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// Where, as a path such as `rows[1].rollout`: in the later version, or in the earlier one for
    /// what was left out.
    pub path: String,
    /// Which part of the content it is about.
    pub group: Group,
    /// What became of it.
    pub kind: ChangeKind,
    /// What it is about: `iPhone users in Miami`.
    pub what: String,
    /// What of it: `deliver to`; empty where that is plain.
    pub label: String,
    /// What stood there before, in words; none where there was nothing.
    pub was: Option<String>,
    /// What stands there now, in words; none where there is nothing.
    pub is: Option<String>,
    /// What stood there before; null where there was nothing.
    pub before: Json,
    /// What stands there now; null where there is nothing.
    pub after: Json,
    /// The change as a sentence.
    pub sentence: String,
}

/// The parts of a content, in the order in which people are told of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    /// Rows and everyone else.
    Targeting,
    /// Named bundles of values.
    Variants,
    /// The keys.
    Keys,
    /// Who gets what is served to them.
    TestUsers,
    /// What other keys must have.
    Prerequisites,
    /// What buckets users.
    Advanced,
}

impl Group {
    /// All of them, in their order.
    pub const ALL: [Group; 6] = [
        Group::Targeting,
        Group::Variants,
        Group::Keys,
        Group::TestUsers,
        Group::Prerequisites,
        Group::Advanced,
    ];

    /// What pages call it.
    pub fn label(self) -> &'static str {
        match self {
            Group::Targeting => "Targeting",
            Group::Variants => "Variants",
            Group::Keys => "Keys",
            Group::TestUsers => "Test users",
            Group::Prerequisites => "Prerequisites",
            Group::Advanced => "Advanced",
        }
    }
}

/// What became of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// It was not there before.
    Added,
    /// It is not there any more.
    Removed,
    /// It says something else.
    Changed,
    /// It stands at another place.
    Moved,
}

impl ChangeKind {
    /// The kind as a word.
    pub fn word(self) -> &'static str {
        match self {
            ChangeKind::Added => "added",
            ChangeKind::Removed => "removed",
            ChangeKind::Changed => "changed",
            ChangeKind::Moved => "moved",
        }
    }

    /// What stands before it in a list.
    pub fn sign(self) -> &'static str {
        match self {
            ChangeKind::Added => "+",
            ChangeKind::Removed => "−",
            ChangeKind::Changed => "≠",
            ChangeKind::Moved => "↕",
        }
    }
}

impl Change {
    /// Whether it moves users who are in already.
    pub fn moves_users(&self) -> bool {
        matches!(self.path.as_str(), "bucket_by" | "salt")
    }

    /// The change in a few words, without a full stop.
    pub fn in_short(&self) -> String {
        match (self.kind, &self.was, &self.is) {
            (ChangeKind::Added, ..) => format!("{} added", self.what),
            (ChangeKind::Removed, ..) => format!("{} left out", self.what),
            (_, Some(was), Some(is)) => format!("{} {was} to {is}", self.what),
            _ => self.sentence.trim_end_matches('.').to_owned(),
        }
    }
}

/// Changes in a few words: what is said of the first one, and how many more there are.
pub fn in_short<T>(changes: &[T], said: impl Fn(&T) -> String) -> String {
    match changes.split_first() {
        None => "Nothing changed".to_owned(),
        Some((first, [])) => said(first),
        Some((first, rest)) => format!("{}, {} more", said(first), rest.len()),
    }
}

impl Content {
    /// What changed from this version to `after`, in the order of a content's fields; nothing
    /// exactly when they are the same. Segments are called by `names`.
    pub fn difference(&self, after: &Content, names: &SegmentNames) -> Vec<Change> {
        let mut changes = Changes { earlier: self, later: after, names, told: Vec::new() };
        changes.keys();
        changes.bucketing();
        changes.prerequisites();
        changes.variants();
        changes.test_users();
        changes.rows();
        let everyone_else = (&self.everyone_else, &after.everyone_else);
        changes.rule("everyone_else", rules::Whom::plain("Everyone else"), everyone_else);
        changes.told
    }
}

/// An item of a list, at its place before, now, or both.
struct Pair<'a, T> {
    before: Option<(usize, &'a T)>,
    after: Option<(usize, &'a T)>,
}

/// The items of two lists, matched by name: the present ones in order, then those left out.
fn matched<'a, T>(before: &'a [T], after: &'a [T], name: fn(&T) -> &str) -> Vec<Pair<'a, T>> {
    let find = |items: &'a [T], wanted: &str| {
        items.iter().enumerate().find(|(_, item)| name(item) == wanted)
    };
    let present = after.iter().enumerate();
    let present = present.map(|at| Pair { before: find(before, name(at.1)), after: Some(at) });
    let left_out = before.iter().enumerate().filter(|(_, item)| find(after, name(item)).is_none());
    present.chain(left_out.map(|at| Pair { before: Some(at), after: None })).collect()
}

struct Changes<'a> {
    earlier: &'a Content,
    later: &'a Content,
    names: &'a SegmentNames,
    told: Vec<Change>,
}

/// What a change is about, in words.
struct About<'a> {
    group: Group,
    path: String,
    what: &'a str,
    label: &'a str,
}

/// One of the two sides: as it is, and in words.
type Side = Option<(Json, String)>;

impl Changes<'_> {
    /// Tells that something is new, left out, or says something else.
    fn tell(&mut self, about: About<'_>, before: Side, after: Side, sentence: String) {
        let kind = match (&before, &after) {
            (None, _) => ChangeKind::Added,
            (_, None) => ChangeKind::Removed,
            _ => ChangeKind::Changed,
        };
        self.tell_of(kind, about, before, after, sentence);
    }

    fn tell_of(
        &mut self,
        kind: ChangeKind,
        about: About<'_>,
        before: Side,
        after: Side,
        sentence: String,
    ) {
        let apart = |side: Side| match side {
            Some((json, words)) => (json, Some(words)),
            None => (Json::Null, None),
        };
        let ((before, was), (after, is)) = (apart(before), apart(after));
        let About { group, path, what, label } = about;
        let (what, label) = (what.to_owned(), label.to_owned());
        let change = Change { path, group, kind, what, label, was, is, before, after, sentence };
        self.told.push(change);
    }
}
