//! Two people edited one version: what both say, and what becomes of it put together.

use serde_json::{Map, Value as Json, json};

use super::OperationError;
use super::editing::content_of;
use crate::domain::version::{Content, Merged, SegmentNames, Side};
use crate::store::experiences::Experience;
use crate::store::versions::{self, Version};
use crate::store::{Connection, StoreError};

/// Puts together what two sides made of a version. `choose` is asked for each conflict, by its
/// place.
///
/// # Errors
/// Those of the database.
pub fn merge(
    conn: &mut Connection,
    experience: &Experience,
    base: &Content,
    (theirs, yours): (&Content, &Content),
    choose: &dyn Fn(&str) -> Side,
) -> Result<Merged, OperationError> {
    let names = SegmentNames::load(conn, experience.project_id, [base, theirs, yours])?;
    Ok(base.merge(theirs, yours, &names, choose))
}

/// That somebody saved meanwhile, with both sides; and, where the version is known that was started
/// from, with both put together: yours is taken wherever they conflict.
pub(super) fn stale(
    conn: &mut Connection,
    experience: &Experience,
    newest: &Version,
    base: i32,
    yours: &Content,
) -> Result<OperationError, OperationError> {
    let mut sides = Map::from_iter([
        ("base_version".to_owned(), json!(base)),
        (
            "newest".to_owned(),
            json!({"version": newest.number, "definition": newest.content, "note": newest.note,
                   "author": newest.author_name, "created_at": newest.created_at}),
        ),
        ("yours".to_owned(), json!({"definition": yours.to_json()})),
        ("merged".to_owned(), Json::Null),
        ("conflicts".to_owned(), json!([])),
    ]);
    if let Some(known) = versions::find_by_number(conn, experience.id, base)? {
        let (known, theirs) = (content_of(&known, experience)?, content_of(newest, experience)?);
        let merged = merge(conn, experience, &known, (&theirs, yours), &|_| Side::Yours)?;
        sides.insert("merged".to_owned(), json!({"definition": merged.content.to_json()}));
        let conflicts = serde_json::to_value(&merged.conflicts);
        let conflicts = conflicts.map_err(|error| StoreError::Corrupt(error.to_string()))?;
        sides.insert("conflicts".to_owned(), conflicts);
    }
    let message = format!(
        "The newest version is {}, by {}; you started from version {base}. Look at both, then save \
         on top of it.",
        newest.number, newest.author_name
    );
    Ok(OperationError::Conflict { message, sides })
}
