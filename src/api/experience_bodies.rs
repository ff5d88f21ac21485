//! Experiences in full form, as they are sent.

use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    body::{nullable, optional_text},
    member::Member,
    precondition::{IfMatch, optional_base},
};
use crate::{
    domain::{
        experience::Kind,
        reading::{Node, Problems},
    },
    http::Problem,
    operations::{
        OperationError,
        editing::{self, Description, Draft, NewVersion},
    },
    store::Connection,
};

/// An experience to be.
#[derive(Debug, ToSchema)]
pub struct NewExperience {
    /// Its name; the slug is made from it.
    #[schema(example = "Theme")]
    name: String,
    /// What it is for.
    #[schema(required = false)]
    description: String,
    /// Words to find it by.
    #[schema(required = false)]
    tags: Vec<String>,
    /// Whom to ask; else whoever creates it.
    owner_id: Option<Uuid>,
    /// The keys that it gives values to, where there is no definition: it starts without rows.
    #[schema(required = false)]
    keys: Vec<String>,
    /// What version 1 says.
    definition: Option<Value>,
    /// What its author says about version 1.
    #[schema(required = false)]
    note: String,
}

/// A change of an experience; what is left out stays. With a definition it saves the next version.
#[derive(Debug, ToSchema)]
pub struct ExperienceEdit {
    /// Its name; the slug stays.
    name: Option<String>,
    /// What it is for.
    description: Option<String>,
    /// Words to find it by.
    tags: Option<Vec<String>>,
    /// Whom to ask; null for nobody.
    #[schema(value_type = Option<Uuid>)]
    owner_id: Option<Option<Uuid>>,
    /// The newest version that the editor knew; also as the header If-Match.
    base_version: Option<i32>,
    /// What the next version says.
    definition: Option<Value>,
    /// What its author says about it.
    #[schema(required = false)]
    note: String,
}

/// Gives a definition without keys those that stand beside it; where it has some, they must be the
/// same.
fn name_keys(definition: &mut Value, keys: &[String], node: &Node<'_>, problems: &mut Problems) {
    let Some(members) = definition.as_object_mut() else { return };
    let named = members.entry("keys").or_insert_with(|| keys.into());
    if *named != Value::from(keys) {
        let beside = Node::at("keys", node.json);
        problems.push(beside.problem(
            "These are not the keys that the definition names. Send the same, or leave one out.",
        ));
    }
}

impl NewExperience {
    /// Reads an experience to be.
    pub fn read(node: &Node<'_>, problems: &mut Problems) -> Option<NewExperience> {
        let fields = ["name", "description", "tags", "owner_id", "keys", "definition", "note"];
        node.object(&fields, problems)?;
        let name = node.required("name", problems).and_then(|node| node.text(problems));
        let mut definition = node.field("definition").map(|node| node.json.clone());
        let keys = node.field("keys").and_then(|node| texts(&node, problems));
        match (&mut definition, &keys) {
            (None, None) => {
                node.required("keys", problems);
            }
            (Some(definition), Some(keys)) => name_keys(definition, keys, node, problems),
            _ => {}
        }
        Some(NewExperience {
            description: optional_text(node, "description", problems).unwrap_or_default(),
            tags: node.field("tags").and_then(|n| texts(&n, problems)).unwrap_or_default(),
            owner_id: node.field("owner_id").and_then(|node| person(&node, problems)),
            note: optional_text(node, "note", problems).unwrap_or_default(),
            name: name?.to_owned(),
            keys: keys.unwrap_or_default(),
            definition,
        })
    }

    /// Creates it; answers its id.
    ///
    /// # Errors
    /// Those of the operation.
    pub fn create(
        &self,
        conn: &mut Connection,
        member: &Member,
        kind: Kind,
    ) -> Result<Uuid, OperationError> {
        let new = editing::NewExperience {
            project_id: member.project.id,
            kind,
            name: &self.name,
            description: &self.description,
            tags: &self.tags,
            owner_id: self.owner_id,
            draft: match &self.definition {
                Some(definition) => Draft::Definition(definition),
                None => Draft::Keys(&self.keys),
            },
            note: &self.note,
        };
        let (experience, _) = editing::create(conn, &member.actor, &new)?;
        Ok(experience.id)
    }
}

impl ExperienceEdit {
    /// Reads a change.
    pub fn read(node: &Node<'_>, problems: &mut Problems) -> Option<ExperienceEdit> {
        let names =
            ["name", "description", "tags", "owner_id", "base_version", "definition", "note"];
        let fields = node.object(&names, problems)?;
        let owner_id = match nullable(fields, "owner_id") {
            None => None,
            Some(None) => Some(None),
            Some(Some(json)) => Some(Some(person(&Node::at("owner_id", json), problems)?)),
        };
        Some(ExperienceEdit {
            name: optional_text(node, "name", problems),
            description: optional_text(node, "description", problems),
            tags: node.field("tags").and_then(|node| texts(&node, problems)),
            owner_id,
            base_version: optional_base(node, "base_version", problems),
            definition: node.field("definition").map(|node| node.json.clone()),
            note: optional_text(node, "note", problems).unwrap_or_default(),
        })
    }

    /// The same, on the version that the body or the header names.
    ///
    /// # Errors
    /// 428 where there is a definition and neither names one.
    pub fn on(mut self, base: IfMatch) -> Result<ExperienceEdit, Problem> {
        if self.definition.is_some() {
            self.base_version = Some(base.or_required(self.base_version)?);
        }
        Ok(self)
    }

    /// Does it.
    ///
    /// # Errors
    /// Those of the operations.
    pub fn save(
        &self,
        conn: &mut Connection,
        member: &Member,
        experience_id: Uuid,
    ) -> Result<(), OperationError> {
        let change = Description {
            name: self.name.as_deref(),
            description: self.description.as_deref(),
            tags: self.tags.as_deref(),
            owner_id: self.owner_id,
        };
        editing::describe(conn, &member.actor, experience_id, &change)?;
        if let (Some(definition), Some(base_version)) = (&self.definition, self.base_version) {
            let draft = Draft::Definition(definition);
            let version = NewVersion { base_version, draft, note: &self.note };
            editing::save(conn, &member.actor, experience_id, &version)?;
        }
        Ok(())
    }
}

/// Reads a list of texts.
pub fn texts(node: &Node<'_>, problems: &mut Problems) -> Option<Vec<String>> {
    let items = node.list(problems)?;
    let texts = items.iter().map(|item| item.text(problems).map(str::to_owned));
    texts.collect::<Vec<_>>().into_iter().collect()
}

fn person(node: &Node<'_>, problems: &mut Problems) -> Option<Uuid> {
    let id = Uuid::try_parse(node.text(problems)?).ok();
    if id.is_none() {
        problems.push(node.problem("This is the id of a person."));
    }
    id
}
