//! Segments: named, reusable audiences.

use chrono::{DateTime, Utc};
use diesel::dsl::now;
use diesel::pg::Pg;
use diesel::prelude::*;
use uuid::Uuid;

use super::holding::all_usable;
use super::page::{containing, lower, sorted_after};
use super::schema::{segment_members, segments, version_segments};
use super::segment_revisions::{self, NewConditions};
use super::stored::{Stored, stored_word};
use super::{
    Author, Connection, Page, PageRequest, Sort, StoreError, UsedBy, environments, used_by,
};

/// What a segment is made of; fixed at creation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SegmentKind {
    /// A tree of conditions.
    Rules,
    /// User ids.
    List,
}

impl SegmentKind {
    /// The name under which the kind is stored and spoken of in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            SegmentKind::Rules => "rules",
            SegmentKind::List => "list",
        }
    }

    /// The kind of that name.
    pub fn parse(text: &str) -> Option<SegmentKind> {
        match text {
            "rules" => Some(SegmentKind::Rules),
            "list" => Some(SegmentKind::List),
            _ => None,
        }
    }
}

stored_word!(SegmentKind, "kind of segment");

/// A segment, without its conditions.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(check_for_backend(diesel::pg::Pg))]
#[diesel(table_name = segments)]
pub struct Segment {
    /// Identity.
    pub id: Uuid,
    /// Its project.
    pub project_id: Uuid,
    /// Its name in addresses and contents; never changes.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// Whom it describes, in words.
    pub description: String,
    /// What it is made of.
    #[diesel(deserialize_as = Stored<SegmentKind>)]
    pub kind: SegmentKind,
    /// The number of its newest conditions.
    pub revision: i32,
    /// Who made it.
    pub created_by: Option<Uuid>,
    /// When.
    pub created_at: DateTime<Utc>,
    /// When it changed last.
    pub updated_at: DateTime<Utc>,
    /// Since when it is archived.
    pub archived_at: Option<DateTime<Utc>>,
}

/// A segment to be.
#[derive(Debug, Clone, Copy)]
pub struct NewSegment<'a> {
    /// Its project.
    pub project_id: Uuid,
    /// Its name in addresses and contents.
    pub slug: &'a str,
    /// Its name.
    pub name: &'a str,
    /// Whom it describes, in words.
    pub description: &'a str,
    /// What it is made of.
    pub kind: SegmentKind,
    /// Its first conditions.
    pub conditions: NewConditions<'a>,
}

/// Which segments a list is about.
#[derive(Debug, Clone, Copy)]
pub struct SegmentFilter<'a> {
    /// Of which project.
    pub project_id: Uuid,
    /// The archived ones, or the others; none for both.
    pub archived: Option<bool>,
    /// Text that the name, the slug or the description contains, or with which the name of a
    /// property in the newest conditions begins, whatever the case.
    pub search: Option<&'a str>,
}

/// Adds a segment with its first conditions, and raises the revision of the project's
/// environments.
///
/// # Errors
/// [`super::Constraint::SegmentsSlugUnique`] when the slug is taken; [`StoreError::Archived`] when
/// it names an archived segment.
pub fn create(
    conn: &mut Connection,
    new: &NewSegment<'_>,
    author: Author<'_>,
) -> Result<Segment, StoreError> {
    create_as(conn, Uuid::new_v4(), new, author)
}

/// The same under an id under which something of it is stored already.
///
/// # Errors
/// As of [`create`].
pub fn create_as(
    conn: &mut Connection,
    id: Uuid,
    new: &NewSegment<'_>,
    author: Author<'_>,
) -> Result<Segment, StoreError> {
    let segment: Segment = diesel::insert_into(segments::table)
        .values((
            segments::id.eq(id),
            segments::project_id.eq(new.project_id),
            segments::slug.eq(new.slug),
            segments::name.eq(new.name),
            segments::description.eq(new.description),
            segments::kind.eq(new.kind.as_str()),
            segments::created_by.eq(author.person_id),
        ))
        .returning(Segment::as_returning())
        .get_result(conn)?;
    segment_revisions::append(conn, &segment, &new.conditions, author)?;
    environments::bump_project(conn, new.project_id)?;
    Ok(segment)
}

