//! A row of the matrix.

use super::{
    super::{
        around::{Around, Served},
        entered::{Entered, EnteredAudience, EnteredRow, EnteredRule},
        reading::percent,
    },
    ServeView,
};

/// A row with its controls.
pub struct RowView {
    /// What the names of its fields start with.
    pub field: String,
    /// Its id; of no use for everyone else.
    pub id: String,
    /// Its place, from 1.
    pub number: usize,
    /// Whom it is for.
    pub name: String,
    /// The same in words.
    pub words: String,
    /// The address of its segment.
    pub segment: Option<String>,
    /// What its hidden field carries.
    pub audience: String,
    /// Whether it is on.
    pub is_on: bool,
    /// The percent, as typed.
    pub percent: String,
    /// Where the slider stands.
    pub slider: f64,
    /// What it serves.
    pub serve: ServeView,
    /// Whether it was changed.
    pub is_changed: bool,
    /// Whether it has controls; everyone else has some only once somebody asked.
    pub is_open: bool,
}

impl RowView {
    /// Of a row at that place.
    pub fn of(
        number: usize,
        row: &EnteredRow,
        around: &Around,
        before: Option<&Entered>,
        base_path: &str,
    ) -> RowView {
        let (words, segment) = match &row.audience {
            EnteredAudience::Segment(slug) => match around.segment(slug) {
                Some(choice) => {
                    (choice.words.clone(), Some(format!("{base_path}/segments/{slug}")))
                }
                None => ("Archived".to_owned(), None),
            },
            EnteredAudience::Everyone => ("All users".to_owned(), None),
            EnteredAudience::Conditions(_) => ("One-off condition".to_owned(), None),
        };
        let known = before.and_then(|it| it.rows.iter().find(|known| known.id == row.id));
        let field = format!("rows.{}", row.id);
        RowView {
            id: row.id.clone(),
            name: around.name_of(&row.audience),
            words,
            segment,
            audience: row.audience.text(),
            is_changed: before.is_some() && known != Some(row),
            is_open: true,
            ..RowView::rule(field, number, &row.rule, &around.served)
        }
    }

    /// Of everyone else.
    pub fn everyone(entered: &Entered, around: &Around, before: Option<&Entered>) -> RowView {
        let number = entered.rows.len() + 1;
        RowView {
            name: "Everyone else".to_owned(),
            words: "No row above matches".to_owned(),
            is_changed: before.is_some_and(|it| it.everyone != entered.everyone),
            is_open: entered.everyone_open || entered.everyone.on,
            ..RowView::rule("everyone".to_owned(), number, &entered.everyone, &around.served)
        }
    }

    fn rule(field: String, number: usize, rule: &EnteredRule, served: &Served) -> RowView {
        RowView {
            number,
            id: String::new(),
            name: String::new(),
            words: String::new(),
            segment: None,
            audience: String::new(),
            is_on: rule.on,
            percent: rule.percent.clone(),
            slider: percent(&rule.percent).map_or(0.0, |rollout| rollout.percent()),
            serve: ServeView::of(&field, &rule.serve, served, true),
            is_changed: false,
            is_open: false,
            field,
        }
    }
}
