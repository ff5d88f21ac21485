//! The form of a key: to create one, and as it is opened to change one.

use actix_web::web::Data;
use askama::Template;

use super::{
    super::{
        Answer, AnyForm, FieldErrors, Fragment, Layout, Moved, Page, PageError, ProjectMember,
        Section, Site, Toast, typed_value::type_label, work,
    },
    Place,
    entered::{Entered, field},
    find,
};
use crate::{
    domain::{
        reading::{FieldError, Problems},
        value::ValueType,
    },
    operations::keys::{self, DefaultReach, KeyLimit, NewKey},
    store::{self, Store, keys::Key},
};

/// The form of a key, as its page and its dialog show it.
pub struct KeyForm {
    /// The address of the list.
    list: String,
    /// Where the form goes.
    action: String,
    heading: String,
    /// The types to choose from; that of the key where it has one.
    types: Vec<(ValueType, &'static str)>,
    is_new: bool,
    /// How many keys there may be, where there are as many.
    full: Option<u32>,
    is_archived: bool,
    /// Where the default acts.
    hint: String,
    /// Why they may not change the default.
    locked: Option<String>,
    entered: Entered,
    errors: FieldErrors,
    csrf: String,
}

#[derive(Template)]
#[template(path = "keys/form.html")]
struct KeyPage {
    layout: Layout,
    form: KeyForm,
}

#[derive(Template)]
#[template(path = "keys/_form_dialog.html")]
struct KeyDialog {
    form: KeyForm,
}

impl KeyForm {
    fn new(member: &ProjectMember, entered: Entered) -> KeyForm {
        KeyForm {
            list: member.path("/keys"),
            action: member.path("/keys/new"),
            heading: "Create key".to_owned(),
            types: ValueType::ALL.into_iter().map(|of| (of, type_label(of))).collect(),
            is_new: true,
            full: None,
            is_archived: false,
            hint: "What apps get where no feature flag or product config decides.".to_owned(),
            locked: None,
            entered,
            errors: FieldErrors::default(),
            csrf: member.csrf.clone(),
        }
    }

    /// Of a key that exists, for somebody whose reach that is.
    pub fn of_key(
        member: &ProjectMember,
        key: &Key,
        reach: DefaultReach,
        entered: Entered,
    ) -> KeyForm {
        let form = KeyForm::new(member, entered);
        let hint = match reach.served_in.as_slice() {
            [] => form.hint,
            places => format!("{} It acts at once in {}.", form.hint, places.join(" and ")),
        };
        KeyForm {
            action: member.path(&format!("/keys/{}/edit", key.name)),
            heading: key.name.clone(),
            types: vec![(key.value_type, type_label(key.value_type))],
            is_new: false,
            is_archived: key.archived_at.is_some(),
            locked: reach.refusal,
            hint,
            ..form
        }
    }

    /// Whether there is anything to send.
    fn is_open(&self) -> bool {
        self.full.is_none() && !self.is_archived
    }

    /// The form as it was asked for, on its page or in the dialog.
    pub fn show(self, member: &ProjectMember) -> Answer {
        let wrong = !self.errors.is_empty();
        if member.ask.is_for_dialog() {
            let fragment = Fragment::of(&KeyDialog { form: self })?;
            return if wrong { fragment.invalid().show() } else { fragment.show() };
        }
        let layout = member.layout(&self.heading, Section::Keys);
        if wrong {
            return Page::invalid(&KeyPage { layout: layout.with_error(), form: self });
        }
        Page::show(&KeyPage { layout, form: self })
    }

    /// The form again, with what is wrong. What else stands in the way is said there too, since
    /// what was typed would be lost on a page of its own.
    ///
    /// # Errors
    /// What can't be said in a form.
    pub fn wanting(mut self, error: PageError, member: &ProjectMember) -> Answer {
        let problems = match error {
            PageError::Invalid(problems) => problems,
            PageError::Refused(message, _) => vec![FieldError::new("name", message)],
            PageError::Forbidden(message) => vec![FieldError::new("default_value", message)],
            other => return Err(other),
        };
        self.errors = FieldErrors::new(self.by_field(problems));
        self.show(member)
    }

