//! Keys: the named, typed values that the code of apps reads.

use actix_web::web::{Data, Path};
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    answer::{Answer, List, created, ok},
    body::{Body, OptionalBody, nullable, optional_text},
    member::Member,
    openapi::Paging,
    precondition::{IfMatch, optional_base},
    query::{Query, listed},
    work,
};
use crate::{
    domain::{
        key::KeyName,
        reading::{Node, Problems},
        value::ValueType,
    },
    operations::{self, OperationError, keys::KeyLimit},
    store::{
        Connection, HeldKey, Store,
        key_lists::{self, KeyFilter},
        keys::{self, Key},
    },
};

/// A key to be.
#[derive(Debug, ToSchema)]
pub struct NewKey {
    /// The name that apps will say: letters, digits, `.`, `_` and `-`; at most 100.
    #[schema(example = "auto_playlist")]
    name: String,
    /// `boolean`, `string`, `integer`, `decimal` or `json`.
    #[schema(value_type = String, example = "boolean")]
    value_type: ValueType,
    /// What it hands out where nothing else decides.
    default_value: Value,
    /// What it is for.
    #[schema(required = false)]
    description: String,
    /// What its JSON values have to look like.
    schema: Option<Value>,
}

/// A change of a key; what is left out stays.
#[derive(Debug, Default, ToSchema)]
pub struct KeyEdit {
    /// Must be the name that it has.
    name: Option<String>,
    /// Must be the type that it has.
    #[schema(value_type = Option<String>)]
    value_type: Option<ValueType>,
    /// What it hands out where nothing else decides.
    default_value: Option<Value>,
    /// What it is for.
    description: Option<String>,
    /// What its JSON values have to look like; null takes the schema away.
    #[schema(value_type = Option<Value>)]
    schema: Option<Option<Value>>,
    /// The revision that the editor knew; the header If-Match says the same. Without either the
    /// key is changed whatever it is.
    base_revision: Option<i32>,
}

/// The fields of a new key in bodies.
const FIELDS: [&str; 5] = ["name", "value_type", "default_value", "description", "schema"];
/// The fields of a change.
const EDIT_FIELDS: [&str; 6] =
    ["name", "value_type", "default_value", "description", "schema", "base_revision"];

impl NewKey {
    fn read(node: &Node<'_>, problems: &mut Problems) -> Option<NewKey> {
        node.object(&FIELDS, problems)?;
        let edit = KeyEdit::read_fields(node, problems)?;
        for name in ["name", "value_type"] {
            node.required(name, problems);
        }
        if edit.default_value.is_none() {
            node.required("default_value", problems);
        }
        Some(NewKey {
            name: edit.name?,
            value_type: edit.value_type?,
            default_value: edit.default_value?,
            description: edit.description.unwrap_or_default(),
            schema: edit.schema.flatten(),
        })
    }
}

impl KeyEdit {
    fn read(node: &Node<'_>, problems: &mut Problems) -> Option<KeyEdit> {
        node.object(&EDIT_FIELDS, problems)?;
        KeyEdit::read_fields(node, problems)
    }

    /// Reads what is known; the caller has reported what is not.
    fn read_fields(node: &Node<'_>, problems: &mut Problems) -> Option<KeyEdit> {
        let fields = node.json.as_object()?;
        let value_type = node.field("value_type").and_then(|node| {
            let value_type = ValueType::parse(node.text(problems)?);
            if value_type.is_none() {
                let names = ValueType::ALL.map(ValueType::as_str).join(", ");
                problems.push(node.problem(format!("This is one of {names}.")));
            }
            value_type
        });
        Some(KeyEdit {
            name: optional_text(node, "name", problems),
            value_type,
            default_value: fields.get("default_value").cloned(),
            description: optional_text(node, "description", problems),
            schema: nullable(fields, "schema").map(|schema| schema.cloned()),
            base_revision: optional_base(node, "base_revision", problems),
        })
    }
}

