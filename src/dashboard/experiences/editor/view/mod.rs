//! What the form of an editor shows.

mod cells;
mod parts;
mod row;

pub use cells::{CellView, ServeView};
pub use parts::{AddedView, KeyView, RequiredView, TesterView, VariantView};
pub use row::RowView;

use super::{
    super::reach::ReachView,
    around::{Around, Served},
    counting::COUNTING,
    entered::{Entered, EnteredAudience},
    sentences,
};
use crate::dashboard::FieldErrors;

/// How many keys have a column each.
const MOST_COLUMNS: usize = 3;

/// The form, or the same as text for who may not change it.
pub struct EditorView {
    /// Where it is posted to: the address of its page.
    pub action: String,
    /// The address of the project in the environment.
    pub base_path: String,
    /// What was typed.
    pub entered: Entered,
    /// What is wrong with it.
    pub errors: FieldErrors,
    /// The rows, in order.
    pub rows: Vec<RowView>,
    /// The row of everyone else.
    pub everyone: RowView,
    /// What is served.
    pub served: Served,
    /// What users get whom nothing else is served.
    pub default: String,
    /// The keys that were chosen.
    pub keys: Vec<KeyView>,
    /// The key that is being added.
    pub added: AddedView,
    /// The variants.
    pub variants: Vec<VariantView>,
    /// What other keys must have.
    pub required: Vec<RequiredView>,
    /// Who can be asked about it: ids and names.
    pub people: Vec<(String, String)>,
    /// Keys that could be required.
    pub held_keys: Vec<String>,
    /// The segments that have no row yet.
    pub choices: Vec<super::around::Choice>,
    /// Whether everyone has no row yet.
    pub offers_everyone: bool,
    /// The sentences, in the order of the rows, the last one for everyone else.
    pub sentences: Vec<Sentence>,
    /// Test users.
    pub testers: Vec<TesterView>,
    /// Who would get what.
    pub reach: ReachView,
    /// What can be done with what was typed.
    pub dock: Dock,
    /// The field to go on with.
    pub focus: Option<String>,
}

/// What a row does, in a sentence.
pub struct Sentence {
    /// The sentence.
    pub text: String,
    /// Whether the row was changed.
    pub is_changed: bool,
}

/// The bar at the end.
#[derive(Debug, Clone, Default)]
pub struct Dock {
    /// The first line.
    pub title: String,
    /// The second line.
    pub detail: String,
    /// Whether something differs from the version that it started from.
    pub is_dirty: bool,
    /// Whether the bar has nothing to offer while nothing is changed.
    pub is_idle: bool,
    /// Where what was typed is left behind.
    pub discard: String,
    /// What leaving it behind is called.
    pub discard_label: &'static str,
    /// Whether so much changed that leaving it behind is asked about.
    pub asks_before_discard: bool,
    /// What saving is called.
    pub save_label: String,
    /// Where the button that publishes posts to; none where it can't be published by this person.
    pub publish: Option<String>,
    /// Who can, where this person can't.
    pub publishers: String,
}

impl Dock {
    /// Says how many people the change reaches.
    fn tell(&mut self, reach: &ReachView) {
        if self.is_dirty && reach.is_counted {
            let detail = self.detail.trim_end_matches('.');
            let end = if detail.is_empty() { "" } else { ". " };
            self.detail = format!("{detail}{end}{}", reach.sentence);
        }
    }
}

impl EditorView {
    /// Whether it is still to be counted who gets what.
    pub fn is_counting(&self) -> bool {
        self.reach.sentence == COUNTING
    }

