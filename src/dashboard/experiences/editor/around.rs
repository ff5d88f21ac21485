//! What an editor has to know of its project: the segments there are, the keys it gives values to,
//! and who holds a key that somebody chose.

use std::collections::HashMap;

use serde_json::Value as Json;
use uuid::Uuid;

use super::super::segment_names::SegmentNames;
use super::entered::{Entered, EnteredAudience};
use crate::{
    domain::{condition::Condition, value::ValueType, version::Content},
    operations::OperationError,
    store::{
        Connection, HeldKey,
        keys::{self, Key},
        segment_revisions,
        segments::{self, SegmentKind},
    },
};

/// What stands around an editor.
#[derive(Debug, Clone)]
pub struct Around {
    /// The segments that can be chosen, by name.
    pub segments: Vec<Choice>,
    /// The names of the archived ones that rows still name, by slug.
    pub archived: HashMap<String, String>,
    /// What is served.
    pub served: Served,
    /// What is known of the key that was entered, where it can be chosen.
    pub key: KeyFound,
    /// The free boolean keys, where one can be chosen.
    pub free_keys: Vec<String>,
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
#[derive(Debug, Clone, PartialEq)]
pub enum Served {
    /// True or false to one boolean key with that default.
    Flag {
        /// The name of the key.
        key: String,
        /// What it hands out where nothing else decides.
        default: bool,
    },
    /// What only the API writes: variants, or several keys.
    Other {
        /// The names of the keys.
        keys: Vec<String>,
        /// The names of the variants.
        variants: Vec<String>,
    },
}

/// What became of looking for a key.
#[derive(Debug, Clone)]
pub enum KeyFound {
    /// It was chosen long ago.
    Settled,
    /// There is none of that name: it would be created.
    New,
    /// There is one, which this experience can take.
    Free(Box<Key>),
    /// Somebody else holds it.
    Held(Box<HeldKey>),
    /// It is archived.
    Archived,
    /// It is of a type that a flag has no use for.
    OfType(ValueType),
    /// It differs from that one by case alone.
    DiffersByCase(String),
}

impl Around {
    /// Looks around for what was entered on top of `base`, the version that it starts from.
    ///
    /// # Errors
    /// Those of the database.
    pub fn load(
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
        let settled = base.filter(|base| !base.keys.is_empty());
        let key = match settled {
            Some(_) => KeyFound::Settled,
            None => find_key(conn, project_id, experience_id, &entered.key_name())?,
        };
        let free_keys = match settled {
            Some(_) => Vec::new(),
            None => keys::free_names(conn, project_id, ValueType::Boolean)?,
        };
        let served = match settled {
            Some(base) => served(conn, project_id, base)?,
            None => to_be_served(entered, &key),
        };
        let archived = archived(conn, project_id, &choices, entered, base)?;
        Ok(Around { segments: choices, archived, served, key, free_keys })
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

impl Served {
    /// What a row that somebody adds serves at first: the value that is not the default.
    pub fn first_value(&self) -> &'static str {
        match self {
            Served::Flag { default: false, .. } => "true",
            Served::Flag { default: true, .. } => "false",
            Served::Other { .. } => "default",
        }
    }

    /// What it is called that is chosen: the key, or keys.
    pub fn name(&self) -> String {
        match self {
            Served::Flag { key, .. } => key.clone(),
            Served::Other { keys, .. } => keys.join(", "),
        }
    }
}

/// What a key to be, or one that is free, makes of an experience without a key.
fn to_be_served(entered: &Entered, key: &KeyFound) -> Served {
    let default = match key {
        KeyFound::Free(key) => key.default_value.as_bool(),
        _ => None,
    };
    let default = default.unwrap_or(entered.key_default == "true");
    Served::Flag { key: entered.key_name(), default }
}

fn served(
    conn: &mut Connection,
    project_id: Uuid,
    base: &Content,
) -> Result<Served, OperationError> {
    let names: Vec<&str> = base.keys.iter().map(|key| key.as_str()).collect();
    let keys = keys::find_by_names(conn, project_id, &names)?;
    if let ([key], true) = (keys.as_slice(), base.variants.is_empty())
        && let Json::Bool(default) = key.default_value
    {
        return Ok(Served::Flag { key: key.name.clone(), default });
    }
    Ok(Served::Other {
        keys: names.into_iter().map(str::to_owned).collect(),
        variants: base.variants.iter().map(|variant| variant.name.clone()).collect(),
    })
}

fn find_key(
    conn: &mut Connection,
    project_id: Uuid,
    experience_id: Option<Uuid>,
    name: &str,
) -> Result<KeyFound, OperationError> {
    let Some(key) = keys::find_in_any_case(conn, project_id, name)? else {
        return Ok(KeyFound::New);
    };
    let mut holders = keys::holders(conn, &[key.id])?.into_iter();
    let holder = holders.find(|held| Some(held.experience_id) != experience_id);
    Ok(match holder {
        _ if key.name != name => KeyFound::DiffersByCase(key.name),
        Some(held) => KeyFound::Held(Box::new(held)),
        None if key.archived_at.is_some() => KeyFound::Archived,
        None if key.value_type != ValueType::Boolean => KeyFound::OfType(key.value_type),
        None => KeyFound::Free(Box::new(key)),
    })
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
    let missing: Vec<&str> =
        in_rows.chain(in_base).filter(|slug| !choices.iter().any(|it| it.slug == *slug)).collect();
    let mut names = HashMap::new();
    for slug in missing {
        if let Some(segment) = segments::find_by_slug(conn, project_id, slug)? {
            names.insert(segment.slug, segment.name);
        }
    }
    Ok(names)
}
