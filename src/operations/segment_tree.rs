//! The conditions of a segment, checked against the other segments of its project.

use std::collections::HashMap;

use serde_json::Value as Json;
use uuid::Uuid;

use crate::domain::condition::Condition;
use crate::domain::reading::{FieldError, Node, Problems};
use crate::domain::ruleset::source::{SegmentRule, SegmentSource, Source};
use crate::domain::ruleset::{MemberLists, Problem, Ruleset};
use crate::store::segments::{Segment, SegmentKind};
use crate::store::{Connection, StoreError, segment_revisions};

/// The field that every problem here is about.
const FIELD: &str = "conditions";
/// Stands for the slug of a segment that has none yet; no segment is called so.
const UNNAMED: &str = "new";

/// Conditions that can be kept.
pub(super) struct Tree {
    /// In the form in which they are kept.
    pub json: Json,
    /// The segments that they name.
    pub named: Vec<Uuid>,
    condition: Condition,
}

impl Tree {
    /// Whether these stored conditions say the same.
    pub fn is(&self, stored: &Json) -> bool {
        Condition::from_json(stored).is_ok_and(|stored| stored.says_the_same_as(&self.condition))
    }
}

/// Reads conditions as they were entered.
pub(super) fn read(json: &Json, problems: &mut Problems) -> Option<Condition> {
    Condition::read(&Node::at(FIELD, json), problems)
}

/// Finds the segments that the conditions name, which must exist, not be archived, and not lead
/// back to `own`.
pub(super) fn resolve(
    conn: &mut Connection,
    project_id: Uuid,
    own: Option<&Segment>,
    condition: Option<Condition>,
    problems: &mut Problems,
) -> Result<Option<Tree>, StoreError> {
    let Some(condition) = condition else { return Ok(None) };
    let others = Others::load(conn, project_id)?;
    let before = problems.len();
    let mut named = Vec::new();
    for slug in condition.segments() {
        match others.ids.get(slug.as_str()) {
            Some(id) => named.push(*id),
            None => problems.push(FieldError::new(
                place(&condition, slug.as_str()),
                format!("There is no segment “{slug}”, or it is archived. Pick another one."),
            )),
        }
    }
    if let Some(own) = own
        && let Some(way) = others.way_back(&own.slug, &condition)
    {
        let message = format!(
            "“{}” would depend on itself: {}. Take one of them out.",
            own.name,
            way.join(" → ")
        );
        let first = way.get(1).map(String::as_str).unwrap_or_default();
        problems.push(FieldError::new(place(&condition, first), message));
    } else if problems.len() == before {
        let own = own.map_or(UNNAMED, |own| &own.slug);
        problems.extend(others.unservable(own, &condition));
    }
    let whole = problems.len() == before;
    Ok(whole.then(|| Tree { json: condition.to_json(), named, condition }))
}

/// Where the conditions name that segment.
fn place(condition: &Condition, slug: &str) -> String {
    condition.place_of_segment(slug, FIELD).unwrap_or_else(|| FIELD.to_owned())
}

/// The segments of the project that are not archived.
struct Others {
    sources: Vec<SegmentSource>,
    ids: HashMap<String, Uuid>,
    named: HashMap<String, Vec<String>>,
}

impl Others {
    fn load(conn: &mut Connection, project_id: Uuid) -> Result<Others, StoreError> {
        let found = segment_revisions::with_conditions(conn, project_id)?;
        let mut others = Others { sources: Vec::new(), ids: HashMap::new(), named: HashMap::new() };
        for (Segment { id, slug, kind, revision, .. }, conditions) in found {
            let named = Condition::from_json(&conditions).map(|tree| slugs(&tree));
            others.named.insert(slug.clone(), named.unwrap_or_default());
            others.ids.insert(slug.clone(), id);
            let rule = match kind {
                SegmentKind::Rules => SegmentRule::Conditions(conditions),
                SegmentKind::List => SegmentRule::List { revision },
            };
            others.sources.push(SegmentSource { id, slug, rule });
        }
        Ok(others)
    }

    /// What no environment could serve any more if a segment had these conditions.
    fn unservable(&self, own: &str, condition: &Condition) -> Problems {
        let rule = SegmentRule::Conditions(condition.to_json());
        let mut sources = self.sources.clone();
        sources.retain(|source| source.slug != own);
        let id = self.ids.get(own).copied().unwrap_or_default();
        sources.push(SegmentSource { id, slug: own.to_owned(), rule });
        let known = compile(self.sources.clone());
        let new = compile(sources).into_iter().filter(|problem| !known.contains(problem));
        new.map(|problem| match problem.what == own {
            true => FieldError::new(FIELD, problem.message),
            false => FieldError::new(
                FIELD,
                format!("It would break “{}”. {}", problem.what, problem.message),
            ),
        })
        .collect()
    }

    /// The way from a segment with these conditions back to itself, if there is one.
    fn way_back(&self, own: &str, condition: &Condition) -> Option<Vec<String>> {
        let mut seen: Vec<String> = Vec::new();
        let mut ways: Vec<Vec<String>> = vec![vec![own.to_owned()]];
        while let Some(way) = ways.pop() {
            let next = match way.as_slice() {
                [_] => slugs(condition),
                [.., last] => self.named.get(last).cloned().unwrap_or_default(),
                [] => continue,
            };
            for slug in next {
                let mut longer = way.clone();
                longer.push(slug.clone());
                if slug == own {
                    return Some(longer);
                }
                if !seen.contains(&slug) {
                    seen.push(slug);
                    ways.push(longer);
                }
            }
        }
        None
    }
}

fn compile(segments: Vec<SegmentSource>) -> Vec<Problem> {
    let source = Source { segments, ..Source::default() };
    Ruleset::compile(source, None, &MemberLists::new()).problems
}

fn slugs(condition: &Condition) -> Vec<String> {
    condition.segments().into_iter().map(|slug| slug.to_string()).collect()
}
