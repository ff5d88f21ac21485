//! How many users each row has.

use std::collections::HashMap;

use super::super::super::number_words::grouped_count;
use crate::{
    domain::{
        trial::{RowReach, RuleReach},
        version::{Rule, Serve},
    },
    operations::content_reach::Tryout,
};

/// The users of a row, as its cell shows them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RowUsers {
    /// Who is served: "≈ 1,628".
    pub served: String,
    /// Of whom: "of 8,140"; none where that is the same.
    pub of: Option<String>,
    /// Where rows above take some: "9,344 known users match; 1,204 of them are taken by rows above."
    pub overlap: Option<String>,
    /// How many get each share of a split: "on 1,302, control 326".
    pub shares: Option<String>,
}

/// The users of each row, by its id.
pub(super) fn of_rows(tryout: &Tryout) -> HashMap<String, RowUsers> {
    let rows = tryout.content.rows.iter().zip(&tryout.reach.rows);
    rows.map(|(row, reach)| (row.id.clone(), of_row(tryout, &row.rule, reach))).collect()
}

/// The users of everyone else. Where that is off, they are those who get the default.
pub(super) fn of_everyone_else(tryout: &Tryout) -> RowUsers {
    let (rule, reach) = (&tryout.content.everyone_else, &tryout.reach.everyone_else);
    match rule.enabled {
        true => of_rule(tryout, rule, reach),
        false => RowUsers { served: counted(tryout, reach.left), ..RowUsers::default() },
    }
}

fn of_row(tryout: &Tryout, rule: &Rule, reach: &RowReach) -> RowUsers {
    if !rule.enabled {
        let of = (reach.described > 0).then(|| format!("of {}", counted(tryout, reach.described)));
        return RowUsers { served: "0".to_owned(), of, ..RowUsers::default() };
    }
    let users = of_rule(tryout, rule, &reach.decides);
    RowUsers { overlap: overlap(tryout, reach), ..users }
}

fn of_rule(tryout: &Tryout, rule: &Rule, reach: &RuleReach) -> RowUsers {
    let served = counted(tryout, reach.in_rollout);
    let about = !rule.rollout.is_all() && reach.in_rollout > 0 && !served.starts_with('≈');
    let of = (reach.left != reach.in_rollout || !rule.rollout.is_all())
        .then(|| format!("of {}", grouped_count(tryout.estimate(reach.left).about)));
    RowUsers {
        served: if about { format!("≈ {served}") } else { served },
        of,
        overlap: None,
        shares: shares(tryout, &rule.serve, reach),
    }
}

/// A number of users; of a sample it is about that many.
fn counted(tryout: &Tryout, found: usize) -> String {
    let estimate = tryout.estimate(found);
    let number = grouped_count(estimate.about);
    if estimate.margin > 0 { format!("≈ {number}") } else { number }
}

fn overlap(tryout: &Tryout, reach: &RowReach) -> Option<String> {
    let taken: usize = reach.taken.values().sum();
    (taken > 0).then(|| {
        let (described, taken) = (counted(tryout, reach.described), counted(tryout, taken));
        format!("{described} known users match; {taken} of them are taken by rows above.")
    })
}

fn shares(tryout: &Tryout, serve: &Serve, reach: &RuleReach) -> Option<String> {
    let Serve::Split(shares) = serve else { return None };
    let shares = shares.iter().zip(&reach.shares);
    let said: Vec<String> = shares
        .map(|(share, users)| format!("{} {}", share.variant, counted(tryout, *users)))
        .collect();
    Some(said.join(", "))
}
