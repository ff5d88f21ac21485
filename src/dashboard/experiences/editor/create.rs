//! An experience is created: a page with an editor that starts from nothing.

use actix_web::web::Data;
use askama::Template;

use super::{
    super::{
        super::{
            Answer, FieldErrors, Form, Layout, Moved, Page, PageError, ProjectMember, Site, Toast,
            work,
        },
        kind_pages::KindPages,
        publishers,
    },
    around::Around,
    docks,
    edit::into_editor,
    edits::Wish,
    entered::Entered,
    live::Live,
    saving::{self, Kept},
    view::EditorView,
};
use crate::{
    domain::reading::{FieldError, Problems},
    operations::{OperationError, keys::KeyLimit},
    store::{Connection, Store},
};

#[derive(Template)]
#[template(path = "experiences/editor/new.html")]
struct NewPage {
    layout: Layout,
    pages: KindPages,
    list: String,
    /// What templates ask that other pages use, too: there is a form, and this is a whole page.
    is_plain: bool,
    is_live: bool,
    editor: EditorView,
}

struct Opened {
    around: Around,
    publishers: String,
}

fn open(
    conn: &mut Connection,
    member: &ProjectMember,
    entered: &Entered,
) -> Result<Opened, OperationError> {
    let around = Around::load(conn, member.project.id, None, None, entered)?;
    Ok(Opened { around, publishers: publishers::whom_to_ask(conn, member)? })
}

fn view(
    member: &ProjectMember,
    pages: KindPages,
    opened: Opened,
    entered: Entered,
    errors: FieldErrors,
) -> EditorView {
    let dock = docks::of_new(member, pages, &entered, opened.publishers);
    let addresses = (pages.address(member, "new"), member.path(""));
    EditorView::of(entered, errors, opened.around, None, addresses, dock)
}

fn page(member: &ProjectMember, pages: KindPages, editor: EditorView) -> NewPage {
    let layout = member.layout(&format!("Create {}", pages.one_in_full()), pages.section());
    let layout = if editor.errors.is_empty() { layout } else { layout.with_error() };
    NewPage { layout, pages, list: pages.list(member), is_plain: false, is_live: false, editor }
}

/// The page.
///
/// # Errors
/// [`PageError::Away`].
pub async fn new(member: ProjectMember, pages: KindPages, store: Data<Store>) -> Answer {
    let entered = Entered::nothing();
    let opened = look(&member, &store, &entered).await?;
    let editor = view(&member, pages, opened, entered, FieldErrors::default());
    Page::show(&page(&member, pages, editor.with_focus(Some("name".to_owned()))))
}

async fn look(
    member: &ProjectMember,
    store: &Store,
    entered: &Entered,
) -> Result<Opened, PageError> {
    let (who, typed) = (member.clone(), entered.clone());
    work::read(store, move |conn| open(conn, &who, &typed)).await
}

/// What the sentences say of what is typed so far.
///
/// # Errors
/// [`PageError::Away`].
pub async fn words(
    member: ProjectMember,
    pages: KindPages,
    form: Form,
    store: Data<Store>,
) -> Answer {
    let entered = Entered::of_form(&form);
    let opened = look(&member, &store, &entered).await?;
    Live::show(view(&member, pages, opened, entered, FieldErrors::default()))
}

/// Creates the flag, or changes the structure of what is typed.
///
/// # Errors
/// [`PageError::Away`].
pub async fn post(
    member: ProjectMember,
    pages: KindPages,
    form: Form,
    site: Site,
    store: Data<Store>,
    limit: Data<KeyLimit>,
) -> Answer {
    let mut entered = Entered::of_form(&form);
    let wish = Wish::parse(form.get("do"));
    if let Wish::Change(change) = &wish {
        let opened = look(&member, &store, &entered).await?;
        let focus = entered.change(change, None, &opened.around);
        let editor = view(&member, pages, opened, entered, FieldErrors::default());
        return Page::show(&page(&member, pages, editor.with_focus(focus)));
    }
    let (who, typed, limit) = (member.clone(), entered.clone(), *limit.as_ref());
    let created = work::write(&store, move |conn| {
        saving::create(conn, &who.actor, who.project.id, pages.kind, &typed, limit)
    });
    let problems = match created.await {
        Ok(kept) => return Ok(created_at(&member, &kept).answer(&member.ask, &site)),
        Err(PageError::Invalid(problems)) => problems,
        Err(PageError::Refused(message, _)) => vec![FieldError::new("rows", message)],
        Err(other) => return Err(other),
    };
    show_again(&member, pages, &store, entered, problems).await
}

/// The editor once more, with what was typed and what is wrong with it: 422. A dialog over it that
/// posted it closes.
///
/// # Errors
/// [`PageError::Away`].
pub async fn show_again(
    member: &ProjectMember,
    pages: KindPages,
    store: &Store,
    entered: Entered,
    problems: Problems,
) -> Answer {
    let opened = look(member, store, &entered).await?;
    let editor = view(member, pages, opened, entered, FieldErrors::new(problems));
    let mut response = Page::invalid(&page(member, pages, editor))?;
    if member.ask.is_for_dialog() {
        into_editor(&mut response);
    }
    Ok(response)
}

fn created_at(member: &ProjectMember, kept: &Kept) -> Moved {
    let pages = KindPages::from(kept.experience.kind);
    let address = pages.address(member, &kept.experience.slug);
    Moved::to(address).with_toast(Toast::saying(format!(
        "{} is saved as a draft. It serves nobody before it is published.",
        kept.experience.name
    )))
}
