//! Saving a key: at once, after a question where the default changes, or not at all where somebody
//! else was faster.

use actix_web::web::Data;
use serde_json::Value as Json;

use super::{
    super::{Answer, AnyForm, Form, Moved, PageError, ProjectMember, Site, Toast, work},
    Place,
    conflict::{self, Theirs},
    entered::Entered,
    find,
    form::{KeyForm, find_with_reach},
    question,
};
use crate::{
    operations::{
        OperationError,
        keys::{self, KeyEdit, PlannedEdit},
    },
    population::Population,
    store::{Connection, Store, keys::Key},
};

const UNCHANGED: &str = "Nothing changed, so nothing was saved.";

/// What came of it.
enum Outcome {
    /// It is saved, or there was nothing to save.
    Saved { key: Key, is_changed: bool },
    /// The default would act at once, and nobody has said yet that it should.
    Asks(PlannedEdit),
    /// Somebody else was faster.
    Conflict(Theirs),
}

/// A change as it is made.
struct Change {
    key: Key,
    default: Option<Json>,
    schema: Option<Json>,
    entered: Entered,
    confirmed: bool,
}

/// Saves the default, the description and the schema of a key.
///
/// # Errors
/// [`PageError::NotFound`].
pub async fn save(
    member: ProjectMember,
    place: Place,
    AnyForm(form): AnyForm,
    site: Site,
    store: Data<Store>,
    population: Data<Population>,
) -> Answer {
    let (_, _, name) = place.into_inner();
    let (key, reach) = find_with_reach(&member, name, &store).await?;
    let entered = entered(&form, &key);
    // The way back from a question.
    if form.get("do") == "edit" {
        return KeyForm::of_key(&member, &key, reach, entered).show(&member);
    }
    let again =
        |error| KeyForm::of_key(&member, &key, reach, entered.clone()).wanting(error, &member);
    let (default, schema) = match entered.values() {
        Ok(values) => values,
        Err(problems) => return again(PageError::Invalid(problems)),
    };
    let change = Change {
        key: key.clone(),
        default: entered.has_default.then_some(default),
        schema,
        entered: entered.clone(),
        confirmed: form.is_checked("confirmed"),
    };
    let asked_by = member.clone();
    let done = work::write(&store, move |conn| change.make(conn, &asked_by));
    match done.await {
        Ok(Outcome::Saved { key, is_changed }) => {
            let said =
                if is_changed { format!("{} is saved.", key.name) } else { UNCHANGED.into() };
            let moved = Moved::to(member.path("/keys")).with_toast(Toast::saying(said));
            moved.answer_on_list(&member, &site)
        }
        Ok(Outcome::Asks(planned)) => {
            question::ask(planned, &entered, &member, &store, population.into_inner()).await
        }
        Ok(Outcome::Conflict(theirs)) => conflict::show(theirs, &entered, &member),
        Err(error) => again(error),
    }
}

/// What was sent. Whoever may not change the default is shown none, and sends none.
fn entered(form: &Form, key: &Key) -> Entered {
    let mut sent = Entered::of_form(form, key.value_type);
    sent.name.clone_from(&key.name);
    let mut known = Entered::of_key(key);
    // A script may leave out what it does not know of.
    if !form.is_checked("schema") {
        sent.schema.clone_from(&known.schema);
    }
    if sent.has_default {
        return sent;
    }
    known.has_default = false;
    known.description = sent.description;
    known.schema = sent.schema;
    known.base_revision = sent.base_revision;
    known
}

impl Change {
    fn make(
        &self,
        conn: &mut Connection,
        member: &ProjectMember,
    ) -> Result<Outcome, OperationError> {
        let edit = KeyEdit {
            default_value: self.default.as_ref(),
            description: Some(&self.entered.description),
            schema: Some(self.schema.as_ref()),
            base_revision: self.entered.base_revision,
            ..KeyEdit::default()
        };
        let planned = match keys::plan_edit(conn, &member.actor, self.key.id, &edit) {
            Ok(planned) => planned,
            Err(OperationError::Conflict { .. }) => {
                let newest = find(conn, member.project.id, &self.key.name)?;
                return Ok(Outcome::Conflict(conflict::find(conn, &newest, &self.entered)?));
            }
            Err(error) => return Err(error),
        };
        if planned.changes_default() && !self.confirmed {
            return Ok(Outcome::Asks(planned));
        }
        let key = keys::edit(conn, &member.actor, self.key.id, &edit)?;
        let is_changed = key.revision != planned.before.revision;
        Ok(Outcome::Saved { key, is_changed })
    }
}
