//! An experience like another one, under a name and keys of its own.

use actix_web::web::Data;
use askama::Template;

use super::{
    super::{
        Answer, FieldErrors, Form, Fragment, Layout, Moved, Page, PageError, ProjectMember, Site,
        Toast, work,
    },
    clone_keys::{self, CloneKey},
    kind_pages::KindPages,
    switch::Place,
    told::read,
};
use crate::{
    domain::reading::FieldError,
    operations::{
        OperationError, editing,
        experiences::{self, ExperienceView},
        keys::KeyLimit,
    },
    store::{Connection, Store, keys, keys::Key},
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
    /// A key for each one of the original, in their order.
    keys: Vec<CloneKey>,
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

/// What is known of the keys, while they are typed.
#[derive(Template)]
#[template(path = "experiences/_clone_notes.html")]
struct CloneNotes {
    keys: Vec<CloneKey>,
}

impl CloneForm {
    fn new(
        member: &ProjectMember,
        original: &ExperienceView,
        name: &str,
        keys: Vec<CloneKey>,
    ) -> CloneForm {
        let original = &original.experience;
        let pages = KindPages::from(original.kind);
        CloneForm {
            pages,
            original: original.name.clone(),
            action: format!("{}/clone", pages.address(member, &original.slug)),
            list: pages.list(member),
            name: name.to_owned(),
            keys,
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
            PageError::Refused(message, _) => vec![FieldError::new("keys", message)],
            other => return Err(other),
        };
        let first = self.keys.first().map_or("name", |key| key.id.as_str()).to_owned();
        let named = problems.into_iter().map(|problem| match problem.field.as_str() {
            "name" => problem,
            // What the operation says of keys and content is about the whole form.
            _ => FieldError::new(first.clone(), problem.message),
        });
        self.errors = FieldErrors::new(named.collect());
        self.show(member)
    }
}

/// An experience, and the keys that its newest version gives values to, in its order.
fn find_original(
    conn: &mut Connection,
    member: &ProjectMember,
    pages: KindPages,
    slug: &str,
) -> Result<(ExperienceView, Vec<Key>), OperationError> {
    let project_id = member.project.id;
    let view = experiences::find_by_slug(conn, &member.actor, project_id, pages.kind, slug)?;
    let content = read(&view.newest);
    let names: Vec<&str> =
        content.iter().flat_map(|content| &content.keys).map(|key| key.as_str()).collect();
    let mut found = keys::find_by_names(conn, project_id, &names)?;
    found.sort_by_key(|key| names.iter().position(|name| *name == key.name));
    Ok((view, found))
}

/// Asks for the name and the keys.
///
/// # Errors
/// [`PageError::NotFound`].
pub async fn ask(
    member: ProjectMember,
    pages: KindPages,
    place: Place,
    store: Data<Store>,
) -> Answer {
    let ((_, _, slug), who) = (place.into_inner(), member.clone());
    let found = work::read(&store, move |conn| {
        let (view, originals) = find_original(conn, &who, pages, &slug)?;
        let keys = clone_keys::proposed(conn, who.project.id, &originals)?;
        Ok((view, keys))
    });
    let (view, keys) = found.await?;
    let name = format!("{} copy", view.experience.name);
    CloneForm::new(&member, &view, &name, keys).show(&member)
}

/// Says of each key that is typed what becomes of it.
///
/// # Errors
/// [`PageError::NotFound`].
pub async fn check(
    member: ProjectMember,
    pages: KindPages,
    place: Place,
    form: Form,
    store: Data<Store>,
) -> Answer {
    let (_, _, slug) = place.into_inner();
    let keys = work::read(&store, move |conn| {
        let (_, originals) = find_original(conn, &member, pages, &slug)?;
        Ok(clone_keys::typed(conn, member.project.id, &originals, form.all("key"))?)
    });
    Fragment::of(&CloneNotes { keys: keys.await? })?.show()
}

/// Clones an experience as a draft.
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
    let ((_, _, slug), who) = (place.into_inner(), member.clone());
    let (name, typed) = (form.get("name").trim().to_owned(), form.clone());
    let found = work::read(&store, move |conn| {
        let (view, originals) = find_original(conn, &who, pages, &slug)?;
        let keys = clone_keys::typed(conn, who.project.id, &originals, typed.all("key"))?;
        Ok((view, originals, keys))
    });
    let (view, originals, keys) = found.await?;
    let mut again = CloneForm::new(&member, &view, &name, keys.clone());
    let wrong: Vec<FieldError> = keys.iter().filter_map(CloneKey::problem).collect();
    if !wrong.is_empty() {
        let nameless = FieldError::new("name", "Give it a name.");
        let name = name.is_empty().then_some(nameless);
        again.errors = FieldErrors::new(name.into_iter().chain(wrong).collect());
        return again.show(&member);
    }
    let (who, original_id, limit) = (member.clone(), view.experience.id, limit.0);
    let done = work::write(&store, move |conn| {
        let own = clone_keys::make(conn, &who.actor, who.project.id, &originals, &keys, limit)?;
        editing::clone(conn, &who.actor, original_id, &name, &own)
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
