//! An experience is created: a page with an editor that starts from nothing.

use actix_web::web::Data;
use askama::Template;

use super::{
    super::{
        super::{
            Answer, AnyForm, FieldErrors, Layout, Moved, Page, PageError, ProjectMember, Site,
            Toast, work,
        },
        kind_pages::KindPages,
        publishers,
        reach::{ReachView, in_time},
    },
    around::Around,
    counting::{self, COUNTING},
    docks,
    edits::{Change, Wish},
    entered::Entered,
    live::{Live, into_editor},
    saving::{self, Kept},
    view::EditorView,
};
use crate::{
    domain::reading::{FieldError, Problems},
    operations::{OperationError, keys::KeyLimit},
    population::Population,
    store::{Connection, Store},
};

/// What is said of a page on which nothing is typed.
const NOT_YET: &str = "How many people it reaches is counted while you write.";

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
    entered: Entered,
    /// The field to go on with.
    focus: Option<String>,
    reach: ReachView,
    publishers: String,
}

/// Looks around for what is typed, after a change of its structure.
fn open(
    conn: &mut Connection,
    member: &ProjectMember,
    entered: Entered,
    change: Option<&Change>,
    population: Option<&Population>,
) -> Result<Opened, OperationError> {
    let project_id = member.project.id;
    let (mut around, mut entered) = Around::fitting(conn, project_id, None, None, entered)?;
    let mut focus = None;
    if let Some(change) = change {
        focus = entered.change(change, None, &around);
        (around, entered) = Around::fitting(conn, project_id, None, None, entered)?;
    }
    let reach = match population {
        Some(population) => counting::count(conn, population, member, None, &entered, &around)?,
        None => ReachView::uncounted(NOT_YET.to_owned()),
    };
    let publishers = publishers::whom_to_ask(conn, member)?;
    Ok(Opened { around, entered, focus, reach, publishers })
}

fn view(
    member: &ProjectMember,
    pages: KindPages,
    opened: Opened,
    errors: FieldErrors,
) -> EditorView {
    let Opened { around, entered, focus, reach, publishers } = opened;
    let dock = docks::of_new(member, pages, &entered, publishers);
    let addresses = (pages.address(member, "new"), member.path(""));
    EditorView::of(entered, errors, around, reach, None, addresses, dock).with_focus(focus)
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
    let entered = Entered::nothing(pages.kind);
    let opened = look(&member, &store, entered, None, None).await?;
    let editor = view(&member, pages, opened, FieldErrors::default());
    Page::show(&page(&member, pages, editor.with_focus(Some("name".to_owned()))))
}

async fn look(
    member: &ProjectMember,
    store: &Store,
    entered: Entered,
    change: Option<Change>,
    population: Option<Data<Population>>,
) -> Result<Opened, PageError> {
    let who = member.clone();
    work::read(store, move |conn| {
        open(conn, &who, entered.clone(), change.as_ref(), population.as_deref().map(AsRef::as_ref))
    })
    .await
}

/// What the sentences say of what is typed so far.
///
/// # Errors
/// [`PageError::Away`].
pub async fn words(
    member: ProjectMember,
    pages: KindPages,
    AnyForm(form): AnyForm,
    store: Data<Store>,
    population: Data<Population>,
) -> Answer {
    let entered = Entered::of_form(pages.kind, &form);
    let counted = look(&member, &store, entered.clone(), None, Some(population));
    let opened = match in_time(counted).await {
        Some(opened) => opened?,
        None => {
            let reach = ReachView::uncounted(COUNTING.to_owned());
            Opened { reach, ..look(&member, &store, entered, None, None).await? }
        }
    };
    Live::show(view(&member, pages, opened, FieldErrors::default()))
}

/// Creates it, or changes the structure of what is typed.
///
/// # Errors
/// [`PageError::Away`].
pub async fn post(
    member: ProjectMember,
    pages: KindPages,
    AnyForm(form): AnyForm,
    site: Site,
    store: Data<Store>,
    limit: Data<KeyLimit>,
    population: Data<Population>,
) -> Answer {
    let entered = Entered::of_form(pages.kind, &form);
    if let Wish::Change(change) = Wish::parse(form.get("do")) {
        let opened = look(&member, &store, entered, Some(change), Some(population)).await?;
        let editor = view(&member, pages, opened, FieldErrors::default());
        return Page::show(&page(&member, pages, editor));
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
    let opened = look(member, store, entered, None, None).await?;
    let editor = view(member, pages, opened, FieldErrors::new(problems));
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
