//! Rows that never decide, as far as the content alone says so.

use crate::domain::{
    condition::Condition,
    version::{Audience, Content},
};

/// Why a row never decides, and the place of the row above that is to blame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shadow {
    /// That row is for everyone.
    Everyone(usize),
    /// That row has the same audience.
    Same(usize),
}

/// What stands above the row at that place, or above everyone else for the place behind the last.
pub(super) fn shadow(content: &Content, place: usize) -> Option<Shadow> {
    let audience = content.rows.get(place).map(|row| &row.audience);
    let above = content.rows.iter().enumerate().take(place);
    let mut on = above.filter(|(_, row)| row.rule.enabled);
    on.find_map(|(above, row)| match (&row.audience, audience) {
        (Audience::Everyone, _) => Some(Shadow::Everyone(above)),
        (one, Some(other)) if same(one, other) => Some(Shadow::Same(above)),
        _ => None,
    })
}

/// The enabled rows below that have the same audience as this one, to which it leaves nothing.
pub(super) fn shadowed_by(content: &Content, place: usize) -> Vec<usize> {
    let rows = content.rows.iter().enumerate().skip(place + 1);
    let on = rows.filter(|(_, row)| row.rule.enabled);
    on.map(|(below, _)| below)
        .filter(|below| shadow(content, *below) == Some(Shadow::Same(place)))
        .collect()
}

/// Whether two audiences describe the same users by what they say.
fn same(one: &Audience, other: &Audience) -> bool {
    match (conditions(one), conditions(other)) {
        (Some(one), Some(other)) => one.says_the_same_as(&other),
        (None, None) => true,
        _ => false,
    }
}

/// The audience as conditions; none where it is everyone.
fn conditions(audience: &Audience) -> Option<Condition> {
    match audience {
        Audience::Segment(slug) => Some(Condition::Segment(slug.clone())),
        Audience::Conditions(condition) => Some(condition.clone()),
        Audience::Everyone => None,
    }
}
