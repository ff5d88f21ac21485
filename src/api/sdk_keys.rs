//! SDK keys: with them apps evaluate in one environment.

use actix_web::web::{Data, Path};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    answer::{Answer, List, created, ok},
    body::{Body, OptionalBody},
    member::Member,
    query::Query,
    work,
};
use crate::{
    domain::reading::{Node, Problems},
    operations::{OperationError, access::sdk_keys},
    store::{
        Store, environments,
        sdk_keys::{SdkKey, SdkKeyKind},
    },
};

/// An SDK key to be.
#[derive(Debug, ToSchema)]
pub struct NewSdkKey {
    /// The key of the environment.
    #[schema(example = "staging")]
    environment: String,
    /// `client` (public by nature) or `server` (secret).
    #[schema(value_type = String, example = "client")]
    kind: SdkKeyKind,
    /// What people call it.
    name: String,
}

/// An SDK key, as it is answered.
#[derive(Debug, Serialize, ToSchema)]
pub struct SdkKeyAnswer {
    /// Identity.
    id: Uuid,
    /// The key of the environment.
    environment: String,
    /// `client` or `server`.
    #[schema(value_type = String)]
    kind: SdkKeyKind,
    /// What people call it.
    name: String,
    /// How it starts, to tell it from others.
    prefix: String,
    /// The key itself: of a client key always, of a server key only when it is made.
    key: Option<String>,
    /// When it was made.
    created_at: DateTime<Utc>,
    /// When it was used last, to the minute or so.
    last_used_at: Option<DateTime<Utc>>,
    /// Since when it is refused.
    revoked_at: Option<DateTime<Utc>>,
}

impl NewSdkKey {
    fn read(node: &Node<'_>, problems: &mut Problems) -> Option<NewSdkKey> {
        node.object(&["environment", "kind", "name"], problems)?;
        let [environment, kind, name] = ["environment", "kind", "name"].map(|field| {
            let node = node.required(field, problems)?;
            let text = node.text(problems)?;
            Some((node, text))
        });
        let kind = kind.and_then(|(node, text)| {
            let kind = SdkKeyKind::parse(text);
            if kind.is_none() {
                problems.push(node.problem("This is client or server."));
            }
            kind
        });
        Some(NewSdkKey {
            environment: environment?.1.to_owned(),
            kind: kind?,
            name: name?.1.to_owned(),
        })
    }
}

impl SdkKeyAnswer {
    fn new(key: SdkKey, environment: &str) -> SdkKeyAnswer {
        SdkKeyAnswer {
            id: key.id,
            environment: environment.to_owned(),
            kind: key.kind,
            name: key.name,
            prefix: key.prefix,
            key: key.client_key,
            created_at: key.created_at,
            last_used_at: key.last_used_at,
            revoked_at: key.revoked_at,
        }
    }
}

/// Lists the SDK keys of the project, or of one environment
#[utoipa::path(get, path = "/api/v1/sdk-keys", tag = "SDK keys",
    params(("environment" = Option<String>, Query, description = "Of this environment only")),
    responses((status = 200, description = "The keys", body = List<SdkKeyAnswer>)))]
pub async fn list(member: Member, store: Data<Store>, query: Query) -> Answer {
    query.only(&["environment"])?;
    let list = work::read(&store, move |conn| {
        let places = match query.get("environment") {
            Some(key) => vec![member.environment(conn, key)?],
            None => environments::list(conn, member.project.id)?,
        };
        let mut items = Vec::new();
        for place in places {
            let keys = sdk_keys::list(conn, &member.actor, &place)?;
            items.extend(keys.into_iter().map(|key| SdkKeyAnswer::new(key, &place.key)));
        }
        Ok(List::whole(items))
    });
    Ok(ok(&list.await?))
}

/// Makes an SDK key
///
/// The text of a server key is answered here and never again.
#[utoipa::path(post, path = "/api/v1/sdk-keys", tag = "SDK keys", request_body = NewSdkKey,
    responses((status = 201, description = "The key", body = SdkKeyAnswer)))]
pub async fn create(member: Member, store: Data<Store>, query: Query, body: Body) -> Answer {
    query.only(&[])?;
    let new = body.read(NewSdkKey::read)?;
    let made = work::write(&store, move |conn| {
        let place = member.environment(conn, &new.environment)?;
        let (key, credential) = sdk_keys::create(conn, &member.actor, &place, new.kind, &new.name)?;
        let key = SdkKeyAnswer::new(key, &place.key);
        Ok(SdkKeyAnswer { key: Some(credential.secret().to_owned()), ..key })
    });
    Ok(created("/api/v1/sdk-keys", &made.await?))
}

/// Revokes an SDK key
///
/// It is refused from now on, on every replica within a second.
#[utoipa::path(delete, path = "/api/v1/sdk-keys/{id}", tag = "SDK keys",
    params(("id" = Uuid, Path, description = "The id of the key")),
    responses((status = 200, description = "The key", body = SdkKeyAnswer)))]
pub async fn revoke(
    member: Member,
    store: Data<Store>,
    query: Query,
    id: Path<String>,
    body: OptionalBody,
) -> Answer {
    query.only(&[])?;
    body.nothing()?;
    let revoked = work::write(&store, move |conn| {
        let missing = || OperationError::NotFound("SDK key");
        let id = Uuid::try_parse(&id).map_err(|_| missing())?;
        let places = environments::list(conn, member.project.id)?;
        let found = crate::store::sdk_keys::find(conn, id)?.ok_or_else(missing)?;
        let place = places.iter().find(|place| place.id == found.environment_id);
        let place = place.ok_or_else(missing)?;
        let key = sdk_keys::revoke(conn, &member.actor, id)?;
        Ok(SdkKeyAnswer::new(key, &place.key))
    });
    Ok(ok(&revoked.await?))
}
