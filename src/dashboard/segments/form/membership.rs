//! A row of the builder on membership of another segment, as it was entered.

use serde_json::json;

use crate::{
    dashboard::Form,
    domain::{condition::Condition, reading::FieldError, slug::Slug},
};

/// Whether users are in another segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// Tells it from the others, whatever is moved.
    pub id: u32,
    /// Whether they are in it, and not out of it.
    pub is_in: bool,
    /// The slug of the segment; empty while none is chosen.
    pub segment: String,
}

impl Membership {
    /// A row in which nothing was chosen yet.
    pub fn blank(id: u32) -> Membership {
        Membership { id, is_in: true, segment: String::new() }
    }

    /// The row of that number in a form.
    pub fn from_form(form: &Form, id: u32) -> Membership {
        let field = |name: &str| form.get(&format!("{name}-{id}")).trim().to_owned();
        Membership { id, is_in: field("in") != "not", segment: field("segment") }
    }

    /// The row on that segment.
    pub fn of(id: u32, slug: &Slug, is_in: bool) -> Membership {
        Membership { id, is_in, segment: slug.to_string() }
    }

    /// The condition that was entered.
    ///
    /// # Errors
    /// What is missing or wrong, by the field of the form.
    pub fn condition(&self) -> Result<Condition, Vec<FieldError>> {
        let field = format!("segment-{}", self.id);
        if self.segment.is_empty() {
            return Err(vec![FieldError::new(field, "Choose a segment.")]);
        }
        let leaf = json!({"segment": self.segment});
        let tree = if self.is_in { leaf } else { json!({"not": leaf}) };
        Condition::from_json(&tree).map_err(|problems| {
            let placed = |problem: FieldError| FieldError::new(field.clone(), problem.message);
            problems.into_iter().map(placed).collect()
        })
    }
}
