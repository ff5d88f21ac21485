//! Publications: which version an environment serves, since when, by whom, why.

use chrono::{DateTime, Utc};
use diesel::dsl::{max, now};
use diesel::prelude::*;
use uuid::Uuid;

use super::schema::{publications, versions};
use super::{
    Author, Connection, Page, PageRequest, StoreError, environments, experiences, holding, switches,
};

/// A ramp that has reached everybody, in hundredths of a percent.
pub const FULL_RAMP: i16 = 10_000;
/// A ramp that has reached nobody: only the version's test users get what it serves.
pub const TEST_USERS_ONLY: i16 = 0;

/// A publication.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(check_for_backend(diesel::pg::Pg))]
#[diesel(table_name = publications)]
pub struct Publication {
    /// Identity.
    pub id: Uuid,
    /// Of which experience.
    pub experience_id: Uuid,
    /// Where.
    pub environment_id: Uuid,
    /// Which version it serves.
    pub version_id: Uuid,
    /// That version's number.
    #[diesel(select_expression = versions::number)]
    pub version: i32,
    /// The share of users reached so far, in hundredths of a percent, 0 to 10,000.
    pub ramp: i16,
    /// The publication that it took over from: what the others get while its ramp is not full.
    pub replaces_id: Option<Uuid>,
    /// Why, in the words of who published.
    pub note: String,
    /// Since when.
    pub published_at: DateTime<Utc>,
    /// By whom.
    pub published_by: Option<Uuid>,
    /// Their name.
    pub published_by_name: String,
    /// When another one took over; none while it is active.
    pub ended_at: Option<DateTime<Utc>>,
    /// Who published that.
    pub ended_by: Option<Uuid>,
    /// Their name.
    pub ended_by_name: Option<String>,
}

impl Publication {
    /// Whether only the version's test users get what it serves.
    pub fn is_for_test_users(&self) -> bool {
        self.ramp == TEST_USERS_ONLY
    }
}

/// A publication to be.
#[derive(Debug, Clone, Copy)]
pub struct NewPublication<'a> {
    /// Of which experience.
    pub experience_id: Uuid,
    /// Where.
    pub environment_id: Uuid,
    /// Which version it will serve.
    pub version_id: Uuid,
    /// The share of users to start with, in hundredths of a percent, 0 to 10,000.
    pub ramp: i16,
    /// What the others get while the ramp is not full.
    pub replaces: Replaced,
    /// Why.
    pub note: &'a str,
}

/// Which publication another one takes over from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replaced {
    /// The one that is live.
    Live,
    /// That one, or none: what is live is there for test users only, or is undone.
    Earlier(Option<Uuid>),
}

/// Publishes: ends the active publication there, opens this one in its place, takes the keys that
/// its version names, and raises the environment's revision.
///
/// # Errors
/// [`StoreError::NotFound`] when the experience and the environment are not of one project;
/// `publications_version_fkey` for a version of another experience; [`StoreError::KeysHeld`] and
/// [`StoreError::Archived`] when a thing that the version names is taken or archived.
pub fn open(
    conn: &mut Connection,
    new: &NewPublication<'_>,
    author: Author<'_>,
) -> Result<Publication, StoreError> {
    let publication = place(conn, new, author)?;
    environments::bump_revision(conn, new.environment_id)?;
    Ok(publication)
}

/// Publishes as [`open`] does, and switches the experience on there in the same step.
///
/// # Errors
/// As of [`open`].
pub fn open_switched_on(
    conn: &mut Connection,
    new: &NewPublication<'_>,
    author: Author<'_>,
) -> Result<Publication, StoreError> {
    let publication = place(conn, new, author)?;
    switches::turn(conn, new.experience_id, new.environment_id, true, new.note, author)?;
    environments::bump_revision(conn, new.environment_id)?;
    Ok(publication)
}

fn place(
    conn: &mut Connection,
    new: &NewPublication<'_>,
    author: Author<'_>,
) -> Result<Publication, StoreError> {
    let experience = experiences::lock(conn, new.experience_id)?;
    let environment = environments::find(conn, new.environment_id)?
        .filter(|environment| environment.project_id == experience.project_id)
        .ok_or(StoreError::NotFound)?;
    let replaced = active(conn, experience.id, environment.id)?;
    if let Some(replaced) = &replaced {
        diesel::update(publications::table.find(replaced.id))
            .set((
                publications::ended_at.eq(now),
                publications::ended_by.eq(author.person_id),
                publications::ended_by_name.eq(author.name),
            ))
            .execute(conn)?;
    }
    let id: Uuid = diesel::insert_into(publications::table)
        .values((
            publications::experience_id.eq(experience.id),
            publications::environment_id.eq(environment.id),
            publications::version_id.eq(new.version_id),
            publications::ramp.eq(new.ramp),
            publications::replaces_id.eq(match new.replaces {
                Replaced::Live => replaced.map(|replaced| replaced.id),
                Replaced::Earlier(id) => id,
            }),
            publications::note.eq(new.note),
            publications::published_by.eq(author.person_id),
            publications::published_by_name.eq(author.name),
        ))
        .returning(publications::id)
        .get_result(conn)?;
    holding::refresh(conn, &experience)?;
    find(conn, id)?.ok_or(StoreError::NotFound)
}

