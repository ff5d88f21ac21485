//! The command palette: jumps to anything of the project, and does what is done most to what is
//! found. Without script it is a page with a search.

mod found;
mod groups;

use actix_web::{HttpRequest, web::Data};
use askama::Template;

use self::{found::Found, groups::Group};
use super::{
    Answer, Fragment, Layout, Page, PageError, ProjectMember, Section, list_address, work,
};
use crate::store::Store;

/// The palette, as a dialog shows it.
#[derive(Template)]
#[template(path = "palette/_palette.html")]
struct Palette<'a> {
    csrf: &'a str,
    /// Where it looks for what is typed.
    address: String,
    query: String,
    groups: Vec<Group>,
    /// How much was found, in words.
    count: String,
    back: String,
}

#[derive(Template)]
#[template(path = "palette/search.html")]
struct SearchPage {
    layout: Layout,
    address: String,
    query: String,
    groups: Vec<Group>,
    count: String,
    back: String,
}

/// The palette with what is found, for the dialog.
///
/// # Errors
/// [`PageError::Away`].
pub async fn palette(request: HttpRequest, member: ProjectMember, store: Data<Store>) -> Answer {
    let (query, groups) = look(&request, &member, &store).await?;
    let palette = Palette {
        csrf: &member.csrf,
        address: member.path("/_palette"),
        count: count(&query, &groups),
        back: member.ask.shown().unwrap_or_default().to_owned(),
        query,
        groups,
    };
    Fragment::of(&palette)?.show()
}

/// The same as a page.
///
/// # Errors
/// [`PageError::Away`].
pub async fn search(request: HttpRequest, member: ProjectMember, store: Data<Store>) -> Answer {
    let (query, groups) = look(&request, &member, &store).await?;
    Page::show(&SearchPage {
        layout: member.layout("Search", Section::Elsewhere),
        address: member.path("/search"),
        count: count(&query, &groups),
        back: String::new(),
        query,
        groups,
    })
}

async fn look(
    request: &HttpRequest,
    member: &ProjectMember,
    store: &Store,
) -> Result<(String, Vec<Group>), PageError> {
    let mut fields = form_urlencoded::parse(request.query_string().as_bytes());
    let query = fields.find(|(name, _)| name == "q").map(|(_, value)| list_address::search(&value));
    let query = query.unwrap_or_default();
    let (who, text) = (member.clone(), query.clone());
    let found = work::read(store, move |conn| Found::load(conn, &who, &text)).await?;
    let groups = groups::of(member, &query, found);
    Ok((query, groups))
}

fn count(query: &str, groups: &[Group]) -> String {
    match groups.iter().map(|group| group.options.len()).sum::<usize>() {
        0 => format!("Nothing matches “{query}”."),
        1 => "1 result".to_owned(),
        many => format!("{many} results"),
    }
}
