//! Who would get what from a definition, in known users, and what is worth a second look.

use std::collections::BTreeMap;

use actix_web::web::{Data, Path};
use chrono::Utc;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::{
    answer::{Answer, ok},
    body::Body,
    experiences::{self, ExperiencePath},
    member::Member,
    query::Query,
    work,
};
use crate::{
    domain::{
        reading::{FieldError, Node, Problems},
        trial::{KeyReach, Moving, RowReach, RuleReach, State},
        version::Row,
    },
    http::Problem,
    operations::{
        OperationError,
        content_reach::{self, Moves, Tried, Tryout},
        editing::Draft,
    },
    population::Population,
    store::{Connection, Store},
};

/// Stands in an address for what is to be; a reserved slug.
const NEW: &str = "new";

/// A definition to try.
#[derive(Debug, ToSchema)]
pub struct DefinitionPreview {
    /// What a version would say.
    #[schema(value_type = Object)]
    definition: Value,
}

/// Who would get what. Numbers of users are estimates where not all were asked.
#[derive(Debug, Serialize, ToSchema)]
pub struct DefinitionReach {
    /// The environment whose known users were asked.
    environment: String,
    /// How it stands there: `live`, `off` or `draft`. What is not live is tried as if it were.
    state: &'static str,
    /// How many users are known.
    known: u64,
    /// How many of them were asked: all, or a fair sample.
    asked: usize,
    /// The rows, in order.
    rows: Vec<RowUsers>,
    /// Everyone else.
    everyone_else: RuleUsers,
    /// How many test users are known.
    test_users: u64,
    /// For how many a prerequisite is not met.
    kept_back: u64,
    /// By key, how many would get each value.
    keys: Vec<KeyUsers>,
    /// What changes against what is live in the environment.
    change: Touched,
    /// Whom it moves by bucketing anew; empty where it does not.
    moves: Vec<MovedUsers>,
    /// What is worth a second look; nothing of it keeps anybody from saving.
    warnings: Vec<WarningAnswer>,
}

/// How many users a row has.
#[derive(Debug, Serialize, ToSchema)]
pub struct RowUsers {
    /// The row's id.
    id: String,
    /// How many its audience describes.
    described: u64,
    /// How many of those a row above decides for.
    taken_above: u64,
    #[serde(flatten)]
    users: RuleUsers,
}

/// For how many users a row decides.
#[derive(Debug, Serialize, ToSchema)]
pub struct RuleUsers {
    /// How many are left for it, after test users, prerequisites and the rows above.
    left: u64,
    /// How many of them are in its rollout.
    in_rollout: u64,
    /// In 95 of 100 samples the true number in its rollout is within this many; 0 where all were
    /// asked.
    margin: u64,
    /// How many of those get each share of its split, in their order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    shares: Vec<u64>,
}

/// How many users would get each value of a key.
#[derive(Debug, Serialize, ToSchema)]
pub struct KeyUsers {
    /// Its name.
    key: String,
    /// Its values, the most frequent first.
    values: Vec<ValueUsers>,
    /// How many get a value where they got the default.
    gain: u64,
    /// How many get the default where they got another value.
    lose: u64,
    /// How many get another value for one they got.
    change: u64,
}

/// How many users would get a value.
#[derive(Debug, Serialize, ToSchema)]
pub struct ValueUsers {
    /// The value.
    value: Value,
    /// Whether it is what the key hands out where nothing decides.
    is_default: bool,
    /// How many.
    users: u64,
}

/// How many users get another value of any key.
#[derive(Debug, Serialize, ToSchema)]
pub struct Touched {
    /// How many; users whose value of a key that requires one of these changes are among them.
    users: u64,
    /// In 95 of 100 samples the true number is within this many of it; 0 where all were asked.
    margin: u64,
}

/// How many users are moved, with all else as it is live.
#[derive(Debug, Serialize, ToSchema)]
pub struct MovedUsers {
    /// By what: `bucketing` (another attribute or salt) or `splits` (weights or variants).
    by: &'static str,
    /// How many get another value of any key.
    users: u64,
    /// By key.
    keys: BTreeMap<String, MovedKey>,
}

/// How many users are moved from a value of a key to another one.
#[derive(Debug, Serialize, ToSchema)]
pub struct MovedKey {
    /// A value where they got the default.
    gain: u64,
    /// The default where they got another value.
    lose: u64,
    /// Another value for one they got.
    change: u64,
}

/// Something worth a second look.
#[derive(Debug, Serialize, ToSchema)]
pub struct WarningAnswer {
    /// Where, as a path in the definition such as `rows[1].rollout`.
    field: String,
    /// What it is: `taken_by_rows_above`, `gives_default`, `nobody_lately` and others.
    code: &'static str,
    /// The warning as a sentence.
    message: String,
}

impl DefinitionPreview {
    fn read(node: &Node<'_>, problems: &mut Problems) -> Option<DefinitionPreview> {
        node.object(&["definition"], problems)?;
        let definition = node.required("definition", problems)?.json.clone();
        Some(DefinitionPreview { definition })
    }
}

/// Counts who would get what from a definition
///
/// Nothing is saved. The answer says how many known users each row would reach, who would get
/// another value than now, and what is worth a second look. The id `new` stands for a flag or
/// config to be.
#[utoipa::path(post, path = "/api/v1/{kind}/{id}/preview", tag = "Versions",
    params(ExperiencePath, ("environment" = String, Query, description = "The environment's key")),
    request_body = DefinitionPreview,
    responses((status = 200, description = "Who would get what", body = DefinitionReach)))]
