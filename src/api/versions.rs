//! Versions: the immutable contents of an experience.

use actix_web::web::{Data, Path};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::{
    answer::{Answer, List, created, ok},
    body::{Body, optional_text},
    experiences::{self, ExperiencePath, KindInPath, VersionPath},
    member::Member,
    precondition::{IfMatch, optional_base},
    query::Query,
    work,
};
use crate::{
    domain::{
        reading::{Node, Problems},
        version::{Change, ChangeKind, Group},
    },
    operations::{
        OperationError,
        editing::{self, Draft, Saved},
        experiences::Place,
        history::{self, PastVersion},
    },
    store::{
        Connection, Store,
        experiences::Experience,
        versions::{self, Version, VersionSummary},
    },
};

/// A version in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct PastVersionEntry {
    #[serde(flatten)]
    entry: VersionEntry,
    /// What changed with it: its note, else that of its publication, else the difference.
    summary: String,
    /// Where it is or was served last.
    published: Vec<PublishedEntry>,
}

/// Where a version is or was served last.
#[derive(Debug, Serialize, ToSchema)]
pub struct PublishedEntry {
    /// The key of the environment.
    environment: String,
    /// Since when.
    since: DateTime<Utc>,
    /// By whom it was published.
    by: String,
    /// Until when; null while it is.
    until: Option<DateTime<Utc>>,
}

impl PastVersionEntry {
    fn of(past: PastVersion, places: &[Place]) -> PastVersionEntry {
        let published = places.iter().filter_map(|place| {
            let it = past.published_in(place.environment.id)?;
            Some(PublishedEntry {
                environment: place.environment.key.clone(),
                since: it.published_at,
                by: it.published_by_name.clone(),
                until: it.ended_at,
            })
        });
        let published = published.collect();
        PastVersionEntry { published, summary: past.what, entry: VersionEntry::from(past.version) }
    }
}

/// A version without its definition.
#[derive(Debug, Serialize, ToSchema)]
pub struct VersionEntry {
    /// From 1, without gaps.
    version: i32,
    /// What its author says about it.
    note: String,
    /// Who saved it.
    author: String,
    /// When.
    created_at: DateTime<Utc>,
}

/// A version.
#[derive(Debug, Serialize, ToSchema)]
pub struct VersionAnswer {
    #[serde(flatten)]
    entry: VersionEntry,
    /// Its content.
    definition: Value,
}

/// Two versions of an experience in an address.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct DifferencePath {
    /// `feature-flags` or `product-configs`.
    #[param(value_type = String)]
    kind: KindInPath,
    /// Its id, its slug or, of a feature flag, its key.
    id: String,
    /// The number of the earlier version.
    #[param(value_type = i32)]
    a: String,
    /// The number of the later version.
    #[param(value_type = i32)]
    b: String,
}

/// What changed from one version to another.
#[derive(Debug, Serialize, ToSchema)]
pub struct DifferenceAnswer {
    /// The number of the earlier version.
    before: i32,
    /// The number of the later version.
    after: i32,
    /// The changes, in the order of a definition's fields.
    changes: Vec<ChangeAnswer>,
}

/// One change.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangeAnswer {
    /// Where, as a path such as `rows[1].rollout`.
    path: String,
    /// Which part of the content it is about: `targeting`, `variants`, `keys`, `test_users`,
    /// `prerequisites` or `advanced`.
    #[schema(value_type = String)]
    group: Group,
    /// What became of it: `added`, `removed`, `changed` or `moved`.
    #[schema(value_type = String)]
    kind: ChangeKind,
    /// What stood there before.
    before: Value,
    /// What stands there now.
    after: Value,
    /// The change as a sentence.
    sentence: String,
}

impl From<Change> for ChangeAnswer {
    fn from(change: Change) -> ChangeAnswer {
        let Change { path, group, kind, before, after, sentence, .. } = change;
        ChangeAnswer { path, group, kind, before, after, sentence }
    }
}

impl From<VersionSummary> for VersionEntry {
    fn from(version: VersionSummary) -> VersionEntry {
        VersionEntry {
            version: version.number,
            note: version.note,
            author: version.author_name,
            created_at: version.created_at,
        }
    }
}

impl From<Version> for VersionAnswer {
    fn from(version: Version) -> VersionAnswer {
        let entry = VersionEntry {
            version: version.number,
            note: version.note,
            author: version.author_name,
            created_at: version.created_at,
        };
        VersionAnswer { entry, definition: version.content }
    }
}

/// Lists the versions of an experience, the newest first
#[utoipa::path(get, path = "/api/v1/{kind}/{id}/versions", tag = "Versions",
    params(ExperiencePath,
           ("limit" = Option<u16>, Query, description = "1 to 200, else 50"),
           ("cursor" = Option<String>, Query, description = "The `next_cursor` before")),
    responses((status = 200, description = "The versions", body = List<PastVersionEntry>)))]
