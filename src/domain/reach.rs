//! How many of the known users a condition describes, and what a change of it does to them.
//!
//! Both ask the matcher that decides values; there is no second one.

use chrono::{DateTime, Utc};

use crate::domain::{condition::Truth, evaluation::Membership, known_user::KnownUser};

/// How many users are shown as examples.
const EXAMPLES: usize = 5;

/// What was found among the users that were looked at.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reach<'u> {
    /// How many were looked at.
    pub asked: usize,
    /// How many of them are in.
    pub matched: usize,
    /// How many of them are in and were not before.
    pub join: usize,
    /// How many of them were in and are not any more.
    pub leave: usize,
    /// A few who are in, the first that were looked at.
    pub examples: Vec<&'u KnownUser>,
}

impl<'u> Reach<'u> {
    /// Looks at these users. `before` is what the condition was, where it was there before.
    pub fn of(
        users: impl IntoIterator<Item = &'u KnownUser>,
        after: &Membership<'_>,
        before: Option<&Membership<'_>>,
        now: DateTime<Utc>,
    ) -> Reach<'u> {
        let mut reach = Reach::default();
        for user in users {
            let subject = user.subject(now);
            let is_in = after.of(&subject) == Truth::Holds;
            let was_in = before.map(|before| before.of(&subject) == Truth::Holds);
            reach.asked += 1;
            reach.matched += usize::from(is_in);
            reach.join += usize::from(is_in && was_in == Some(false));
            reach.leave += usize::from(!is_in && was_in == Some(true));
            if is_in && reach.examples.len() < EXAMPLES {
                reach.examples.push(user);
            }
        }
        reach
    }
}

/// What a number of users in a sample says about all known users.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// About how many of all.
    pub about: u64,
    /// In 95 of 100 samples the true number is within this many of it; 0 where all were asked.
    pub margin: u64,
}

impl Estimate {
    /// The estimate from `found` of `asked` users, drawn from `known` without putting any back.
    ///
    /// The margin is Agresti and Coull's interval (The American Statistician 52, 1998), which holds
    /// for small shares too, made narrower by the share of all that was asked.
    pub fn new(found: usize, asked: usize, known: u64) -> Estimate {
        if asked == 0 || asked as u64 >= known {
            return Estimate { about: found as u64, margin: 0 };
        }
        const Z: f64 = 1.96;
        let (found, asked, known) = (found as f64, asked as f64, known as f64);
        let widened = asked + Z * Z;
        let share = (found + Z * Z / 2.0) / widened;
        let left = ((known - asked) / (known - 1.0).max(1.0)).max(0.0);
        let deviation = (share * (1.0 - share) / widened * left).sqrt();
        let about = found / asked * known;
        let off_centre = (share * known - about).abs() * left.sqrt();
        Estimate {
            about: about.round() as u64,
            margin: (Z * deviation * known + off_centre).ceil() as u64,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_all_were_asked_nothing_is_estimated() {
        assert_eq!(Estimate::new(3, 10, 10), Estimate { about: 3, margin: 0 });
        assert_eq!(Estimate::new(0, 0, 0), Estimate { about: 0, margin: 0 });
    }

    #[test]
    fn a_sample_stands_for_all_with_a_margin() {
        let tenth = Estimate::new(10_000, 100_000, 1_000_000);
        assert_eq!(tenth.about, 100_000);
        assert!((1_500..2_100).contains(&tenth.margin), "{tenth:?}");
        let nobody = Estimate::new(0, 100_000, 1_000_000);
        assert_eq!(nobody.about, 0);
        assert!((20..80).contains(&nobody.margin), "{nobody:?}");
    }
}
