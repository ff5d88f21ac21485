//! What an editor has to know of its project: the segments and the keys there are.

use std::collections::HashMap;

use uuid::Uuid;

use super::super::segment_names::SegmentNames;
use super::{
    entered::{Entered, EnteredAudience, Parts},
    keys::{self, Column},
};
use crate::{
    domain::{condition::Condition, experience::Kind, value::ValueType, version::Content},
    operations::OperationError,
    store::{
        Connection, key_lists,
        keys::{self as stored_keys, Key},
        memberships, people, segment_revisions,
        segments::{self, SegmentKind},
    },
};

/// How many keys are offered at most; others can be typed.
const MOST_OFFERED: i64 = 100;

/// What stands around an editor.
#[derive(Debug, Clone)]
pub struct Around {
    /// The segments that can be chosen, by name.
    pub segments: Vec<Choice>,
    /// The names of the archived ones that rows still name, by slug.
    pub archived: HashMap<String, String>,
    /// What is served.
    pub served: Served,
    /// What the cells of rows belong to.
    pub parts: Parts,
    /// Keys that could be taken.
    pub free_keys: Vec<String>,
    /// Keys that could be required, where something is.
    pub held_keys: Vec<String>,
    /// The keys that are required.
    pub required: Vec<Key>,
    /// Who can be asked about it: ids and names.
    pub people: Vec<(String, String)>,
}

/// A segment that can be chosen.
#[derive(Debug, Clone)]
pub struct Choice {
    /// Its name in addresses and contents.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// Whom it describes.
    pub words: String,
}

/// What the rows of an editor can serve.
#[derive(Debug, Clone, Default)]
pub struct Served {
    /// The keys, the one that is being added last.
    pub columns: Vec<Column>,
    /// The ids and names of the variants.
    pub variants: Vec<(String, String)>,
    /// Whether there is one boolean key and no variant, so that its value is what is chosen.
    pub is_switch: bool,
    /// Whether it is a flag whose values are the names of its variants.
    pub is_multivariate: bool,
}

impl Around {
    /// Looks around for what was entered on top of `base`, the version that it starts from.
    ///
    /// # Errors
    /// Those of the database.
    fn load(
        conn: &mut Connection,
        project_id: Uuid,
        experience_id: Option<Uuid>,
        base: Option<&Content>,
        entered: &Entered,
    ) -> Result<Around, OperationError> {
        let mut choices: Vec<Choice> = segment_revisions::with_conditions(conn, project_id)?
            .into_iter()
            .map(|(segment, json)| Choice {
                words: match segment.kind {
                    SegmentKind::List => "a list of user ids".to_owned(),
                    SegmentKind::Rules => Condition::from_json(&json)
                        .map_or_else(|_| String::new(), |it| it.in_words()),
                },
                slug: segment.slug,
                name: segment.name,
            })
            .collect();
        choices.sort_by_key(|choice| choice.name.to_lowercase());
        let columns = keys::columns(conn, project_id, experience_id, entered)?;
        let parts = keys::parts(&columns, entered);
        let types: &[ValueType] = match entered.kind {
            Kind::FeatureFlag => &[ValueType::Boolean, ValueType::String],
            Kind::ProductConfig => &ValueType::ALL,
        };
        let required = entered.prerequisites.iter().map(|required| required.key.as_str());
        let required: Vec<&str> = required.filter(|name| !name.contains('\0')).collect();
        let served = Served {
            variants: entered
                .variants
                .iter()
                .map(|variant| (variant.id.clone(), variant.name.clone()))
                .collect(),
            is_switch: parts.is_switch,
            is_multivariate: parts.is_multivariate,
            columns,
        };
        let archived = archived(conn, project_id, &choices, entered, base)?;
        Ok(Around {
            segments: choices,
            archived,
            served,
            parts,
            free_keys: key_lists::free_names(conn, project_id, types, MOST_OFFERED)?,
            held_keys: match entered.prerequisites.is_empty() {
                true => Vec::new(),
                false => key_lists::held_names(conn, project_id, MOST_OFFERED)?,
            },
            required: stored_keys::find_by_names(conn, project_id, &required)?,
            people: people(conn, project_id)?,
        })
    }

    /// The same with what was entered, fitted to the keys and variants that there are.
    ///
    /// # Errors
    /// Those of the database.
    pub fn fitting(
        conn: &mut Connection,
        project_id: Uuid,
        experience_id: Option<Uuid>,
        base: Option<&Content>,
        mut entered: Entered,
    ) -> Result<(Around, Entered), OperationError> {
        let around = Around::load(conn, project_id, experience_id, base, &entered)?;
        entered.fit(&around.parts);
        Ok((around, entered))
    }

    /// The segment of that slug, unless it is archived or unknown.
    pub fn segment(&self, slug: &str) -> Option<&Choice> {
        self.segments.iter().find(|choice| choice.slug == slug)
    }

    /// What an audience is called.
    pub fn name_of(&self, audience: &EnteredAudience) -> String {
        match audience {
            EnteredAudience::Segment(slug) => self.segment_name(slug).to_owned(),
            EnteredAudience::Everyone => "Everyone".to_owned(),
            EnteredAudience::Conditions(_) => {
                let words = audience.conditions_in_words();
                format!("Users where {}", words.unwrap_or_else(|| "…".to_owned()))
            }
        }
    }

    /// The names of all segments that can be met here, by slug.
    pub fn segment_names(&self) -> SegmentNames {
        let usable = self.segments.iter().map(|it| (it.slug.clone(), it.name.clone()));
        let archived = self.archived.iter().map(|(slug, name)| (slug.clone(), name.clone()));
        SegmentNames::of_all(usable.chain(archived))
    }

    /// What a segment is called, archived or not.
    pub fn segment_name<'a>(&'a self, slug: &'a str) -> &'a str {
        let found = self.segment(slug).map(|choice| choice.name.as_str());
        found.or_else(|| self.archived.get(slug).map(String::as_str)).unwrap_or(slug)
    }
}

/// The members of a project, and the admins of all.
fn people(
    conn: &mut Connection,
    project_id: Uuid,
) -> Result<Vec<(String, String)>, OperationError> {
    let members = memberships::of_project(conn, project_id)?.into_iter().map(|(person, _)| person);
    let admins = people::list(conn)?.into_iter().filter(|person| person.is_admin);
    let all = members.chain(admins).filter(|person| person.disabled_at.is_none());
    let mut named: Vec<(String, String)> =
        all.map(|person| (person.name, person.id.to_string())).collect();
    named.sort();
    named.dedup();
    Ok(named.into_iter().map(|(name, id)| (id, name)).collect())
}

/// The names of segments that rows name and nobody can choose any more.
fn archived(
    conn: &mut Connection,
    project_id: Uuid,
    choices: &[Choice],
    entered: &Entered,
    base: Option<&Content>,
) -> Result<HashMap<String, String>, OperationError> {
    let in_rows = entered.rows.iter().filter_map(|row| match &row.audience {
        EnteredAudience::Segment(slug) => Some(slug.as_str()),
        _ => None,
    });
    let in_base = base.into_iter().flat_map(Content::segments).map(|slug| slug.as_str());
    let missing: Vec<&str> = in_rows
        .chain(in_base)
        .filter(|slug| !slug.contains('\0') && !choices.iter().any(|it| it.slug == *slug))
        .collect();
    let mut names = HashMap::new();
    for slug in missing {
        if let Some(segment) = segments::find_by_slug(conn, project_id, slug)? {
            names.insert(segment.slug, segment.name);
        }
    }
    Ok(names)
}
