//! How many of the known users a segment describes: while it is edited, and as it is saved.

use std::sync::Arc;

use actix_web::web::{Data, Query};
use askama::Template;
use chrono::Utc;
use serde::Deserialize;

use super::{
    super::{
        Answer, Form, Fragment, ProjectMember,
        number_words::{grouped_count, share_words},
        work,
    },
    form::Entered,
};
use crate::{
    domain::{condition::Condition, reach::Estimate},
    operations::{
        OperationError,
        reach::{self, Check, Count, CountChange, Edited},
    },
    population::Population,
    store::{Connection, Store},
};

#[derive(Template)]
#[template(path = "segments/_matches_fragment.html")]
struct MatchesFragment {
    matches: Matches,
    check: Option<Checked>,
}

/// What stands beside the conditions.
pub struct Matches {
    /// Where the count is asked for anew.
    pub address: String,
    /// What there is to say.
    pub said: Said,
}

/// What there is to say of how many match.
pub enum Said {
    /// It is being counted.
    Counting,
    /// The conditions are not complete; a sentence says what is missing.
    Incomplete(String),
    /// Nobody is known in the environment of that name.
    Nobody(String),
    /// This many.
    Counted(Counted),
}

/// A count, as it is shown.
pub struct Counted {
    /// "8,140", or "About 8,100".
    pub number: String,
    /// "10.1 % of 80,214"
    pub share: String,
    /// The share in hundredths of a percent, for the bar.
    pub percent: String,
    /// "give or take 120: a sample of 100,000 was asked"; none where all were.
    pub sample: Option<String>,
    /// "Was 8,422: 282 leave, 0 join"; none where nothing changes or there was nothing before.
    pub change: Option<String>,
    /// A few who are in.
    pub examples: Vec<reach::Example>,
}

/// How many known users are in a segment, as a list shows it.
pub struct Members {
    /// "8,140", or "About 8,100".
    pub number: String,
    /// "10.1 %"
    pub share: String,
    /// The share in hundredths of a percent, for the bar.
    pub percent: String,
}

impl Members {
    /// Of a count.
    pub fn of(count: &Count) -> Members {
        let Estimate { about, margin } = count.matched;
        let number = grouped_count(about);
        let share = about as f64 / count.known.max(1) as f64 * 100.0;
        Members {
            number: if margin > 0 { format!("About {number}") } else { number },
            share: share_words(share),
            percent: format!("{share:.2}"),
        }
    }
}

/// Whether a user is in.
pub struct Checked {
    /// Who.
    pub user_id: String,
    /// What came of looking.
    pub check: Check,
    /// Where they would be known.
    pub environment: String,
}

/// Which segment is edited.
#[derive(Deserialize)]
pub struct Asked {
    segment: Option<String>,
}

impl Matches {
    /// Not counted yet; what can't be said in words can't be counted either.
    pub fn of(
        member: &ProjectMember,
        segment: Option<&str>,
        words: &Result<String, String>,
    ) -> Matches {
        let said = match words {
            Ok(_) => Said::Counting,
            Err(missing) => Said::Incomplete(missing.clone()),
        };
        Matches { address: address(member, segment), said }
    }

    /// Whether the count is to be asked for as soon as this is shown.
    pub fn is_counting(&self) -> bool {
        matches!(self.said, Said::Counting)
    }
}

fn address(member: &ProjectMember, segment: Option<&str>) -> String {
    let path = member.path("/segments/_matches");
    segment.map_or(path.clone(), |slug| format!("{path}?segment={slug}"))
}

/// Counts whom the conditions in the form describe, and looks whether one user is among them.
///
/// # Errors
/// [`crate::dashboard::PageError::Away`].
pub async fn count(
    member: ProjectMember,
    asked: Query<Asked>,
    form: Form,
    store: Data<Store>,
    population: Data<Population>,
) -> Answer {
    let segment = asked.into_inner().segment.filter(|slug| !slug.contains('\0'));
    let address = address(&member, segment.as_deref());
    let condition = match Entered::from_form(&form).condition() {
        Ok(condition) => condition,
        Err(problems) => {
            let missing = problems.into_iter().next().map(|it| it.message).unwrap_or_default();
            let matches = Matches { address, said: Said::Incomplete(missing) };
            return Fragment::of(&MatchesFragment { matches, check: None })?.show();
        }
    };
    let wanted = form.get("check").trim().to_owned();
    let (who, population) = (member.clone(), population.into_inner());
    let found = work::read(&store, move |conn| {
        look(conn, &population, &who, &condition, segment.as_deref(), &wanted)
    });
    let (said, check) = found.await?;
    Fragment::of(&MatchesFragment { matches: Matches { address, said }, check })?.show()
}

fn look(
    conn: &mut Connection,
    population: &Arc<Population>,
    member: &ProjectMember,
    condition: &Condition,
    segment: Option<&str>,
    wanted: &str,
) -> Result<(Said, Option<Checked>), OperationError> {
    let (conditions, now) = (condition.to_json(), Utc::now());
    let (project_id, environment) = (member.project.id, &member.environment);
    let edited =
        Edited { project_id, environment_id: environment.id, conditions: &conditions, segment };
    let said = match reach::preview(conn, population, &edited, now) {
        Ok(count) => Said::of(count, &environment.name),
        Err(OperationError::Invalid(problems)) => {
            let missing = problems.into_iter().next().map(|it| it.message).unwrap_or_default();
            return Ok((Said::Incomplete(missing), None));
        }
        Err(error) => return Err(error),
    };
    let check = match wanted {
        "" => None,
        user_id => Some(Checked {
            check: reach::check(conn, population, &edited, user_id, now)?,
            user_id: user_id.to_owned(),
            environment: environment.name.clone(),
        }),
    };
    Ok((said, check))
}

impl Said {
    fn of(count: Count, environment: &str) -> Said {
        if count.known == 0 {
            return Said::Nobody(environment.to_owned());
        }
        let margin = count.matched.margin;
        let Members { number, share, percent } = Members::of(&count);
        Said::Counted(Counted {
            number,
            share: format!("{share} of {}", grouped_count(count.known)),
            percent,
            sample: (margin > 0).then(|| {
                let asked = grouped_count(count.asked as u64);
                format!(
                    "Give or take {}: a sample of {asked} of them was asked.",
                    grouped_count(margin)
                )
            }),
            change: count.change.filter(CountChange::moves).map(|change| {
                format!(
                    "Was {}: {} leave, {} join.",
                    grouped_count(change.was.about),
                    grouped_count(change.leave.about),
                    grouped_count(change.join.about)
                )
            }),
            examples: count.examples,
        })
    }
}

impl Checked {
    fn icon(&self) -> &'static str {
        if self.check.is_in { "ok" } else { "x" }
    }

    /// "Yes. All 3 conditions hold."
    fn words(&self) -> String {
        let held = self.check.conditions.iter().filter(|(_, holds)| *holds).count();
        let all = self.check.conditions.len();
        match (self.check.is_in, all) {
            (true, 1) => "Yes. The condition holds.".to_owned(),
            (true, all) if held == all => format!("Yes. All {all} conditions hold."),
            (true, all) => format!("Yes. {held} of {all} conditions hold."),
            (false, 1) => "No. The condition does not hold.".to_owned(),
            (false, all) => format!("No. {held} of {all} conditions hold."),
        }
    }
}
