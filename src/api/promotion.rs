//! Promoting what is live in one environment to another, and undoing what was done last.

use actix_web::web::{Data, Path};
use chrono::Utc;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    answer::{Answer, ok},
    body::{Body, optional_boolean, optional_text},
    experiences::{self, ExperiencePath},
    member::Member,
    publish_preview::{Deed, PreviewAnswer},
    publishing::{self, PublishedAnswer},
    query::Query,
    work,
};
use crate::{
    domain::reading::{Node, Problems},
    operations::{
        promoting::{self, Promote},
        publishing::Recipients,
        undoing::{self, Undo, Undone},
    },
    population::Population,
    store::{Connection, Store, environments::Environment, experiences::Experience},
};

/// From where to where something is promoted.
#[derive(Debug, ToSchema)]
pub struct Promotion {
    /// The key of the environment in which it is live.
    #[schema(example = "staging")]
    from: String,
    /// The key of the environment where the same version shall be live, too.
    #[schema(example = "production")]
    to: String,
    /// The publication that was live in `to` when the caller looked; null: nothing was.
    #[schema(value_type = Option<Uuid>)]
    replaces: Option<Option<Uuid>>,
    /// Why, besides that it is promoted.
    #[schema(required = false)]
    note: String,
    /// Whether only the test users of the version get it; left out: the same as in `from`.
    test_users_only: Option<bool>,
    /// Publish nothing, and answer what it would do, with status 200. `replaces` may be left out
    /// then.
    #[schema(required = false)]
    dry_run: bool,
}

/// What is undone.
#[derive(Debug, ToSchema)]
pub struct Undoing {
    /// The key of the environment.
    environment: String,
    /// The publication to undo; left out: what was published or switched there last.
    publication: Option<Uuid>,
}

/// What came of undoing.
#[derive(Debug, Serialize, ToSchema)]
pub struct UndoneAnswer {
    /// The key of the environment.
    environment: String,
    /// Whether the experience is on there now.
    is_on: bool,
    /// The version that the environment serves now.
    live_version: i32,
    /// The publication that was made to go back; null where the switch was moved.
    publication: Option<PublishedAnswer>,
}

impl Promotion {
    fn read(node: &Node<'_>, problems: &mut Problems) -> Option<Promotion> {
        const FIELDS: [&str; 6] = ["from", "to", "replaces", "note", "test_users_only", "dry_run"];
        let fields = node.object(&FIELDS, problems)?;
        let mut place = |name: &str| {
            let named = node.required(name, problems)?;
            named.text(problems).map(str::to_owned)
        };
        let (from, to) = (place("from"), place("to"));
        let replaces = publishing::seen(fields, problems);
        let note = optional_text(node, "note", problems).unwrap_or_default();
        let test_users_only = optional_boolean(node, "test_users_only", problems);
        let dry_run = optional_boolean(node, "dry_run", problems).unwrap_or(false);
        Some(Promotion { from: from?, to: to?, replaces, note, test_users_only, dry_run })
    }

    fn recipients(&self) -> Option<Recipients> {
        self.test_users_only.map(|only| match only {
            true => Recipients::TestUsers,
            false => Recipients::Everybody,
        })
    }
}

impl Undoing {
    fn read(node: &Node<'_>, problems: &mut Problems) -> Option<Undoing> {
        node.object(&["environment", "publication"], problems)?;
        let environment = node.required("environment", problems);
        let environment = environment.and_then(|it| it.text(problems)).map(str::to_owned);
        let publication =
            node.field("publication").and_then(|it| publishing::publication(&it, problems));
        Some(Undoing { environment: environment?, publication })
    }
}

/// Promotes what is live in one environment to another
///
/// It publishes that version there, with a note that says where it comes from. Nothing changes in
/// the first environment. Segments and key defaults are shared by all environments anyway.
#[utoipa::path(post, path = "/api/v1/{kind}/{id}/promote", tag = "Publishing",
    params(ExperiencePath), request_body = Promotion,
    responses((status = 200, description = "What it would do", body = PreviewAnswer),
              (status = 201, description = "The publication", body = PublishedAnswer)))]
pub async fn promote(
    member: Member,
    store: Data<Store>,
    population: Data<Population>,
    query: Query,
    path: Path<ExperiencePath>,
    body: Body,
) -> Answer {
    query.only(&[])?;
    let new = body.read(Promotion::read)?;
    let replaces = publishing::replaces(new.replaces, new.dry_run)?;
    let deed = Deed { store, population, dry_run: new.dry_run, actor: member.actor.clone() };
    let location = format!("/api/v1/{}/{}/publications", path.kind.as_str(), path.id);
    let (who, to) = (member.clone(), new.to.clone());
    let find = move |conn: &mut Connection| {
        let experience = experiences::find(conn, &who, path.kind, &path.id)?.experience;
        let environment = who.environment(conn, &to)?;
        Ok((experience, environment))
    };
    let run = move |conn: &mut Connection, experience: &Experience, place: &Environment| {
        let request = Promote {
            experience_id: experience.id,
            from: member.environment(conn, &new.from)?.id,
            version: None,
            to: place.id,
            replaces,
            recipients: new.recipients(),
            note: &new.note,
        };
        promoting::promote(conn, &member.actor, &request)
    };
    deed.answer(&location, find, run).await
}

/// Undoes what was published or switched last in an environment
///
/// Within ten minutes, as long as nothing newer was published or switched there. What was live
/// before is published anew; a first publication is switched off.
#[utoipa::path(post, path = "/api/v1/{kind}/{id}/undo", tag = "Publishing",
    params(ExperiencePath), request_body = Undoing,
    responses((status = 200, description = "What is live now", body = UndoneAnswer)))]
pub async fn undo(
    member: Member,
    store: Data<Store>,
    query: Query,
    path: Path<ExperiencePath>,
    body: Body,
) -> Answer {
    query.only(&[])?;
    let asked = body.read(Undoing::read)?;
    let undone = work::write(&store, move |conn| {
        let experience = experiences::find(conn, &member, path.kind, &path.id)?.experience;
        let environment = member.environment(conn, &asked.environment)?;
        let deed = match asked.publication {
            Some(id) => undoing::Deed::Published(id),
            None => undoing::newest(conn, experience.id, &environment)?,
        };
        let (experience_id, environment_id) = (experience.id, environment.id);
        let request = Undo { experience_id, environment_id, deed, now: Utc::now() };
        let undone = undoing::undo(conn, &member.actor, &request)?;
        Ok(UndoneAnswer::new(undone, &environment))
    });
    Ok(ok(&undone.await?))
}

impl UndoneAnswer {
    fn new(undone: Undone, environment: &Environment) -> UndoneAnswer {
        let (is_on, live_version, publication) = match undone {
            Undone::Switched(switched) => (switched.is_on, switched.publication.version, None),
            Undone::Published(published) => {
                let (is_on, version) = (published.is_on, published.publication.version);
                (is_on, version, Some(PublishedAnswer::new(published, environment)))
            }
        };
        UndoneAnswer { environment: environment.key.clone(), is_on, live_version, publication }
    }
}