pub async fn preview(
    member: Member,
    store: Data<Store>,
    population: Data<Population>,
    query: Query,
    path: Path<ExperiencePath>,
    body: Body,
) -> Answer {
    let (environment, asked) = asked(&query, &body)?;
    let population = population.into_inner();
    let reach = work::read(&store, move |conn| {
        tryout(conn, &population, &member, &path, &environment, &asked)
    });
    Ok(ok(&reach.await?))
}

fn asked(query: &Query, body: &Body) -> Result<(String, DefinitionPreview), Problem> {
    query.only(&["environment"])?;
    let environment = query.get("environment").map(str::to_owned).ok_or_else(|| {
        let message = "Name the environment whose known users are counted.";
        Problem::invalid(vec![FieldError::new("environment", message)])
    })?;
    Ok((environment, body.read(DefinitionPreview::read)?))
}

fn tryout(
    conn: &mut Connection,
    population: &Population,
    member: &Member,
    path: &ExperiencePath,
    environment: &str,
    asked: &DefinitionPreview,
) -> Result<DefinitionReach, OperationError> {
    let found = match experiences::find(conn, member, path.kind, &path.id) {
        Ok(found) => Some(found.experience),
        Err(OperationError::NotFound(_)) if path.id == NEW => None,
        Err(error) => return Err(error),
    };
    let environment = member.environment(conn, environment)?;
    let tried = Tried {
        project_id: member.project.id,
        environment: &environment,
        kind: path.kind.kind(),
        experience: found.as_ref(),
        draft: Draft::Definition(&asked.definition),
        new_keys: &[],
    };
    let tryout = content_reach::tryout(conn, population, &member.actor, &tried, Utc::now())?;
    Ok(DefinitionReach::of(&tryout, environment.key))
}

impl DefinitionReach {
    fn of(tryout: &Tryout, environment: String) -> DefinitionReach {
        let reach = &tryout.reach;
        let about = |found| tryout.estimate(found).about;
        let touched = tryout.estimate(reach.touched);
        let rows = tryout.content.rows.iter().zip(&reach.rows);
        DefinitionReach {
            environment,
            state: match tryout.state {
                State::Live => "live",
                State::Off => "off",
                State::Draft => "draft",
            },
            known: tryout.known,
            asked: reach.asked,
            rows: rows.map(|(row, reach)| RowUsers::of(tryout, row, reach)).collect(),
            everyone_else: RuleUsers::of(tryout, &reach.everyone_else),
            test_users: about(reach.test_users),
            kept_back: about(reach.kept_back),
            keys: reach.keys.iter().map(|key| KeyUsers::of(tryout, key)).collect(),
            change: Touched { users: touched.about, margin: touched.margin },
            moves: tryout.moves.iter().map(|moves| MovedUsers::of(tryout, moves)).collect(),
            warnings: tryout
                .warnings
                .iter()
                .map(|warning| WarningAnswer {
                    field: warning.path(),
                    code: warning.concern.code(),
                    message: tryout.words(warning),
                })
                .collect(),
        }
    }
}

impl RowUsers {
    fn of(tryout: &Tryout, row: &Row, reach: &RowReach) -> RowUsers {
        RowUsers {
            id: row.id.clone(),
            described: tryout.estimate(reach.described).about,
            taken_above: tryout.estimate(reach.taken.values().sum()).about,
            users: RuleUsers::of(tryout, &reach.decides),
        }
    }
}

impl RuleUsers {
    fn of(tryout: &Tryout, reach: &RuleReach) -> RuleUsers {
        let in_rollout = tryout.estimate(reach.in_rollout);
        let shares = reach.shares.iter().map(|users| tryout.estimate(*users).about);
        RuleUsers {
            left: tryout.estimate(reach.left).about,
            in_rollout: in_rollout.about,
            margin: in_rollout.margin,
            shares: shares.collect(),
        }
    }
}

impl KeyUsers {
    fn of(tryout: &Tryout, key: &KeyReach) -> KeyUsers {
        let about = |found| tryout.estimate(found).about;
        let mut values: Vec<ValueUsers> = key
            .values
            .iter()
            .map(|(json, users)| ValueUsers {
                value: serde_json::from_str(json).unwrap_or_default(),
                is_default: *json == key.default,
                users: about(*users),
            })
            .collect();
        values.sort_by_key(|value| std::cmp::Reverse(value.users));
        KeyUsers {
            key: key.name.to_string(),
            values,
            gain: about(key.effect.gain),
            lose: about(key.effect.lose),
            change: about(key.effect.change),
        }
    }
}

impl MovedUsers {
    fn of(tryout: &Tryout, moves: &Moves) -> MovedUsers {
        let about = |found| tryout.estimate(found).about;
        let moved = |key: &KeyReach| MovedKey {
            gain: about(key.effect.gain),
            lose: about(key.effect.lose),
            change: about(key.effect.change),
        };
        let keys = moves.reach.keys.iter();
        MovedUsers {
            by: match moves.moving {
                Moving::Bucketing => "bucketing",
                Moving::Splits => "splits",
            },
            users: about(moves.reach.touched),
            keys: keys.map(|key| (key.name.to_string(), moved(key))).collect(),
        }
    }
}