    /// The problems at the fields of the form; a place inside a field goes into the sentence.
    fn by_field(&self, problems: Problems) -> Problems {
        let default = field(&self.entered.value_type);
        let mut placed: Problems = Vec::new();
        for problem in problems {
            let inside = |name: &str| {
                let rest = problem.field.strip_prefix(name)?;
                let starts = rest.is_empty() || rest.starts_with(['.', '[']);
                starts.then(|| rest.strip_prefix('.').unwrap_or(rest).to_owned())
            };
            let (name, place) = if let Some(place) = inside("default_value") {
                (default.clone(), place)
            } else if let Some(place) = inside("schema") {
                ("schema".to_owned(), place)
            } else {
                (problem.field.clone(), String::new())
            };
            let message = match place.as_str() {
                "" => problem.message,
                place => format!("At {place}: {}", problem.message),
            };
            match placed.iter_mut().find(|known| known.field == name) {
                Some(known) => known.message += &format!(" {message}"),
                None => placed.push(FieldError::new(name, message)),
            }
        }
        placed
    }
}

/// The form of a key to be.
///
/// # Errors
/// [`PageError::Away`].
pub async fn new(member: ProjectMember, limit: Data<KeyLimit>, store: Data<Store>) -> Answer {
    let project_id = member.project.id;
    let count = work::read(&store, move |conn| Ok(store::keys::count(conn, project_id)?)).await?;
    let full = (count >= i64::from(limit.0)).then_some(limit.0);
    KeyForm { full, ..KeyForm::new(&member, Entered::nothing()) }.show(&member)
}

/// Creates a key.
///
/// # Errors
/// [`PageError::Away`].
pub async fn create(
    member: ProjectMember,
    AnyForm(form): AnyForm,
    limit: Data<KeyLimit>,
    site: Site,
    store: Data<Store>,
) -> Answer {
    let value_type = ValueType::parse(form.get("value_type")).unwrap_or(ValueType::Boolean);
    let entered = Entered::of_form(&form, value_type);
    match create_from(&member, &entered, limit.0, &store).await {
        Ok(key) => created(&member, &key, form.is_checked("another"), &site),
        Err(error) => KeyForm::new(&member, entered).wanting(error, &member),
    }
}

async fn create_from(
    member: &ProjectMember,
    entered: &Entered,
    limit: u32,
    store: &Store,
) -> Result<Key, PageError> {
    let (default, schema) = entered.values().map_err(PageError::Invalid)?;
    let (actor, project_id) = (member.actor.clone(), member.project.id);
    let (name, description) = (entered.name.clone(), entered.description.clone());
    let value_type = entered.value_type;
    let done = work::write(store, move |conn| {
        let new = NewKey {
            project_id,
            name: &name,
            value_type,
            default_value: &default,
            description: &description,
            schema: schema.as_ref(),
        };
        keys::create(conn, &actor, &new, limit)
    });
    done.await
}

fn created(member: &ProjectMember, key: &Key, another: bool, site: &Site) -> Answer {
    let toast = Toast::saying(format!("{} is created. Apps can ask for it now.", key.name));
    if another && member.ask.is_for_dialog() {
        let form = KeyForm::new(member, Entered::nothing());
        let next = Fragment::of(&KeyDialog { form })?.with_toast(&toast, &member.csrf)?;
        return next.trigger("list:changed").show();
    }
    let to = if another { "/keys/new" } else { "/keys" };
    Moved::to(member.path(to)).with_toast(toast).answer_on_list(member, site)
}

/// A key, and who may change what of it.
///
/// # Errors
/// [`PageError::NotFound`].
pub async fn find_with_reach(
    member: &ProjectMember,
    name: String,
    store: &Store,
) -> Result<(Key, DefaultReach), PageError> {
    let (actor, project_id) = (member.actor.clone(), member.project.id);
    let found = work::read(store, move |conn| {
        let key = find(conn, project_id, &name)?;
        let reach = keys::default_reach(conn, &actor, &key)?;
        Ok((key, reach))
    });
    found.await
}

/// The form of a key that exists.
///
/// # Errors
/// [`PageError::NotFound`].
pub async fn open(member: ProjectMember, place: Place, store: Data<Store>) -> Answer {
    let (_, _, name) = place.into_inner();
    let (key, reach) = find_with_reach(&member, name, &store).await?;
    KeyForm::of_key(&member, &key, reach, Entered::of_key(&key)).show(&member)
}
