//! What two versions have in common.

use super::{Content, Group, SegmentNames};

/// Something that both say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Common {
    /// Which part of the content it is about.
    pub group: Group,
    /// What it is about: `iPhone users in Miami`.
    pub what: String,
    /// What it says.
    pub words: String,
}

impl Content {
    /// What this version and another one say alike, in the order in which people are told of the
    /// parts of a content.
    pub fn in_common(&self, other: &Content, names: &SegmentNames) -> Vec<Common> {
        let common = |group: Group, what: String, words: String| Common { group, what, words };
        let rows = same(&self.rows, &other.rows).map(|row| {
            let what = names.audience(&row.audience);
            common(Group::Targeting, what, self.rule_in_words(&row.rule))
        });
        let everyone = [&self.everyone_else].into_iter().filter(|it| **it == other.everyone_else);
        let everyone = everyone.map(|rule| {
            common(Group::Targeting, "Everyone else".to_owned(), self.rule_in_words(rule))
        });
        let variants = same(&self.variants, &other.variants).map(|variant| {
            common(Group::Variants, format!("Variant {}", variant.name), variant.in_words())
        });
        let keys = same(&self.keys, &other.keys)
            .map(|key| common(Group::Keys, format!("Key {key}"), "there".to_owned()));
        let users = same(&self.test_users, &other.test_users).map(|user| {
            let what = format!("Test user {}", user.user_id);
            common(Group::TestUsers, what, self.serve_in_words(&user.serve))
        });
        let needed = same(&self.prerequisites, &other.prerequisites).map(|needed| {
            let what = format!("Requires {}", needed.key);
            common(Group::Prerequisites, what, needed.values_in_words())
        });
        let texts =
            [("Bucketed by", &self.bucket_by, &other.bucket_by), ("Salt", &self.salt, &other.salt)];
        let texts = texts.into_iter().filter(|(_, one, other)| one == other);
        let texts =
            texts.map(|(what, text, _)| common(Group::Advanced, what.to_owned(), text.clone()));
        rows.chain(everyone)
            .chain(variants)
            .chain(keys)
            .chain(users)
            .chain(needed)
            .chain(texts)
            .collect()
    }
}

/// The items that are in both lists.
fn same<'a, T: PartialEq>(one: &'a [T], other: &'a [T]) -> impl Iterator<Item = &'a T> {
    one.iter().filter(|item| other.contains(item))
}
