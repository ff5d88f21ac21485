//! A flag like another one, under a name and a key of its own.

use actix_web::web::Data;
use askama::Template;

use super::{
    super::{
        Answer, FieldErrors, Form, Fragment, Layout, Moved, Page, PageError, ProjectMember,
        Section, Site, Toast, work,
    },
    switch::Place,
};
use crate::{
    domain::{experience::Kind, key::KeyName, reading::FieldError},
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
        CloneForm {
            original: original.name.clone(),
            action: member.path(&format!("/flags/{}/clone", original.slug)),
            list: member.path("/flags"),
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
        let layout = member.layout(&format!("Clone {}", self.original), Section::Flags);
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
    place: Place,
    store: &Store,
) -> Result<(ExperienceView, Vec<Key>), PageError> {
    let ((_, _, slug), who) = (place.into_inner(), member.clone());
    let found = work::read(store, move |conn| {
        let (project_id, kind) = (who.project.id, Kind::FeatureFlag);
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
pub async fn ask(member: ProjectMember, place: Place, store: Data<Store>) -> Answer {
    let (view, keys) = find_original(&member, place, &store).await?;
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
    place: Place,
    form: Form,
    limit: Data<KeyLimit>,
    site: Site,
    store: Data<Store>,
) -> Answer {
    let (view, keys) = find_original(&member, place, &store).await?;
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
            let to = member.path("/flags");
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
