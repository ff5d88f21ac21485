//! A row of the builder on what users did or did not do, as it was entered.

use serde_json::{Value as Json, json};

use super::exact;
use crate::{
    dashboard::Form,
    domain::{
        condition::{Condition, EventCondition},
        reading::FieldError,
    },
};

/// A condition on an event, complete or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventRow {
    /// Tells it from the others, whatever is moved.
    pub id: u32,
    /// Whether it was done, and not the opposite.
    pub did: bool,
    /// The event.
    pub event: String,
    /// Whether it was done less often than that, and not at least so often.
    pub fewer: bool,
    /// How often. Kept where it was not done at all.
    pub times: String,
    /// Whether all that is kept counts, and not the last days alone.
    pub ever: bool,
    /// How many days. Kept where all that is kept counts.
    pub days: String,
}

impl EventRow {
    /// A row in which nothing was entered yet.
    pub fn blank(id: u32) -> EventRow {
        let (times, days) = ("1".to_owned(), "30".to_owned());
        EventRow { id, did: true, event: String::new(), fewer: false, times, ever: false, days }
    }

    /// The row of that number in a form.
    pub fn from_form(form: &Form, id: u32) -> EventRow {
        let field = |name: &str| form.get(&format!("{name}-{id}")).trim().to_owned();
        EventRow {
            id,
            did: field("did") != "not",
            event: field("event"),
            fewer: field("bound") == "fewer",
            times: field("times"),
            ever: field("window") == "ever",
            days: field("days"),
        }
    }

    /// The row that shows a condition.
    pub fn of_condition(id: u32, condition: &EventCondition) -> EventRow {
        let blank = EventRow::blank(id);
        EventRow {
            // "Did not" hides the count, so one above 1 is said the other way round.
            did: condition.did || condition.at_least > 1,
            event: exact::shown(&condition.event),
            fewer: !condition.did && condition.at_least > 1,
            times: condition.at_least.to_string(),
            ever: condition.within_days.is_none(),
            days: condition.within_days.map_or(blank.days, |days| days.to_string()),
            id,
        }
    }

    /// Turns it into its opposite.
    pub fn negate(&mut self) {
        match (self.did, self.times.as_str()) {
            (true, "" | "1") if !self.fewer => self.did = false,
            (true, _) => self.fewer = !self.fewer,
            (false, _) => {
                (self.did, self.fewer) = (true, false);
                self.times = "1".to_owned();
            }
        }
    }

    /// What the row is called beside others: "Did Charged at least 3 times in the last 30 days".
    pub fn words(&self) -> String {
        if self.event.is_empty() {
            return "new event".to_owned();
        }
        let mut words = format!("{} {}", if self.did { "Did" } else { "Did not" }, self.event);
        if self.did {
            let bound = if self.fewer { "fewer than" } else { "at least" };
            words += &format!(" {bound} {} times", self.times);
        }
        if !self.ever {
            words += &format!(" in the last {} days", self.days);
        }
        words
    }

    /// The condition that was entered.
    ///
    /// # Errors
    /// What is missing or wrong, by the field of the form.
    pub fn condition(&self) -> Result<Condition, Vec<FieldError>> {
        let mut missing = Vec::new();
        let mut problem = |name: &str, message: &str| {
            missing.push(FieldError::new(format!("{name}-{}", self.id), message));
        };
        if self.event.is_empty() {
            problem("event", "Choose an event.");
        }
        let mut json = json!({"event": exact::meant(&self.event), "did": self.did && !self.fewer});
        if self.did {
            match whole(&self.times) {
                Some(times) => json["count"] = json!({"at_least": times}),
                None => problem("times", "Enter how many times, as a whole number such as 3."),
            }
        }
        if !self.ever {
            match whole(&self.days) {
                Some(days) => json["within_days"] = days,
                None => problem("days", "Enter how many days, as a whole number such as 30."),
            }
        }
        if !missing.is_empty() {
            return Err(missing);
        }
        Condition::from_json(&json).map_err(|problems| {
            let placed = problems.into_iter().map(|problem| {
                let name = match problem.field.as_str() {
                    "count.at_least" => "times",
                    "within_days" => "days",
                    _ => "event",
                };
                FieldError::new(format!("{name}-{}", self.id), problem.message)
            });
            placed.collect()
        })
    }
}

fn whole(text: &str) -> Option<Json> {
    text.parse::<u64>().ok().map(Json::from)
}
