//! The form as its page shows it, in all of its places.

use askama::Template;

use super::{
    super::{Answer, FieldErrors, Form, Fragment, Layout, Page, PageError, ProjectMember, Section},
    form::{
        Edit, Editor, Entered, Focus, Group, Item, Match, Membership, NewPart, OperatorGroup, Row,
        Suggestion, Unit, items_of, operator_groups,
    },
    known::Known,
    matches::{Matches, Said},
    revisions::Revisions,
    used_in::{User, counted},
};
/// The form, with what stands around its fields.
pub struct FormView {
    /// Where it is sent to.
    pub action: String,
    /// The address of the list.
    pub list: String,
    /// The token.
    pub csrf: String,
    /// What the page is called: the name that is saved.
    pub heading: String,
    /// Whether the segment is still to be made.
    pub is_new: bool,
    /// Whether it stands in a dialog.
    pub in_dialog: bool,
    /// What was entered.
    pub entered: Entered,
    /// What is wrong with it.
    pub errors: FieldErrors,
    /// Whether it differs from what is saved, as far as the server knows.
    pub is_changed: bool,
    /// What gets the focus.
    pub focus: Option<Focus>,
    /// The conditions in words, or what is missing.
    pub words: Result<String, String>,
    /// How many it describes.
    pub matches: Matches,
    /// What there is to choose from.
    pub known: Known,
    /// What uses the segment.
    pub users: Vec<User>,
    /// How it came to be what it is; none while it is to be made.
    pub revisions: Option<Revisions>,
    /// Whether saving asks first, since it acts at once.
    pub asks_first: bool,
}

impl FormView {
    /// Of a segment to be.
    pub fn new(member: &ProjectMember, entered: Entered, known: Known) -> FormView {
        let list = member.path("/segments");
        let words = words(&entered);
        FormView {
            action: format!("{list}/new"),
            matches: Matches::of(member, None, &words),
            list,
            csrf: member.csrf.clone(),
            heading: "Create segment".to_owned(),
            is_new: true,
            in_dialog: member.ask.is_for_dialog(),
            words,
            entered,
            errors: FieldErrors::default(),
            is_changed: false,
            focus: None,
            known,
            users: Vec::new(),
            revisions: None,
            asks_first: false,
        }
    }

    /// The line below the heading.
    fn sub(&self) -> String {
        match counted(&self.users) {
            _ if self.is_new => "A group of users that you can reuse.".to_owned(),
            Some(users) => {
                format!("Used in {users}. Changes take effect at once wherever it is used.")
            }
            None => "Used nowhere yet.".to_owned(),
        }
    }

    /// What is wrong with a field of a row.
    fn error(&self, name: &str, row: &u32) -> Option<&str> {
        self.errors.of(&format!("{name}-{row}"))
    }

    fn is_field_focus(&self, id: &u32) -> bool {
        self.focus == Some(Focus::Field(*id))
    }

    fn is_menu_focus(&self, id: &u32) -> bool {
        self.focus == Some(Focus::Menu(*id))
    }

