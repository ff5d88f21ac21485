//! Which database this is.

use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};
use uuid::Uuid;

use super::schema::installation;
use super::{Connection, StoreError};

/// The database's own id, made the first time that somebody asks. Files that outlive a connection
/// carry it, so that one database's answers are never served for another's.
///
/// # Errors
/// Those of the database.
pub fn ensure(conn: &mut Connection) -> Result<Uuid, StoreError> {
    diesel::insert_into(installation::table)
        .values(installation::singleton.eq(true))
        .on_conflict_do_nothing()
        .execute(conn)?;
    Ok(installation::table.select(installation::database_id).first(conn)?)
}
