//! What the segments that contents name are called.

use std::collections::HashMap;

use super::Audience;

/// The names of segments by their slugs.
#[derive(Debug, Clone, Default)]
pub struct SegmentNames(HashMap<String, String>);

impl SegmentNames {
    /// Those names, as pairs with the slugs.
    pub fn of_all(pairs: impl IntoIterator<Item = (String, String)>) -> SegmentNames {
        SegmentNames(pairs.into_iter().collect())
    }

    /// The name of a segment; of one that is not known, the slug.
    pub fn of<'a>(&'a self, slug: &'a str) -> &'a str {
        self.0.get(slug).map_or(slug, String::as_str)
    }

    /// Whom a row is for.
    pub fn audience(&self, audience: &Audience) -> String {
        match audience {
            Audience::Segment(slug) => self.of(slug.as_str()).to_owned(),
            Audience::Conditions(condition) => condition.in_words(),
            Audience::Everyone => "Everyone".to_owned(),
        }
    }

    /// The same within a sentence.
    pub(super) fn within(&self, audience: &Audience) -> String {
        match audience {
            Audience::Segment(_) => self.audience(audience),
            other => other.in_words(),
        }
    }
}
