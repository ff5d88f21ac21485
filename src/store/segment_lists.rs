//! The users of segments that are lists: who was in each from which revision on.
//!
//! A list is changed in three steps of one transaction: its row is locked, users are *staged* in a
//! temporary table, and [`merge_staged`] makes of them what the next revision has. Until the
//! segment gets that revision nobody sees any of it, and until then nothing is locked that others
//! wait for.

use std::io::{self, Write};

use diesel::connection::SimpleConnection;
use diesel::dsl::{exists, not};
use diesel::pg::CopyFormat;
use diesel::prelude::*;
use diesel::sql_types::{Integer, Uuid as SqlUuid};
use uuid::Uuid;

use super::schema::{segment_list_members, segment_list_revisions, segment_lists, segments};
use super::stored::{Stored, stored_word};
use super::{Connection, StoreError};

diesel::table! {
    /// The users of a change, until its transaction ends.
    staged_user_ids (user_id) {
        /// Each once.
        user_id -> Text,
    }
}
diesel::allow_tables_to_appear_in_same_query!(staged_user_ids, segment_list_members);

/// How a revision of a list came to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListChange {
    /// The list is new and has nobody in it.
    Create,
    /// Users took the place of those who were there.
    Replace,
    /// Users came in addition.
    Add,
    /// An older revision came back.
    Restore,
    /// The list is a copy of another one.
    Copy,
}

impl ListChange {
    /// The name under which it is stored and spoken of in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            ListChange::Create => "create",
            ListChange::Replace => "replace",
            ListChange::Add => "add",
            ListChange::Restore => "restore",
            ListChange::Copy => "copy",
        }
    }

    /// The change of that name.
    pub fn parse(text: &str) -> Option<ListChange> {
        use ListChange::{Add, Copy, Create, Replace, Restore};
        [Create, Replace, Add, Restore, Copy].into_iter().find(|change| change.as_str() == text)
    }
}

stored_word!(ListChange, "change of a list");

/// What a revision of a list did.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(check_for_backend(diesel::pg::Pg))]
#[diesel(table_name = segment_list_revisions)]
pub struct ListRevision {
    /// The number of the segment's revision.
    pub number: i32,
    /// How it came to be.
    #[diesel(deserialize_as = Stored<ListChange>)]
    pub change: ListChange,
    /// How many users the list has since.
    pub members: i32,
    /// How many of them were not there before.
    pub added: i32,
    /// How many were there before.
    pub removed: i32,
}

/// Makes a list of a segment.
///
/// # Errors
/// Those of the database.
pub fn create(conn: &mut Connection, segment_id: Uuid) -> Result<(), StoreError> {
    diesel::insert_into(segment_lists::table)
        .values(segment_lists::segment_id.eq(segment_id))
        .execute(conn)?;
    Ok(())
}

/// Locks a list for a change, until the transaction ends; says whether it could, which it can't
/// while another change is under way.
///
/// # Errors
/// Those of the database.
pub fn lock(conn: &mut Connection, segment_id: Uuid) -> Result<bool, StoreError> {
    let row: Option<Uuid> = segment_lists::table
        .find(segment_id)
        .select(segment_lists::segment_id)
        .for_update()
        .skip_locked()
        .first(conn)
        .optional()?;
    Ok(row.is_some())
}

/// Stages user ids, each once, which `write` writes as lines of COPY's text format.
///
/// # Errors
/// Those of the database; [`StoreError::Other`] where `write` fails.
pub fn stage(
    conn: &mut Connection,
    write: impl Fn(&mut dyn Write) -> io::Result<()>,
) -> Result<(), StoreError> {
    begin_staging(conn)?;
    let written = diesel::copy_from(staged_user_ids::table)
        .from_raw_data(staged_user_ids::table, |out: &mut dyn Write| {
            write(out).map_err(|error| diesel::result::Error::SerializationError(error.into()))
        })
        .with_format(CopyFormat::Text)
        .execute(conn);
    written?;
    end_staging(conn)
}

/// Stages those who are in a list as of a revision.
///
/// # Errors
/// Those of the database.
pub fn stage_revision(
    conn: &mut Connection,
    segment_id: Uuid,
    number: i32,
) -> Result<(), StoreError> {
    begin_staging(conn)?;
    segment_list_members::table
        .filter(segment_list_members::segment_id.eq(segment_id))
        .filter(as_of(number))
        .select(segment_list_members::user_id)
        .insert_into(staged_user_ids::table)
        .into_columns(staged_user_ids::user_id)
        .execute(conn)?;
    end_staging(conn)
}

fn begin_staging(conn: &mut Connection) -> Result<(), StoreError> {
    let create = "create temporary table staged_user_ids (user_id text collate \"C\" not null) \
                  on commit drop";
    Ok(conn.batch_execute(create)?)
}

/// Nobody else counts the rows of a temporary table, and without their count Postgres would look
/// for each of them one by one.
fn end_staging(conn: &mut Connection) -> Result<(), StoreError> {
    Ok(conn.batch_execute("analyze staged_user_ids")?)
}

