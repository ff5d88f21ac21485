//! What the segments that contents name are called.

use std::collections::HashMap;

use uuid::Uuid;

use crate::{
    domain::version::{Audience, Content},
    operations::OperationError,
    store::{Connection, segments},
};

/// The names of segments by their slugs.
#[derive(Debug, Clone, Default)]
pub struct SegmentNames(HashMap<String, String>);

impl SegmentNames {
    /// Of the segments that these contents name.
    ///
    /// # Errors
    /// Those of the database.
    pub fn load<'a>(
        conn: &mut Connection,
        project_id: Uuid,
        contents: impl IntoIterator<Item = &'a Content>,
    ) -> Result<SegmentNames, OperationError> {
        let slugs: Vec<&str> =
            contents.into_iter().flat_map(Content::segments).map(|slug| slug.as_str()).collect();
        let found = segments::find_by_slugs(conn, project_id, &slugs)?;
        let names = found.into_iter().map(|segment| (segment.slug, segment.name));
        Ok(SegmentNames(names.collect()))
    }

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
}