/// The segment of that id.
///
/// # Errors
/// Those of the database.
pub fn find(conn: &mut Connection, id: Uuid) -> Result<Option<Segment>, StoreError> {
    Ok(segments::table.find(id).select(Segment::as_select()).first(conn).optional()?)
}

/// The slugs and names of all segments of a project, archived ones included.
///
/// # Errors
/// Those of the database.
pub fn names(conn: &mut Connection, project_id: Uuid) -> Result<Vec<(String, String)>, StoreError> {
    Ok(segments::table
        .filter(segments::project_id.eq(project_id))
        .order(segments::slug)
        .select((segments::slug, segments::name))
        .load(conn)?)
}

/// The segment of that slug.
///
/// # Errors
/// Those of the database.
pub fn find_by_slug(
    conn: &mut Connection,
    project_id: Uuid,
    slug: &str,
) -> Result<Option<Segment>, StoreError> {
    Ok(segments::table
        .filter(segments::project_id.eq(project_id))
        .filter(segments::slug.eq(slug))
        .select(Segment::as_select())
        .first(conn)
        .optional()?)
}

/// The segments of those slugs that are not archived; slugs that are unknown are not in it.
///
/// # Errors
/// Those of the database.
pub fn find_by_slugs(
    conn: &mut Connection,
    project_id: Uuid,
    slugs: &[&str],
) -> Result<Vec<Segment>, StoreError> {
    Ok(segments::table
        .filter(segments::project_id.eq(project_id))
        .filter(segments::slug.eq_any(slugs))
        .filter(segments::archived_at.is_null())
        .order(segments::slug)
        .select(Segment::as_select())
        .load(conn)?)
}

/// The slugs of a project's segments that start so, archived ones too. `start` is the start of a slug.
///
/// # Errors
/// Those of the database.
pub fn slugs_starting_with(
    conn: &mut Connection,
    project_id: Uuid,
    start: &str,
) -> Result<Vec<String>, StoreError> {
    Ok(segments::table
        .filter(segments::project_id.eq(project_id))
        .filter(segments::slug.like(format!("{start}%")))
        .select(segments::slug)
        .load(conn)?)
}

/// The segment of that id, locked until the transaction ends.
///
/// # Errors
/// [`StoreError::NotFound`].
pub fn lock(conn: &mut Connection, id: Uuid) -> Result<Segment, StoreError> {
    Ok(segments::table.find(id).select(Segment::as_select()).for_update().first(conn)?)
}

/// The segments of a project, page by page.
///
/// # Errors
/// [`StoreError::NotFound`] when the page's start is no segment of the project.
pub fn list(
    conn: &mut Connection,
    filter: &SegmentFilter<'_>,
    sort: Sort,
    page: PageRequest,
) -> Result<Page<Segment>, StoreError> {
    let after = match page.after {
        None => None,
        Some(id) => Some(
            segments::table
                .find(id)
                .filter(segments::project_id.eq(filter.project_id))
                .select(Segment::as_select())
                .first(conn)?,
        ),
    };
    let query = matching(filter).select(Segment::as_select()).limit(page.fetch());
    let found = sorted_after!(query, segments, sort, after).load(conn)?;
    Ok(page.cut(found, |segment: &Segment| segment.id))
}

/// Some of the segments of a project, from that place in the order on.
///
/// # Errors
/// Those of the database.
pub fn slice(
    conn: &mut Connection,
    filter: &SegmentFilter<'_>,
    sort: Sort,
    from: i64,
    most: i64,
) -> Result<Vec<Segment>, StoreError> {
    let query = matching(filter).select(Segment::as_select()).offset(from).limit(most);
    Ok(sorted_after!(query, segments, sort, None::<Segment>).load(conn)?)
}

/// How many segments a list has.
///
/// # Errors
/// Those of the database.
pub fn count(conn: &mut Connection, filter: &SegmentFilter<'_>) -> Result<i64, StoreError> {
    Ok(matching(filter).count().get_result(conn)?)
}

