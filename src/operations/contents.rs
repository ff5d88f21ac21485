//! Contents of versions, checked against the keys and segments of their project and ready to be
//! kept.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::OperationError;
use crate::domain::experience::Kind;
use crate::domain::json_schema::JsonSchema;
use crate::domain::key::KeyName;
use crate::domain::reading::{FieldError, Node, Problems};
use crate::domain::version::{Audience, Content, ProjectNames};
use crate::store::version_outcomes::Facts;
use crate::store::versions::{NamedThings, RowAudience, VersionRow};
use crate::store::{Connection, StoreError, keys, segments};

/// What a version shall say, as it was entered.
#[derive(Debug, Clone, Copy)]
pub enum Draft<'a> {
    /// The whole content; problems are named below `definition`.
    Definition(&'a Json),
    /// The names of the keys, and no rows yet; problems are named `keys[…]`.
    Keys(&'a [String]),
    /// A content that is sound in its form.
    Content(&'a Content),
}

impl Draft<'_> {
    /// The content in its form, with all problems. `salt` is used where none is given.
    pub(super) fn read(self, salt: &str) -> Result<Content, OperationError> {
        let mut problems = Problems::new();
        let content = match self {
            Draft::Definition(json) => {
                Content::read(&Node::at("definition", json), salt, &mut problems)
            }
            Draft::Keys(names) => {
                Content::read(&Node::root(&json!({"keys": names})), salt, &mut problems)
            }
            Draft::Content(content) => Some(content.clone()),
        };
        content.ok_or(OperationError::Invalid(problems))
    }

    /// Below which field problems are named.
    pub(super) fn base(self) -> &'static str {
        match self {
            Draft::Definition(_) => "definition",
            Draft::Keys(_) | Draft::Content(_) => "",
        }
    }
}

/// A content that agrees with its project.
pub(super) struct Checked {
    /// The content.
    pub content: Content,
    /// Its rows, in order.
    pub rows: Vec<VersionRow>,
    /// What it names.
    pub named: NamedThings,
}

impl Checked {
    /// What lists know of it.
    pub(super) fn facts(&self) -> Facts<'_> {
        let mut outcomes = self.content.outcomes();
        // The keys were named in this order.
        let ids = self.content.keys.iter().zip(&self.named.keys);
        let outcomes = ids.filter_map(|(key, id)| Some((*id, outcomes.remove(key)?)));
        let shares = self.content.shares();
        Facts {
            outcomes: outcomes.collect(),
            of_everybody: shares.of_everybody.hundredths(),
            of_some: shares.of_some.hundredths(),
        }
    }
}

/// Checks a content against its kind and the project's keys and segments that are not archived.
/// All problems come at once, below `base`.
pub(super) fn check(
    conn: &mut Connection,
    project_id: Uuid,
    kind: Kind,
    mut content: Content,
    base: &str,
) -> Result<Checked, OperationError> {
    let known = Known::load(conn, project_id, &content)?;
    content.name_variants(kind, &known.names);
    let problems: Problems = content.validate(kind, &known.names, base);
    if !problems.is_empty() {
        return Err(OperationError::Invalid(problems));
    }
    let named = NamedThings {
        keys: known.keys_of(content.keys.iter()),
        required_keys: known.keys_of(content.prerequisites.iter().map(|needed| &needed.key)),
        segments: known.segments.values().copied().collect(),
    };
    let rows = content.rows.iter().map(|row| known.row(&row.id, &row.audience));
    let rows = rows.collect::<Option<Vec<VersionRow>>>().ok_or(StoreError::NotFound)?;
    Ok(Checked { rows, named, content })
}

/// What a content names, as far as it exists and is not archived.
struct Known {
    names: ProjectNames,
    keys: HashMap<String, Uuid>,
    segments: HashMap<String, Uuid>,
}

