//! What the form of an editor shows.

use super::{
    super::super::FieldErrors,
    around::{Around, KeyFound, Served},
    entered::{Entered, EnteredAudience, EnteredRow, EnteredRule},
    reading::percent,
    sentences,
};

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
    /// What the column of values is called.
    pub column: String,
    /// What users get whom nothing else is served.
    pub default: String,
    /// The segments that have no row yet.
    pub choices: Vec<super::around::Choice>,
    /// Whether everyone has no row yet.
    pub offers_everyone: bool,
    /// The sentences, in the order of the rows, the last one for everyone else.
    pub sentences: Vec<Sentence>,
    /// Test users.
    pub testers: Vec<TesterView>,
    /// The key, where one can be chosen.
    pub key: Option<KeyView>,
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
    /// What was typed.
    pub rule: EnteredRule,
    /// Where the slider stands.
    pub slider: f64,
    /// What it can serve.
    pub options: Vec<ServeOption>,
    /// Whether it was changed.
    pub is_changed: bool,
    /// Whether it has controls; everyone else has some only once somebody asked.
    pub is_open: bool,
}

/// Something that can be served.
pub struct ServeOption {
    /// What the field says.
    pub value: String,
    /// The same for people.
    pub label: String,
    /// Whether it is chosen.
    pub is_chosen: bool,
}

/// A test user with their controls.
pub struct TesterView {
    /// What the names of the fields start with.
    pub field: String,
    /// Tells them apart.
    pub id: String,
    /// From 1.
    pub number: usize,
    /// The user's id, as typed.
    pub user: String,
    /// What they can get.
    pub options: Vec<ServeOption>,
}

/// The key of an experience to be.
pub struct KeyView {
    /// The free keys that could be taken.
    pub free: Vec<String>,
    /// What would become of the one that is typed, as a sentence.
    pub note: String,
    /// Whether it can be taken.
    pub is_good: bool,
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

impl EditorView {
    /// Of what was typed on top of what was there before; none for an experience to be.
    pub fn of(
        entered: Entered,
        errors: FieldErrors,
        around: Around,
        before: Option<&Entered>,
        addresses: (String, String),
        dock: Dock,
    ) -> EditorView {
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
            testers: testers(&entered, &around.served),
            column: around.served.name(),
            default: around.served.default_in_words(),
            key: KeyView::of(&entered, &around),
            focus: None,
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
        let here = |field: &str| field.starts_with("testers.");
        self.focus.as_deref().is_some_and(here)
            || self.errors.all().iter().any(|error| here(&error.field))
    }

    /// Whether something is wrong with one of these fields.
    pub fn has_error(&self, fields: &[&str]) -> bool {
        fields.iter().any(|field| self.errors.of(field).is_some())
    }
}

impl RowView {
    fn of(
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
        RowView {
            id: row.id.clone(),
            name: around.name_of(&row.audience),
            words,
            segment,
            audience: row.audience.text(),
            is_changed: before.is_some() && known != Some(row),
            is_open: true,
            ..RowView::rule(format!("rows.{}", row.id), number, &row.rule, &around.served)
        }
    }

    fn everyone(entered: &Entered, around: &Around, before: Option<&Entered>) -> RowView {
        let served = &around.served;
        let number = entered.rows.len() + 1;
        RowView {
            name: "Everyone else".to_owned(),
            words: "No row above matches".to_owned(),
            is_changed: before.is_some_and(|it| it.everyone != entered.everyone),
            is_open: entered.everyone_open || entered.everyone.on,
            ..RowView::rule("everyone".to_owned(), number, &entered.everyone, served)
        }
    }

    fn rule(field: String, number: usize, rule: &EnteredRule, served: &Served) -> RowView {
        RowView {
            field,
            number,
            id: String::new(),
            name: String::new(),
            words: String::new(),
            segment: None,
            audience: String::new(),
            slider: percent(&rule.percent).map_or(0.0, |rollout| rollout.percent()),
            options: options(served, &rule.serve),
            rule: rule.clone(),
            is_changed: false,
            is_open: false,
        }
    }
}

/// What can be served; what is served now is among it, even where only the API writes it.
fn options(served: &Served, chosen: &str) -> Vec<ServeOption> {
    let mut values = match served {
        Served::Flag { .. } => vec!["true".to_owned(), "false".to_owned()],
        Served::Other { variants, .. } => {
            let json = |name: &String| serde_json::json!({"variant": name}).to_string();
            variants.iter().map(json).collect()
        }
    };
    values.push("default".to_owned());
    if !values.iter().any(|value| value == chosen) && !chosen.is_empty() {
        values.push(chosen.to_owned());
    }
    let option = |value: String| ServeOption {
        label: match value.as_str() {
            "default" => "Use default".to_owned(),
            other => served.in_words(other),
        },
        is_chosen: value == chosen,
        value,
    };
    values.into_iter().map(option).collect()
}

fn testers(entered: &Entered, served: &Served) -> Vec<TesterView> {
    let testers = entered.testers.iter().zip(1..);
    let view = testers.map(|(tester, number)| TesterView {
        field: format!("testers.{}", tester.id),
        id: tester.id.clone(),
        number,
        user: tester.user.clone(),
        options: options(served, &tester.serve),
    });
    view.collect()
}

impl KeyView {
    fn of(entered: &Entered, around: &Around) -> Option<KeyView> {
        if matches!(around.key, KeyFound::Settled) {
            return None;
        }
        let key = entered.key_name();
        let problem = entered.key_problem(around);
        let is_good = problem.is_none() && !key.is_empty();
        let note = match (problem, &around.key) {
            (Some(problem), _) => problem,
            (_, KeyFound::Free(key)) => format!("A free key, default {}.", key.default_value),
            _ if key.is_empty() => "Made from the name, unless you write one.".to_owned(),
            _ if entered.key.is_empty() => format!("New key {key}, boolean."),
            _ => "New key, boolean.".to_owned(),
        };
        Some(KeyView { free: around.free_keys.clone(), note, is_good })
    }
}
