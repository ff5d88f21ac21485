//! Where experiences stand: lists of them, and their status in each environment.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::dsl::{count_star, exists, not, sql};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};
use uuid::Uuid;

use super::experiences::Experience;
use super::page::{containing, lower, sorted_after};
use super::publications::{FULL_RAMP, TEST_USERS_ONLY};
use super::ranking::rank;
use super::schema::{
    experiences, holding_versions, key_holders, keys, publications, switches, version_segments,
    versions,
};
use super::{Connection, Order, Page, PageRequest, StoreError};
use crate::domain::experience::{Kind, Status};

/// Which experiences a list is about.
#[derive(Debug, Clone, Copy)]
pub struct ExperienceFilter<'a> {
    /// Of which project.
    pub project_id: Uuid,
    /// Of which kind; none for both.
    pub kind: Option<Kind>,
    /// Text that the name, the slug, the description, a tag or a held key's name contains, whatever
    /// the case.
    pub search: Option<&'a str>,
    /// A tag that it has, exactly.
    pub tag: Option<&'a str>,
    /// Whose it is.
    pub owner_id: Option<Uuid>,
    /// The segment that it uses.
    pub segment_id: Option<Uuid>,
    /// Which status it has.
    pub status: StatusFilter,
    /// Only these, which may have outlived their purpose; none for all.
    pub stale: Option<&'a [Uuid]>,
}

/// Which status an experience of a list has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatusFilter {
    /// Any but archived.
    NotArchived,
    /// Archived.
    Archived,
    /// This one in that environment.
    In(Uuid, Status),
    /// Live or ramping in that environment.
    On(Uuid),
}

/// What an environment serves of an experience. Where it serves nothing there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Of which experience.
    pub experience_id: Uuid,
    /// Where.
    pub environment_id: Uuid,
    /// The active publication.
    pub publication_id: Uuid,
    /// Since when.
    pub published_at: DateTime<Utc>,
    /// The number of the version that it serves.
    pub version: i32,
    /// The share of users reached so far, in hundredths of a percent.
    pub ramp: i16,
    /// The switch.
    pub is_on: bool,
    /// Since when it stands so.
    pub switched_at: Option<DateTime<Utc>>,
}

impl Standing {
    /// Whether only the version's test users get what it serves.
    pub fn is_for_test_users(&self) -> bool {
        self.ramp == TEST_USERS_ONLY
    }

    /// The status of an experience where it stands so; none means that nothing is published there.
    pub fn status(standing: Option<&Standing>, archived: bool) -> Status {
        let ramping = standing.is_some_and(|standing| standing.ramp < FULL_RAMP);
        let on = standing.is_some_and(|standing| standing.is_on);
        Status::of(archived, standing.is_some(), on, ramping)
    }
}

/// The experiences of a project, page by page.
///
/// # Errors
/// [`StoreError::NotFound`] when the page's start is no experience of the project.
pub fn list(
    conn: &mut Connection,
    filter: &ExperienceFilter<'_>,
    order: impl Into<Order>,
    page: PageRequest,
) -> Result<Page<Experience>, StoreError> {
    let after = match page.after {
        None => None,
        Some(id) => Some(
            experiences::table
                .find(id)
                .filter(experiences::project_id.eq(filter.project_id))
                .select(Experience::as_select())
                .first(conn)?,
        ),
    };
    let found = match order.into() {
        Order::Plain(sort) => {
            let query = matching(filter).select(Experience::as_select()).limit(page.fetch());
            sorted_after!(query, experiences, sort, after).load(conn)?
        }
        order => {
            let ids = ranked(conn, filter, order)?;
            let place = page.after.and_then(|id| ids.iter().position(|known| *known == id));
            let from = match (page.after, place) {
                (None, _) => 0,
                (Some(_), Some(place)) => place + 1,
                // It is not on the list any more, so that nobody knows how far it went.
                (Some(_), None) => return Err(StoreError::NotFound),
            };
            let most = usize::try_from(page.fetch()).unwrap_or(usize::MAX);
            in_order(conn, ids.into_iter().skip(from).take(most).collect())?
        }
    };
    Ok(page.cut(found, |experience: &Experience| experience.id))
}

