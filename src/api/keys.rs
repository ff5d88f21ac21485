//! Keys: the named, typed values that the code of apps reads.

use actix_web::web::{Data, Path};
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    answer::{Answer, List, ok},
    member::Member,
    openapi::Paging,
    query::{Query, listed},
    work,
};
use crate::{
    domain::{key::KeyName, value::ValueType},
    operations::OperationError,
    store::{
        Connection, HeldKey, Store,
        keys::{self, Key, KeyFilter},
    },
};

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
        let filter = KeyFilter { project_id, archived, search: search.as_deref() };
        let page = listed(keys::list(conn, &filter, sort, page))?;
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
pub async fn read(
    member: Member,
    store: Data<Store>,
    query: Query,
    name: Path<String>,
) -> Answer {
    query.only(&[])?;
    let key = work::read(&store, move |conn| {
        let key = find(conn, &member, &name)?;
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
