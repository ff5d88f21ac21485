//! Dialogs that are pages where there is no script.

use actix_web::http::StatusCode;
use askama::Template;

use super::{Answer, Fragment, Layout, Page, ProjectMember, Section};

#[derive(Template)]
#[template(path = "in_page.html")]
struct InPage {
    layout: Layout,
    inside: String,
}

/// The inside of a dialog, in the dialog or on a page of that title.
pub fn show(
    member: &ProjectMember,
    section: Section,
    status: StatusCode,
    title: &str,
    inside: &impl Template,
) -> Answer {
    if member.ask.is_htmx() {
        let fragment = Fragment::of(inside)?.into_dialog();
        return match status {
            StatusCode::UNPROCESSABLE_ENTITY => fragment.invalid().show(),
            StatusCode::CONFLICT => fragment.conflict().show(),
            _ => fragment.show(),
        };
    }
    let layout = member.layout(title, section);
    Page::with_status(status, &InPage { layout, inside: inside.render()? })
}
