//! `flagstaff evaluate`: which value a user gets, decided from the database, without counting.

use chrono::Utc;
use clap::Args;
use serde_json::{Value as Json, json};

use super::{CliError, Common, database, print};
use crate::{
    domain::{
        context::{Attributes, Context, Stored, Subject},
        evaluation::{Explanation, explain},
        ruleset::Ruleset,
    },
    operations::setup::FIRST_PROJECT,
    store::{member_lists::MemberListCache, rulesets},
};

/// What `evaluate` takes.
#[derive(Debug, Args)]
pub(super) struct Evaluate {
    /// The key
    #[arg(long)]
    key: String,
    /// The user's id
    #[arg(long)]
    user: Option<String>,
    /// What the app would say about the user, as a JSON object
    #[arg(long, default_value = "{}", value_name = "JSON")]
    attributes: String,
    /// Tell each step of the decision
    #[arg(long)]
    explain: bool,
    /// The project
    #[arg(long, default_value = FIRST_PROJECT)]
    project: String,
    /// The environment
    #[arg(long, default_value = "production")]
    environment: String,
    #[command(flatten)]
    pub common: Common,
}

impl Evaluate {
    pub fn run(&self) -> Result<(), CliError> {
        let context = self.context()?;
        let (source, lists) = database::with_unprepared(&self.common.database, |store| {
            store.read(|conn| {
                let project = database::project(conn, &self.project)?;
                let environment = database::environment(conn, &project, &self.environment)?;
                let source = rulesets::load(conn, environment.id)?;
                let lists = MemberListCache::default().of(conn, &source)?;
                Ok((source, lists))
            })
        })?;
        let compiled = Ruleset::compile(source, None, &lists);
        for problem in &compiled.problems {
            tracing::warn!(what = problem.what, "{}", problem.message);
        }
        let subject = Subject { context: &context, stored: Stored::Nothing, now: Utc::now() };
        let explanation = explain(&compiled.ruleset, &self.key, &subject).ok_or_else(|| {
            let (key, project) = (&self.key, &self.project);
            CliError::Failed(format!("The project `{project}` has no key `{key}`."))
        })?;
        let answer = self.answer(&explanation);
        print(&serde_json::to_string_pretty(&answer).unwrap_or_default())
    }

    fn context(&self) -> Result<Context, CliError> {
        let attributes: Attributes = serde_json::from_str(&self.attributes).map_err(|error| {
            CliError::Usage(format!(
                "--attributes is not a JSON object such as '{{\"city\": \"New York\"}}': {error}."
            ))
        })?;
        Ok(match &self.user {
            Some(user) => Context::of_user(user, attributes),
            None => Context::new(attributes),
        })
    }

    fn answer(&self, explanation: &Explanation<'_>) -> Json {
        let (answer, decision) = (explanation.answer, &explanation.answer.decision);
        // Both were written as JSON when they were compiled.
        let parsed = |text: &str| serde_json::from_str::<Json>(text).unwrap_or_default();
        let mut json = json!({
            "flag_key": self.key,
            "enabled": answer.enabled,
            "value": parsed(&answer.json),
            "variant": answer.variant,
            "payload": decision.payload.as_deref().map(parsed),
            "reason": decision.reason,
            "version": decision.version.map(|version| version.number),
            "rollout_percentage": decision.rollout.map(|rollout| rollout.to_json()),
            "row": decision.row,
        });
        if let (true, Some(json)) = (self.explain, json.as_object_mut()) {
            json.insert("steps".to_owned(), json!(explanation.steps));
        }
        json
    }
}
