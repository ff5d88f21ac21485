//! Everything that was entered for a segment.

use super::{
    builder::{self, Builder},
    edit::Edit,
    editing::Focus,
    json_text,
};
use crate::{
    dashboard::{FieldErrors, Form},
    domain::{
        condition::Condition,
        reading::{FieldError, Problems},
    },
};

/// How conditions are edited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// As groups and rows.
    #[default]
    Builder,
    /// As text.
    Json,
}

/// What was there when the page was opened, so that nobody's change is overwritten unseen.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Base {
    /// The number of the conditions.
    pub revision: i32,
    /// The name.
    pub name: String,
    /// The description.
    pub description: String,
}

/// What was entered.
#[derive(Debug, Clone, PartialEq)]
pub struct Entered {
    /// The name.
    pub name: String,
    /// Whom it describes.
    pub description: String,
    /// How the conditions are edited.
    pub mode: Mode,
    /// The groups and rows.
    pub builder: Builder,
    /// The text.
    pub json: String,
    /// What was there before; the default for a new segment.
    pub base: Base,
}

impl Entered {
    /// Of a segment to be, in which nothing was entered yet.
    pub fn blank() -> Entered {
        Entered {
            name: String::new(),
            description: String::new(),
            mode: Mode::Builder,
            builder: Builder::blank(),
            json: String::new(),
            base: Base::default(),
        }
    }

    /// Of a segment with these conditions.
    pub fn of(base: Base, condition: &Condition) -> Entered {
        Entered {
            name: base.name.clone(),
            description: base.description.clone(),
            builder: Builder::of_condition(condition),
            base,
            ..Entered::blank()
        }
    }

    /// As a form has it.
    pub fn from_form(form: &Form) -> Entered {
        let mode = if form.get("as") == "json" { Mode::Json } else { Mode::Builder };
        Entered {
            name: form.get("name").to_owned(),
            description: lines_of_form(form.get("description")),
            mode,
            builder: Builder::from_form(form),
            json: form.get("json").to_owned(),
            base: Base {
                revision: form.get("base_revision").parse().unwrap_or(0),
                name: form.get("base_name").to_owned(),
                description: lines_of_form(form.get("base_description")),
            },
        }
    }

    /// Whether it is edited as text.
    pub fn is_json(&self) -> bool {
        self.mode == Mode::Json
    }

    /// The conditions.
    ///
    /// # Errors
    /// Everything that is missing or wrong with them, by the field of the form.
    pub fn condition(&self) -> Result<Condition, Vec<FieldError>> {
        match self.mode {
            Mode::Builder => self.builder.condition(),
            Mode::Json => json_text::read(&self.json),
        }
    }

    /// Changes what is entered; gives what should get the focus.
    ///
    /// # Errors
    /// Why it can't be done. Nothing is changed then.
    pub fn apply(&mut self, edit: Edit) -> Result<Option<Focus>, FieldErrors> {
        match edit {
            Edit::ShowJson if self.mode == Mode::Builder => {
                let json = match self.condition() {
                    Ok(condition) => json_text::write(&condition),
                    Err(_) if self.builder.is_untouched() => json_text::START.to_owned(),
                    Err(problems) => return Err(FieldErrors::new(problems)),
                };
                (self.mode, self.json) = (Mode::Json, json);
                Ok(None)
            }
            Edit::ShowBuilder if self.mode == Mode::Json => {
                let condition = self.condition().map_err(FieldErrors::new)?;
                (self.mode, self.builder) = (Mode::Builder, Builder::of_condition(&condition));
                Ok(None)
            }
            _ if self.mode == Mode::Json => Ok(None),
            edit => self.builder.apply(edit).map_err(FieldErrors::new),
        }
    }

    /// Problems that an operation found, at the fields of this form.
    pub fn placed(&self, problems: Problems) -> FieldErrors {
        let placed = problems.into_iter().map(|problem| match problem.field.as_str() {
            "name" | "description" => {
                FieldError::new(format!("segment-{}", problem.field), problem.message)
            }
            _ if self.is_json() => json_text::placed(problem),
            path => FieldError::new(self.builder.field_of(path), problem.message),
        });
        FieldErrors::new(placed.collect())
    }

    /// Why an operation did not save what was entered, at the conditions.
    pub fn refused(&self, reason: String) -> FieldErrors {
        FieldErrors::one(if self.is_json() { json_text::FIELD } else { builder::FIELD }, reason)
    }
}

/// Browsers send lines of a text field with the ends that they have on the wire.
fn lines_of_form(text: &str) -> String {
    text.replace("\r\n", "\n")
}
