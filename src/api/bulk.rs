//! One verb for several experiences at once.

use actix_web::{
    http::StatusCode,
    web::{Data, Path},
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{
    answer::{Answer, ok},
    body::{Body, optional_text},
    experience_bodies::texts,
    experiences::KindInPath,
    member::Member,
    query::Query,
    work,
};
use crate::{
    domain::reading::{Node, Problems},
    http::Problem,
    operations::{
        OperationError,
        bulk::{self, Action, Bulk, Hindrance, Item, Outcome},
    },
    store::{Connection, Store},
};

/// One of the two kinds in an address.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct KindPath {
    /// `feature-flags` or `product-configs`.
    #[param(value_type = String)]
    pub kind: KindInPath,
}

/// What shall be done with which experiences.
#[derive(Debug, ToSchema)]
pub struct BulkOrder {
    /// `archive`, `switch_off` or `tag`.
    #[schema(example = "switch_off")]
    action: String,
    /// Ids, slugs or keys of feature flags; at most 200.
    ids: Vec<String>,
    /// The tag that they get, for `tag`.
    tag: Option<String>,
    /// The key of the environment, for `switch_off`.
    environment: Option<String>,
    /// For `archive`: whether also those go whose keys apps asked for within 24 hours.
    #[schema(required = false)]
    despite_deliveries: bool,
}

/// What was done.
#[derive(Debug, Serialize, ToSchema)]
pub struct BulkAnswer {
    /// The same as asked for.
    action: String,
    /// How many are otherwise than before.
    changed: usize,
    /// All of them, in the order of `ids`.
    items: Vec<BulkItem>,
}

/// One of them.
#[derive(Debug, Serialize, ToSchema)]
pub struct BulkItem {
    /// Identity.
    id: Uuid,
    /// Its name in addresses.
    slug: String,
    /// Its name.
    name: String,
    /// Whether it is otherwise than before.
    changed: bool,
}

impl From<Item> for BulkItem {
    fn from(item: Item) -> BulkItem {
        let Item { experience, changed, .. } = item;
        BulkItem { id: experience.id, slug: experience.slug, name: experience.name, changed }
    }
}

/// Which fields belong to which action, besides `action` and `ids`.
const ACTIONS: [(&str, &str); 3] =
    [("archive", "despite_deliveries"), ("switch_off", "environment"), ("tag", "tag")];

impl BulkOrder {
    fn read(node: &Node<'_>, problems: &mut Problems) -> Option<BulkOrder> {
        node.object(&["action", "ids", "tag", "environment", "despite_deliveries"], problems)?;
        let action = node.required("action", problems)?;
        let word = action.text(problems)?;
        let Some((_, own)) = ACTIONS.into_iter().find(|(known, _)| *known == word) else {
            problems.push(action.problem("This is archive, switch_off or tag."));
            return None;
        };
        for (_, other) in ACTIONS.into_iter().filter(|(known, _)| *known != word) {
            if let Some(field) = node.field(other) {
                problems.push(field.problem(format!("This does not go with {word}.")));
            }
        }
        if own != "despite_deliveries" {
            node.required(own, problems);
        }
        let said = node.field("despite_deliveries").and_then(|node| node.boolean(problems));
        Some(BulkOrder {
            action: word.to_owned(),
            ids: node.required("ids", problems).and_then(|node| texts(&node, problems))?,
            tag: optional_text(node, "tag", problems),
            environment: optional_text(node, "environment", problems),
            despite_deliveries: said.unwrap_or(false),
        })
    }

    fn action<'a>(
        &'a self,
        conn: &mut Connection,
        member: &Member,
    ) -> Result<Action<'a>, OperationError> {
        Ok(match (&self.tag, &self.environment) {
            (Some(tag), _) => Action::Tag(tag),
            (_, Some(key)) => Action::SwitchOff(member.environment(conn, key)?.id),
            _ => Action::Archive { despite_deliveries: self.despite_deliveries },
        })
    }
}

/// Archives, switches off or tags several experiences: all of them, or none
///
/// Where it can't be done with one of them, nothing is changed, and 409 says in `items` with which
/// and why.
#[utoipa::path(post, path = "/api/v1/{kind}/bulk", tag = "Experiences",
    params(KindPath), request_body = BulkOrder,
    responses((status = 200, description = "What was done", body = BulkAnswer)))]
pub async fn apply(
    member: Member,
    store: Data<Store>,
    query: Query,
    path: Path<KindPath>,
    body: Body,
) -> Answer {
    query.only(&[])?;
    let order = body.read(BulkOrder::read)?;
    let action = order.action.clone();
    let done = work::write(&store, move |conn| {
        let (project_id, kind) = (member.project.id, path.kind.kind());
        let action = order.action(conn, &member)?;
        bulk::apply(conn, &member.actor, &Bulk { project_id, kind, ids: &order.ids, action })
    });
    match done.await? {
        Outcome::Refused(hindrances) => Err(refused(&hindrances)),
        Outcome::Done(items) => {
            let changed = items.iter().filter(|item| item.changed).count();
            let items = items.into_iter().map(BulkItem::from).collect();
            Ok(ok(&BulkAnswer { action, changed, items }))
        }
    }
}

/// Says with which it can't be done, and why.
fn refused(hindrances: &[Hindrance]) -> Problem {
    let items: Vec<_> = hindrances
        .iter()
        .map(|it| {
            json!({"id": it.id, "name": it.link.as_ref().map(|link| &link.name),
                         "slug": it.link.as_ref().map(|link| &link.slug), "reasons": it.reasons})
        })
        .collect();
    let detail = match hindrances.len() {
        1 => "Nothing was changed, since this can't be done with one of them.".to_owned(),
        several => {
            format!("Nothing was changed, since this can't be done with {several} of them.")
        }
    };
    let detail = match hindrances.iter().any(|it| it.is_only_asked_for) {
        true => format!("{detail} With despite_deliveries, apps that still ask do not matter."),
        false => detail,
    };
    Problem::new(StatusCode::CONFLICT, detail).with("items", json!(items))
}
