//! Where a user stands among all, in words.

use super::{Step, used::Uses};
use crate::domain::{
    bucketing::{Bucket, POSITIONS, Rollout, Salt},
    context::{Subject, USER_ID},
    evaluation::event::Bucketed,
};

/// A percentage that a user was looked up in.
pub(super) struct Place<'a> {
    pub bucket_by: &'a str,
    pub salt: &'a Salt,
    pub percent: Rollout,
    pub at: Bucketed,
    pub inside: bool,
}

impl Place<'_> {
    /// Why the user is in or out, as the end of a sentence.
    pub fn in_words(&self, subject: &Subject<'_>, uses: &mut Uses) -> String {
        let by = self.bucket_by;
        let has = match by {
            USER_ID => String::new(),
            _ => uses.look(subject, by),
        };
        match self.at {
            Bucketed::Unknown => format!("their place can't be worked out, since {has}"),
            Bucketed::Nowhere if by == USER_ID => {
                "there is no user id, so they have no place".to_owned()
            }
            Bucketed::Nowhere => format!("{has}, which gives them no place"),
            Bucketed::At(bucket) if by == USER_ID => {
                format!("their place {}", self.against(bucket))
            }
            Bucketed::At(bucket) => format!("{has}, whose place {}", self.against(bucket)),
        }
    }

    fn against(&self, bucket: Bucket) -> String {
        let place = bucket.allocation;
        let percent = self.percent.percent();
        let on_the_edge = place == u32::from(self.percent.hundredths() / 100)
            && !self.percent.hundredths().is_multiple_of(100);
        match (on_the_edge, self.inside) {
            (false, true) => format!("is {place} of 0 to 99, under {percent}"),
            (false, false) => format!("is {place} of 0 to 99, not under {percent}"),
            (true, true) => {
                format!("is {place} of 0 to 99, of which {percent} % takes a part with them in it")
            }
            (true, false) => format!(
                "is {place} of 0 to 99, of which {percent} % takes a part without them in it"
            ),
        }
    }

    /// Adds the numbers to a step.
    pub fn add_to(&self, step: Step) -> Step {
        let step = step.with("bucket_by", self.bucket_by);
        match self.at {
            Bucketed::At(bucket) => step
                .with("salt", self.salt.as_str())
                .with("allocation", bucket.allocation)
                .with("position", bucket.position),
            _ => step,
        }
    }
}

/// Which part of a split a user falls into, as the end of a sentence.
pub(super) fn share_in_words(at: Bucketed, variant: &str) -> Option<String> {
    let Bucketed::At(bucket) = at else { return None };
    let last = POSITIONS - 1;
    Some(format!("their position {} of 0 to {last} falls to variant “{variant}”", bucket.position))
}
