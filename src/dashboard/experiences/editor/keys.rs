//! The keys that an editor gives values to, and the one that is being added.

use serde_json::Value as Json;
use uuid::Uuid;

use super::entered::{ADDED, Entered, EnteredKey, Parts};
use crate::{
    dashboard::typed_value::{self, in_json},
    domain::{experience::Kind, key::KeyName, value::ValueType},
    operations::OperationError,
    store::{
        Connection, HeldKey,
        keys::{self, Key},
    },
};

/// A key with what is known of it.
#[derive(Debug, Clone)]
pub struct Column {
    /// Its id on the page.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its type.
    pub value_type: ValueType,
    /// What it hands out where nothing else decides.
    pub default: Json,
    /// Whether it is there already; else it is created when this is saved.
    pub is_new: bool,
    /// Why it can't be taken, as a sentence.
    pub problem: Option<String>,
}

/// What became of looking for a key.
#[derive(Debug, Clone)]
pub enum KeyFound {
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

impl Column {
    /// Whether it is the one that is being added.
    pub fn is_added(&self) -> bool {
        self.id == ADDED
    }

    /// The default as JSON on one line.
    pub fn default_in_json(&self) -> String {
        in_json(self.value_type, &self.default)
    }

    /// What a value of it is called in sentences: `true`, `4`, `“dark”`.
    pub fn in_words(&self, text: &str) -> String {
        match typed_value::read(self.value_type, text) {
            Ok(Json::String(text)) if self.value_type == ValueType::String => format!("“{text}”"),
            Ok(json) => in_json(self.value_type, &json),
            Err(_) => "…".to_owned(),
        }
    }
}

/// All columns of what was entered, the key that is being added last.
///
/// # Errors
/// Those of the database.
pub fn columns(
    conn: &mut Connection,
    project_id: Uuid,
    experience_id: Option<Uuid>,
    entered: &Entered,
) -> Result<Vec<Column>, OperationError> {
    let mut columns: Vec<Column> = Vec::new();
    for key in entered.all_keys() {
        let found = find(conn, project_id, experience_id, entered.kind, &key.name)?;
        let mut column = column(key, &found);
        // One may wait for its key; an experience to be without a name has a problem already.
        let waits = entered.base.is_some() || entered.about.name.trim().is_empty();
        if column.name.is_empty() && waits {
            column.problem = None;
        }
        if columns.iter().any(|earlier| earlier.name == column.name) {
            column.problem = Some(format!("{} is here already.", column.name));
        }
        columns.push(column);
    }
    Ok(columns)
}

fn column(key: EnteredKey, found: &KeyFound) -> Column {
    let problem = match KeyName::parse(&key.name) {
        Ok(_) => found.problem(&key.name),
        Err(_) => Some(
            "Use letters, digits, dots, hyphens and underscores, starting with a letter or digit."
                .to_owned(),
        ),
    };
    match found {
        KeyFound::Free(known) => Column {
            id: key.id,
            name: key.name,
            value_type: known.value_type,
            default: known.default_value.clone(),
            is_new: false,
            problem,
        },
        _ => {
            let text = key.new_default.unwrap_or_default();
            let default = typed_value::read(key.value_type, &text);
            Column {
                problem: problem.or(default.as_ref().err().map(|it| format!("Its default: {it}"))),
                default: default.unwrap_or(Json::Null),
                id: key.id,
                name: key.name,
                value_type: key.value_type,
                is_new: matches!(found, KeyFound::New),
            }
        }
    }
}

/// What the cells of rows belong to.
pub fn parts(columns: &[Column], entered: &Entered) -> Parts {
    let keys = columns.iter().map(|column| EnteredKey {
        id: column.id.clone(),
        name: column.name.clone(),
        value_type: column.value_type,
        new_default: None,
    });
    let variants = entered.variants.iter().map(|variant| variant.id.clone()).collect();
    Parts::of(entered.kind, keys.collect(), variants)
}

fn find(
    conn: &mut Connection,
    project_id: Uuid,
    experience_id: Option<Uuid>,
    kind: Kind,
    name: &str,
) -> Result<KeyFound, OperationError> {
    // Nothing has a name with U+0000, and Postgres would refuse to look for one.
    if name.contains('\0') {
        return Ok(KeyFound::New);
    }
    let Some(key) = keys::find_in_any_case(conn, project_id, name)? else {
        return Ok(KeyFound::New);
    };
    let mut holders = keys::holders(conn, &[key.id])?.into_iter();
    let holder = holders.find(|held| Some(held.experience_id) != experience_id);
    let fits = kind == Kind::ProductConfig
        || matches!(key.value_type, ValueType::Boolean | ValueType::String);
    Ok(match holder {
        _ if key.name != name => KeyFound::DiffersByCase(key.name),
        Some(held) => KeyFound::Held(Box::new(held)),
        None if key.archived_at.is_some() => KeyFound::Archived,
        None if !fits => KeyFound::OfType(key.value_type),
        None => KeyFound::Free(Box::new(key)),
    })
}

impl KeyFound {
    /// Why a key of that name can't be taken, as a sentence.
    fn problem(&self, name: &str) -> Option<String> {
        Some(match self {
            KeyFound::New | KeyFound::Free(_) => return None,
            KeyFound::Held(held) => {
                let holder = match held.experience_kind {
                    Kind::FeatureFlag => "flag",
                    Kind::ProductConfig => "config",
                };
                format!(
                    "{name} is already used by {}. Choose another key, or archive that {holder}.",
                    held.experience_name
                )
            }
            KeyFound::Archived => {
                format!("{name} is archived. Choose another key, or unarchive it.")
            }
            KeyFound::OfType(value_type) => format!(
                "{name} is a key of type {}, and a flag needs a boolean one, or one of type string \
                 for variants. Choose another key.",
                value_type.as_str()
            ),
            KeyFound::DiffersByCase(known) => format!(
                "There is a key {known}, and keys never differ by case alone. Choose another key."
            ),
        })
    }
}
