//! Dialogs that carry the form of a key; pages where there is no script.

use actix_web::http::StatusCode;
use askama::Template;

use super::{
    super::{Answer, Fragment, Layout, Page, ProjectMember, Section},
    entered::{Entered, field},
};

/// A field of the form, with what was typed.
pub struct Carried {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub value: String,
}

/// Everything that was typed.
pub fn carried(entered: &Entered) -> Vec<Carried> {
    let base = entered.base_revision.map(|base| base.to_string()).unwrap_or_default();
    let default = entered.has_default.then(|| {
        let text = entered.default_of(&entered.value_type).to_owned();
        (field(&entered.value_type), text)
    });
    let others = [
        ("description".to_owned(), entered.description.clone()),
        ("schema".to_owned(), entered.schema.clone()),
        ("base_revision".to_owned(), base),
    ];
    let all = default.into_iter().chain(others);
    all.map(|(name, value)| Carried { name, value }).collect()
}

#[derive(Template)]
#[template(path = "keys/in_page.html")]
struct InPage {
    layout: Layout,
    inside: String,
}

/// The inside of a dialog, in the dialog or on a page of that title.
pub fn show(
    member: &ProjectMember,
    status: StatusCode,
    title: &str,
    inside: &impl Template,
) -> Answer {
    if member.ask.is_htmx() {
        let fragment = Fragment::of(inside)?.into_dialog();
        return match status {
            StatusCode::CONFLICT => fragment.conflict().show(),
            _ => fragment.show(),
        };
    }
    let layout = member.layout(title, Section::Keys);
    Page::with_status(status, &InPage { layout, inside: inside.render()? })
}
