//! Lists, page by page.

use uuid::Uuid;

/// One page of a list.
#[derive(Debug, Clone)]
pub struct Page<T> {
    /// What is on it, in order.
    pub items: Vec<T>,
    /// Where the next page starts, to be handed back as [`PageRequest::after`]; none on the last.
    pub next: Option<Uuid>,
}

/// Which page is asked for.
#[derive(Debug, Clone, Copy)]
pub struct PageRequest {
    /// The last item of the page before; none for the first page.
    pub after: Option<Uuid>,
    /// How many items at most.
    pub limit: u16,
}

impl PageRequest {
    /// One more than asked for, which tells whether there is a next page.
    pub(super) fn fetch(self) -> i64 {
        i64::from(self.limit) + 1
    }

    /// Cuts what [`PageRequest::fetch`] fetched to a page.
    pub(super) fn cut<T>(self, mut items: Vec<T>, id: impl Fn(&T) -> Uuid) -> Page<T> {
        let more = items.len() > usize::from(self.limit);
        items.truncate(usize::from(self.limit));
        let next = if more { items.last().map(id) } else { None };
        Page { items, next }
    }
}

/// The order of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// By name, whatever the case, from A to Z.
    #[default]
    Name,
    /// The newest first.
    Created,
    /// What was changed last, first.
    Updated,
}

diesel::define_sql_function! {
    /// Text in lower case.
    fn lower(text: diesel::sql_types::Text) -> diesel::sql_types::Text;
}

/// A pattern for ILIKE that finds `text` anywhere, with nothing special in it.
pub(super) fn containing(text: &str) -> String {
    format!("%{}", beginning(text))
}

/// A pattern for ILIKE that finds what begins with `text`.
pub(super) fn beginning(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("{escaped}%")
}

/// Orders a boxed query over a table with `id`, `name`, `created_at` and `updated_at`, and starts
/// it after the row that ended the page before.
macro_rules! sorted_after {
    ($query:expr, $table:ident, $sort:expr, $after:expr) => {{
        use $crate::store::page::{Sort, lower};
        let (query, after) = ($query, $after);
        match $sort {
            Sort::Name => {
                let query = query.order((lower($table::name), $table::id));
                match after {
                    None => query,
                    Some(row) => query.filter(
                        lower($table::name)
                            .gt(lower(row.name.clone()))
                            .or(lower($table::name).eq(lower(row.name)).and($table::id.gt(row.id))),
                    ),
                }
            }
            Sort::Created => {
                let query = query.order(($table::created_at.desc(), $table::id.desc()));
                match after {
                    None => query,
                    Some(row) => query.filter(
                        $table::created_at
                            .lt(row.created_at)
                            .or($table::created_at.eq(row.created_at).and($table::id.lt(row.id))),
                    ),
                }
            }
            Sort::Updated => {
                let query = query.order(($table::updated_at.desc(), $table::id.desc()));
                match after {
                    None => query,
                    Some(row) => query.filter(
                        $table::updated_at
                            .lt(row.updated_at)
                            .or($table::updated_at.eq(row.updated_at).and($table::id.lt(row.id))),
                    ),
                }
            }
        }
    }};
}
pub(super) use sorted_after;
