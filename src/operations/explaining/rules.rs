//! The rules that a question is decided by.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Question, Rules};
use crate::domain::ruleset::source::{ExperienceSource, Source};
use crate::domain::ruleset::{Compiled, Ruleset};
use crate::operations::OperationError;
use crate::store::environments::Environment;
use crate::store::{Connection, experiences, rulesets, versions};

/// Compiles what the environment serves, as of when it is asked for.
pub(super) fn compile(
    conn: &mut Connection,
    environment: &Environment,
    question: &Question<'_>,
    now: DateTime<Utc>,
) -> Result<Compiled, OperationError> {
    let source = match question.rules {
        Rules::Live => rulesets::load(conn, environment.id)?,
        Rules::Version { experience_id, number } => {
            let served = as_if_published(conn, environment, experience_id, number)?;
            let mut live = rulesets::load(conn, environment.id)?;
            live.experiences.retain(|experience| experience.id != experience_id);
            live.experiences.push(served);
            live
        }
        Rules::At(moment) => past(conn, environment, moment, now)?,
    };
    let lists = question.lists.of(conn, &source)?;
    Ok(Ruleset::compile(source, None, &lists))
}

fn past(
    conn: &mut Connection,
    environment: &Environment,
    moment: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<Source, OperationError> {
    if moment > now {
        let message = "This moment is yet to come. Choose one in the past.";
        return Err(OperationError::invalid("at", message));
    }
    Ok(rulesets::load_at(conn, environment.id, moment)?)
}

/// The experience as it would be with that version published for everybody, and on.
fn as_if_published(
    conn: &mut Connection,
    environment: &Environment,
    experience_id: Uuid,
    number: i32,
) -> Result<ExperienceSource, OperationError> {
    let experience = experiences::find(conn, experience_id)?
        .filter(|found| found.project_id == environment.project_id)
        .ok_or(OperationError::NotFound("experience"))?;
    let version = versions::find_by_number(conn, experience_id, number)?.ok_or_else(|| {
        let newest = experience.newest_version;
        let message = match newest {
            0 => format!("“{}” has no version yet.", experience.name),
            _ => format!("“{}” has the versions 1 to {newest}.", experience.name),
        };
        OperationError::invalid("version", message)
    })?;
    let version_of = (version.id, version.number);
    Ok(ExperienceSource::as_if_published(
        experience.id,
        experience.slug,
        experience.kind,
        version_of,
        version.content,
    ))
}