/// Some of the experiences of a project, from that place in the order on.
///
/// # Errors
/// Those of the database.
pub fn slice(
    conn: &mut Connection,
    filter: &ExperienceFilter<'_>,
    order: impl Into<Order>,
    from: i64,
    most: i64,
) -> Result<Vec<Experience>, StoreError> {
    let order = match order.into() {
        Order::Plain(sort) => {
            let query = matching(filter).select(Experience::as_select()).offset(from).limit(most);
            return Ok(sorted_after!(query, experiences, sort, None::<Experience>).load(conn)?);
        }
        order => order,
    };
    let (from, most) = (usize::try_from(from).unwrap_or(0), usize::try_from(most).unwrap_or(0));
    let ids = ranked(conn, filter, order)?;
    in_order(conn, ids.into_iter().skip(from).take(most).collect())
}

/// The identities of what a list is about, in that order.
fn ranked(
    conn: &mut Connection,
    filter: &ExperienceFilter<'_>,
    order: Order,
) -> Result<Vec<Uuid>, StoreError> {
    let mut ids: Vec<Uuid> = matching(filter)
        .order((lower(experiences::name), experiences::id))
        .select(experiences::id)
        .load(conn)?;
    rank(conn, order, &mut ids)?;
    Ok(ids)
}

fn in_order(conn: &mut Connection, ids: Vec<Uuid>) -> Result<Vec<Experience>, StoreError> {
    let mut found: Vec<Experience> = experiences::table
        .filter(experiences::id.eq_any(&ids))
        .select(Experience::as_select())
        .load(conn)?;
    found.sort_by_key(|experience| ids.iter().position(|id| *id == experience.id));
    Ok(found)
}

/// How many experiences of a list stand how in that environment; the status of the filter does not
/// matter.
///
/// # Errors
/// Those of the database.
pub fn count_by_status(
    conn: &mut Connection,
    filter: &ExperienceFilter<'_>,
    environment_id: Uuid,
) -> Result<HashMap<Status, usize>, StoreError> {
    let archived = ExperienceFilter { status: StatusFilter::Archived, ..*filter };
    let kept = ExperienceFilter { status: StatusFilter::NotArchived, ..*filter };
    let archived: i64 = matching(&archived).count().get_result(conn)?;
    let mut drafts: i64 = matching(&kept).count().get_result(conn)?;
    let published: Vec<(i16, Option<bool>, i64)> = publications::table
        .left_join(
            switches::table.on(switches::experience_id
                .eq(publications::experience_id)
                .and(switches::environment_id.eq(publications::environment_id))),
        )
        .filter(publications::environment_id.eq(environment_id))
        .filter(publications::ended_at.is_null())
        .filter(publications::experience_id.eq_any(matching(&kept).select(experiences::id)))
        .group_by((publications::ramp, switches::is_on))
        .select((publications::ramp, switches::is_on.nullable(), count_star()))
        .load(conn)?;
    let mut counts = HashMap::from([(Status::Archived, whole(archived))]);
    for (ramp, on, number) in published {
        let status = Status::of(false, true, on.unwrap_or(false), ramp < FULL_RAMP);
        *counts.entry(status).or_default() += whole(number);
        drafts -= number;
    }
    counts.insert(Status::Draft, whole(drafts));
    Ok(counts)
}

diesel::allow_columns_to_appear_in_same_group_by_clause!(publications::ramp, switches::is_on);

fn whole(number: i64) -> usize {
    usize::try_from(number).unwrap_or(0)
}

/// What a list is about, in no order.
fn matching<'a>(filter: &ExperienceFilter<'a>) -> experiences::BoxedQuery<'a, Pg> {
    let mut query = experiences::table
        .filter(experiences::project_id.eq(filter.project_id))
        .filter(of_status(filter.status))
        .into_boxed();
    if let Some(kind) = filter.kind {
        query = query.filter(experiences::kind.eq(kind.as_str()));
    }
    if let Some(tag) = filter.tag {
        query = query.filter(experiences::tags.contains(vec![tag]));
    }
    if let Some(owner_id) = filter.owner_id {
        query = query.filter(experiences::owner_id.eq(owner_id));
    }
    if let Some(segment_id) = filter.segment_id {
        let naming = version_segments::table
            .filter(version_segments::segment_id.eq(segment_id))
            .select(version_segments::version_id);
        let using = holding_versions::table
            .filter(holding_versions::version_id.eq_any(naming))
            .select(holding_versions::experience_id);
        query = query.filter(experiences::id.eq_any(using));
    }
    if let Some(text) = filter.search {
        query = query.filter(found_by(text));
    }
    if let Some(stale) = filter.stale {
        query = query.filter(experiences::id.eq_any(stale));
    }
    query
}