pub async fn list(
    member: Member,
    store: Data<Store>,
    query: Query,
    path: Path<ExperiencePath>,
) -> Answer {
    query.only(&["limit", "cursor"])?;
    let (limit, below) = (query.limit()?, query.numbered_cursor::<i32>()?);
    let list = work::read(&store, move |conn| {
        let view = experiences::find(conn, &member, path.kind, &path.id)?;
        let found = history::list(conn, &view.experience, below, limit + 1)?;
        let entry = |past| PastVersionEntry::of(past, &view.places);
        Ok(List::numbered(found, limit, |past| i64::from(past.version.number), entry))
    });
    Ok(ok(&list.await?))
}

/// A version to be.
#[derive(Debug, ToSchema)]
pub struct NewVersion {
    /// The newest version that the editor knew; also as the header If-Match.
    base_version: Option<i32>,
    /// What its author says about it.
    #[schema(required = false)]
    note: String,
    /// Its content.
    definition: Value,
}

impl NewVersion {
    fn read(node: &Node<'_>, problems: &mut Problems) -> Option<NewVersion> {
        node.object(&["base_version", "note", "definition"], problems)?;
        let base_version = optional_base(node, "base_version", problems);
        let note = optional_text(node, "note", problems).unwrap_or_default();
        let definition = node.required("definition", problems)?.json.clone();
        Some(NewVersion { base_version, note, definition })
    }
}

/// Saves the next version
///
/// Nothing that is served changes. A save that changes nothing makes no version, and answers 200
/// with the newest.
#[utoipa::path(post, path = "/api/v1/{kind}/{id}/versions", tag = "Versions",
    params(ExperiencePath), request_body = NewVersion,
    responses((status = 201, description = "The version", body = VersionAnswer)))]
pub async fn save(
    member: Member,
    store: Data<Store>,
    query: Query,
    path: Path<ExperiencePath>,
    base: IfMatch,
    body: Body,
) -> Answer {
    query.only(&[])?;
    let new = body.read(NewVersion::read)?;
    let base_version = base.or_required(new.base_version)?;
    let kind = path.kind;
    let saved = work::write(&store, move |conn| {
        let experience = experiences::find(conn, &member, path.kind, &path.id)?.experience;
        let version = editing::NewVersion {
            base_version,
            draft: Draft::Definition(&new.definition),
            note: &new.note,
        };
        editing::save(conn, &member.actor, experience.id, &version)
    });
    let Saved { version, is_new } = saved.await?;
    let (kind, id, number) = (kind.as_str(), version.experience_id, version.number);
    let version = VersionAnswer::from(version);
    match is_new {
        true => Ok(created(&format!("/api/v1/{kind}/{id}/versions/{number}"), &version)),
        false => Ok(ok(&version)),
    }
}

/// Reads a version
#[utoipa::path(get, path = "/api/v1/{kind}/{id}/versions/{n}", tag = "Versions",
    params(VersionPath),
    responses((status = 200, description = "The version", body = VersionAnswer)))]
pub async fn read(
    member: Member,
    store: Data<Store>,
    query: Query,
    path: Path<VersionPath>,
) -> Answer {
    query.only(&[])?;
    let version = work::read(&store, move |conn| {
        let experience = experiences::find(conn, &member, path.kind, &path.id)?.experience;
        numbered(conn, &experience, &path.n)
    });
    Ok(ok(&VersionAnswer::from(version.await?)))
}

/// Tells what changed from one version to another
#[utoipa::path(get, path = "/api/v1/{kind}/{id}/versions/{a}/diff/{b}", tag = "Versions",
    params(DifferencePath),
    responses((status = 200, description = "The changes", body = DifferenceAnswer)))]
pub async fn difference(
    member: Member,
    store: Data<Store>,
    query: Query,
    path: Path<DifferencePath>,
) -> Answer {
    query.only(&[])?;
    let difference = work::read(&store, move |conn| {
        let experience = experiences::find(conn, &member, path.kind, &path.id)?.experience;
        let before = numbered(conn, &experience, &path.a)?;
        let after = numbered(conn, &experience, &path.b)?;
        let comparison = history::compare(conn, &experience, &before, &after)?;
        let changes = comparison.changes.into_iter().map(ChangeAnswer::from).collect();
        Ok(DifferenceAnswer { before: before.number, after: after.number, changes })
    });
    Ok(ok(&difference.await?))
}

/// The version of that number, as it stands in an address.
///
/// # Errors
/// [`OperationError::NotFound`].
pub fn numbered(
    conn: &mut Connection,
    experience: &Experience,
    number: &str,
) -> Result<Version, OperationError> {
    let found = match number.parse() {
        Ok(number) => versions::find_by_number(conn, experience.id, number)?,
        Err(_) => None,
    };
    found.ok_or(OperationError::NotFound("version"))
}