/// What a list is about, in no order.
fn matching<'a>(filter: &SegmentFilter<'a>) -> segments::BoxedQuery<'a, Pg> {
    let mut query = segments::table.filter(segments::project_id.eq(filter.project_id)).into_boxed();
    if let Some(archived) = filter.archived {
        query = query.filter(segments::archived_at.is_not_null().eq(archived));
    }
    if let Some(text) = filter.search {
        let pattern = containing(text);
        query = query.filter(
            segments::name
                .ilike(pattern.clone())
                .or(segments::slug.ilike(pattern.clone()))
                .or(segments::description.ilike(pattern))
                .or(segment_revisions::names_attribute(text)),
        );
    }
    query
}

/// Changes what a segment is called, which no decision depends on.
///
/// # Errors
/// [`StoreError::NotFound`].
pub fn describe(
    conn: &mut Connection,
    id: Uuid,
    name: &str,
    description: &str,
) -> Result<Segment, StoreError> {
    Ok(diesel::update(segments::table.find(id))
        .set((
            segments::name.eq(name),
            segments::description.eq(description),
            segments::updated_at.eq(now),
        ))
        .returning(Segment::as_returning())
        .get_result(conn)?)
}

/// Archives a segment that nothing uses, and raises the revision of the project's environments.
///
/// # Errors
/// [`StoreError::NotFound`]; [`StoreError::InUse`] with what uses it.
pub fn archive(conn: &mut Connection, id: Uuid) -> Result<Segment, StoreError> {
    // Whoever starts to use the segment locks it first, so the answer below stays true.
    lock(conn, id)?;
    let users = used_by(conn, id)?;
    if !users.is_empty() {
        return Err(StoreError::InUse(users));
    }
    let segment: Segment = diesel::update(segments::table.find(id))
        .set((segments::archived_at.eq(now), segments::updated_at.eq(now)))
        .returning(Segment::as_returning())
        .get_result(conn)?;
    environments::bump_project(conn, segment.project_id)?;
    Ok(segment)
}

/// Takes a segment back into use, and raises the revision of the project's environments.
///
/// # Errors
/// [`StoreError::NotFound`]; [`StoreError::Archived`] when it names a segment that is archived.
pub fn unarchive(conn: &mut Connection, id: Uuid) -> Result<Segment, StoreError> {
    let segment: Segment = diesel::update(segments::table.find(id))
        .set((segments::archived_at.eq(None::<DateTime<Utc>>), segments::updated_at.eq(now)))
        .returning(Segment::as_returning())
        .get_result(conn)?;
    let named: Vec<Uuid> = segment_members::table
        .filter(segment_members::segment_id.eq(id))
        .select(segment_members::named_segment_id)
        .load(conn)?;
    lock_usable(conn, segment.project_id, &named)?;
    environments::bump_project(conn, segment.project_id)?;
    Ok(segment)
}

/// What uses a segment: experiences, then segments that are not archived, each by name.
///
/// # Errors
/// Those of the database.
pub fn used_by(conn: &mut Connection, id: Uuid) -> Result<Vec<UsedBy>, StoreError> {
    let versions: Vec<Uuid> = version_segments::table
        .filter(version_segments::segment_id.eq(id))
        .select(version_segments::version_id)
        .load(conn)?;
    let mut users = used_by::experiences_through(conn, &versions)?;
    let members: Vec<(Uuid, String, String)> = segment_members::table
        .inner_join(segments::table.on(segments::id.eq(segment_members::segment_id)))
        .filter(segment_members::named_segment_id.eq(id))
        .filter(segments::archived_at.is_null())
        .order((lower(segments::name), segments::id))
        .select((segments::id, segments::slug, segments::name))
        .load(conn)?;
    users.extend(members.into_iter().map(|(id, slug, name)| UsedBy::Segment { id, slug, name }));
    Ok(users)
}

/// Keeps these segments from being archived until the transaction ends.
///
/// # Errors
/// [`StoreError::NotFound`] when one is no segment of the project; [`StoreError::Archived`] with
/// the names of those that are archived.
pub(super) fn lock_usable(
    conn: &mut Connection,
    project_id: Uuid,
    ids: &[Uuid],
) -> Result<(), StoreError> {
    let found: Vec<(Uuid, String, Option<DateTime<Utc>>)> = segments::table
        .filter(segments::id.eq_any(ids))
        .filter(segments::project_id.eq(project_id))
        .order(segments::id)
        .select((segments::id, segments::name, segments::archived_at))
        .for_key_share()
        .load(conn)?;
    all_usable(ids, found)
}
