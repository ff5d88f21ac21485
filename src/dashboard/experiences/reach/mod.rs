//! Who gets what, in people, beside an editor: the reach bar, the users of each row, what a change
//! does, and what is worth a second look.
//!
//! An editor calls [`view`] with what its form says so far and shows the [`ReachView`]:
//! `experiences/editor/_reach.html` is the bar with its sentences, `_row_users.html` the cell of a
//! row, `_warnings.html` the warnings of one place. Each of them includes as it is.

mod bar;
mod moves;
mod rows;
mod sentences;

pub use bar::{Bar, Legend, Part};
pub use rows::RowUsers;

use std::{collections::HashMap, future::Future, time::Duration};

use chrono::Utc;
use serde_json::Value as Json;

use super::super::{ProjectMember, number_words::grouped_count};
use crate::{
    domain::{experience::Kind, trial::Place, version::Row},
    operations::{
        OperationError,
        content_reach::{self, NewKey, Tried, Tryout},
        editing::Draft,
    },
    population::Population,
    store::{Connection, experiences::Experience},
};

/// How long a page waits for numbers.
const PATIENCE: Duration = Duration::from_secs(1);

/// What a form says so far.
#[derive(Debug, Clone, Copy)]
pub struct Draught<'a> {
    /// Feature flag or product config.
    pub kind: Kind,
    /// The experience that is edited; none for one to be.
    pub experience: Option<&'a Experience>,
    /// The content, as a version would say it.
    pub content: &'a Json,
    /// Keys that would be made along with it.
    pub new_keys: &'a [NewKey<'a>],
}

/// Who gets what, ready to be shown.
#[derive(Debug, Clone)]
pub struct ReachView {
    /// "80,214 known users in Production"
    pub population: String,
    /// "Who gets what", or "Who would get what".
    pub heading: &'static str,
    /// The bar; none where nobody is known or nothing was counted.
    pub bar: Option<Bar>,
    /// What the change does, for the bar at the end too: "Changes what about 870 of 80,214 known
    /// users see."
    pub sentence: String,
    /// More about it: who changes from what to what, for whom a prerequisite is not met.
    pub notes: Vec<String>,
    /// "Estimated from 100,000 of 2,104,330 known users, ± 0.3 %."
    pub sample: Option<String>,
    /// What another salt, attribute, weight or variant does: "Moves users: …"
    pub moves: Vec<String>,
    /// Whether it was counted at all.
    pub is_counted: bool,
    rows: HashMap<String, RowUsers>,
    everyone_else: Option<RowUsers>,
    warnings: Vec<(Place, String)>,
    row_places: HashMap<String, usize>,
}

/// Counts who would get what.
///
/// # Errors
/// Those of the database. A content that is not sound is no error: then the view says so.
pub fn view(
    conn: &mut Connection,
    population: &Population,
    member: &ProjectMember,
    draught: Draught<'_>,
) -> Result<ReachView, OperationError> {
    let environment = &member.environment;
    let tried = Tried {
        project_id: member.project.id,
        environment,
        kind: draught.kind,
        experience: draught.experience,
        draft: Draft::Definition(draught.content),
        new_keys: draught.new_keys,
    };
    match content_reach::tryout(conn, population, &member.actor, &tried, Utc::now()) {
        Ok(tryout) => Ok(ReachView::of(&tryout)),
        Err(OperationError::Invalid(_)) => {
            let sentence = "Not counted: something has to be put right first.";
            Ok(ReachView::uncounted(sentence.to_owned()))
        }
        Err(error) => Err(error),
    }
}

/// What that comes to, unless it takes longer than a second. The work goes on all the same: what
/// takes long is to get to know the users for the first time, so that whoever asks again a moment
/// later is answered at once.
pub async fn in_time<T>(counting: impl Future<Output = T>) -> Option<T> {
    actix_web::rt::time::timeout(PATIENCE, counting).await.ok()
}

impl ReachView {
    /// Where there is nothing to show yet but that sentence: "Counting…".
    pub fn uncounted(sentence: String) -> ReachView {
        ReachView {
            population: String::new(),
            heading: "Who gets what",
            bar: None,
            sentence,
            notes: Vec::new(),
            sample: None,
            moves: Vec::new(),
            is_counted: false,
            rows: HashMap::new(),
            everyone_else: None,
            warnings: Vec::new(),
            row_places: HashMap::new(),
        }
    }

    fn of(tryout: &Tryout) -> ReachView {
        let environment = &tryout.environment;
        let known = grouped_count(tryout.known);
        let users = if tryout.known == 1 { "user" } else { "users" };
        let someone = tryout.known > 0;
        let rows = tryout.content.rows.iter().enumerate();
        let place = |(place, row): (usize, &Row)| (row.id.clone(), place);
        ReachView {
            population: format!("{known} known {users} in {environment}"),
            heading: sentences::heading(tryout),
            bar: someone.then(|| Bar::of(tryout)),
            sentence: sentences::whole(tryout, environment),
            notes: if someone { sentences::notes(tryout) } else { Vec::new() },
            sample: sentences::sample(tryout),
            moves: if someone { moves::sentences(tryout) } else { Vec::new() },
            is_counted: someone,
            rows: if someone { rows::of_rows(tryout) } else { HashMap::new() },
            everyone_else: someone.then(|| rows::of_everyone_else(tryout)),
            warnings: tryout.warnings.iter().map(|it| (it.place, tryout.words(it))).collect(),
            row_places: rows.map(place).collect(),
        }
    }

    /// The users of the row of that id.
    pub fn row(&self, id: &str) -> Option<&RowUsers> {
        self.rows.get(id)
    }

    /// The users of everyone else.
    pub fn everyone_else(&self) -> Option<&RowUsers> {
        self.everyone_else.as_ref()
    }

    /// What is worth a second look in the row of that id.
    pub fn of_row(&self, id: &str) -> Vec<&str> {
        self.row_places.get(id).map_or_else(Vec::new, |place| self.warnings_of(Place::Row(*place)))
    }

    /// What is worth a second look in everyone else.
    pub fn of_everyone_else(&self) -> Vec<&str> {
        self.warnings_of(Place::EveryoneElse)
    }

    /// What is worth a second look in how users are bucketed.
    pub fn of_bucketing(&self) -> Vec<&str> {
        self.warnings_of(Place::BucketBy)
    }

    /// What is worth a second look in the variant at that place, from 0.
    pub fn of_variant(&self, place: usize) -> Vec<&str> {
        self.warnings_of(Place::Variant(place))
    }

    /// What is worth a second look in the test user at that place, from 0.
    pub fn of_test_user(&self, place: usize) -> Vec<&str> {
        self.warnings_of(Place::TestUser(place))
    }

    /// What is worth a second look in the prerequisite at that place, from 0.
    pub fn of_prerequisite(&self, place: usize) -> Vec<&str> {
        self.warnings_of(Place::Prerequisite(place))
    }

    fn warnings_of(&self, wanted: Place) -> Vec<&str> {
        let of_place = self.warnings.iter().filter(|(place, _)| *place == wanted);
        of_place.map(|(_, words)| words.as_str()).collect()
    }
}

#[cfg(test)]
mod tests;
