//! What the segments that contents name are called.

use uuid::Uuid;

use super::OperationError;
use crate::domain::version::{Content, SegmentNames};
use crate::store::{Connection, thing_names};

impl SegmentNames {
    /// Of the segments that these contents name, archived or not.
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
        let names = thing_names::of_segments(conn, project_id, &slugs)?;
        Ok(SegmentNames::of_all(names))
    }
}
