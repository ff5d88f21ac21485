//! A flag like another one, under a name and a key of its own.

use actix_web::web::Data;
use askama::Template;

use super::{
    super::{
        Answer, FieldErrors, Form, Fragment, Layout, Moved, Page, PageError, ProjectMember, Site,
        Toast, work,
    },
    kind_pages::KindPages,
    switch::Place,
};
use crate::{
    domain::{key::KeyName, reading::FieldError},
    operations::{
        OperationError, editing,
        experiences::{self, ExperienceView},
        keys::{self, KeyLimit, NewKey},
    },
    store::{Connection, Store, experiences::Experience, key_lists, keys::Key},
};

/// What the form asks for.
struct CloneForm {
    /// The name of the original.
    original: String,
    pages: KindPages,
    /// Where the form goes.
    action: String,
    /// The address of the list.
    list: String,
    name: String,
    key: String,
    errors: FieldErrors,
    csrf: String,
}

#[derive(Template)]
#[template(path = "experiences/clone.html")]
struct ClonePage {
    layout: Layout,
    form: CloneForm,
}

#[derive(Template)]
#[template(path = "experiences/_clone_dialog.html")]
struct CloneDialog {
    form: CloneForm,
}

impl CloneForm {
    fn new(member: &ProjectMember, original: &Experience, name: &str, key: &str) -> CloneForm {
        let pages = KindPages::from(original.kind);
        CloneForm {
            pages,
            original: original.name.clone(),
            action: format!("{}/clone", pages.address(member, &original.slug)),
            list: pages.list(member),
            name: name.to_owned(),
            key: key.to_owned(),
            errors: FieldErrors::default(),
            csrf: member.csrf.clone(),
        }
    }

    /// The form as it was asked for, on its page or in the dialog.
    fn show(self, member: &ProjectMember) -> Answer {
        let wrong = !self.errors.is_empty();
        if member.ask.is_for_dialog() {
            let fragment = Fragment::of(&CloneDialog { form: self })?;
            return if wrong { fragment.invalid().show() } else { fragment.show() };
        }
        let layout = member.layout(&format!("Clone {}", self.original), self.pages.section());
        if wrong {
            return Page::invalid(&ClonePage { layout: layout.with_error(), form: self });
        }
        Page::show(&ClonePage { layout, form: self })
    }

    /// The form again, with what is wrong.
    fn wanting(mut self, error: PageError, member: &ProjectMember) -> Answer {
        let problems = match error {
            PageError::Invalid(problems) => problems,
            PageError::Refused(message, _) => vec![FieldError::new("key", message)],
            other => return Err(other),
        };
        let named = problems.into_iter().map(|problem| match problem.field.as_str() {
            "name" => problem,
            _ => FieldError::new("key", problem.message),
        });
        self.errors = FieldErrors::new(named.collect());
        self.show(member)
    }
}

/// A flag and the keys that it holds.
async fn find_original(
    member: &ProjectMember,
    pages: KindPages,
    place: Place,
    store: &Store,
) -> Result<(ExperienceView, Vec<Key>), PageError> {
    let ((_, _, slug), who) = (place.into_inner(), member.clone());
    let found = work::read(store, move |conn| {
        let (project_id, kind) = (who.project.id, pages.kind);
        let view = experiences::find_by_slug(conn, &who.actor, project_id, kind, &slug)?;
        let keys = key_lists::given_by(conn, view.newest.id)?;
        Ok((view, keys))
    });
    found.await
}

/// Asks for the name and the key.
///
/// # Errors
/// [`PageError::NotFound`].
pub async fn ask(
    member: ProjectMember,
    pages: KindPages,
    place: Place,
    store: Data<Store>,
) -> Answer {
    let (view, keys) = find_original(&member, pages, place, &store).await?;
    let name = format!("{} copy", view.experience.name);
    let key = keys.first().map(|key| format!("{}_copy", key.name)).unwrap_or_default();
    CloneForm::new(&member, &view.experience, &name, &key).show(&member)
}

/// Clones a flag as a draft.
///
/// # Errors
/// [`PageError::NotFound`], [`PageError::Away`].
pub async fn clone(
    member: ProjectMember,
    pages: KindPages,
    place: Place,
    form: Form,
    limit: Data<KeyLimit>,
    site: Site,
    store: Data<Store>,
) -> Answer {
    let (view, keys) = find_original(&member, pages, place, &store).await?;
    let (name, key) = (form.get("name").trim().to_owned(), form.get("key").trim().to_owned());
    let again = CloneForm::new(&member, &view.experience, &name, &key);
    let key_name = match KeyName::parse(&key) {
        Ok(key_name) => key_name,
        Err(message) => {
            let problem = FieldError::new("key", message);
            return again.wanting(PageError::Invalid(vec![problem]), &member);
        }
    };
    let (who, original_id, limit) = (member.clone(), view.experience.id, limit.0);
    let original_key = keys.into_iter().next();
    let done = work::write(&store, move |conn| {
        if let Some(original) = &original_key {
            make_if_new(conn, &who, original, &key_name, limit)?;
        }
        let own: &[KeyName] =
            if original_key.is_some() { std::slice::from_ref(&key_name) } else { &[] };
        editing::clone(conn, &who.actor, original_id, &name, own)
    });
    match done.await {
        Ok((cloned, _)) => {
            let said = format!("{} is created as a draft. Nobody gets it yet.", cloned.name);
            let to = pages.list(&member);
            Moved::to(to).with_toast(Toast::saying(said)).answer_on_list(&member, &site)
        }
        Err(error) => again.wanting(error, &member),
    }
}

/// Makes a key like the original's, unless there is one of that name.
fn make_if_new(
    conn: &mut Connection,
    member: &ProjectMember,
    original: &Key,
    name: &KeyName,
    limit: u32,
) -> Result<(), OperationError> {
    let project_id = member.project.id;
    if crate::store::keys::find_by_name(conn, project_id, name.as_str())?.is_some() {
        return Ok(());
    }
    let new = NewKey {
        project_id,
        name: name.as_str(),
        value_type: original.value_type,
        default_value: &original.default_value,
        description: "",
        schema: None,
    };
    keys::create(conn, &member.actor, &new, limit)?;
    Ok(())
}