/// Moves the ramp of an active publication, and raises the environment's revision. At the full
/// ramp it lets go of what only the replaced version named.
///
/// # Errors
/// [`StoreError::NotFound`] when no publication of that id is active.
pub fn set_ramp(conn: &mut Connection, id: Uuid, ramp: i16) -> Result<Publication, StoreError> {
    let before = find(conn, id)?.ok_or(StoreError::NotFound)?;
    let experience = experiences::lock(conn, before.experience_id)?;
    let moved = diesel::update(publications::table.find(id))
        .filter(publications::ended_at.is_null())
        .set(publications::ramp.eq(ramp))
        .execute(conn)?;
    if moved == 0 {
        return Err(StoreError::NotFound);
    }
    holding::refresh(conn, &experience)?;
    environments::bump_revision(conn, before.environment_id)?;
    Ok(Publication { ramp, ..before })
}

/// The publication of that id.
///
/// # Errors
/// Those of the database.
pub fn find(conn: &mut Connection, id: Uuid) -> Result<Option<Publication>, StoreError> {
    Ok(publications::table
        .inner_join(versions::table)
        .filter(publications::id.eq(id))
        .select(Publication::as_select())
        .first(conn)
        .optional()?)
}

/// What an environment serves of an experience.
///
/// # Errors
/// Those of the database.
pub fn active(
    conn: &mut Connection,
    experience_id: Uuid,
    environment_id: Uuid,
) -> Result<Option<Publication>, StoreError> {
    Ok(publications::table
        .inner_join(versions::table)
        .filter(publications::experience_id.eq(experience_id))
        .filter(publications::environment_id.eq(environment_id))
        .filter(publications::ended_at.is_null())
        .select(Publication::as_select())
        .first(conn)
        .optional()?)
}

/// The publications of these ids, in no order.
///
/// # Errors
/// Those of the database.
pub fn of_ids(conn: &mut Connection, ids: &[Uuid]) -> Result<Vec<Publication>, StoreError> {
    Ok(publications::table
        .inner_join(versions::table)
        .filter(publications::id.eq_any(ids))
        .select(Publication::as_select())
        .load(conn)?)
}

/// What everybody gets where that publication is live: the one before, while it is there for its
/// test users only.
///
/// # Errors
/// Those of the database.
pub fn for_everybody(
    conn: &mut Connection,
    live: Publication,
) -> Result<Option<Publication>, StoreError> {
    match (live.is_for_test_users(), live.replaces_id) {
        (false, _) => Ok(Some(live)),
        (true, Some(id)) => find(conn, id),
        (true, None) => Ok(None),
    }
}

/// What an environment served of an experience until that publication began.
///
/// # Errors
/// Those of the database.
pub fn before(
    conn: &mut Connection,
    publication: &Publication,
) -> Result<Option<Publication>, StoreError> {
    Ok(publications::table
        .inner_join(versions::table)
        .filter(publications::experience_id.eq(publication.experience_id))
        .filter(publications::environment_id.eq(publication.environment_id))
        .filter(publications::id.ne(publication.id))
        .filter(publications::ended_at.le(publication.published_at))
        .order((publications::ended_at.desc(), publications::published_at.desc()))
        .select(Publication::as_select())
        .first(conn)
        .optional()?)
}

/// When a version was live in an environment for the last time; none where it never was, or still
/// is for the first time.
///
/// # Errors
/// Those of the database.
pub fn last_end(
    conn: &mut Connection,
    version_id: Uuid,
    environment_id: Uuid,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    Ok(publications::table
        .filter(publications::version_id.eq(version_id))
        .filter(publications::environment_id.eq(environment_id))
        .select(max(publications::ended_at))
        .first(conn)?)
}

/// The last publication of each of these versions in each environment.
///
/// # Errors
/// Those of the database.
pub fn last_of(
    conn: &mut Connection,
    version_ids: &[Uuid],
) -> Result<Vec<Publication>, StoreError> {
    let places = (publications::version_id, publications::environment_id);
    Ok(publications::table
        .inner_join(versions::table)
        .filter(publications::version_id.eq_any(version_ids))
        .distinct_on(places)
        .order((
            publications::version_id,
            publications::environment_id,
            publications::published_at.desc(),
        ))
        .select(Publication::as_select())
        .load(conn)?)
}

/// Everything that was published of an experience, in one environment or in all, the newest first.
///
/// # Errors
/// [`StoreError::NotFound`] when the page's start is no publication of the experience.
pub fn list(
    conn: &mut Connection,
    experience_id: Uuid,
    environment_id: Option<Uuid>,
    page: PageRequest,
) -> Result<Page<Publication>, StoreError> {
    let mut query = publications::table
        .inner_join(versions::table)
        .filter(publications::experience_id.eq(experience_id))
        .order((publications::published_at.desc(), publications::id.desc()))
        .limit(page.fetch())
        .select(Publication::as_select())
        .into_boxed();
    if let Some(environment_id) = environment_id {
        query = query.filter(publications::environment_id.eq(environment_id));
    }
    if let Some(id) = page.after {
        let last = find(conn, id)?
            .filter(|last| last.experience_id == experience_id)
            .ok_or(StoreError::NotFound)?;
        query = query.filter(publications::published_at.lt(last.published_at).or(
            publications::published_at.eq(last.published_at).and(publications::id.lt(last.id)),
        ));
    }
    Ok(page.cut(query.load(conn)?, |publication: &Publication| publication.id))
}