/// Puts those who are staged into a list as of its next revision, `number`, and takes out those
/// who are not, if they are to be replaced. Says how many came and how many left.
///
/// # Errors
/// Those of the database.
pub fn merge_staged(
    conn: &mut Connection,
    segment_id: Uuid,
    number: i32,
    replaces: bool,
) -> Result<(usize, usize), StoreError> {
    use segment_list_members as members;
    let mut removed = 0;
    if replaces {
        let still_there = staged_user_ids::table
            .filter(staged_user_ids::user_id.eq(members::user_id))
            .select(staged_user_ids::user_id);
        let gone = members::table
            .filter(members::segment_id.eq(segment_id))
            .filter(members::removed_in.is_null())
            .filter(not(exists(still_there)));
        removed = diesel::update(gone).set(members::removed_in.eq(number)).execute(conn)?;
    }
    let there_before = members::table
        .filter(members::segment_id.eq(segment_id))
        .filter(members::removed_in.is_null())
        .filter(members::user_id.eq(staged_user_ids::user_id))
        .select(members::user_id);
    let added = staged_user_ids::table
        .filter(not(exists(there_before)))
        .order(staged_user_ids::user_id)
        .select((
            segment_id.into_sql::<SqlUuid>(),
            staged_user_ids::user_id,
            number.into_sql::<Integer>(),
        ))
        .insert_into(members::table)
        .into_columns((members::segment_id, members::user_id, members::added_in))
        .execute(conn)?;
    Ok((added, removed))
}

/// Keeps what a revision did.
///
/// # Errors
/// Those of the database.
pub fn record(
    conn: &mut Connection,
    segment_id: Uuid,
    revision: &ListRevision,
) -> Result<(), StoreError> {
    diesel::insert_into(segment_list_revisions::table)
        .values((
            segment_list_revisions::segment_id.eq(segment_id),
            segment_list_revisions::number.eq(revision.number),
            segment_list_revisions::change.eq(revision.change.as_str()),
            segment_list_revisions::members.eq(revision.members),
            segment_list_revisions::added.eq(revision.added),
            segment_list_revisions::removed.eq(revision.removed),
        ))
        .execute(conn)?;
    Ok(())
}

/// What these revisions of a list did, in no order.
///
/// # Errors
/// Those of the database.
pub fn revisions(
    conn: &mut Connection,
    segment_id: Uuid,
    numbers: &[i32],
) -> Result<Vec<ListRevision>, StoreError> {
    Ok(segment_list_revisions::table
        .filter(segment_list_revisions::segment_id.eq(segment_id))
        .filter(segment_list_revisions::number.eq_any(numbers))
        .select(ListRevision::as_select())
        .load(conn)?)
}

/// How many users each of these lists has now; segments that are none are not in it.
///
/// # Errors
/// Those of the database.
pub fn sizes(conn: &mut Connection, segment_ids: &[Uuid]) -> Result<Vec<(Uuid, i32)>, StoreError> {
    Ok(segments::table
        .inner_join(
            segment_list_revisions::table.on(segment_list_revisions::segment_id
                .eq(segments::id)
                .and(segment_list_revisions::number.eq(segments::revision))),
        )
        .filter(segments::id.eq_any(segment_ids))
        .select((segments::id, segment_list_revisions::members))
        .load(conn)?)
}

/// Whether a user is in a list as of a revision.
///
/// # Errors
/// Those of the database.
pub fn contains(
    conn: &mut Connection,
    segment_id: Uuid,
    number: i32,
    user_id: &str,
) -> Result<bool, StoreError> {
    let found = segment_list_members::table
        .filter(segment_list_members::segment_id.eq(segment_id))
        .filter(segment_list_members::user_id.eq(user_id))
        .filter(as_of(number));
    Ok(diesel::select(exists(found)).get_result(conn)?)
}

/// Some of those who are in a list as of a revision, in the order of their bytes, behind that one.
///
/// # Errors
/// Those of the database.
pub fn page(
    conn: &mut Connection,
    segment_id: Uuid,
    number: i32,
    after: Option<&str>,
    most: i64,
) -> Result<Vec<String>, StoreError> {
    Ok(segment_list_members::table
        .filter(segment_list_members::segment_id.eq(segment_id))
        // No user id is empty.
        .filter(segment_list_members::user_id.gt(after.unwrap_or_default()))
        .filter(as_of(number))
        .order(segment_list_members::user_id)
        .limit(most)
        .select(segment_list_members::user_id)
        .load(conn)?)
}

/// How many are in a list as of one revision and not as of another one, and some of them.
///
/// # Errors
/// Those of the database.
pub fn only_in(
    conn: &mut Connection,
    segment_id: Uuid,
    number: i32,
    other: i32,
    most: i64,
) -> Result<(i64, Vec<String>), StoreError> {
    let query = || {
        let others = diesel::alias!(segment_list_members as others);
        let there_too = others
            .filter(others.field(segment_list_members::segment_id).eq(segment_id))
            .filter(others.field(segment_list_members::user_id).eq(segment_list_members::user_id))
            .filter(others.field(segment_list_members::added_in).le(other))
            .filter(
                others
                    .field(segment_list_members::removed_in)
                    .is_null()
                    .or(others.field(segment_list_members::removed_in).assume_not_null().gt(other)),
            );
        segment_list_members::table
            .filter(segment_list_members::segment_id.eq(segment_id))
            .filter(as_of(number))
            .filter(not(exists(there_too)))
    };
    let count = query().count().get_result(conn)?;
    let some = query()
        .order(segment_list_members::user_id)
        .limit(most)
        .select(segment_list_members::user_id)
        .load(conn)?;
    Ok((count, some))
}

/// Holds for those who are in a list as of a revision.
#[diesel::dsl::auto_type]
fn as_of(number: i32) -> _ {
    let still_there: diesel::dsl::Or<
        diesel::dsl::IsNull<segment_list_members::removed_in>,
        diesel::dsl::Gt<diesel::dsl::AssumeNotNull<segment_list_members::removed_in>, i32>,
    > = segment_list_members::removed_in
        .is_null()
        .or(segment_list_members::removed_in.assume_not_null().gt(number));
    segment_list_members::added_in.le(number).and(still_there)
}
