//! A new segment, on its page or in a dialog of another one.

use actix_web::{
    HttpResponse,
    web::{Data, Query},
};
use serde::Deserialize;
use serde_json::json;

use super::{
    super::{
        Answer, FieldErrors, Form, Fragment, Moved, PageError, ProjectMember, Site, Toast, work,
    },
    form::{Base, Edit, Entered},
    known::Known,
    page::{FormView, problems_of},
};
use crate::{
    domain::condition::Condition,
    operations::segments::{self, NewSegment},
    population::Population,
    store::{Store, segments::Segment},
};

/// What an address says of the segment to be.
#[derive(Debug, Deserialize)]
pub struct Wish {
    example: Option<String>,
}

/// Examples: name in addresses, name, property, operator, value.
pub const EXAMPLES: [(&str, &str, &str, &str, &str); 3] = [
    ("new-users", "New users, last 7 days", "signed_up_at", "after", "-7d"),
    ("premium", "Premium", "plan", "is", "premium"),
    ("ios-17", "iOS 17 and newer", "os_version", "version_greater_or_equal", "17"),
];

/// The form of a new segment, perhaps filled with an example.
///
/// # Errors
/// [`PageError::Away`].
pub async fn new(
    member: ProjectMember,
    wish: Query<Wish>,
    store: Data<Store>,
    population: Data<Population>,
) -> Answer {
    let entered = example(wish.example.as_deref()).unwrap_or_else(Entered::blank);
    view(&member, &store, &population, entered).await?.show(&member)
}

fn example(wanted: Option<&str>) -> Option<Entered> {
    let (slug, name, attribute, operator, value) =
        *EXAMPLES.iter().find(|(slug, ..)| Some(*slug) == wanted)?;
    let leaf = json!({"attribute": attribute, "operator": operator, "value": value});
    let parts = match slug {
        "ios-17" => vec![json!({"attribute": "os", "operator": "is", "value": "iOS"}), leaf],
        _ => vec![leaf],
    };
    let condition = Condition::from_json(&json!({"all": parts})).ok()?;
    Some(Entered { name: name.to_owned(), ..Entered::of(Base::default(), &condition) })
}

async fn view(
    member: &ProjectMember,
    store: &Store,
    population: &Data<Population>,
    entered: Entered,
) -> Result<FormView, PageError> {
    let (who, population) = (member.clone(), population.clone());
    let known = work::read(store, move |conn| Known::load(conn, &population, &who, None)).await?;
    Ok(FormView::new(member, entered, known))
}

/// Creates a segment, or changes what is entered.
///
/// # Errors
/// [`PageError::Away`]; what is wrong is shown with the form.
pub async fn create(
    member: ProjectMember,
    form: Form,
    site: Site,
    store: Data<Store>,
    population: Data<Population>,
) -> Result<HttpResponse, PageError> {
    let entered = Entered::from_form(&form);
    if let Some(edit) = Edit::parse(form.get("do")) {
        let mut view = view(&member, &store, &population, entered).await?;
        view.in_dialog = form.get("in") == "dialog";
        return view.change(&member, edit);
    }
    match make(&member, &store, entered.clone()).await {
        Ok(segment) if member.ask.is_for_dialog() => created_in_dialog(&segment),
        Ok(segment) => {
            let toast = Toast::saying(format!("{} is ready to be picked.", segment.name));
            let moved = Moved::to(member.path(&format!("/segments/{}", segment.slug)));
            Ok(moved.with_toast(toast).answer(&member.ask, &site))
        }
        Err(Failed::Form(errors)) => {
            view(&member, &store, &population, entered).await?.refuse(&member, errors)
        }
        Err(Failed::Page(error)) => Err(error),
    }
}

/// Why no segment was made.
enum Failed {
    Form(FieldErrors),
    Page(PageError),
}

async fn make(member: &ProjectMember, store: &Store, entered: Entered) -> Result<Segment, Failed> {
    let conditions = match entered.condition() {
        Ok(condition) => condition.to_json(),
        Err(mut problems) => {
            if entered.name.trim().is_empty() {
                let missing = entered.placed(vec![crate::domain::reading::FieldError::new(
                    "name",
                    "Give it a name.",
                )]);
                problems.splice(0..0, missing.all().iter().cloned());
            }
            return Err(Failed::Form(FieldErrors::new(problems)));
        }
    };
    let (actor, project_id) = (member.actor.clone(), member.project.id);
    let (name, description) = (entered.name.clone(), entered.description.clone());
    let made = work::write(store, move |conn| {
        let new = NewSegment {
            project_id,
            name: &name,
            description: &description,
            conditions: &conditions,
        };
        segments::create(conn, &actor, &new)
    });
    made.await.map_err(|error| match problems_of(error, &entered) {
        Ok(errors) => Failed::Form(errors),
        Err(error) => Failed::Page(error),
    })
}

/// Closes the dialog and tells the page below of the segment.
fn created_in_dialog(segment: &Segment) -> Answer {
    let told = json!({
        "modal:close": true,
        "segment:created": {"slug": segment.slug, "name": segment.name},
    });
    Fragment::nothing().trigger(&ascii(&told.to_string())).show()
}

/// JSON with nothing in it that a header could not carry.
fn ascii(json: &str) -> String {
    let mut units = [0; 2];
    let mut text = String::new();
    for c in json.chars() {
        match c.is_ascii() {
            true => text.push(c),
            false => {
                for unit in c.encode_utf16(&mut units) {
                    text += &format!("\\u{unit:04x}");
                }
            }
        }
    }
    text
}