type Condition = Box<dyn BoxableExpression<experiences::table, Pg, SqlType = Bool>>;

fn found_by(text: &str) -> Condition {
    let pattern = containing(text);
    let holds_key = exists(
        key_holders::table
            .inner_join(keys::table)
            .filter(key_holders::experience_id.eq(experiences::id))
            .filter(keys::name.ilike(pattern.clone())),
    );
    let has_tag = sql::<Bool>("exists (select from unnest(experiences.tags) tag where tag ilike ")
        .bind::<Text, _>(pattern.clone())
        .sql(")");
    Box::new(
        experiences::name
            .ilike(pattern.clone())
            .or(experiences::slug.ilike(pattern.clone()))
            .or(experiences::description.ilike(pattern))
            .or(has_tag)
            .or(holds_key),
    )
}

fn of_status(filter: StatusFilter) -> Condition {
    let (environment_id, status) = match filter {
        StatusFilter::NotArchived => return Box::new(experiences::archived_at.is_null()),
        StatusFilter::Archived | StatusFilter::In(_, Status::Archived) => {
            return Box::new(experiences::archived_at.is_not_null());
        }
        StatusFilter::In(environment_id, status) => (environment_id, Some(status)),
        StatusFilter::On(environment_id) => (environment_id, None),
    };
    let published = publications::table
        .filter(publications::experience_id.eq(experiences::id))
        .filter(publications::environment_id.eq(environment_id))
        .filter(publications::ended_at.is_null());
    let switched_on = exists(
        switches::table
            .filter(switches::experience_id.eq(experiences::id))
            .filter(switches::environment_id.eq(environment_id))
            .filter(switches::is_on),
    );
    let kept = experiences::archived_at.is_null();
    match status {
        None => Box::new(kept.and(exists(published)).and(switched_on)),
        Some(Status::Draft) => Box::new(kept.and(not(exists(published)))),
        Some(Status::Off) => Box::new(kept.and(exists(published)).and(not(switched_on))),
        Some(Status::Ramping) => Box::new(
            kept.and(exists(published.filter(publications::ramp.lt(FULL_RAMP)))).and(switched_on),
        ),
        _ => Box::new(
            kept.and(exists(published.filter(publications::ramp.eq(FULL_RAMP)))).and(switched_on),
        ),
    }
}

/// Experience and environment; publication and its time; version, ramp, switch.
type StandingRow = (Uuid, Uuid, (Uuid, DateTime<Utc>), i32, i16, Option<(bool, DateTime<Utc>)>);

/// Where these experiences stand, in every environment that serves something of them.
///
/// # Errors
/// Those of the database.
pub fn of(conn: &mut Connection, experience_ids: &[Uuid]) -> Result<Vec<Standing>, StoreError> {
    let rows: Vec<StandingRow> = publications::table
        .inner_join(versions::table)
        .left_join(
            switches::table.on(switches::experience_id
                .eq(publications::experience_id)
                .and(switches::environment_id.eq(publications::environment_id))),
        )
        .filter(publications::experience_id.eq_any(experience_ids))
        .filter(publications::ended_at.is_null())
        .order((publications::experience_id, publications::environment_id))
        .select((
            publications::experience_id,
            publications::environment_id,
            (publications::id, publications::published_at),
            versions::number,
            publications::ramp,
            (switches::is_on, switches::changed_at).nullable(),
        ))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(experience_id, environment_id, publication, version, ramp, switch)| Standing {
            experience_id,
            environment_id,
            publication_id: publication.0,
            published_at: publication.1,
            version,
            ramp,
            is_on: switch.is_some_and(|(is_on, _)| is_on),
            switched_at: switch.map(|(_, changed_at)| changed_at),
        })
        .collect())
}
