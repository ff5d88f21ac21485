//! `flagstaff evaluate`: which value a user gets, decided from the database, without counting.

use chrono::Utc;
use clap::Args;
use serde_json::{Value as Json, json};

use super::{CliError, Common, database, print};
use crate::{
    domain::context::{Attribute, Attributes, Context, MaybeAttribute},
    operations::{
        Actor,
        explaining::{Decision, Question, Rules, explain},
        setup::FIRST_PROJECT,
    },
    store::member_lists::MemberListCache,
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
        let told = database::with_unprepared(&self.common.database, |store| {
            store.read(|conn| {
                let project = database::project(conn, &self.project)?;
                let environment = database::environment(conn, &project, &self.environment)?;
                let question = Question {
                    environment_id: environment.id,
                    context: &context,
                    with_profile: true,
                    rules: Rules::Live,
                    lists: &MemberListCache::default(),
                    keys: Some(std::slice::from_ref(&self.key)),
                };
                Ok(explain(conn, &Actor::command_line(), &question, Utc::now())?)
            })
        })?;
        for problem in &told.problems {
            tracing::warn!(what = problem.what, "{}", problem.message);
        }
        let decided = told.keys.into_iter().find_map(|(_, decision)| decision);
        let decision = decided.ok_or_else(|| {
            let (key, project) = (&self.key, &self.project);
            CliError::Failed(format!("The project `{project}` has no key `{key}`."))
        })?;
        print(&serde_json::to_string_pretty(&self.answer(&decision)).unwrap_or_default())
    }

    fn context(&self) -> Result<Context, CliError> {
        let attributes: Attributes = serde_json::from_str(&self.attributes).map_err(|error| {
            CliError::Usage(format!(
                "--attributes is not a JSON object such as '{{\"city\": \"New York\"}}': {error}."
            ))
        })?;
        let user = MaybeAttribute(self.user.as_deref().map(|user| Attribute::Text(user.into())));
        Context::read(user, attributes).map_err(CliError::Usage)
    }

    fn answer(&self, decision: &Decision) -> Json {
        let mut json = json!({
            "flag_key": self.key,
            "enabled": decision.enabled,
            "value": decision.value,
            "variant": decision.variant,
            "payload": decision.payload,
            "reason": decision.reason,
            "version": decision.version,
            "rollout_percentage": decision.rollout.map(|rollout| rollout.to_json()),
            "row": decision.row,
        });
        if let (true, Some(json)) = (self.explain, json.as_object_mut()) {
            json.insert("why".to_owned(), json!(decision.why));
            json.insert("steps".to_owned(), json!(decision.steps));
            json.insert("used".to_owned(), json!(decision.used));
        }
        json
    }
}