    /// The builder, piece by piece.
    fn items(&self) -> Vec<Item<'_>> {
        items_of(&self.entered.builder.root)
    }

    /// The operators of a row to choose from.
    fn operators(&self, row: &Row) -> Vec<OperatorGroup> {
        let property = row.property();
        operator_groups(&property, self.known.seen(&property))
    }

    fn rows(&self) -> Vec<&Row> {
        let items = self.items().into_iter();
        let rows = items.filter_map(|item| match item {
            Item::Property(row, _) => Some(row),
            _ => None,
        });
        rows.collect()
    }

    /// The values to choose from, once for each property, with the number of its first row.
    fn value_lists(&self) -> Vec<(u32, Vec<Suggestion>)> {
        let rows = self.rows().into_iter();
        let firsts = rows.filter(|row| self.value_list(row) == Some(row.id));
        firsts.map(|row| (row.id, self.known.values(&row.property()))).collect()
    }

    /// The number of the list of values for a row, where there is one.
    fn value_list(&self, row: &Row) -> Option<u32> {
        let property = row.property();
        self.known.seen(&property).filter(|seen| !seen.values.is_empty())?;
        let mut rows = self.rows().into_iter();
        rows.find(|other| other.property() == property).map(|first| first.id)
    }

    /// What a group is called beside others.
    fn group_words(&self, group: &Group) -> String {
        format!("{} of these are true", group.matches.label())
    }

    /// What a row about another segment is called beside others.
    fn membership_words(&self, row: &Membership) -> String {
        if row.segment.is_empty() {
            return "new segment".to_owned();
        }
        let verb = if row.is_in { "Is in" } else { "Is not in" };
        format!("{verb} {}", self.known.segment_name(&row.segment))
    }

    /// Does what a button inside the form asks for, and shows the form again: for htmx the builder
    /// alone, so that nothing else that was typed is touched.
    pub fn change(mut self, member: &ProjectMember, edit: Edit) -> Answer {
        match self.entered.apply(edit) {
            Ok(focus) => self.focus = focus,
            Err(errors) => self.errors = errors,
        }
        self.is_changed = true;
        self.words = words(&self.entered);
        if !member.ask.is_htmx() {
            return self.show(member);
        }
        let is_wrong = !self.errors.is_empty();
        let fragment = Fragment::of(&BuilderFragment { form: self })?;
        let fragment = fragment.trigger("segment:edited");
        if is_wrong { fragment.invalid().show() } else { fragment.show() }
    }

    /// The form with what is wrong with it.
    pub fn refuse(mut self, member: &ProjectMember, errors: FieldErrors) -> Answer {
        self.errors = errors;
        self.is_changed = true;
        self.show(member)
    }

    /// The form, wherever it is asked for.
    pub fn show(self, member: &ProjectMember) -> Answer {
        let is_wrong = !self.errors.is_empty();
        let layout = member.layout(&self.heading, Section::Segments);
        let layout = if is_wrong { layout.with_error() } else { layout };
        if member.ask.is_for_dialog() {
            let fragment = Fragment::of(&DialogForm { form: self })?;
            return if is_wrong { fragment.invalid().show() } else { fragment.show() };
        }
        if member.ask.is_htmx() && is_wrong {
            let title = format!("{} · {}", layout.title, layout.title_tail());
            // What a dialog over the form has sent is put right in the form.
            let fragment = Fragment::of(&FormFragment { title, form: self })?;
            return fragment.invalid().trigger("modal:close, segment:edited").show();
        }
        let page = EditPage { layout, form: self };
        if is_wrong { Page::invalid(&page) } else { Page::show(&page) }
    }
}

#[derive(Template)]
#[template(path = "segments/edit.html")]
struct EditPage {
    layout: Layout,
    form: FormView,
}

#[derive(Template)]
#[template(path = "segments/_form_fragment.html")]
struct FormFragment {
    title: String,
    form: FormView,
}

#[derive(Template)]
#[template(path = "segments/_builder_fragment.html")]
struct BuilderFragment {
    form: FormView,
}

#[derive(Template)]
#[template(path = "segments/_dialog.html")]
struct DialogForm {
    form: FormView,
}

/// What is entered, in words; or what is missing.
pub fn words(entered: &Entered) -> Result<String, String> {
    let condition = entered.condition();
    condition.map(|condition| condition.in_words()).map_err(|problems| {
        problems.into_iter().next().map(|problem| problem.message).unwrap_or_default()
    })
}

/// Every field of a form, to be sent once more by another form, apart from these.
pub fn carried(form: &Form, apart_from: &[&str]) -> Vec<(String, String)> {
    let dropped = |name: &str| ["csrf", "do"].contains(&name) || apart_from.contains(&name);
    form.fields().iter().filter(|(name, _)| !dropped(name)).cloned().collect()
}

/// What is wrong with a form, for errors that belong into it; every other one goes up.
pub fn problems_of(error: PageError, entered: &Entered) -> Result<FieldErrors, PageError> {
    match error {
        PageError::Invalid(problems) => Ok(entered.placed(problems)),
        PageError::Refused(message, _) => Ok(entered.refused(message)),
        other => Err(other),
    }
}