/// A key, as it is answered.
#[derive(Debug, Serialize, ToSchema)]
pub struct KeyAnswer {
    /// Identity.
    id: Uuid,
    /// The name that apps say; never changes.
    name: String,
    /// `boolean`, `string`, `integer`, `decimal` or `json`; never changes.
    #[schema(value_type = String, example = "boolean")]
    value_type: ValueType,
    /// What it hands out where nothing else decides.
    default_value: Value,
    /// What it is for.
    description: String,
    /// What its JSON values have to look like.
    schema: Option<Value>,
    /// Grows by one with every change.
    revision: i32,
    /// The experience that gives it values.
    held_by: Option<HolderAnswer>,
    /// When it was made.
    created_at: DateTime<Utc>,
    /// When it changed last.
    updated_at: DateTime<Utc>,
    /// Since when it is archived.
    archived_at: Option<DateTime<Utc>>,
}

/// The experience that holds a key.
#[derive(Debug, Serialize, ToSchema)]
pub struct HolderAnswer {
    /// Identity.
    id: Uuid,
    /// `feature_flag` or `product_config`.
    kind: &'static str,
    /// Its name in addresses.
    slug: String,
    /// Its name.
    name: String,
}

impl KeyAnswer {
    fn new(key: Key, holders: &[HeldKey]) -> KeyAnswer {
        let holder = holders.iter().find(|held| held.key_id == key.id);
        KeyAnswer {
            id: key.id,
            name: key.name,
            value_type: key.value_type,
            default_value: key.default_value,
            description: key.description,
            schema: key.schema,
            revision: key.revision,
            held_by: holder.map(|held| HolderAnswer {
                id: held.experience_id,
                kind: held.experience_kind.as_str(),
                slug: held.experience_slug.clone(),
                name: held.experience_name.clone(),
            }),
            created_at: key.created_at,
            updated_at: key.updated_at,
            archived_at: key.archived_at,
        }
    }

    fn of(conn: &mut Connection, key: Key) -> Result<KeyAnswer, OperationError> {
        let holders = keys::holders(conn, &[key.id])?;
        Ok(KeyAnswer::new(key, &holders))
    }
}

/// Lists the keys of the project
#[utoipa::path(get, path = "/api/v1/keys", tag = "Keys",
    params(Paging, ("status" = Option<String>, Query, description = "`active` or `archived`")),
    responses((status = 200, description = "The keys", body = List<KeyAnswer>)))]
pub async fn list(member: Member, store: Data<Store>, query: Query) -> Answer {
    query.only(&["limit", "cursor", "sort", "q", "status"])?;
    let (page, sort, archived) = (query.page()?, query.sort()?, query.archived()?);
    let search = query.get("q").map(str::to_owned);
    let list = work::read(&store, move |conn| {
        let project_id = member.project.id;
        let filter = KeyFilter {
            project_id,
            archived: Some(archived),
            value_type: None,
            search: search.as_deref(),
        };
        let page = listed(key_lists::list(conn, &filter, sort, page))?;
        let ids: Vec<Uuid> = page.items.iter().map(|key| key.id).collect();
        let holders = keys::holders(conn, &ids)?;
        Ok(List::page(page, |key| KeyAnswer::new(key, &holders)))
    });
    Ok(ok(&list.await?))
}

/// Reads a key
#[utoipa::path(get, path = "/api/v1/keys/{name}", tag = "Keys",
    params(("name" = String, Path, description = "The key's name, exact in case")),
    responses((status = 200, description = "The key", body = KeyAnswer)))]
pub async fn read(member: Member, store: Data<Store>, query: Query, name: Path<String>) -> Answer {
    query.only(&[])?;
    let key = work::read(&store, move |conn| {
        let key = find(conn, &member, &name)?;
        KeyAnswer::of(conn, key)
    });
    Ok(ok(&key.await?))
}

/// Creates a key
#[utoipa::path(post, path = "/api/v1/keys", tag = "Keys", request_body = NewKey,
    responses((status = 201, description = "The key", body = KeyAnswer)))]
