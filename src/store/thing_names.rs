//! What people call the things of a project.

use std::collections::HashMap;

use diesel::prelude::*;
use uuid::Uuid;

use super::page::lower;
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

/// The segments with these slugs, as pairs of slug and name, archived or not.
///
/// # Errors
/// Those of the database.
pub fn of_segments(
    conn: &mut Connection,
    project_id: Uuid,
    slugs: &[&str],
) -> Result<Vec<(String, String)>, StoreError> {
    Ok(segments::table
        .filter(segments::project_id.eq(project_id))
        .filter(segments::slug.eq_any(slugs))
        .select((segments::slug, segments::name))
        .load(conn)?)
}

/// Whether another segment of the project that is not archived has that name, whatever its case.
///
/// # Errors
/// Those of the database.
pub fn is_segment(
    conn: &mut Connection,
    project_id: Uuid,
    name: &str,
    own: Option<Uuid>,
) -> Result<bool, StoreError> {
    let called: Vec<Uuid> = segments::table
        .filter(segments::project_id.eq(project_id))
        .filter(segments::archived_at.is_null())
        .filter(lower(segments::name).eq(name.to_lowercase()))
        .select(segments::id)
        .load(conn)?;
    Ok(called.into_iter().any(|id| Some(id) != own))
}
