//! What people call the things of a project.

use std::collections::HashMap;

use diesel::prelude::*;
use uuid::Uuid;

use super::schema::{experiences, segments};
use super::{Connection, StoreError};

/// The names of all experiences and segments of a project, by identity.
///
/// # Errors
/// Those of the database.
pub fn of_project(
    conn: &mut Connection,
    project_id: Uuid,
) -> Result<HashMap<Uuid, String>, StoreError> {
    let mut names: Vec<(Uuid, String)> = experiences::table
        .filter(experiences::project_id.eq(project_id))
        .select((experiences::id, experiences::name))
        .load(conn)?;
    names.extend(
        segments::table
            .filter(segments::project_id.eq(project_id))
            .select((segments::id, segments::name))
            .load::<(Uuid, String)>(conn)?,
    );
    Ok(names.into_iter().collect())
}
