//! Lists of feature flags and product configs: how they are narrowed and put in order.

use chrono::Utc;
use uuid::Uuid;

use super::{experiences::status_filter, member::Member, openapi::ListQuery, query::Query};
use crate::{
    domain::experience::Kind,
    http::Problem,
    operations::OperationError,
    store::{
        Connection, Order, PageRequest, Sort,
        environments::Environment,
        segments,
        stale::{self, Look},
        standings::{ExperienceFilter, StatusFilter},
    },
};

/// What a list is asked for.
pub struct Listing<'a> {
    project_id: Uuid,
    kind: Kind,
    query: &'a Query,
    owner_id: Option<Uuid>,
    segment_id: Option<Uuid>,
    status: StatusFilter,
    stale: Option<Vec<Uuid>>,
    /// In which order.
    pub order: Order,
}

impl<'a> Listing<'a> {
    /// Reads what is asked for of that kind; `place` is where somebody looks, where that is known.
    ///
    /// # Errors
    /// 422 with the parameter that says nothing here.
    pub fn read(
        conn: &mut Connection,
        query: &'a Query,
        member: &Member,
        kind: Kind,
        place: Option<&Environment>,
    ) -> Result<Listing<'a>, OperationError> {
        let place = place.map(|place| place.id);
        let there = || {
            let message = "Name the environment, too.";
            place.ok_or_else(|| OperationError::invalid("environment", message))
        };
        let order = match query.get("sort") {
            None | Some("name") => Order::Plain(Sort::Name),
            Some("created") => Order::Plain(Sort::Created),
            Some("updated") => Order::Plain(Sort::Updated),
            Some("delivered") => Order::Delivered(there()?),
            Some("reach") => Order::Reach(there()?),
            Some(_) => {
                let message = "This is name, created, updated, delivered or reach.";
                return Err(OperationError::invalid("sort", message));
            }
        };
        let stale = match query.get("stale") {
            None | Some("false") => None,
            Some("true") => {
                let look = Look { environment_id: there()?, at: Utc::now() };
                Some(stale::of_project(conn, member.project.id, Some(kind), look)?)
            }
            Some(_) => return Err(OperationError::invalid("stale", "This is true or false.")),
        };
        let status = match query.get("status") {
            None => StatusFilter::NotArchived,
            Some(word) if word.eq_ignore_ascii_case("archived") => StatusFilter::Archived,
            Some(_) => status_filter(query, there()?)?,
        };
        Ok(Listing {
            project_id: member.project.id,
            kind,
            query,
            owner_id: owner(query)?,
            segment_id: segment(conn, query, member)?,
            status,
            stale,
            order,
        })
    }

    /// Which experiences.
    pub fn filter(&self) -> ExperienceFilter<'_> {
        ExperienceFilter {
            project_id: self.project_id,
            kind: Some(self.kind),
            search: self.query.get("q"),
            tag: self.query.get("tag"),
            owner_id: self.owner_id,
            segment_id: self.segment_id,
            status: self.status,
            stale: self.stale.as_deref(),
        }
    }
}

/// The page of a list that is asked for.
///
/// # Errors
/// 422 for a parameter that lists do not have, a limit or a cursor that can't be read.
pub fn page(query: &Query) -> Result<PageRequest, Problem> {
    query.only(&ListQuery::NAMES)?;
    query.page()
}

fn owner(query: &Query) -> Result<Option<Uuid>, OperationError> {
    let Some(text) = query.get("owner") else { return Ok(None) };
    match Uuid::try_parse(text) {
        Ok(id) => Ok(Some(id)),
        Err(_) => Err(OperationError::invalid("owner", "This is the id of a person.")),
    }
}

fn segment(
    conn: &mut Connection,
    query: &Query,
    member: &Member,
) -> Result<Option<Uuid>, OperationError> {
    let Some(slug) = query.get("segment") else { return Ok(None) };
    match segments::find_by_slug(conn, member.project.id, slug)? {
        Some(segment) => Ok(Some(segment.id)),
        None => Err(OperationError::invalid("segment", "There is no segment of this slug.")),
    }
}
