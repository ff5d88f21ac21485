//! Why a user gets the values that they get.

use actix_web::web::Data;
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    answer::{Answer, ok},
    body::Body,
    explain_question::{Explain, ExplainShape},
    member::Member,
    query::Query,
    work,
};
use crate::{
    domain::{
        evaluation::{Checked, Step, Used},
        reading::FieldError,
        ruleset::Reason,
        value::ValueType,
    },
    operations::{
        OperationError,
        explaining::{self, Decision, Question, Told},
    },
    store::{Store, member_lists::MemberListCache},
};

/// An explanation: of one key where `key` was asked for, else of several.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum Explanation {
    /// Of one key.
    One {
        /// By what it was decided.
        #[serde(flatten)]
        basis: Basis,
        /// What was decided, and how.
        #[serde(flatten)]
        decision: Box<DecisionAnswer>,
    },
    /// Of several keys.
    Several {
        /// By what they were decided.
        #[serde(flatten)]
        basis: Basis,
        /// What was decided for each key, and how.
        decisions: Vec<DecisionAnswer>,
    },
}

/// By what something was decided.
#[derive(Debug, Serialize, ToSchema)]
pub struct Basis {
    /// The key of the environment.
    environment: String,
    /// The moment that relative dates and days of events counted from.
    as_of: DateTime<Utc>,
    /// What is known of the user: `known`, `stranger` (nobody of that id was seen), `left_aside`
    /// (`profile` was false) or `nobody` (there was no user id).
    #[schema(value_type = String)]
    profile: &'static str,
    /// What to know about the answer, as sentences.
    notes: Vec<String>,
    /// What can't be served as the rules say, each with why.
    problems: Vec<ProblemAnswer>,
}

/// Something that can't be served.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemAnswer {
    /// The key, segment or experience.
    what: String,
    /// Why, as a sentence.
    message: String,
}

/// A key's value, with the way to it.
#[derive(Debug, Serialize, ToSchema)]
pub struct DecisionAnswer {
    /// The key.
    key: String,
    /// `boolean`, `string`, `integer`, `decimal` or `json`.
    #[schema(value_type = String)]
    value_type: ValueType,
    /// What the user gets.
    value: Value,
    /// The variant's name; else `on` or `off`, `default`, or `value`.
    variant: String,
    /// The payload of the variant.
    payload: Option<Value>,
    /// For a boolean its value, for other types whether the experience is not switched off.
    enabled: bool,
    /// The reason, in the word that apps get.
    #[schema(value_type = String, example = "SPLIT")]
    reason: Reason,
    /// What decided, in a few words.
    #[schema(example = "In the 20 % of row 2, iPhone users in New York")]
    why: String,
    /// The row that decided, in or out of its percentage; `everyone_else` for the last one.
    row: Option<String>,
    /// The number of the version that decided.
    version: Option<i32>,
    /// The percentage of the row that decided.
    rollout_percentage: Option<Value>,
    /// The experience that serves the key.
    experience: Option<ServerAnswer>,
    /// How it was decided, in order.
    #[schema(value_type = Vec<StepShape>)]
    steps: Vec<Step>,
    /// The attributes that were looked at.
    #[schema(value_type = Vec<UsedShape>)]
    used: Vec<Used>,
}

/// The experience that serves a key.
#[derive(Debug, Serialize, ToSchema)]
pub struct ServerAnswer {
    /// Identity.
    id: Uuid,
    /// `feature_flag` or `product_config`.
    #[schema(value_type = String)]
    kind: &'static str,
    /// Its name in addresses.
    slug: String,
    /// Its name.
    name: String,
}

