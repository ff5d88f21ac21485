//! What the builder offers to choose from: names that are built in or were already seen, and the
//! other segments.

use std::{collections::BTreeSet, sync::Arc};

use chrono::Utc;

use super::{super::ProjectMember, form::Suggestion};
use crate::{
    domain::{condition::Condition, context::BUILT_IN_ATTRIBUTES},
    operations::OperationError,
    population::{Population, Seen, SeenName},
    store::{Connection, profiles, segment_revisions},
};

/// The most names of one sort that are offered.
const MOST_NAMES: usize = 1_000;

/// What there is to choose from.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// Properties: those that are built in, then those that were seen.
    pub attributes: Vec<String>,
    /// Events that were seen.
    pub events: Vec<String>,
    /// The other segments of the project that are not archived: slug and name, by name.
    pub segments: Vec<(String, String)>,
    /// What was seen of the known users.
    seen: Arc<Seen>,
}

impl Known {
    /// Everything known where the member is; `own` is the segment that is edited.
    ///
    /// # Errors
    /// Those of the database.
    pub fn load(
        conn: &mut Connection,
        population: &Population,
        member: &ProjectMember,
        own: Option<&str>,
    ) -> Result<Known, OperationError> {
        let environment_id = member.environment.id;
        // Suggestions are a help; without them the form still works.
        let seen = population.seen(environment_id, Utc::now()).unwrap_or_default();
        let mut attributes: BTreeSet<String> =
            profiles::property_names(conn, environment_id)?.into_iter().collect();
        attributes.extend(seen.names().map(|(name, _)| name.to_owned()));
        let mut events: BTreeSet<String> = seen.events().map(|(name, _)| name.to_owned()).collect();
        let mut segments = Vec::new();
        for (segment, conditions) in segment_revisions::with_conditions(conn, member.project.id)? {
            let tree = Condition::from_json(&conditions).ok();
            for leaf in tree.iter().flat_map(Condition::leaves) {
                match leaf {
                    Condition::Attribute(test) => drop(attributes.insert(test.attribute.clone())),
                    Condition::Event(test) => drop(events.insert(test.event.clone())),
                    _ => {}
                }
            }
            if own != Some(&segment.slug) {
                segments.push((segment.slug, segment.name));
            }
        }
        segments.sort_by_key(|(_, name)| name.to_lowercase());
        let is_new = |name: &String| !BUILT_IN_ATTRIBUTES.contains(&name.as_str());
        let built_in = BUILT_IN_ATTRIBUTES.iter().map(|name| (*name).to_owned());
        let others = attributes.into_iter().filter(is_new).take(MOST_NAMES);
        Ok(Known {
            attributes: built_in.chain(others).collect(),
            events: events.into_iter().take(MOST_NAMES).collect(),
            segments,
            seen,
        })
    }

    /// What was seen of that attribute.
    pub fn seen(&self, attribute: &str) -> Option<&SeenName> {
        self.seen.name(attribute)
    }

    /// The values of an attribute that were seen, the most frequent first.
    pub fn values(&self, attribute: &str) -> Vec<Suggestion> {
        let seen = self.seen(attribute).into_iter();
        seen.flat_map(|seen| &seen.values).map(Suggestion::of).collect()
    }

    /// Whether a segment can be chosen.
    pub fn has_segment(&self, slug: &str) -> bool {
        self.segments.iter().any(|(known, _)| known == slug)
    }

    /// The name of a segment; its slug where it can't be chosen.
    pub fn segment_name<'a>(&'a self, slug: &'a str) -> &'a str {
        let found = self.segments.iter().find(|(known, _)| known == slug);
        found.map_or(slug, |(_, name)| name)
    }
}
