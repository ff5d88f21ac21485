//! How far a version has reached, in words.

use super::Teller;
use crate::domain::{
    evaluation::{
        event::Bucketed,
        explain::{Mark, Step, places::Place, why::Deciding},
    },
    ruleset::{Plan, Ramp, Rest},
};

impl Teller<'_> {
    /// Whether the ramp has come to them, and who decides for those whom it has not.
    pub(super) fn ramp(&mut self, active: &Plan, ramp: &Ramp, at: Bucketed, inside: bool) {
        if ramp.reached.is_nobody() {
            return self.beside_test_users(ramp);
        }
        let place = Place {
            bucket_by: &active.bucket_by,
            salt: &ramp.salt,
            percent: ramp.reached,
            at,
            inside,
        };
        let share = format!(
            "the {} that the ramp of {} has reached",
            ramp.reached.in_words(),
            self.version()
        );
        let because = place.in_words(self.subject, &mut self.checker.uses);
        let unknown = matches!(at, Bucketed::Unknown);
        let replaced = self.publication.and_then(|publication| publication.replaces.as_deref());
        let (result, outcome) = match &ramp.rest {
            _ if unknown => {
                let what = format!("What places them in {share}");
                self.deciding = Deciding::Unreadable { what };
                (Mark::Unknown, format!("In or outside {share} is not known: the default"))
            }
            _ if inside => (Mark::Yes, format!("In {share}")),
            Rest::Nothing(_) => {
                self.deciding = Deciding::NotReached;
                (
                    Mark::No,
                    format!("Outside {share}, and nothing was published before: the default"),
                )
            }
            Rest::Replaced(_) => {
                self.turn_to(replaced);
                (
                    Mark::No,
                    format!("Outside {share}: {}, which it replaces, decides", self.version()),
                )
            }
        };
        let step = Step::new("ramp", result, outcome).because(because);
        self.steps.push(place.add_to(step.with("reached_percent", ramp.reached.to_json())));
        // The publication that is replaced is at the end of its own ramp.
        self.is_ramping = true;
    }

    /// The version is for its test users alone, and this is none of them.
    fn beside_test_users(&mut self, ramp: &Ramp) {
        let only = format!("{} is for its test users only", self.version());
        let outcome = match &ramp.rest {
            Rest::Nothing(_) => {
                self.deciding = Deciding::OnlyTestUsers;
                format!("The {only}, and nothing was published before: the default")
            }
            Rest::Replaced(_) => {
                self.turn_to(self.publication.and_then(|it| it.replaces.as_deref()));
                format!("The {only}: {} decides", self.version())
            }
        };
        let step = Step::new("ramp", Mark::No, outcome);
        self.steps.push(step.with("reached_percent", ramp.reached.to_json()));
        self.is_ramping = true;
    }
}
