//! What the list can be narrowed by besides its status: a tag, a segment, an owner.

use uuid::Uuid;

use super::{super::ProjectMember, list_query::ListQuery};
use crate::{
    domain::experience::Kind,
    operations::OperationError,
    store::{Connection, experience_facets, segments},
};

/// How many tags are offered.
const MOST_TAGS: i64 = 200;

/// What there is to choose from.
#[derive(Default)]
pub struct Facets {
    tags: Vec<String>,
    /// Slug and name.
    segments: Vec<(String, String)>,
    owners: Vec<(Uuid, String)>,
}

/// A menu of values, each a link to the list narrowed by it.
pub struct Filter {
    /// Its name in addresses.
    pub name: &'static str,
    /// Its name on the page.
    pub label: &'static str,
    /// Its icon.
    pub icon: &'static str,
    /// The values.
    pub options: Vec<Choice>,
    /// What is chosen.
    pub chosen: Option<Choice>,
}

/// A value; the address of what is chosen is that of the list without it.
pub struct Choice {
    /// Its name.
    pub label: String,
    /// Where it leads.
    pub address: String,
    /// Whether it is chosen.
    pub is_current: bool,
}

impl Facets {
    /// Those of the flags of the member's project.
    ///
    /// # Errors
    /// Those of the database.
    pub fn find(
        conn: &mut Connection,
        member: &ProjectMember,
        kind: Kind,
    ) -> Result<Facets, OperationError> {
        let project_id = member.project.id;
        Ok(Facets {
            tags: experience_facets::tags(conn, project_id, kind, MOST_TAGS)?,
            segments: segments::names(conn, project_id)?,
            owners: experience_facets::owners(conn, project_id, kind)?,
        })
    }

    /// The query without values that there are not.
    pub fn known(&self, mut query: ListQuery) -> ListQuery {
        if !self.tags.contains(&query.tag) {
            query.tag.clear();
        }
        if !self.segments.iter().any(|(slug, _)| *slug == query.segment) {
            query.segment.clear();
        }
        if self.owner(&query).is_none() {
            query.owner.clear();
        }
        query
    }

    /// The owner that is asked for.
    pub fn owner(&self, query: &ListQuery) -> Option<Uuid> {
        let owners = self.owners.iter().map(|(id, _)| *id);
        owners.into_iter().find(|id| id.to_string() == query.owner)
    }

    /// The menus, but for those without any value.
    pub fn filters(&self, query: &ListQuery, path: &str) -> Vec<Filter> {
        let tags = self.tags.iter().map(|tag| (tag.clone(), tag.clone())).collect();
        let owners = self.owners.iter().map(|(id, name)| (id.to_string(), name.clone())).collect();
        let menus: [(_, _, _, Vec<(String, String)>, Narrow); 3] = [
            ("tag", "Tag", "filter", tags, |query| &mut query.tag),
            ("segment", "Segment", "users", self.segments.clone(), |query| &mut query.segment),
            ("owner", "Owner", "user", owners, |query| &mut query.owner),
        ];
        let menus = menus.into_iter().filter(|(.., values, _)| !values.is_empty());
        menus
            .map(|(name, label, icon, values, narrow)| {
                let link = |value: &str| {
                    let mut narrowed = ListQuery { page: 1, ..query.clone() };
                    value.clone_into(narrow(&mut narrowed));
                    narrowed.address(path)
                };
                let now = narrow(&mut query.clone()).clone();
                let chosen = values.iter().find(|(value, _)| *value == now).map(|(_, label)| {
                    Choice { label: label.clone(), address: link(""), is_current: true }
                });
                let options = values.into_iter().map(|(value, label)| Choice {
                    address: link(&value),
                    is_current: value == now,
                    label,
                });
                Filter { name, label, icon, options: options.collect(), chosen }
            })
            .collect()
    }
}

/// The part of a query that a menu sets.
type Narrow = fn(&mut ListQuery) -> &mut String;
