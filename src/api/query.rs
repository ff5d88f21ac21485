//! Queries of management requests: as strict as bodies.

use actix_web::{FromRequest, HttpRequest, dev::Payload, web};
use chrono::{DateTime, Datelike, Utc};
use futures_util::future::{Ready, ready};
use uuid::Uuid;

use crate::{
    domain::reading::FieldError,
    http::Problem,
    operations::OperationError,
    store::{Page, PageRequest, Sort, StoreError},
};

/// How many items a page has where nobody says.
const USUAL_LIMIT: u16 = 50;

/// How many items a page has at most.
const MOST_LIMIT: u16 = 200;

/// Names that every route understands.
const EVERYWHERE: [&str; 1] = ["project"];

/// The query of a request, each name at most once.
#[derive(Debug)]
pub struct Query(Vec<(String, String)>);

impl Query {
    /// Reads the query of a request.
    ///
    /// # Errors
    /// 400 when it can't be decoded, says something twice, or holds U+0000.
    pub fn of(request: &HttpRequest) -> Result<Query, Problem> {
        let pairs = web::Query::<Vec<(String, String)>>::from_query(request.query_string())
            .map_err(|_| Problem::bad_request("The query of the address can't be read."))?
            .into_inner();
        for (at, (name, value)) in pairs.iter().enumerate() {
            if pairs.iter().skip(at + 1).any(|(other, _)| other == name) {
                return Err(Problem::bad_request("The query says something twice."));
            }
            if name.contains('\0') || value.contains('\0') {
                return Err(Problem::bad_request("The query may not contain U+0000."));
            }
        }
        Ok(Query(pairs))
    }

    /// Accepts these names and those that every route understands.
    ///
    /// # Errors
    /// 422 with each other name.
    pub fn only(&self, allowed: &[&str]) -> Result<(), Problem> {
        let known = |name: &str| EVERYWHERE.contains(&name) || allowed.contains(&name);
        let unknown: Vec<FieldError> = self
            .0
            .iter()
            .filter(|(name, _)| !known(name))
            .map(|(name, _)| {
                FieldError::new(name.clone(), "There is no query parameter of this name here.")
            })
            .collect();
        if unknown.is_empty() { Ok(()) } else { Err(Problem::invalid(unknown)) }
    }

    /// What the query says under that name; nothing where it is empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        let pair = self.0.iter().find(|(known, _)| known == name);
        pair.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// What the query says under that name, read by `parse`.
    ///
    /// # Errors
    /// 422 with `expected` when `parse` can't read it.
    pub fn parsed<T>(
        &self,
        name: &str,
        expected: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, Problem> {
        match self.get(name) {
            None => Ok(None),
            Some(text) => match parse(text) {
                Some(value) => Ok(Some(value)),
                None => Err(Problem::invalid(vec![FieldError::new(name, expected)])),
            },
        }
    }

    /// How many items are asked for: `?limit=`.
    ///
    /// # Errors
    /// 422 unless it is a number from 1 to 200.
    pub fn limit(&self) -> Result<u16, Problem> {
        let expected = format!("This is a number from 1 to {MOST_LIMIT}.");
        let within =
            |text: &str| text.parse().ok().filter(|limit| (1..=MOST_LIMIT).contains(limit));
        Ok(self.parsed("limit", &expected, within)?.unwrap_or(USUAL_LIMIT))
    }

    /// Which page is asked for: `?limit=&cursor=`.
    ///
    /// # Errors
    /// 422 for a limit or a cursor that can't be read.
    pub fn page(&self) -> Result<PageRequest, Problem> {
        let after = self.parsed("cursor", CURSOR, |text| Uuid::try_parse(text).ok())?;
        Ok(PageRequest { after, limit: self.limit()? })
    }

    /// The cursor of a list that is numbered.
    ///
    /// # Errors
    /// 422 for one that can't be read.
    pub fn numbered_cursor<N: std::str::FromStr>(&self) -> Result<Option<N>, Problem> {
        self.parsed("cursor", CURSOR, |text| text.parse().ok())
    }

    /// Whether the archived ones are asked for: `?status=active|archived`.
    ///
    /// # Errors
    /// 422 for any other.
    pub fn archived(&self) -> Result<bool, Problem> {
        let archived = self.parsed("status", "This is active or archived.", |text| match text {
            "active" => Some(false),
            "archived" => Some(true),
            _ => None,
        })?;
        Ok(archived.unwrap_or(false))
    }

    /// Which order is asked for: `?sort=name|created|updated`.
    ///
    /// # Errors
    /// 422 for any other.
    pub fn sort(&self) -> Result<Sort, Problem> {
        let sort = self.parsed("sort", "This is name, created or updated.", |text| match text {
            "name" => Some(Sort::Name),
            "created" => Some(Sort::Created),
            "updated" => Some(Sort::Updated),
            _ => None,
        })?;
        Ok(sort.unwrap_or_default())
    }
}

/// What is said of a cursor that is none.
pub const CURSOR: &str = "This is not a cursor of this list. Take it from next_cursor.";

/// A page of the store, which finds nothing only where the cursor is not of the list.
///
/// # Errors
/// 422 for such a cursor.
pub fn listed<T>(page: Result<Page<T>, StoreError>) -> Result<Page<T>, OperationError> {
    listed_by(page.map_err(OperationError::from))
}

/// As [`listed`], for a page of an operation that the caller may use.
///
/// # Errors
/// 422 for a cursor that is not of the list.
pub fn listed_by<T>(page: Result<Page<T>, OperationError>) -> Result<Page<T>, OperationError> {
    match page {
        Err(OperationError::NotFound(_)) => Err(OperationError::invalid("cursor", CURSOR)),
        page => page,
    }
}

/// A moment: RFC 3339, of a year that Postgres and apps agree on.
///
/// # Errors
/// 422 for any other.
pub fn moment(query: &Query, name: &str) -> Result<Option<DateTime<Utc>>, Problem> {
    query.parsed(name, "This is a moment such as 2026-03-02T10:00:00Z.", |text| {
        let moment = DateTime::parse_from_rfc3339(text).ok()?.with_timezone(&Utc);
        (1970..=9998).contains(&moment.year()).then_some(moment)
    })
}

impl FromRequest for Query {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Query::of(request))
    }
}