/// One step of a decision.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Step)]
pub struct StepShape {
    /// What was looked at: `published`, `switch`, `test_user`, `ramp`, `prerequisite`, `row`,
    /// `everyone_else`, `percentage`, `served`, `rest`.
    pub step: String,
    /// What came of it: `yes`, `no`, `unknown`, `serves`, `not_looked_at`.
    pub result: String,
    /// The same as a sentence.
    pub outcome: String,
    /// Why, where there is more to say.
    #[schema(required = false)]
    pub detail: String,
    /// The conditions of a row that were looked at.
    #[schema(required = false, value_type = Vec<Object>)]
    pub conditions: Vec<Checked>,
    /// The inputs that it saw, by name.
    #[schema(required = false)]
    pub inputs: Value,
}

/// An attribute that was looked at.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = UsedAttribute)]
pub struct UsedShape {
    /// Its name.
    pub name: String,
    /// Its value; null where there is none.
    pub value: Value,
    /// Where it came from: `request`, `profile`, `not_set`, `unknown`.
    pub origin: String,
}

impl DecisionAnswer {
    fn of(decision: Decision) -> DecisionAnswer {
        DecisionAnswer {
            key: decision.key,
            value_type: decision.value_type,
            value: decision.value,
            variant: decision.variant,
            payload: decision.payload,
            enabled: decision.enabled,
            reason: decision.reason,
            why: decision.why,
            row: decision.row,
            version: decision.version,
            rollout_percentage: decision.rollout.map(|rollout| rollout.to_json()),
            experience: decision.experience.map(|server| ServerAnswer {
                id: server.id,
                kind: server.kind.as_str(),
                slug: server.slug,
                name: server.name,
            }),
            steps: decision.steps,
            used: decision.used,
        }
    }
}

/// Explains the values of a user
///
/// They are decided as for an app, but nothing is counted, and nobody is learned of. With
/// `experience` and `version` as if that version were on and published for everybody; with `at` as
/// it was at that moment.
#[utoipa::path(post, path = "/api/v1/explain", tag = "Explanations", request_body = ExplainShape,
    responses((status = 200, description = "The values, step by step", body = Explanation)))]
pub async fn explain(
    member: Member,
    store: Data<Store>,
    lists: Data<MemberListCache>,
    query: Query,
    body: Body,
) -> Answer {
    query.only(&[])?;
    let asked = body.read(Explain::read)?;
    let wants_one = asked.key.is_some();
    let told = work::read(&store, move |conn| {
        let question = Question {
            environment_id: member.environment(conn, &asked.environment)?.id,
            context: &asked.context,
            with_profile: asked.profile,
            rules: asked.rules(conn, &member)?,
            lists: &lists,
            keys: asked.key.as_ref().map(std::slice::from_ref).or(asked.keys.as_deref()),
        };
        let told = explaining::explain(conn, &member.actor, &question, Utc::now())?;
        explanation(told, wants_one)
    });
    Ok(ok(&told.await?))
}

fn explanation(told: Told, wants_one: bool) -> Result<Explanation, OperationError> {
    let problem = |problem: crate::domain::ruleset::Problem| ProblemAnswer {
        what: problem.what,
        message: problem.message,
    };
    let basis = Basis {
        environment: told.environment.key,
        as_of: told.as_of,
        profile: told.acquaintance.as_str(),
        notes: told.notes,
        problems: told.problems.into_iter().map(problem).collect(),
    };
    let (mut decisions, mut missing) = (Vec::new(), Vec::new());
    for (place, (_, decision)) in told.keys.into_iter().enumerate() {
        match decision {
            Some(decision) => decisions.push(DecisionAnswer::of(decision)),
            None => missing.push(FieldError::new(format!("keys[{place}]"), NO_KEY)),
        }
    }
    match (wants_one, missing.is_empty(), decisions.pop()) {
        (true, _, Some(decision)) => Ok(Explanation::One { basis, decision: Box::new(decision) }),
        (true, _, None) => Err(OperationError::NotFound("key")),
        (false, false, _) => Err(OperationError::Invalid(missing)),
        (false, true, last) => {
            decisions.extend(last);
            Ok(Explanation::Several { basis, decisions })
        }
    }
}

/// What is said of a key that is not there.
const NO_KEY: &str = "There is no key of this name, or it is archived.";