pub async fn create(
    member: Member,
    store: Data<Store>,
    limit: Data<KeyLimit>,
    query: Query,
    body: Body,
) -> Answer {
    query.only(&[])?;
    let new = body.read(NewKey::read)?;
    let key = work::write(&store, move |conn| {
        let new = operations::keys::NewKey {
            project_id: member.project.id,
            name: &new.name,
            value_type: new.value_type,
            default_value: &new.default_value,
            description: &new.description,
            schema: new.schema.as_ref(),
        };
        let key = operations::keys::create(conn, &member.actor, &new, limit.0)?;
        KeyAnswer::of(conn, key)
    });
    let key = key.await?;
    Ok(created(&format!("/api/v1/keys/{}", key.name), &key))
}

/// Changes a key
///
/// The default acts at once in every environment. With `base_revision` or If-Match, a key that
/// somebody else has changed since is left alone: 409, with both sides.
#[utoipa::path(patch, path = "/api/v1/keys/{name}", tag = "Keys", request_body = KeyEdit,
    params(("name" = String, Path, description = "The key's name, exact in case")),
    responses((status = 200, description = "The key", body = KeyAnswer)))]
pub async fn edit(
    member: Member,
    store: Data<Store>,
    query: Query,
    name: Path<String>,
    base: IfMatch,
    body: Body,
) -> Answer {
    query.only(&[])?;
    let edit = body.read(KeyEdit::read)?;
    let key = work::write(&store, move |conn| {
        let found = find(conn, &member, &name)?;
        let edit = operations::keys::KeyEdit {
            name: edit.name.as_deref(),
            value_type: edit.value_type,
            default_value: edit.default_value.as_ref(),
            description: edit.description.as_deref(),
            base_revision: edit.base_revision.or(base.number()),
            schema: edit.schema.as_ref().map(Option::as_ref),
        };
        let key = operations::keys::edit(conn, &member.actor, found.id, &edit)?;
        KeyAnswer::of(conn, key)
    });
    Ok(ok(&key.await?))
}

/// Archives a key that nothing uses
#[utoipa::path(post, path = "/api/v1/keys/{name}/archive", tag = "Keys",
    params(("name" = String, Path, description = "The key's name, exact in case")),
    responses((status = 200, description = "The key", body = KeyAnswer)))]
pub async fn archive(
    member: Member,
    store: Data<Store>,
    query: Query,
    name: Path<String>,
    body: OptionalBody,
) -> Answer {
    query.only(&[])?;
    body.nothing()?;
    let key = work::write(&store, move |conn| {
        let found = find(conn, &member, &name)?;
        let key = operations::keys::archive(conn, &member.actor, found.id)?;
        KeyAnswer::of(conn, key)
    });
    Ok(ok(&key.await?))
}

/// Takes a key back into use
#[utoipa::path(post, path = "/api/v1/keys/{name}/unarchive", tag = "Keys",
    params(("name" = String, Path, description = "The key's name, exact in case")),
    responses((status = 200, description = "The key", body = KeyAnswer)))]
pub async fn unarchive(
    member: Member,
    store: Data<Store>,
    limit: Data<KeyLimit>,
    query: Query,
    name: Path<String>,
    body: OptionalBody,
) -> Answer {
    query.only(&[])?;
    body.nothing()?;
    let key = work::write(&store, move |conn| {
        let found = find(conn, &member, &name)?;
        let key = operations::keys::unarchive(conn, &member.actor, found.id, limit.0)?;
        KeyAnswer::of(conn, key)
    });
    Ok(ok(&key.await?))
}

/// The key of that name in the member's project.
fn find(conn: &mut Connection, member: &Member, name: &str) -> Result<Key, OperationError> {
    let name = KeyName::parse(name).map_err(|_| OperationError::NotFound("key"))?;
    keys::find_by_name(conn, member.project.id, name.as_str())?
        .ok_or(OperationError::NotFound("key"))
}