    /// Of what was typed on top of what was there before; none for an experience to be.
    pub fn of(
        entered: Entered,
        errors: FieldErrors,
        around: Around,
        reach: ReachView,
        before: Option<&Entered>,
        addresses: (String, String),
        mut dock: Dock,
    ) -> EditorView {
        dock.tell(&reach);
        let (action, base_path) = addresses;
        let rows: Vec<RowView> = entered
            .rows
            .iter()
            .enumerate()
            .map(|(i, row)| RowView::of(i + 1, row, &around, before, &base_path))
            .collect();
        let everyone = RowView::everyone(&entered, &around, before);
        let changed = rows.iter().map(|row| row.is_changed).chain([everyone.is_changed]);
        let sentences = sentences::of_rows(&entered, &around).into_iter().zip(changed);
        let has_row =
            |audience: &EnteredAudience| entered.rows.iter().any(|row| row.audience == *audience);
        let choices = around.segments.iter();
        let choices = choices.filter(|it| !has_row(&EnteredAudience::Segment(it.slug.clone())));
        EditorView {
            action,
            choices: choices.cloned().collect(),
            offers_everyone: !has_row(&EnteredAudience::Everyone),
            sentences: sentences.map(|(text, is_changed)| Sentence { text, is_changed }).collect(),
            testers: parts::testers(&entered, &around.served),
            default: around.served.default_in_words(),
            keys: parts::keys(&entered, &around.served),
            added: AddedView::of(&entered, &around),
            variants: parts::variants(&entered, &around.served),
            required: parts::required(&entered, &around),
            held_keys: around.held_keys,
            people: around.people,
            served: around.served,
            focus: None,
            reach,
            base_path,
            rows,
            everyone,
            entered,
            errors,
            dock,
        }
    }

    /// The same with the field to go on with.
    pub fn with_focus(mut self, field: Option<String>) -> EditorView {
        self.focus = field;
        self
    }

    /// Whether a field is the one to go on with.
    pub fn is_focus(&self, prefix: &str, name: &str) -> bool {
        let focus = self.focus.as_deref().and_then(|focus| focus.strip_prefix(prefix));
        focus.is_some_and(|rest| rest.strip_prefix('.') == Some(name))
    }

    /// What is wrong with a field of a row or a test user.
    pub fn error(&self, prefix: &str, name: &str) -> Option<&str> {
        self.errors.of(&format!("{prefix}.{name}"))
    }

    /// Whether the test users are shown from the start.
    pub fn shows_testers(&self) -> bool {
        self.is_about("testers.")
    }

    /// Whether that person is the one to ask; nobody has an empty id.
    pub fn is_owner(&self, id: &str) -> bool {
        self.entered.about.owner.as_deref().unwrap_or_default() == id
    }

    /// Whether the keys have columns of their own: there is room for three.
    pub fn has_columns(&self) -> bool {
        (1..=MOST_COLUMNS).contains(&self.served.columns.len()) && self.everyone.serve.is_plain()
    }

    /// How many columns the values take.
    pub fn span(&self) -> usize {
        if self.has_columns() { self.served.columns.len() } else { 1 }
    }

    /// What is served, for labels.
    pub fn column(&self) -> String {
        match self.served.name() {
            name if name.is_empty() => "Value".to_owned(),
            name => name,
        }
    }

    /// Whether the values of a row are shown from the start.
    pub fn shows_cells(&self, serve: &ServeView) -> bool {
        let wrong = serve.cells.iter().any(|cell| self.errors.of(&cell.field).is_some());
        wrong || serve.cells.iter().all(|cell| cell.is_default)
    }

    /// The rows and everyone else.
    pub fn all_rows(&self) -> impl Iterator<Item = &RowView> {
        self.rows.iter().chain([&self.everyone])
    }

    /// Whether the keys are shown from the start.
    pub fn shows_keys(&self) -> bool {
        self.is_about("key") || self.is_about("uses.") || !self.entered.added.name.is_empty()
    }

    /// Whether the variants are shown from the start.
    pub fn shows_variants(&self) -> bool {
        self.served.is_multivariate || self.is_about("variants.")
    }

    /// Whether the prerequisites are shown from the start.
    pub fn shows_required(&self) -> bool {
        self.is_about("prerequisites")
    }

    /// Whether one goes on there, or something is wrong there.
    fn is_about(&self, start: &str) -> bool {
        let here = |field: &str| field.starts_with(start);
        self.focus.as_deref().is_some_and(here)
            || self.errors.all().iter().any(|error| here(&error.field))
    }

    /// Whether something is wrong with one of these fields.
    pub fn has_error(&self, fields: &[&str]) -> bool {
        fields.iter().any(|field| self.errors.of(field).is_some())
    }
}