impl Known {
    fn load(
        conn: &mut Connection,
        project_id: Uuid,
        content: &Content,
    ) -> Result<Known, StoreError> {
        let required = content.prerequisites.iter().map(|prerequisite| &prerequisite.key);
        let key_names: Vec<&str> =
            content.keys.iter().chain(required).map(KeyName::as_str).collect();
        let slugs: Vec<&str> = content.segments().into_iter().map(|slug| slug.as_str()).collect();
        let mut known = Known {
            names: ProjectNames::default(),
            keys: HashMap::new(),
            segments: HashMap::new(),
        };
        // Kept, so that no schema changes between this look and the saving.
        for key in keys::keep_by_names(conn, project_id, &key_names)? {
            if key.archived_at.is_none() {
                known.names.keys.insert(key.name.clone(), key.value_type);
                let schema = key.schema.as_ref().and_then(|json| JsonSchema::read(json).ok());
                if let Some(schema) = schema {
                    known.names.schemas.insert(key.name.clone(), Arc::new(schema));
                }
                known.keys.insert(key.name, key.id);
            }
        }
        for segment in segments::find_by_slugs(conn, project_id, &slugs)? {
            known.names.segments.insert(segment.slug.clone());
            known.segments.insert(segment.slug, segment.id);
        }
        Ok(known)
    }

    fn keys_of<'a>(&self, names: impl Iterator<Item = &'a KeyName>) -> Vec<Uuid> {
        names.filter_map(|name| self.keys.get(name.as_str()).copied()).collect()
    }

    fn row(&self, id: &str, audience: &Audience) -> Option<VersionRow> {
        let audience = match audience {
            Audience::Segment(slug) => {
                RowAudience::Segment(self.segments.get(slug.as_str()).copied()?)
            }
            Audience::Conditions(_) => RowAudience::Conditions,
            Audience::Everyone => RowAudience::Everyone,
        };
        Some(VersionRow { row_id: id.to_owned(), audience })
    }
}

/// The content under other keys: the first of `keys` takes the place of its first key, and so on;
/// no keys at all take its values away.
pub(super) fn under_keys(content: &Content, keys: &[KeyName]) -> Result<Content, OperationError> {
    if !keys.is_empty() && keys.len() != content.keys.len() {
        let message = format!(
            "Give one key for each of the original's {}, in their order, or none.",
            content.keys.len()
        );
        return Err(OperationError::invalid("keys", message));
    }
    let places: HashMap<&str, &str> =
        content.keys.iter().map(KeyName::as_str).zip(keys.iter().map(KeyName::as_str)).collect();
    let mut json = content.to_json();
    rename_values(&mut json, &places);
    if let Some(content) = json.as_object_mut() {
        content.insert("keys".to_owned(), keys.iter().map(KeyName::as_str).collect());
    }
    Content::from_json(&json, &content.salt).map_err(|problems| {
        let fields = problems.into_iter();
        OperationError::Invalid(
            fields.map(|problem| FieldError::new("keys", problem.message)).collect(),
        )
    })
}

/// Gives the values in `values` objects their keys' new names, and drops those without one.
fn rename_values(json: &mut Json, places: &HashMap<&str, &str>) {
    let rename = |holder: &mut Json| {
        if let Some(values) = holder.get_mut("values").and_then(Json::as_object_mut) {
            let renamed = std::mem::take(values).into_iter().filter_map(|(name, value)| {
                places.get(name.as_str()).map(|new| ((*new).to_owned(), value))
            });
            values.extend(renamed.collect::<Vec<_>>());
        }
    };
    let list = |json: &mut Json, name: &str, f: &dyn Fn(&mut Json)| {
        json.get_mut(name).and_then(Json::as_array_mut).into_iter().flatten().for_each(f);
    };
    let serve = |holder: &mut Json| holder.get_mut("serve").into_iter().for_each(rename);
    list(json, "variants", &rename);
    list(json, "rows", &serve);
    list(json, "test_users", &serve);
    json.get_mut("everyone_else").into_iter().for_each(serve);
}
